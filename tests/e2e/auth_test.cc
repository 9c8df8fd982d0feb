#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "load.h"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kCanary = "pk_canary0123456789";

/// A folder with keys of its own, and an emulator that knows the canary key.
class Auth : public testing::Test {
 protected:
  CommandResult bulkload(std::vector<std::string> arguments, const std::string& input = {}) const {
    test_support::Command command;
    command.arguments = {BULKLOAD_PROGRAM};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.folder = folder_.path();
    command.environment = {{"XDG_CONFIG_HOME", folder_ / "config"}};
    command.input = input;
    const CommandResult result = test_support::run_command(command);
    EXPECT_THAT(result.out + result.err, Not(HasSubstr(kCanary)));
    return result;
  }

  void configure(const std::string& in) const {
    test_support::write_file(folder_ / "config.yml", "in: {type: klaviyo, data_source: lists, base_url: \"" +
                                                         emulator_.base_url() + "\", " + in + "}\n");
  }

  const EmulatorProcess emulator_{
      {"--no-rate-limits", "--key", kCanary, "--key", "pk_narrow0123456789:lists:read,events:read"}};
  const test_support::TempFolder folder_;
};

TEST_F(Auth, AKeyFromStandardInputIsKeptPrivateAndUsedByItsName) {
  const CommandResult added = bulkload({"auth", "add", "shop"}, std::string(kCanary) + "\n");
  ASSERT_EQ(added.exit_code, 0) << added.err;
  struct stat status {};
  ASSERT_EQ(::stat((folder_ / "config/bulkload/auth.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(bulkload({"auth", "list", "-f", "csv"}).out, HasSubstr("Name,Added\nshop,20"));

  for (const std::string in : {"auth: shop", "td_authentication_id: shop"}) {
    configure(in);
    const CommandResult preview = bulkload({"preview", "config.yml", "--format", "csv"});
    EXPECT_EQ(preview.exit_code, 0) << preview.err;
    EXPECT_THAT(preview.out, HasSubstr("id,name,"));
  }
}

TEST_F(Auth, ANameThatIsNotKeptIsAProblemAtItsLineWithTheNearest) {
  ASSERT_EQ(bulkload({"auth", "add", "shop-main"}, kCanary).exit_code, 0);
  configure("auth: shop-mian");
  const CommandResult run = bulkload({"run", "config.yml"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("config.yml:1: in.auth: there is no key 'shop-mian'; did you mean 'shop-main'?"));
  configure("td_authentication_id: 12345");
  EXPECT_THAT(bulkload({"run", "config.yml"}).err, HasSubstr("in.td_authentication_id: there is no key '12345'"));
  configure("auth: shop-main, api_token: pk_other0123456");
  EXPECT_THAT(bulkload({"run", "config.yml"}).err, HasSubstr("in.auth: give this or api_token, not both"));
}

TEST_F(Auth, TestShowsWhichScopesAKeyHas) {
  ASSERT_EQ(bulkload({"auth", "add", "narrow"}, "pk_narrow0123456789").exit_code, 0);
  const std::string base_url = "base_url=" + emulator_.base_url();
  const CommandResult narrow = bulkload({"auth", "test", "narrow", "--in", base_url, "-f", "csv"});
  EXPECT_EQ(narrow.exit_code, 0) << narrow.err;
  EXPECT_THAT(narrow.out, HasSubstr("lists:read,yes\n"));
  EXPECT_THAT(narrow.out, HasSubstr("events:read,yes\n"));
  EXPECT_THAT(narrow.out, HasSubstr("profiles:read,no\n"));

  ASSERT_EQ(bulkload({"auth", "add", "revoked"}, "pk_unknown0123456789").exit_code, 0);
  emulator_.reset();
  const CommandResult revoked = bulkload({"auth", "test", "revoked", "--in", base_url});
  EXPECT_EQ(revoked.exit_code, 1);
  EXPECT_THAT(revoked.err, HasSubstr("401"));
  EXPECT_EQ(emulator_.stats()["requests"], 1) << "one request is enough to know";
}

TEST_F(Auth, RemovedKeysAreGoneAndBadOnesAreRefused) {
  ASSERT_EQ(bulkload({"auth", "add", "shop"}, kCanary).exit_code, 0);
  EXPECT_EQ(bulkload({"auth", "remove", "shop"}).exit_code, 0);
  EXPECT_THAT(test_support::read_file(folder_ / "config/bulkload/auth.json"), Not(HasSubstr(kCanary)));
  EXPECT_EQ(bulkload({"auth", "remove", "shop"}).exit_code, 2);
  EXPECT_EQ(bulkload({"auth", "add", "shop"}, "\n").exit_code, 2);
  EXPECT_EQ(bulkload({"auth", "add", "shop"}, "two words\n").exit_code, 2);
  EXPECT_EQ(bulkload({"auth", "add", "../shop"}, kCanary).exit_code, 2);
}

TEST_F(Auth, ADamagedFileIsRefusedAndStaysAsItIs) {
  ASSERT_EQ(bulkload({"auth", "add", "shop"}, kCanary).exit_code, 0);
  const auto path = folder_ / "config/bulkload/auth.json";
  std::string bytes = test_support::read_file(path);
  bytes[bytes.size() / 2] ^= 1;
  test_support::write_file(path, bytes);
  const CommandResult added = bulkload({"auth", "add", "other"}, "pk_0123456789");
  EXPECT_EQ(added.exit_code, 2);
  EXPECT_THAT(added.err, HasSubstr("auth.json is damaged"));
  EXPECT_EQ(test_support::read_file(path), bytes);
}

}  // namespace
}  // namespace e2e
