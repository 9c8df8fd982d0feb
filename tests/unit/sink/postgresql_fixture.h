// A test with a PostgreSQL server to load into: one for the whole program, an empty schema `public` for each test.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "arrow_builder.h"
#include "bulkload/sink/sink.h"
#include "loads.h"
#include "support/postgres_server.h"

namespace bulkload::testing {

class PostgresqlTest : public ::testing::Test {
 protected:
  static const test_support::PostgresServer& server() {
    static const test_support::PostgresServer only;
    return only;
  }

  void SetUp() override {
    if (!test_support::PostgresServer::programs()) {
      GTEST_SKIP() << "PostgreSQL's server is not installed (Debian's package postgresql): nothing of it is tested";
    }
    ASSERT_EQ(ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public"), "");
  }

  static SinkOptions options(Mode mode, bool all_at_once = false, std::map<std::string, std::string> settings = {}) {
    SinkOptions made;
    made.type = "postgresql";
    made.mode = mode;
    made.table = "t";
    made.all_at_once = all_at_once;
    made.settings = {{"host", server().socket_folder()},
                     {"port", std::to_string(server().port())},
                     {"user", server().kUser},
                     {"database", "postgres"}};
    made.settings.merge(settings);
    return made;
  }

  static std::string ask(const std::string& sql) { return server().query(sql); }

  // Writes rows in one go, to the end.
  static base::Status load(const SinkOptions& made, const std::vector<Field>& fields, const Rows& rows,
                           std::vector<std::string>* warnings = nullptr) {
    auto sink = make_sink(made);
    if (!sink.ok()) return sink.status();
    const auto opened = (*sink)->open(table_schema(fields));
    if (!opened.ok()) return opened.status();
    base::Status status = (*sink)->write(record_batch(fields, rows));
    if (!status.ok()) return status;
    const auto result = (*sink)->commit("end");
    if (!result.ok()) return result.status();
    if (warnings != nullptr) *warnings = result->warnings;
    return (*sink)->forget();
  }
};

inline const std::vector<Field> kIdAndValue = {{"id", Type::string}, {"value", Type::string}};

}  // namespace bulkload::testing
