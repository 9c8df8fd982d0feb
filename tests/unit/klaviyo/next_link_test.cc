#include "klaviyo/next_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace klaviyo {
namespace {

using testing::HasSubstr;

constexpr std::string_view kOrigin = "https://a.klaviyo.com";

base::Result<PageParameter> from(std::string_view next, std::string_view origin = kOrigin) {
  return page_parameter_of(next, origin, "/api/events");
}

TEST(NextLink, GivesTheCursorDecodedOnce) {
  const auto page =
      from("https://a.klaviyo.com/api/events?sort=datetime&page%5Bcursor%5D=bm%2525%2B%3D%3D&page%5Bsize%5D=10");
  ASSERT_TRUE(page.ok()) << page.status().message();
  EXPECT_EQ(*page, PageParameter("page[cursor]", "bm%25+=="));
}

TEST(NextLink, UnencodedBracketsATrailingSlashAndTheDefaultPortAreTheSame) {
  EXPECT_TRUE(from("https://a.klaviyo.com:443/api/events/?page[cursor]=abc").ok());
  EXPECT_TRUE(page_parameter_of("https://a.klaviyo.com/api/events?page[cursor]=abc", kOrigin, "/api/events/").ok());
  EXPECT_TRUE(from("http://127.0.0.1:8080/api/events?page[cursor]=abc", "http://127.0.0.1:8080").ok());
}

TEST(NextLink, OfOffsetPagingGivesThePageNumber) {
  const auto page = from("https://a.klaviyo.com/api/events?page%5Bnumber%5D=2&page%5Bsize%5D=50");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(*page, PageParameter("page[number]", "2"));
}

TEST(NextLink, InjectedParametersStayInsideTheCursor) {
  const auto page = from("https://a.klaviyo.com/api/events?page%5Bcursor%5D=a%26filter%3Dx");
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->second, "a&filter=x");
}

TEST(NextLink, ToAnotherOriginIsRefusedNamingTheHostAlone) {
  for (const std::string_view link :
       {"https://evil.example/api/events?page[cursor]=s3cret", "http://a.klaviyo.com/api/events?page[cursor]=s3cret",
        "https://a.klaviyo.com:8443/api/events?page[cursor]=s3cret", "//evil.example/api/events?page[cursor]=s3cret",
        "https://key@a.klaviyo.com/api/events?page[cursor]=s3cret", "https:\\\\evil.example/api?page[cursor]=s3cret",
        "https://a.klaviyo.com.evil.example/api/events?page[cursor]=s3cret",
        "https://a.klaviyo.com/api/events?page[cursor]=s3cret#x", "file:///etc/passwd?page[cursor]=s3cret",
        "/api/events?page[cursor]=s3cret", "https://a.klaviyo.com/api/profiles?page[cursor]=s3cret"}) {
    const auto page = from(link);
    ASSERT_FALSE(page.ok()) << link;
    EXPECT_EQ(page.status().code(), base::Code::data) << link;
    EXPECT_EQ(page.status().message().find("s3cret"), std::string::npos) << page.status().message();
  }
  EXPECT_THAT(from("https://evil.example/api/events?page[cursor]=x").status().message(), HasSubstr("evil.example"));
}

TEST(NextLink, WithoutCursorOrWithTwoOrWithAHugeOneIsRefused) {
  EXPECT_FALSE(from("https://a.klaviyo.com/api/events").ok());
  EXPECT_FALSE(from("https://a.klaviyo.com/api/events?page[cursor]=").ok());
  EXPECT_FALSE(from("https://a.klaviyo.com/api/events?page[cursor]=a&page[cursor]=b").ok());
  EXPECT_FALSE(from("https://a.klaviyo.com/api/events?page[cursor]=" + std::string(4097, 'a')).ok());
  EXPECT_TRUE(from("https://a.klaviyo.com/api/events?page[cursor]=" + std::string(4096, 'a')).ok());
}

}  // namespace
}  // namespace klaviyo
