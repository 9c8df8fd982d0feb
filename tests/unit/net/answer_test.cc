#include "klaviyo/net/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace klaviyo::net {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const base::Secret& token() {
  static const base::Secret secret("pk_canary+0123456789/abcdef");
  return secret;
}

HttpResponse answer(int status, std::string body, std::string content_type = "application/vnd.api+json") {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  response.headers = {{"content-type", std::move(content_type)}};
  return response;
}

std::string line_of(const HttpResponse& response) {
  return describe(response, parse_problem(response, token()), {"/api/events", "events:read", "2022-12-17"}, token());
}

constexpr const char* kInvalidFilter = R"({"errors":[{"id":"1","status":400,"code":"invalid","title":"Invalid input.",
  "detail":"'x' is not allowed.","source":{"parameter":"filter"},"links":{},"meta":{}},{"code":"second"}]})";

TEST(Problem, IsTheFirstErrorObject) {
  const ApiProblem problem = parse_problem(answer(400, kInvalidFilter), token());
  EXPECT_EQ(problem.http_status, 400);
  EXPECT_EQ(problem.code, "invalid");
  EXPECT_EQ(problem.title, "Invalid input.");
  EXPECT_EQ(problem.detail, "'x' is not allowed.");
  EXPECT_EQ(problem.parameter, "filter");
}

TEST(Problem, PointerStandsInForAParameter) {
  const auto response =
      answer(400, R"({"errors":[{"detail":"Invalid cursor provided.","source":{"pointer":"/data/"}}]})");
  EXPECT_EQ(parse_problem(response, token()).parameter, "/data/");
}

TEST(Problem, OddDocumentsHoldNone) {
  for (const char* body :
       {"", "null", "[]", "{}", "{\"errors\":null}", "{\"errors\":[]}", "{\"errors\":{}}", "{\"errors\":[1]}",
        "{\"errors\":[{\"detail\":7,\"source\":[]}]}", "{\"errors\":[{\"detail\":\"\\ud800\"}]}", "<html>"}) {
    const ApiProblem problem = parse_problem(answer(400, body), token());
    EXPECT_EQ(problem.http_status, 400) << body;
    EXPECT_EQ(problem.detail + problem.code + problem.parameter, "") << body;
  }
  EXPECT_EQ(parse_problem(answer(400, std::string(60'000, '[')), token()).detail, "");
}

TEST(Describe, SaysWhatTheServiceSaid) {
  EXPECT_EQ(line_of(answer(400, kInvalidFilter)),
            "HTTP 400 invalid: 'x' is not allowed. (parameter filter); GET /api/events");
}

TEST(Describe, SaysWhatToCheck) {
  EXPECT_THAT(line_of(answer(401, "{}")), HasSubstr("check api_token"));
  EXPECT_THAT(line_of(answer(403, "{}")), HasSubstr("scope events:read"));
  EXPECT_THAT(line_of(answer(404, "{}")), HasSubstr("check base_url and revision_time"));
  EXPECT_THAT(line_of(answer(410, "{}")), HasSubstr("revision 2022-12-17"));
}

TEST(Describe, NamesOfARedirectTheHostAlone) {
  HttpResponse response = answer(302, "");
  response.headers.emplace_back("location", "https://evil.example/path?key=value");
  EXPECT_THAT(line_of(response),
              StartsWith("HTTP 302; GET /api/events; the redirect to host evil.example is not followed"));
  EXPECT_THAT(line_of(response), Not(HasSubstr("value")));
  response.headers.back().second = "/login?key=value";
  EXPECT_THAT(line_of(response), HasSubstr("the same host"));
  for (const char* odd : {"", "//evil.example/", "file:///etc/passwd", "https://user:pw@evil.example/"}) {
    response.headers.back().second = odd;
    EXPECT_THAT(line_of(response), HasSubstr("an unclear place")) << odd;
  }
}

TEST(Describe, QuotesAtMost512BytesOfAnUnreadableBody) {
  const std::string line = line_of(answer(502, "bad\x1b[2Jgateway\n" + std::string(100'000, 'x'), "text/plain"));
  EXPECT_THAT(line, StartsWith("HTTP 502; GET /api/events; the answer begins: bad\\x1b[2Jgateway\\x0a"));
  EXPECT_LT(line.size(), 600u);
}

TEST(Describe, NeverRepeatsTheKey) {
  const std::string key = token().reveal();
  const std::string document = "{\"errors\":[{\"code\":\"" + key + "\",\"detail\":\"your key " + key +
                               " is bad\",\"source\":{\"parameter\":\"" + key + "\"}}]}";
  EXPECT_THAT(line_of(answer(401, document)), Not(HasSubstr("canary")));
  EXPECT_THAT(line_of(answer(502, std::string(500, 'x') + key, "text/plain")), Not(HasSubstr("pk_")));
  EXPECT_THAT(parse_problem(answer(401, document), token()).detail, Not(HasSubstr("canary")));
}

TEST(Printable, KeepsUtf8AndEscapesTheRest) {
  const auto shown = [](std::string_view text) { return printable(text, token(), 512); };
  EXPECT_EQ(shown("déjà vu 日本 😀"), "déjà vu 日本 😀");
  EXPECT_EQ(shown("a\r\n\tb\x7f"), "a\\x0d\\x0a\\x09b\\x7f");
  EXPECT_EQ(shown(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(shown("\xc2\x9b"), "\\xc2\\x9b");                    // a C1 control that terminals act on
  EXPECT_EQ(shown("\xff\xc3"), "\\xff\\xc3");                    // no UTF-8, cut short
  EXPECT_EQ(shown("\xc0\xaf"), "\\xc0\\xaf");                    // overlong
  EXPECT_EQ(shown("\xe0\x80\x80"), "\\xe0\\x80\\x80");           // overlong
  EXPECT_EQ(shown("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(shown("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond Unicode
}

TEST(Printable, CutsAtACharactersBorder) {
  EXPECT_EQ(printable("aé", token(), 2), "a");
  EXPECT_EQ(printable("aé", token(), 3), "aé");
  EXPECT_EQ(printable("a\x01", token(), 4), "a");
}

TEST(Html, IsToldByTypeOrByBody) {
  EXPECT_TRUE(is_html(answer(200, "", "text/html; charset=utf-8")));
  EXPECT_TRUE(is_html(answer(200, "\r\n <!DOCTYPE html>", "application/json")));
  EXPECT_FALSE(is_html(answer(200, "{\"a\":\"<b>\"}")));
  EXPECT_FALSE(is_html(answer(200, "", "")));
}

TEST(WholeJson, IsToldFromEveryPrefix) {
  const std::string whole = R"({"data":[{"id":"}]\"","a":{"b":[1,2,"\\"]}}],"links":{}})";
  EXPECT_TRUE(is_whole_json(whole));
  EXPECT_TRUE(is_whole_json(whole + " \n"));
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(is_whole_json(whole.substr(0, size))) << size;
  EXPECT_FALSE(is_whole_json(whole + "{"));
  EXPECT_FALSE(is_whole_json("]"));
}

}  // namespace
}  // namespace klaviyo::net
