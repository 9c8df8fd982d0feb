#include "base/status.h"

#include <gtest/gtest.h>

#include <memory>

#include "bulk_input/bulk_input.h"

namespace base {
namespace {

TEST(Status, CodesAreThoseOfTheContract) {
  EXPECT_EQ(static_cast<int32_t>(Code::config), BULK_INPUT_ERROR_CONFIG);
  EXPECT_EQ(static_cast<int32_t>(Code::rate_limited), BULK_INPUT_ERROR_RATE_LIMITED);
  EXPECT_EQ(static_cast<int32_t>(Code::internal), BULK_INPUT_ERROR_INTERNAL);
}

TEST(Status, WhatMayGoBetterLaterIsResumable) {
  EXPECT_TRUE(is_resumable(Code::remote_transient));
  EXPECT_TRUE(is_resumable(Code::cancelled));
  EXPECT_FALSE(is_resumable(Code::config));
  EXPECT_FALSE(is_resumable(Code::data));
}

TEST(Result, HoldsAValueOrTheReason) {
  Result<std::unique_ptr<int>> value = std::make_unique<int>(7);
  ASSERT_TRUE(value.ok());
  EXPECT_TRUE(value.status().ok());
  EXPECT_EQ(**std::move(value), 7);
  const Result<int> failed = Status(Code::data, "why").with_http_status(400);
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.status().message(), "why");
  EXPECT_EQ(failed.status().http_status(), 400);
}

}  // namespace
}  // namespace base
