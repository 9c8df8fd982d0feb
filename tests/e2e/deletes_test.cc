// Rows that are gone from the source, and the keys by which they are known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "load.h"

namespace e2e {
namespace {

using testing::HasSubstr;

const NestedSource kListProfiles{"list_profiles", "/api/lists/{id}/profiles", "list_id"};

std::vector<std::string> without(const std::vector<std::string>& all, const std::vector<std::string>& some) {
  std::vector<std::string> rest;
  std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(rest));
  return rest;
}

class Deletes : public testing::Test {
 protected:
  Deletes() { load_.out = {{"type", "sqlite"}, {"mode", "merge"}, {"detect_deletes", "true"}}; }

  // The ids, or pairs of ids, that are marked.
  std::vector<std::string> marked(const std::string& source, const std::string& name = "id") const {
    auto ids = load_.column("SELECT " + name + " FROM " + source + " WHERE _deleted_at IS NOT NULL");
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  // Runs, and ends well.
  std::string run(const std::string& source) const {
    const auto result = load_.bulkload("run", source);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.err;
  }

  const EmulatorProcess emulator_{{"--no-rate-limits", "--size", "profiles=2000", "--latency-ms", "20"}};
  Load load_{emulator_};
};

TEST_F(Deletes, RowsThatAreGoneAreMarkedAndAllOthersAreNot) {
  EXPECT_THAT(run("profiles"), HasSubstr(" 0 rows marked as deleted"));
  const auto before = true_ids(emulator_, "profiles");
  emulator_.remove("profiles", 7);
  emulator_.grow("profiles", 5, 3600);
  EXPECT_THAT(run("profiles"), HasSubstr(" 7 rows marked as deleted"));
  const auto gone = without(before, true_ids(emulator_, "profiles"));
  EXPECT_EQ(gone.size(), 7U);
  EXPECT_EQ(marked("profiles"), gone);
  EXPECT_EQ(load_.ids("profiles").size(), before.size() + 5);
  const auto times = load_.column("SELECT DISTINCT _deleted_at FROM profiles WHERE _deleted_at IS NOT NULL");
  EXPECT_THAT(run("profiles"), HasSubstr(" 0 rows marked as deleted"));
  EXPECT_EQ(load_.column("SELECT DISTINCT _deleted_at FROM profiles WHERE _deleted_at IS NOT NULL"), times);
}

TEST_F(Deletes, MembersThatLeftAreMarkedInTheirListsAlone) {
  run("list_profiles");
  const auto before = true_pairs(emulator_, kListProfiles);
  emulator_.remove("profiles", 20);
  emulator_.vanish("lists", 1);
  run("list_profiles");
  const auto gone = without(before, true_pairs(emulator_, kListProfiles));
  EXPECT_GT(gone.size(), 20U);
  EXPECT_EQ(marked("list_profiles", "list_id || ' ' || id"), gone);
  EXPECT_EQ(loaded_pairs(load_, kListProfiles), before);
}

TEST_F(Deletes, KilledRunsMarkExactlyWhatIsGone) {
  const EmulatorProcess slow({"--no-rate-limits", "--size", "profiles=2000", "--latency-ms", "250"});
  Load load(slow);
  load.out = load_.out;
  ASSERT_EQ(load.bulkload("run", "profiles").exit_code, 0);
  const auto before = true_ids(slow, "profiles");
  slow.remove("profiles", 7);
  load.in = {{"page_size", "20"}, {"parallel_requests", "4"}};
  ASSERT_NO_FATAL_FAILURE(run_through_kills(load, "profiles"));
  EXPECT_EQ(load.ids("profiles"), before);
  EXPECT_EQ(load.column("SELECT id FROM profiles WHERE _deleted_at IS NOT NULL ORDER BY id"),
            without(before, true_ids(slow, "profiles")));
}

TEST_F(Deletes, EmptyReadMarksNothingAndWarns) {
  run("lists");
  const size_t lists = true_ids(emulator_, "lists").size();
  emulator_.remove("lists", static_cast<int64_t>(lists));
  const std::string careful = run("lists");
  EXPECT_THAT(careful, HasSubstr("all " + std::to_string(lists) + " rows"));
  EXPECT_THAT(careful, HasSubstr(" 0 rows marked as deleted"));
  EXPECT_TRUE(marked("lists").empty());
  load_.out["detect_deletes"] = "even_all";
  run("lists");
  EXPECT_EQ(marked("lists").size(), lists);
}

TEST_F(Deletes, WindowThatIsReconciledMarksNothing) {
  load_.in = {{"incremental_field", "created"}};
  run("profiles");
  load_.query("DELETE FROM profiles WHERE created >= '2025-03-01' AND created < '2025-04-01'");
  const auto result =
      load_.bulkload("reconcile", "profiles", {"--from", "2025-03-01", "--to", "2025-04-01", "--apply"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(load_.ids("profiles"), true_ids(emulator_, "profiles"));
  EXPECT_TRUE(marked("profiles").empty());
}

TEST_F(Deletes, RunsThatCannotTellWhatIsGoneAreRefusedBeforeAnyRequest) {
  const auto refusal = [&](const std::string& source, const std::map<std::string, std::string>& in) {
    load_.in = in;
    const auto result = load_.bulkload("run", source);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    return result.err;
  };
  EXPECT_THAT(refusal("profiles", {{"incremental", "true"}, {"start_time", "2026-01-01"}}),
              HasSubstr("out.detect_deletes: this run cannot tell which rows of profiles are gone, as these keys of in "
                        "leave rows out: incremental,start_time"));
  EXPECT_THAT(refusal("list_profiles", {{"ids", "[L1]"}}), HasSubstr("leave rows out: ids"));
  EXPECT_THAT(refusal("lists", {{"filter", "\"equals(name,'x')\""}}), HasSubstr("leave rows out: filter"));
  load_.out["mode"] = "append";
  EXPECT_THAT(refusal("lists", {}), HasSubstr("the mode is append; use mode: merge"));
  load_.out = {{"type", "sqlite"}, {"mode", "merge"}, {"detect_deletes", "yes"}};
  EXPECT_THAT(refusal("lists", {}), HasSubstr("out.detect_deletes: must be true, false or even_all"));
  EXPECT_EQ(emulator_.stats().at("requests"), 0);
}

TEST_F(Deletes, KeyColumnsThatAreLeftOutAreRefusedBeforeAnyRequest) {
  load_.out = {{"type", "sqlite"}, {"mode", "merge"}};
  load_.in = {{"columns", "[id, email]"}};
  const auto unselected = load_.bulkload("run", "list_profiles");
  EXPECT_EQ(unselected.exit_code, 2);
  EXPECT_THAT(unselected.err, HasSubstr("in.columns: list_id and id must be there, by which mode merge finds rows"));
  load_.in.clear();
  load_.filters = "- {type: remove_columns, remove: [list_id]}\n";
  const auto removed = load_.bulkload("run", "list_profiles");
  EXPECT_EQ(removed.exit_code, 2);
  EXPECT_THAT(removed.err, HasSubstr("filters.remove_columns: takes the column list_id away"));
  load_.filters.clear();
  const auto compared = load_.bulkload("reconcile", "list_profiles", {"--from", "2025-01-01", "--to", "2025-02-01"});
  EXPECT_EQ(compared.exit_code, 2);
  EXPECT_THAT(compared.err, HasSubstr("told apart by list_id and id, and reconcile compares by id alone"));
  EXPECT_EQ(emulator_.stats().at("requests"), 0);
}

TEST_F(Deletes, KeyUnderAnotherNameIsMergedBy) {
  load_.filters = "- {type: rename, columns: {id: profile_id, list_id: list}}\n";
  run("list_profiles");
  run("list_profiles");
  EXPECT_EQ(load_.column("SELECT count(*) FROM list_profiles").front(),
            std::to_string(true_pairs(emulator_, kListProfiles).size()));
}

}  // namespace
}  // namespace e2e
