#include <gtest/gtest.h>

#include <algorithm>

#include "load.h"

namespace e2e {
namespace {

void load_all(const EmulatorProcess& emulator, const std::string& revision, bool campaigns) {
  for (const std::string source :
       {"events", "profiles", "lists", "segments", "metrics", "flows", "templates", "campaigns"}) {
    if (source == "campaigns" && !campaigns) continue;
    SCOPED_TRACE(revision + " " + source);
    Load load(emulator);
    load.in = {{"revision_time", "\"" + revision + "\""}};
    const auto result = load.bulkload("run", source);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(difference(load.ids(source), true_ids(emulator, source)), "");
    if (source == "events") {
      EXPECT_EQ(load.column("SELECT count(*) FROM events WHERE metric_id IS NULL OR metric_name IS NULL"),
                std::vector<std::string>{"0"});
    }
  }
}

TEST(Revisions, OldAndNewAreLoadedWithoutARefusedRequest) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  for (const std::string revision : {"2022-12-17", "2023-02-22", "2024-10-15", "2026-07-15"}) {
    load_all(emulator, revision, true);
  }
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U) << emulator.stats().at("refused");
}

TEST(Revisions, OfAServerThatAnswersThemAsTheyWereAreLoadedToo) {
  const EmulatorProcess emulator({"--no-rate-limits", "--literal-revisions"});
  for (const std::string revision : {"2022-12-17", "2023-02-22", "2024-10-15"}) load_all(emulator, revision, false);
}

TEST(Revisions, WithoutChannelsInTheApiGiveTheirCampaignsOnce) {
  const EmulatorProcess emulator({"--no-rate-limits", "--literal-revisions"});
  Load load(emulator);
  load.in = {{"revision_time", "\"2023-02-22\""}};
  const auto result = load.bulkload("run", "campaigns");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto ids = load.ids("campaigns");
  EXPECT_FALSE(ids.empty());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
}

}  // namespace
}  // namespace e2e
