// How the sink connects, and what happens when the connection goes.
#include <gmock/gmock.h>

#include "postgresql_fixture.h"
#include "support/files.h"

namespace bulkload::testing {
namespace {

using base::Code;
using test_support::PostgresServer;
using test_support::TempFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class PostgresqlConnection : public PostgresqlTest {
 protected:
  static SinkOptions with(std::map<std::string, std::string> settings) {
    SinkOptions made = options(Mode::append);
    made.settings = std::move(settings);
    return made;
  }

  static std::string address(const std::string& user_and_password, const std::string& more = {}) {
    return "postgresql://" + user_and_password + "@127.0.0.1:" + std::to_string(server().port()) + "/postgres" + more;
  }

  // Ends the sink's session, as a restart of the server or a broken network does.
  static void cut_off() {
    ASSERT_EQ(ask("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'bulkload'"),
              "t");
  }
};

TEST_F(PostgresqlConnection, LostInAnyPhaseIsLocalIoAndTheRunGoesOn) {
  const auto expect_lost = [](const base::Status& status) {
    EXPECT_EQ(status.code(), Code::local_io);
    EXPECT_THAT(status.message(), HasSubstr("run again: it goes on from the last save"));
  };
  for (const SinkOptions& made : {options(Mode::append), options(Mode::append, true), options(Mode::replace),
                                  options(Mode::replace_on_new_data), options(Mode::merge)}) {
    SCOPED_TRACE(std::to_string(static_cast<int>(made.mode)) + (made.all_at_once ? " at once" : ""));
    {
      const auto before_write = opened_sink(made);
      cut_off();
      expect_lost(before_write->write(load_batch(0, 2)));
    }
    {
      const auto before_save = opened_sink(made);
      ASSERT_TRUE(before_save->write(load_batch(0, 2)).ok());
      ASSERT_TRUE(before_save->save("1").ok());
      ASSERT_TRUE(before_save->write(load_batch(2, 2)).ok());
      cut_off();
      expect_lost(before_save->save("2"));
    }
    {
      std::optional<SavedState> saved;
      const auto before_commit = opened_sink(made, &saved);
      ASSERT_TRUE(saved.has_value());
      EXPECT_EQ(saved->text, "1");
      ASSERT_TRUE(before_commit->write(load_batch(2, 2)).ok());
      cut_off();
      expect_lost(before_commit->commit("3").status());
    }
    {
      const auto before_forget = opened_sink(made);
      ASSERT_TRUE(before_forget->write(load_batch(2, 2)).ok());
      ASSERT_TRUE(before_forget->commit("2").ok());
      cut_off();
      (void)before_forget->forget();  // only warned about
    }
    std::optional<SavedState> saved;
    const auto sink = opened_sink(made, &saved);
    if (saved.has_value()) {
      EXPECT_TRUE(saved->committed);
    }
    EXPECT_EQ(ask("SELECT string_agg(n::text, ',' ORDER BY n) FROM t"), "0,1,2,3");
    ASSERT_TRUE(sink->forget().ok());
    ASSERT_EQ(ask("DROP TABLE t"), "");
  }
}

TEST_F(PostgresqlConnection, LostWhileABatchIsSentIsLocalIo) {
  const auto sink = opened_sink(options(Mode::append));
  ASSERT_EQ(
      ask("CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM "
          "pg_terminate_backend(pg_backend_pid()); RETURN new; END'; CREATE TRIGGER die BEFORE INSERT ON t FOR EACH "
          "ROW WHEN (new.n = 1000) EXECUTE FUNCTION die()"),
      "");
  const auto status = sink->write(load_batch(0, 20'000));
  EXPECT_EQ(status.code(), Code::local_io);
  EXPECT_EQ(sink->abandon().code(), Code::ok);
  EXPECT_EQ(ask("SELECT count(*) FROM t; DROP FUNCTION die CASCADE"), "0");
}

TEST_F(PostgresqlConnection, ServerThatCrashesKeepsWhatWasSaved) {
  PostgresServer own;
  SinkOptions made = options(Mode::append);
  made.settings["host"] = own.socket_folder();
  made.settings["port"] = std::to_string(own.port());
  {
    const auto sink = opened_sink(made);
    ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
    ASSERT_TRUE(sink->save("1").ok());
    ASSERT_TRUE(sink->write(load_batch(2, 2)).ok());
    own.crash_and_restart();
    EXPECT_EQ(sink->commit("end").status().code(), Code::local_io);
  }
  ASSERT_TRUE(run_load({made}).ok());
  EXPECT_EQ(own.query("SELECT string_agg(n::text, ',' ORDER BY n) FROM t"), "0,1,2,3,4,5");
}

TEST_F(PostgresqlConnection, NobodyListeningIsResumable) {
  const auto status =
      open_status(with({{"host", "127.0.0.1"}, {"port", std::to_string(test_support::free_loopback_port())}}));
  EXPECT_EQ(status.code(), Code::local_io);
  EXPECT_THAT(status.message(), HasSubstr("check host and port"));
  EXPECT_THAT(status.message(), Not(HasSubstr("\n")));
}

TEST_F(PostgresqlConnection, TooManySessionsAreResumable) {
  ASSERT_EQ(ask("CREATE ROLE narrow LOGIN CONNECTION LIMIT 0"), "");
  SinkOptions made = options(Mode::append);
  made.settings["user"] = "narrow";
  EXPECT_EQ(open_status(made).code(), Code::local_io);
  EXPECT_EQ(ask("DROP ROLE narrow"), "");
}

TEST_F(PostgresqlConnection, TakesAddressKeysServiceFileAndVariables) {
  const std::string port = std::to_string(server().port());
  const std::string user = PostgresServer::kUser;
  const std::string password = PostgresServer::kPassword;
  const TempFolder folder;
  test_support::write_file(folder / "services",
                           "[mine]\nhost=127.0.0.1\nport=" + port + "\nuser=" + user + "\npassword=" + password + "\n");
  setenv("PGSERVICEFILE", (folder / "services").c_str(), 1);
  for (const auto& settings : std::vector<std::map<std::string, std::string>>{
           {{"uri", address(user + ":" + password)}},
           {{"uri", address(user)}, {"password", password}},
           {{"uri", "host=127.0.0.1 port=" + port + " user=" + user + " password=" + password}},
           {{"host", "127.0.0.1"}, {"port", port}, {"user", user}, {"password", password}, {"database", "postgres"}},
           {{"service", "mine"}}}) {
    EXPECT_THAT(check_sink_options(with(settings)), IsEmpty());
    const auto status = open_status(with(settings));
    EXPECT_TRUE(status.ok()) << status.message();
  }
  unsetenv("PGSERVICEFILE");
  const std::map<std::string, std::string> variables = {
      {"PGHOST", "127.0.0.1"}, {"PGPORT", port}, {"PGUSER", user}, {"PGPASSWORD", password}};
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  EXPECT_TRUE(open_status(with({})).ok());
  for (const auto& [name, value] : variables) unsetenv(name.c_str());
}

TEST_F(PostgresqlConnection, RefusalsAreConfigurationErrorsThatNeverShowThePassword) {
  const std::string wrong = "s3cret/@canary";
  const std::string encoded = "s3cret%2F%40canary";
  for (const SinkOptions& made :
       {with({{"uri", address("postgres:" + encoded)}}), with({{"uri", address("postgres")}, {"password", wrong}}),
        with({{"uri", address("nobody:" + encoded)}}),
        with({{"uri", "postgresql://postgres:" + std::string(PostgresServer::kPassword) +
                          "@127.0.0.1:" + std::to_string(server().port()) + "/nowhere"}})}) {
    const auto status = open_status(made);
    EXPECT_EQ(status.code(), Code::config) << status.message();
    EXPECT_THAT(status.message(), Not(HasSubstr("canary")));
    EXPECT_THAT(status.message(), Not(HasSubstr("\n")));
  }
}

TEST_F(PostgresqlConnection, AddressesThatSplitThePasswordAreRefusedWithoutAWordOfIt) {
  for (const char* uri : {"postgresql://u:can@ary@h/d", "postgresql://u:can/ary@h/d", "postgresql://u:5/canary@h/d",
                          "postgresql://u:can%zz@h", "host=h password=two canaries", "canary",
                          "postgresql://u:canary@[::1/d", "postgresql://u:p@h/d?canary=1"}) {
    const Problems problems = check_sink_options(with({{"uri", uri}}));
    EXPECT_THAT(problems, ElementsAre(HasSubstr("uri: "))) << uri;
    EXPECT_THAT(problems, Not(::testing::Contains(HasSubstr("ary")))) << uri;
  }
}

TEST_F(PostgresqlConnection, KeysThatContradictEachOtherAreProblems) {
  EXPECT_THAT(check_sink_options(with({{"uri", "postgresql://h/d"}, {"host", "h"}, {"database", "d"}})),
              ElementsAre(HasSubstr("host: give either uri or this"), HasSubstr("database: give either uri or this")));
  EXPECT_THAT(check_sink_options(with({{"uri", "postgresql://u:p@h/d"}, {"password", "p"}})),
              ElementsAre(HasSubstr("password: uri has one already")));
  EXPECT_THAT(check_sink_options(with({{"port", "0"}, {"ssl_mode", "on"}, {"json_type", "jsonp"}, {"hst", "h"}})),
              ElementsAre(HasSubstr("port: must be"), HasSubstr("ssl_mode: 'on' is not known: use disable, allow"),
                          HasSubstr("json_type: 'jsonp' is not known"), HasSubstr("did you mean host?")));
  EXPECT_THAT(check_sink_options(with({{"uri", "postgresql://h/d"}, {"ssl_mode", "verify-full"}})), IsEmpty());
}

TEST_F(PostgresqlConnection, DatabaseOfAnotherEncodingIsRefused) {
  ASSERT_EQ(ask("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0"), "");
  SinkOptions made = options(Mode::append);
  made.settings["database"] = "latin";
  const auto status = open_status(made);
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("is not in UTF-8"));
  EXPECT_EQ(ask("DROP DATABASE latin"), "");
}

TEST_F(PostgresqlConnection, OutlivesTheServersTimeouts) {
  ASSERT_EQ(ask("ALTER ROLE postgres SET statement_timeout = '1s'; ALTER ROLE postgres SET "
                "idle_in_transaction_session_timeout = '1ms'"),
            "");
  const auto sink = opened_sink(options(Mode::append));
  ASSERT_EQ(ask("CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1.1); RETURN new; "
                "END'; CREATE TRIGGER slow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION slow()"),
            "");
  EXPECT_TRUE(sink->write(load_batch(0, 1)).ok());
  EXPECT_EQ(ask("ALTER ROLE postgres RESET ALL; DROP FUNCTION IF EXISTS none"), "");  // far more than a millisecond
  EXPECT_TRUE(sink->save("1").ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t; DROP FUNCTION slow CASCADE"), "1");
}

TEST(PostgresqlTls, VerifyFullChecksCertificateAndName) {
  if (!PostgresServer::programs()) GTEST_SKIP() << "PostgreSQL's server is not installed";
  const TempFolder folder;
  const auto openssl = [&](std::vector<std::string> arguments) {
    const std::vector<std::string> key = {
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"};
    arguments.insert(arguments.begin(), key.begin(), key.end());
    const auto made = test_support::run_command({arguments, {}, folder.path(), {}});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  };
  openssl({"-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.crt"});
  openssl({"-subj", "/CN=stranger", "-keyout", "other.key", "-out", "other.crt"});
  openssl({"-subj", "/CN=server", "-CA", "ca.crt", "-CAkey", "ca.key", "-addext", "subjectAltName=DNS:localhost",
           "-keyout", "server.key", "-out", "server.crt"});
  const PostgresServer server({"ssl=on"}, {{"server.key", test_support::read_file(folder / "server.key")},
                                           {"server.crt", test_support::read_file(folder / "server.crt")}});
  const auto status = [&](const std::string& host, const std::string& root) {
    SinkOptions made;
    made.type = "postgresql";
    made.table = "t";
    made.settings = {{"host", host},
                     {"port", std::to_string(server.port())},
                     {"user", PostgresServer::kUser},
                     {"password", PostgresServer::kPassword},
                     {"ssl_mode", "verify-full"},
                     {"ssl_root_cert", folder / root}};
    return open_status(made);
  };
  const auto good = status("localhost", "ca.crt");
  EXPECT_TRUE(good.ok()) << good.message();
  EXPECT_EQ(server.query("SELECT count(*) FROM _bulkload_state"), "0");
  for (const auto& [host, root] :
       {std::pair("127.0.0.1", "ca.crt"), {"localhost", "other.crt"}, {"localhost", "none"}}) {
    const auto refused = status(host, root);
    EXPECT_EQ(refused.code(), Code::config) << refused.message();
    EXPECT_THAT(refused.message(), HasSubstr("certificate"));
  }
}

}  // namespace
}  // namespace bulkload::testing
