#include "klaviyo/api_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <vector>

#include "config_text.h"

namespace klaviyo {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string reason(std::string_view text) {
  const base::Result<base::Secret> key = parse_api_key(text);
  return key.ok() ? "accepted" : key.status().message();
}

// A file with a text, gone at the end of the test.
class KeyFile {
 public:
  explicit KeyFile(std::string_view text)
      : path_(std::filesystem::temp_directory_path() / ("api_key_test." + std::to_string(::getpid()))) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~KeyFile() { std::filesystem::remove(path_); }
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;

  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(ApiKey, TakesVisibleAsciiUpToOneKibibyte) {
  EXPECT_EQ(reason(test::kKey), "accepted");
  EXPECT_EQ(reason("x"), "accepted");
  EXPECT_EQ(reason("pk_abc"), "accepted");
  EXPECT_EQ(reason(std::string(1024, 'x')), "accepted");
  EXPECT_THAT(reason(std::string(1025, 'x')), HasSubstr("longer than 1024"));
  EXPECT_THAT(reason(std::string(65536, 'x')), HasSubstr("longer than 1024"));
}

TEST(ApiKey, RefusesWhatAHeaderCannotCarry) {
  EXPECT_THAT(reason(""), HasSubstr("is empty"));
  for (const std::string text : {" pk_canary", "pk_canary ", "pk canary", "pk_\tcanary", "pk_canary\r\nX-Header: y",
                                 "pk_canary\n", "pk_c\xC3\xA4nary", "pk_canary\x7F"}) {
    EXPECT_THAT(reason(text), HasSubstr("holds a blank")) << text;
  }
  EXPECT_THAT(reason(std::string("pk_canary\0x", 11)), HasSubstr("holds a blank"));
}

TEST(ApiKey, RefusesTheHeadersScheme) {
  EXPECT_THAT(reason("Klaviyo-API-Key pk_canary"), HasSubstr("give the key alone"));
  EXPECT_THAT(reason("klaviyo-api-key Klaviyo-API-Key pk_canary"), HasSubstr("give the key alone"));
}

TEST(ApiKey, RefusesAPublicSiteId) {
  EXPECT_THAT(reason("AbC123"), HasSubstr("public site id"));
  EXPECT_EQ(reason("AbC1234"), "accepted");
}

TEST(ApiKey, FileGivesItsFirstLineTrimmed) {
  for (const std::string text : {"pk_from_file", "pk_from_file\n", "  pk_from_file\t\r\nsecond line\n"}) {
    const KeyFile file(text);
    const base::Result<base::Secret> key = read_api_key_file(file.path());
    ASSERT_TRUE(key.ok()) << key.status().message();
    EXPECT_EQ(key->reveal(), "pk_from_file");
  }
}

TEST(ApiKey, FileIsCheckedLikeTheText) {
  const auto file_reason = [](std::string_view text) {
    const KeyFile file(text);
    const base::Result<base::Secret> key = read_api_key_file(file.path());
    return key.ok() ? "accepted" : key.status().message();
  };
  EXPECT_THAT(file_reason(""), HasSubstr("its first line is empty"));
  EXPECT_THAT(file_reason("\npk_canary\n"), HasSubstr("its first line is empty"));
  EXPECT_THAT(file_reason("pk canary\n"), HasSubstr("holds a blank"));
  EXPECT_EQ(file_reason(std::string(1024, 'x') + "\r\n"), "accepted");
  EXPECT_THAT(file_reason(std::string(1'000'000, 'x')), HasSubstr("longer than 1024"));
}

TEST(ApiKey, FileThatCannotBeReadIsAProblem) {
  EXPECT_THAT(test::parse("data_source: lists\napi_token_file: /nonexistent/key\n").status().message(),
              HasSubstr("line 2: api_token_file: cannot be opened: No such file or directory"));
  EXPECT_THAT(test::parse("data_source: lists\napi_token_file: /\n").status().message(), HasSubstr("is a directory"));
}

TEST(ApiKey, ConfigTakesItFromTheFile) {
  const KeyFile file("pk_from_file\n");
  const base::Result<Config> config = test::parse("data_source: lists\napi_token_file: " + file.path());
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->token.reveal(), "pk_from_file");
}

// Every way to write or misplace a key; none may come back in a message.
TEST(ApiKey, NeverComesBackInAMessage) {
  const std::string end = "\nincremetal: true\nretry_limit: 99\n";
  const std::vector<std::string> sections = {
      "data_source: lists\napi_token: pk_canary" + end,
      "data_source: lists\napi_token: canary_without_prefix" + end,
      "data_source: lists\napi_token: [pk_canary]" + end,
      "data_source: lists\napi_token: {pk_canary: pk_canary}" + end,
      "data_source: lists\napi_token: 'pk canary'" + end,
      "data_source: lists\napi_token: \"pk_canary\\r\\nX: y\"" + end,
      "data_source: lists\napi_token: \"pk_canary\\q\"" + end,
      "data_source: lists\napi_token: pk_canary: pk_canary" + end,
      "data_source: lists\napi_token: \"pk_canary" + end,
      "data_source: lists\napi_token: *canary" + end,
      "data_source: lists\napi_token: &canary x" + end,
      "data_source: lists\napi_token: !canary x" + end,
      "data_source: lists\napi_token: '{{ canary }}'" + end,
      "data_source: lists\napi_token: ${canary}" + end,
      "data_source: lists\napi_token: {{ canary }}" + end,
      "data_source: lists\napi_token: Klaviyo-API-Key canary" + end,
      "data_source: lists\napi_token: CANARY" + end,
      "data_source: lists\napi_token: pk_canary\napi_token: pk_canary2" + end,
      "data_source: lists\napi_token: pk_canary\napi_token_file: pk_canary" + end,
      "data_source: lists\napi_token_file: pk_canary" + end,
      "data_source: pk_canary\napi_token: pk_canary" + end,
      "data_source: canary_0123456789\napi_token: canary_0123456789" + end,
      "{api_token:pk_canary, data_source: lists}",
      "{'api_token:canary', data_source: lists}",
      "{\"pk_canary\": 1, \"data_source\": \"lists\"}",
      "data_source: lists\napi_token: x1234567\nretry_limit: pk_canary\nstart_time: pk_canary\ntype: pk_canary\n"
      "columns: [pk_canary]\ninclude: pk_canary\nrevision_time: pk_canary\nbase_url: pk_canary\n",
  };
  for (const std::string& section : sections) {
    const base::Result<Config> config = test::parse(section);
    ASSERT_FALSE(config.ok()) << section;
    EXPECT_THAT(config.status().message(), Not(HasSubstr("canary"))) << section;
    EXPECT_THAT(config.status().message(), Not(HasSubstr("CANARY"))) << section;
  }
}

TEST(ApiKey, NeverComesBackInAWarningFingerprintOrAccount) {
  const base::Result<Config> config = test::parse(
      "data_source: tags\napi_token: pk_canary\nincremental: true\nskip_related_objects: true\n"
      "revision_time: 2022-12-17\ntd_authentication_id: pk_canary\n");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_GE(config->warnings.size(), 4U);
  for (const std::string& warning : config->warnings) EXPECT_THAT(warning, Not(HasSubstr("canary")));
  EXPECT_THAT(config->fingerprint + config->account, Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace klaviyo
