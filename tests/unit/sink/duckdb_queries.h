// What a DuckDB database holds, asked through libduckdb itself.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/duckdb_library.h"

namespace bulkload::testing {

/// Runs statements on a database file, or in memory when the path is empty. When the last one is a SELECT: its rows,
/// values joined with `|` and rows with newlines. The error's text when one fails.
std::string duckdb_query(const std::string& path, const std::string& sql);

/// A test that needs libduckdb; skipped, loudly, where there is none.
class DuckdbTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test_support::has_duckdb_library()) GTEST_SKIP() << test_support::kNoDuckdb;
  }
};

}  // namespace bulkload::testing
