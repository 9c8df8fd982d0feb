#include "klaviyo/net/url.h"

#include <gtest/gtest.h>

namespace klaviyo::net {
namespace {

TEST(Url, IsTakenApart) {
  const auto url = parse_url("HTTPS://A.Klaviyo.com:8443/api/events?page%5Bcursor%5D=ab%3D%3D&x=1");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "a.klaviyo.com");
  EXPECT_EQ(url->port, 8443);
  EXPECT_EQ(url->path, "/api/events");
  EXPECT_EQ(url->query, "page%5Bcursor%5D=ab%3D%3D&x=1");
}

TEST(Url, WithoutPortHasTheSchemesOwn) {
  EXPECT_EQ(parse_url("https://a.klaviyo.com/api")->port, 443);
  EXPECT_EQ(parse_url("http://127.0.0.1/api")->port, 80);
  EXPECT_EQ(parse_url("https://a.klaviyo.com:/api")->port, 443);
}

TEST(Url, MayHaveNoPath) {
  const auto url = parse_url("https://a.klaviyo.com");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->path, "");
  EXPECT_EQ(parse_url("https://a.klaviyo.com?x=1")->query, "x=1");
}

TEST(Url, TakesIpv6InBrackets) {
  const auto url = parse_url("http://[::1]:8080/api");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8080);
}

TEST(Url, TakesPlainBracketsInTheQuery) { EXPECT_TRUE(parse_url("https://a.klaviyo.com/api?page[cursor]=x").ok()); }

TEST(Url, RefusesWhateverCouldLeadElsewhere) {
  for (const std::string_view text : {"",
                                      "/api/events",
                                      "//evil.example/api",
                                      "https:/a.klaviyo.com",
                                      "https:\\\\evil.example/",
                                      "ftp://a.klaviyo.com/",
                                      "file:///etc/passwd",
                                      "javascript://a",
                                      "https://",
                                      "https:///api",
                                      "https://user@a.klaviyo.com/",
                                      "https://a.klaviyo.com@evil.example/",
                                      "https://user:pw@a.klaviyo.com/",
                                      "https://a.klaviyo.com\\@evil.example/",
                                      "https://a.klaviyo.com/#x",
                                      "https://a.klaviyo.com/a b",
                                      " https://a.klaviyo.com/",
                                      "https://a.klaviyo.com/\r\nX: y",
                                      "https://a.klaviyo.com/\x7f",
                                      "https://a.kl\xd0\xb0viyo.com/",
                                      "https://a.klaviyo.com:0/",
                                      "https://a.klaviyo.com:65536/",
                                      "https://a.klaviyo.com:99999999999999999999/",
                                      "https://a.klaviyo.com:-1/",
                                      "https://a.klaviyo.com:80x/",
                                      "https://[::1%25lo]/",
                                      "https://[::1",
                                      "https://[::1]x/",
                                      "https://[]/",
                                      "https://[1.2.3.4]/",
                                      "https://a%2eb/",
                                      "https://a.klaviyo.com/%zz",
                                      "https://a.klaviyo.com/%4",
                                      "https://a.klaviyo.com/?x=%",
                                      "https://a.klaviyo.com/[x]",
                                      "https://a.klaviyo.com/?x=\"y\"",
                                      "https://a.klaviyo.com/?x=<y>"}) {
    const auto url = parse_url(text);
    EXPECT_EQ(url.status().code(), base::Code::data) << text;
  }
  EXPECT_FALSE(parse_url(std::string_view("https://a.klaviyo.com/\0x", 24)).ok());
}

TEST(Url, MessagesNeverRepeatTheAddress) {
  EXPECT_EQ(parse_url("https://secret@a.klaviyo.com/").status().message().find("secret"), std::string::npos);
}

TEST(Url, SameOriginMeansSchemeHostAndPort) {
  const auto same = [](std::string_view a, std::string_view b) { return same_origin(*parse_url(a), *parse_url(b)); };
  EXPECT_TRUE(same("https://a.klaviyo.com/x", "https://A.klaviyo.com:443/y?z"));
  EXPECT_FALSE(same("https://a.klaviyo.com/", "http://a.klaviyo.com:443/"));
  EXPECT_FALSE(same("https://a.klaviyo.com/", "https://a.klaviyo.com:444/"));
  EXPECT_FALSE(same("https://a.klaviyo.com/", "https://b.klaviyo.com/"));
  EXPECT_FALSE(same("https://a.klaviyo.com/", "https://a.klaviyo.com.evil.example/"));
}

TEST(Url, LoopbackIsThisMachineAlone) {
  for (const std::string_view host : {"127.0.0.1", "127.255.0.9", "::1", "localhost"})
    EXPECT_TRUE(is_loopback(host)) << host;
  for (const std::string_view host :
       {"128.0.0.1", "127.0.0.1.example", "::2", "0.0.0.0", "127.1", "", "localhost.example"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(Url, QueryIsDecodedOnce) {
  const QueryPairs expected{
      {"page[cursor]", "a+b==%2B"}, {"sort", "-id"}, {"flag", ""}, {"a", "x&filter=y"}, {"b", "1=2"}};
  EXPECT_EQ(parse_query("page%5Bcursor%5D=a+b%3D%3D%252B&&sort=-id&flag&a=x%26filter%3Dy&b=1=2&"), expected);
  EXPECT_TRUE(parse_query("").empty());
}

TEST(Url, QueryIsWrittenAsTheServiceDoes) {
  EXPECT_EQ(format_query(
                {{"page[size]", "100"}, {"filter", "equals(name,\"ä b\"),greater-than(updated,2023-06-01T17:06:39Z)"}}),
            "page%5Bsize%5D=100&filter=equals%28name%2C%22%C3%A4%20b%22%29%2Cgreater-than%28updated%2C"
            "2023-06-01T17%3A06%3A39Z%29");
}

TEST(Url, EncodingAndDecodingGiveEveryByteBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(parse_query(format_query({{all, all}})), (QueryPairs{{all, all}}));
}

TEST(Url, PercentSignThatBeginsNoEscapeStays) {
  EXPECT_EQ(percent_decode("100%"), "100%");
  EXPECT_EQ(percent_decode("%4"), "%4");
  EXPECT_EQ(percent_decode("%zz%41"), "%zzA");
}

}  // namespace
}  // namespace klaviyo::net
