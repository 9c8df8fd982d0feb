#include "bulkload/session/session_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "support/files.h"

namespace bulkload {
namespace {

namespace fs = std::filesystem;
using base::Code;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

Session session(const std::string& database, const std::string& out) {
  Session session;
  session.name = "s";
  session.database = database;
  session.table = "lists";
  session.folder = "/srv/loads";
  session.config = "in: {type: klaviyo}\n" + out;
  return session;
}

std::vector<std::string> destination(const std::string& database, const std::string& out) {
  return run_request(session(database, out), CommandLine()).out;
}

TEST(SessionRequest, DatabaseOfAFileIsAPathOrANameInTheSessionsFolder) {
  for (const char* out : {"", "out: {mode: append}", "out: {type: sqlite, path: other.db}"}) {
    EXPECT_THAT(destination("shop", out), UnorderedElementsAre("table=lists", "path=/srv/loads/shop.db")) << out;
  }
  EXPECT_THAT(destination("shop.sqlite3", ""), UnorderedElementsAre("table=lists", "path=/srv/loads/shop.sqlite3"));
  EXPECT_THAT(destination("./shop", ""), UnorderedElementsAre("table=lists", "path=/srv/loads/./shop"));
  EXPECT_THAT(destination("/var/shop", ""), UnorderedElementsAre("table=lists", "path=/var/shop"));
  EXPECT_THAT(destination("shop", "out: {type: duckdb}"),
              UnorderedElementsAre("table=lists", "path=/srv/loads/shop.duckdb"));
}

TEST(SessionRequest, DatabaseOfAServerIsItsKey) {
  EXPECT_THAT(destination("shop", "out: {type: postgresql}"), UnorderedElementsAre("table=lists", "database=shop"));
  EXPECT_THAT(destination("shop", "out: {type: postgresql, uri: 'postgresql:///mine'}"),
              UnorderedElementsAre("table=lists"));
}

TEST(SessionRequest, DestinationsWithoutTablesStayAsTheyAre) {
  EXPECT_THAT(destination("shop", "out: {type: stdout}"), testing::IsEmpty());
  EXPECT_THAT(destination("shop", "out: {type: file, path: rows.csv}"), testing::IsEmpty());
}

TEST(SessionRequest, TimeColumnGoesToEveryDestination) {
  Session timed = session("shop", "out: {type: stdout}");
  timed.time_column = "created";
  EXPECT_THAT(run_request(timed, CommandLine()).out, UnorderedElementsAre("time_column=created"));
}

TEST(SessionRequest, AdviceNamesWhatWasRun) {
  EXPECT_EQ(run_request(session("shop", ""), CommandLine()).cleanup, "bulkload session cleanup s");
  Session issued = session("/x.db", "");
  issued.name.clear();
  CommandLine line;
  line.config = "c.yml";
  EXPECT_EQ(run_request(issued, line).cleanup, "bulkload cleanup c.yml --out table=lists --out path=/x.db");
}

TEST(SessionConfig, InclusionsArePutInAndVariablesStayReferences) {
  const test_support::TempFolder folder;
  test_support::write_file(folder / "_common.yml", "type: klaviyo\n  api_token: {{env.KEY}}\n");
  test_support::write_file(folder / "c.yml", "in:\n  {% include 'common' %}\n");
  Session kept;
  const base::Status status = read_session_config((folder / "c.yml").string(), kept);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(kept.config, "in:\n  type: klaviyo\n  api_token: {{ env.KEY }}\n");
  EXPECT_EQ(kept.folder, fs::current_path());
  EXPECT_EQ(read_session_config((folder / "d.yml").string(), kept).code(), Code::config);
}

TEST(SessionConfig, FolderThatIsGoneIsToldWithWhatToDo) {
  const base::Status status = enter_folder(session("shop", ""));
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("the folder /srv/loads"));
}

}  // namespace
}  // namespace bulkload
