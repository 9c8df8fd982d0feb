// Sources that are read below the rows of another one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "load.h"

namespace e2e {
namespace {

using testing::HasSubstr;

const NestedSource kListProfiles{"list_profiles", "/api/lists/{id}/profiles", "list_id"};

std::set<std::string> parents_in(const std::vector<std::string>& pairs) {
  std::set<std::string> parents;
  for (const std::string& pair : pairs) parents.insert(pair.substr(0, pair.find(' ')));
  return parents;
}

std::vector<std::string> pairs_below(const std::vector<std::string>& pairs, const std::set<std::string>& parents) {
  std::vector<std::string> some;
  std::copy_if(pairs.begin(), pairs.end(), std::back_inserter(some),
               [&](const std::string& pair) { return parents.contains(pair.substr(0, pair.find(' '))); });
  return some;
}

TEST(Nested, GivenParentsAreReadAndNoListIsListed) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const auto truth = true_pairs(emulator, kListProfiles);
  std::set<std::string> wanted;
  for (const std::string& parent : parents_in(truth)) {
    if (wanted.size() < 3) wanted.insert(parent);
  }
  std::string ids;
  for (const std::string& parent : wanted) ids += (ids.empty() ? "[" : ", ") + parent;
  Load load(emulator);
  load.in = {{"ids", ids + "]"}};
  const auto result = load.bulkload("run", "list_profiles");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(difference(loaded_pairs(load, kListProfiles), pairs_below(truth, wanted)), "");
  EXPECT_FALSE(emulator.stats().at("by_path").contains("/api/lists"));
}

TEST(Nested, ParentsThatVanishedAreCountedAndLeftOutWithOneWarning) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  emulator.vanish("lists", 3);
  const Load load(emulator);
  const auto result = load.bulkload("run", "list_profiles");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(difference(loaded_pairs(load, kListProfiles), true_pairs(emulator, kListProfiles)), "");
  const size_t warning = result.err.find("3 of the lists no longer exist");
  ASSERT_NE(warning, std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("no longer exist", warning + 25), std::string::npos);
}

TEST(Nested, WithoutAParentNotFoundStaysAnError) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  emulator.faults({{{"path", "/api/lists"}, {"nth", 1}, {"count", -1}, {"do", {{"status", 404}}}}});
  const Load load(emulator);
  for (const std::string source : {"lists", "list_profiles"}) {
    const auto result = load.bulkload("run", source);
    EXPECT_EQ(result.exit_code, 1) << source;
    EXPECT_THAT(result.err, HasSubstr("404"));
  }
}

TEST(Nested, WindowsOfSeveralRunsHoldEveryMemberOnce) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  std::string start = "2023-01-01";
  for (const std::string end : {"2024-07-01", "2025-03-03T03:03:03", "2025-12-24T18:00:00.25", "2026-11-02"}) {
    load.in = {{"incremental", "true"}, {"start_time", "\"" + start + "\""}, {"end_time", "\"" + end + "\""}};
    const auto result = load.bulkload("run", "list_profiles");
    ASSERT_EQ(result.exit_code, 0) << result.err;
    start = end;
  }
  EXPECT_EQ(difference(loaded_pairs(load, kListProfiles), true_pairs(emulator, kListProfiles)), "");
}

TEST(Nested, NextIncrementalRunLoadsWhoJoinedSince) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  load.in = {{"incremental", "true"}, {"end_time", "2026-11-02"}};
  ASSERT_EQ(load.bulkload("run", "list_profiles", {"-c", "diff.yml"}).exit_code, 0);
  const size_t before = loaded_pairs(load, kListProfiles).size();
  emulator.grow("profiles", 20, 3600);
  load.in = {{"incremental", "true"}};
  const auto result = load.bulkload("run", "list_profiles", {"-c", "diff.yml"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto truth = true_pairs(emulator, kListProfiles);
  EXPECT_GT(truth.size(), before);
  EXPECT_EQ(difference(loaded_pairs(load, kListProfiles), truth), "");
}

TEST(Nested, LanesReadBelowManyParentsAtTheSameTime) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "profiles=60", "--latency-ms", "200"});
  Load load(emulator);
  load.in = {{"parallel_requests", "8"}};
  ASSERT_EQ(load.bulkload("run", "profile_lists").exit_code, 0);
  EXPECT_GE(emulator.stats().at("max_in_flight"), 6);
}

TEST(Nested, ExpiredCursorsOfParentsAndRowsAreReadOnBehindTheLastOne) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  int noticed = 0;
  for (const int nth : {3, 4, 12, 13, 14, 15, 25}) {
    SCOPED_TRACE(nth);
    emulator.faults({{{"path", "/api/lists"}, {"nth", nth}, {"count", 1}, {"do", {{"expire_cursor", true}}}}});
    Load load(emulator);
    load.in = {{"parallel_requests", "1"}};
    const auto result = load.bulkload("run", "list_profiles");
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(difference(loaded_pairs(load, kListProfiles), true_pairs(emulator, kListProfiles)), "");
    if (result.err.find("no longer knows the cursor") != std::string::npos) ++noticed;
    emulator.reset();
  }
  EXPECT_GE(noticed, 2);
}

TEST(Nested, OneObjectAboutAParentIsARowAndSomeHaveNone) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const Load load(emulator);
  const auto result = load.bulkload("run", "campaign_recipient_estimations");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr(" of the campaigns have none (404)"));
  EXPECT_EQ(load.column("SELECT count(*) FROM campaign_recipient_estimations WHERE id <> campaign_id OR "
                        "estimated_recipient_count < 1000"),
            std::vector<std::string>{"0"});
  const auto campaigns = true_ids(emulator, "campaigns");
  EXPECT_EQ(load.ids("campaign_recipient_estimations").size(), campaigns.size() - campaigns.size() / 4);
}

TEST(Nested, PreviewShowsRowsOfTheFirstParentsThatHaveSome) {
  const EmulatorProcess emulator;
  const Load load(emulator);
  const auto result = load.bulkload("preview", "list_profiles", {"--rows", "4", "--format", "csv"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("id,list_id,"));
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 5);
  EXPECT_LE(emulator.stats().at("requests"), 6);
}

}  // namespace
}  // namespace e2e
