#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load.h"

namespace e2e {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// Faults on profiles, read by one lane in pages of 100.
class Faults : public testing::Test {
 protected:
  Faults() { load_.in = {{"parallel_requests", "1"}}; }

  CommandResult run(const json& what, int nth = 3, int count = 1) {
    emulator_.faults({{{"path", "/api/profiles"}, {"nth", nth}, {"count", count}, {"do", what}}});
    return load_.bulkload("run", "profiles");
  }

  void expect_all_rows(const CommandResult& result) {
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(difference(load_.ids("profiles"), true_ids(emulator_, "profiles")), "");
  }

  EmulatorProcess emulator_{{"--no-rate-limits", "--size", "profiles=650"}};
  Load load_{emulator_};
};

TEST_F(Faults, ServerErrorIsRetried) {
  const auto result = run({{"status", 503}}, 3, 2);
  expect_all_rows(result);
  EXPECT_THAT(result.err, HasSubstr("Retrying '2'/'5'"));
  EXPECT_THAT(result.err, HasSubstr("2 retries"));
}

TEST_F(Faults, AnswerCutShortIsRetried) { expect_all_rows(run({{"cut_body_after", 5000}})); }

TEST_F(Faults, ConnectionClosedBeforeTheAnswerIsRetried) { expect_all_rows(run({{"close", "before_headers"}})); }

TEST_F(Faults, EmptyPageWithANextLinkIsFollowed) { expect_all_rows(run({{"empty_page", true}}, 3, 1)); }

TEST_F(Faults, ExpiredCursorIsReadOnBehindTheLastRow) {
  const auto result = run({{"expire_cursor", true}});
  expect_all_rows(result);
  EXPECT_THAT(result.err, HasSubstr("no longer knows the cursor"));
}

TEST_F(Faults, RowsOutOfOrderAreNoticedAndNoneIsLost) {
  const auto result = run({{"unsorted", true}});
  expect_all_rows(result);
  EXPECT_THAT(result.err, HasSubstr("out of order"));
}

TEST_F(Faults, NextLinkToAnotherOriginIsAnErrorAndSendsNothingThere) {
  const EmulatorProcess other;
  const auto result = run({{"next", other.base_url() + "/api/profiles?page%5Bcursor%5D=abc"}}, 2);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("another origin"));
  EXPECT_EQ(other.stats().at("requests"), 0);
}

TEST_F(Faults, CursorThatComesAgainIsAnErrorNotALoop) {
  const auto result = run({{"repeat_cursor", true}}, 2, -1);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("cursor that it gave before"));
  EXPECT_LT(emulator_.stats().at("requests"), 10);
}

TEST_F(Faults, RedirectIsNotFollowed) {
  const EmulatorProcess other;
  const auto result = run({{"status", 302}, {"headers", {{"Location", other.base_url() + "/api/profiles"}}}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(other.stats().at("requests"), 0);
}

TEST_F(Faults, BadRequestIsAnErrorAndNeverAnEmptyResult) {
  const auto result = run({{"status", 400},
                           {"body", R"({"errors":[{"id":"1","status":400,"code":"invalid","title":"Invalid input.",)"
                                    R"("detail":"No such thing.","source":{"parameter":"filter"}}]})"}},
                          1, -1);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("No such thing."));
  EXPECT_THAT(result.err, HasSubstr("filter"));
}

TEST_F(Faults, RefusedPageSizeFallsBackToTheDefaultWithOneWarning) {
  const auto result = run({{"status", 400},
                           {"body", R"({"errors":[{"id":"1","status":400,"code":"invalid","title":"Invalid input.",)"
                                    R"("detail":"Page size must be an integer between 1 and 20.",)"
                                    R"("source":{"parameter":"page_size"}}]})"}},
                          1);
  expect_all_rows(result);
  const auto first = result.err.find("page size 100 was refused");
  ASSERT_NE(first, std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("was refused", first + 30), std::string::npos);
}

TEST_F(Faults, OutageEndsTheRunAsResumableAndTheNextRunGoesOn) {
  load_.in["retry_limit"] = "1";
  const auto stopped = run({{"status", 503}}, 4, -1);
  EXPECT_EQ(stopped.exit_code, 3) << stopped.err;
  emulator_.reset();
  expect_all_rows(load_.bulkload("run", "profiles"));
}

TEST_F(Faults, LongerWaitThanAllowedEndsTheRunAtOnceAndSaysWhenToGoOn) {
  load_.in["max_retry_wait_sec"] = "30";
  const auto stopped = run({{"status", 429}, {"headers", {{"Retry-After", "3600"}}}});
  EXPECT_EQ(stopped.exit_code, 3) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("go on at"));
}

}  // namespace
}  // namespace e2e
