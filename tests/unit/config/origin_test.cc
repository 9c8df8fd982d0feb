#include "klaviyo/origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace klaviyo {
namespace {

std::string origin(std::string_view url) {
  const base::Result<std::string> result = parse_origin(url);
  return result.ok() ? *result : "refused: " + result.status().message();
}

TEST(Origin, IsSchemeHostAndPort) {
  EXPECT_EQ(origin("https://a.klaviyo.com"), "https://a.klaviyo.com");
  EXPECT_EQ(origin("HTTPS://A.Klaviyo.com/"), "https://a.klaviyo.com");
  EXPECT_EQ(origin("https://a.klaviyo.com:443"), "https://a.klaviyo.com");
  EXPECT_EQ(origin("https://a.klaviyo.com:8443/"), "https://a.klaviyo.com:8443");
  EXPECT_EQ(origin("https://a.klaviyo.com:1"), "https://a.klaviyo.com:1");
  EXPECT_EQ(origin("https://a.klaviyo.com:65535"), "https://a.klaviyo.com:65535");
  EXPECT_EQ(origin("https://[2001:db8::1]:8443"), "https://[2001:db8::1]:8443");
  EXPECT_EQ(origin("https://xn--bcher-kva.example"), "https://xn--bcher-kva.example");
}

TEST(Origin, PlainHttpIsForLoopbackOnly) {
  EXPECT_EQ(origin("http://127.0.0.1:8080/"), "http://127.0.0.1:8080");
  EXPECT_EQ(origin("http://127.255.0.9"), "http://127.255.0.9");
  EXPECT_EQ(origin("http://localhost:80"), "http://localhost");
  EXPECT_EQ(origin("http://[::1]:9"), "http://[::1]:9");
  for (const std::string_view url :
       {"http://a.klaviyo.com", "http://127.0.0.1.example.com", "http://127.1", "http://127.0.0.256",
        "http://128.0.0.1", "http://127.0.0.01", "http://0x7f.0.0.1", "http://localhost.example.com", "http://[::2]",
        "http://127.0.0.1.", "http://10.127.0.0"}) {
    EXPECT_THAT(origin(url), testing::HasSubstr("refused: ")) << url;
  }
}

TEST(Origin, RefusesEverythingElse) {
  for (const std::string_view url : {"",
                                     "a.klaviyo.com",
                                     "ftp://a.klaviyo.com",
                                     "file:///etc/passwd",
                                     "https://",
                                     "https:///",
                                     "https:/a.klaviyo.com",
                                     "https:\\\\a.klaviyo.com",
                                     "//a.klaviyo.com",
                                     "https://user@a.klaviyo.com",
                                     "https://user:secret@a.klaviyo.com",
                                     "https://a.klaviyo.com/api",
                                     "https://a.klaviyo.com/..",
                                     "https://a.klaviyo.com//",
                                     "https://a.klaviyo.com?x=1",
                                     "https://a.klaviyo.com#x",
                                     "https://a.klaviyo.com\\@evil.example",
                                     "https://a.klaviyo.com:0",
                                     "https://a.klaviyo.com:65536",

                                     "https://a.klaviyo.com:1x",
                                     "https://a.klaviyo.com:-1",
                                     "https://a.klaviyo.com:1:2",
                                     "https://a b.example",
                                     "https://a.klaviyo.com\r\nX: y",
                                     "https://b\xC3\xBC"
                                     "cher.example",
                                     "https://%61.klaviyo.com",

                                     "https://[::1%25eth0]",
                                     "https://[::1",
                                     "https://[::1]x",
                                     "https://[]",
                                     " https://a.klaviyo.com"}) {
    EXPECT_THAT(origin(url), testing::HasSubstr("refused: ")) << url;
  }
}

TEST(Origin, NeverRepeatsAPassword) {
  EXPECT_THAT(origin("https://user:canary@a.klaviyo.com"), testing::Not(testing::HasSubstr("canary")));
}

}  // namespace
}  // namespace klaviyo
