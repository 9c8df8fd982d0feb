#include "revisions.h"

#include "test_client.h"

namespace emulator {
namespace {

const int64_t kNovember2026 = *parse_instant("2026-11-23");

std::string effective(const char* header, const char* now = "2026-11-23", bool literal = false) {
  static const Revisions falling(false);
  static const Revisions exact(true);
  const auto outcome = (literal ? exact : falling).effective(header, false, *parse_instant(now));
  const auto* revision = std::get_if<std::string>(&outcome);
  return revision == nullptr ? "refused" : *revision;
}

TEST(Revisions, LivingRevisionAnswersItself) {
  EXPECT_EQ(effective("2026-07-15"), "2026-07-15");
  EXPECT_EQ(effective("2025-01-15"), "2025-01-15");
}

TEST(Revisions, UnknownDateIsRoundedDown) {
  EXPECT_EQ(effective("2026-07-14"), "2026-04-15");
  EXPECT_EQ(effective("2027-03-01"), "2026-07-15");
  EXPECT_EQ(effective("2026-04-15.pre"), "2026-04-15");
}

TEST(Revisions, RetiredRevisionFallsForwardToTheOldestAlive) {
  for (const char* old : {"2022-10-17", "2022-12-17", "2023-02-22", "2024-10-15", "2020-01-01"}) {
    EXPECT_EQ(effective(old), "2025-01-15") << old;
  }
  EXPECT_EQ(effective("2022-12-17", "2026-10-14"), "2024-10-15");
  EXPECT_EQ(effective("2022-12-17", "2026-10-15"), "2025-01-15");
  EXPECT_EQ(effective("2022-12-17", "2027-01-15"), "2025-04-15");
}

TEST(Revisions, LiteralRevisionIsRoundedDownOnly) {
  EXPECT_EQ(effective("2022-12-17", "2026-11-23", true), "2022-10-17");
  EXPECT_EQ(effective("2023-02-22", "2026-11-23", true), "2023-02-22");
}

TEST(Revisions, AllRetiredMeansTheNewest) { EXPECT_EQ(effective("2022-10-17", "2040-01-01"), "2026-07-15"); }

TEST(Revisions, MalformedOnesAreRefused) {
  for (const char* text : {"", "2026", "2026-7-15", "2026-07-15 ", "2026-07-15.", "20260715", "latest"}) {
    EXPECT_EQ(effective(text), "refused") << text;
  }
}

TEST(Revisions, OptOutTurnsARetiredRevisionInto410) {
  const Revisions revisions(false);
  const auto outcome = revisions.effective("2023-02-22", true, kNovember2026);
  ASSERT_TRUE(std::holds_alternative<Refusal>(outcome));
  EXPECT_EQ(std::get<Refusal>(outcome).status, 410);
  EXPECT_TRUE(std::holds_alternative<std::string>(revisions.effective("2026-07-15", true, kNovember2026)));
}

TEST(Revisions, FactsOfEveryRevisionMakeSense) {
  const Revisions revisions(true);
  for (const auto& revision : revisions.known()) EXPECT_NO_THROW(revisions.facts(revision)) << revision;
  EXPECT_EQ(revisions.facts("2022-10-17").source("campaigns"), nullptr);
}

TEST(Patch, MergesAndEditsArrays) {
  Json target = Json::parse(R"({"a": {"b": 1, "c": 2}, "list": ["x", "y"], "whole": ["p"]})");
  apply_patch(target, Json::parse(R"({"a": {"b": null, "d": 3}, "list": {"add": ["z"], "drop": ["x"]}, "whole": []})"));
  EXPECT_EQ(target, Json::parse(R"({"a": {"c": 2, "d": 3}, "list": ["y", "z"], "whole": []})"));
}

class LiteralRevision : public testing::Test {
 protected:
  static ApiOptions options() {
    ApiOptions out = open_api();
    out.literal_revisions = true;
    return out;
  }
  int status(const std::string& target, const char* revision) {
    return get(api_, target, {{"revision", revision}}).status;
  }
  Api api_{options(), small_dataset()};
};

TEST_F(LiteralRevision, EventsBefore2023_07_15HaveArraysAndIdAttributes) {
  const Headers old{{"revision", "2023-02-22"}};
  const Json document = get_json(api_, "/api/events/?include=metrics,profiles", old);
  const Json& event = document.at("data").at(0);
  EXPECT_EQ(event.at("relationships").at("metrics").at("data").at(0).at("id"), event.at("attributes").at("metric_id"));
  EXPECT_TRUE(event.at("attributes").at("timestamp").is_string());
  EXPECT_EQ(event.at("attributes").at("datetime").get<std::string>().at(10), ' ');
  EXPECT_FALSE(event.at("relationships").contains("metric"));
  EXPECT_FALSE(document.at("included").empty());
  EXPECT_FALSE(document.contains("meta"));
  // The same event as today, told differently.
  const Json today = get_json(api_, "/api/events?include=metric").at("data").at(0);
  EXPECT_EQ(today.at("id"), event.at("id"));
  EXPECT_EQ(today.at("relationships").at("metric").at("data").at("id"), event.at("attributes").at("metric_id"));
  EXPECT_EQ(status("/api/events?include=metric,profile", "2023-02-22"), 400);
  EXPECT_EQ(status("/api/events?include=metric,profile", "2023-07-15"), 200);
}

TEST_F(LiteralRevision, FlowsIn2022HaveNumberedPages) {
  const Headers old{{"revision", "2022-10-17"}};
  const Json first = get_json(api_, "/api/flows/?page%5Bsize%5D=7", old);
  EXPECT_EQ(first.at("links").at("next"), "http://127.0.0.1:8080/api/flows/?page%5Bsize%5D=7&page%5Bnumber%5D=2");
  const auto ids = ids_of(get_all(api_, "/api/flows/?page%5Bsize%5D=7", old));
  EXPECT_EQ(ids, ids_of(get_all(api_, "/api/flows")));
  EXPECT_EQ(status("/api/flows?page%5Bcursor%5D=abc", "2022-10-17"), 400);
  EXPECT_EQ(status("/api/flows?page%5Bnumber%5D=2", "2023-02-22"), 400);
}

TEST_F(LiteralRevision, CampaignsComeIn2023AndNeedAChannelFromJuly) {
  const char* with_channel = "/api/campaigns?filter=equals(messages.channel,'email')";
  EXPECT_EQ(status("/api/campaigns", "2022-10-17"), 404);
  EXPECT_EQ(status("/api/campaigns", "2023-02-22"), 200);
  EXPECT_EQ(status(with_channel, "2023-02-22"), 400);
  EXPECT_EQ(status("/api/campaigns", "2023-07-15"), 400);
  EXPECT_EQ(status(with_channel, "2023-07-15"), 200);
  const Json old = get_json(api_, "/api/campaigns", {{"revision", "2023-02-22"}});
  EXPECT_EQ(old.at("data").size(), get_json(api_, with_channel).at("data").size()) << "email campaigns only";
  EXPECT_EQ(old.at("data").at(0).at("attributes").at("channel"), "email");
}

TEST_F(LiteralRevision, ListsAndSegmentsAreSortedSince2024_05_15) {
  for (const char* target : {"/api/lists?sort=updated", "/api/segments?sort=updated"}) {
    EXPECT_EQ(status(target, "2024-02-15"), 400);
    EXPECT_EQ(status(target, "2024-05-15"), 200);
  }
}

TEST_F(LiteralRevision, PageSizeIsTakenSinceItIsDocumented) {
  EXPECT_EQ(status("/api/events?page%5Bsize%5D=1000", "2025-10-15"), 400);
  EXPECT_EQ(status("/api/events?page%5Bsize%5D=1000", "2026-01-15"), 200);
  EXPECT_EQ(status("/api/lists?page%5Bsize%5D=10", "2026-01-15"), 400);
  EXPECT_EQ(status("/api/lists?page%5Bsize%5D=10", "2026-04-15"), 200);
  EXPECT_EQ(status("/api/profiles?page%5Bsize%5D=100", "2022-10-17"), 200);
}

TEST_F(LiteralRevision, ProfilesCarryTheirSubscriptionsUntil2023_10_15) {
  const auto has_subscriptions = [&](const char* revision) {
    const Json row = get_json(api_, "/api/profiles", {{"revision", revision}}).at("data").at(0);
    return row.at("attributes").contains("subscriptions");
  };
  EXPECT_TRUE(has_subscriptions("2023-07-15"));
  EXPECT_FALSE(has_subscriptions("2023-10-15"));
}

TEST_F(LiteralRevision, FieldsAppearWithTheirRevision) {
  EXPECT_EQ(status("/api/lists?fields%5Blist%5D=opt_in_process", "2023-10-15"), 400);
  EXPECT_EQ(status("/api/lists?fields%5Blist%5D=opt_in_process", "2023-12-15"), 200);
  EXPECT_EQ(status("/api/profiles?include=conversation", "2026-04-15"), 200);
  EXPECT_EQ(status("/api/profiles?include=conversations", "2026-04-15"), 400);
  EXPECT_EQ(status("/api/events?filter=has(metric)", "2026-01-15"), 400);
}

TEST(FallForward, ConfiguredDateOf2022IsAnsweredInAShapeOfToday) {
  Api api(open_api(), small_dataset());
  const Headers old{{"revision", "2022-12-17"}};
  EXPECT_EQ(get(api, "/api/events?include=metric,profile", old).status, 200);
  EXPECT_EQ(get(api, "/api/events?include=metrics,profiles", old).status, 400);
  EXPECT_EQ(get(api, "/api/campaigns", old).status, 400);
  EXPECT_EQ(get(api, "/api/lists?sort=updated", old).status, 200);
  EXPECT_EQ(get(api, "/api/flows?page%5Bnumber%5D=2", old).status, 400);
}

}  // namespace
}  // namespace emulator
