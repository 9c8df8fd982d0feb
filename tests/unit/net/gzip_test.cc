#include "klaviyo/net/gzip.h"

#include <gtest/gtest.h>

#include "loopback_server.h"

namespace klaviyo::net {
namespace {

using base::Code;
using net_test::gzip;

constexpr size_t kLimit = 1u << 20;
constexpr size_t kSpare = 64;

std::string text_of(size_t size) {
  std::string text;
  for (size_t i = 0; text.size() < size; ++i) text += std::to_string(i * i) + ",";
  text.resize(size);
  return text;
}

TEST(Gzip, GivesTheTextBackWithRoomBehindIt) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{1000}, kLimit - 1, kLimit}) {
    const std::string text = text_of(size);
    const auto decoded = gunzip(gzip(text), kLimit, kSpare);
    ASSERT_TRUE(decoded.ok()) << size;
    EXPECT_EQ(*decoded, text);
    EXPECT_GE(decoded->capacity(), size + kSpare);
  }
}

TEST(Gzip, TakesSeveralMembersAsOneText) {
  const std::string first = text_of(100'000);
  const std::string second = text_of(10);
  for (const auto& [a, b] : {std::pair(first, second), std::pair(second, first), std::pair(std::string(), first)}) {
    const auto decoded = gunzip(gzip(a) + gzip(b), kLimit, kSpare);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(*decoded, a + b);
  }
}

TEST(Gzip, CutShortAnywhereIsTransient) {
  const std::string whole = gzip(text_of(3000));
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto decoded = gunzip(whole.substr(0, size), kLimit, kSpare);
    ASSERT_FALSE(decoded.ok()) << size;
    EXPECT_EQ(decoded.status().code(), Code::remote_transient) << size;
  }
}

TEST(Gzip, DamageAndTrailingGarbageAreTransient) {
  std::string damaged = gzip(text_of(3000));
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x40);
  for (const std::string& bytes : {damaged, gzip("x") + "garbage", std::string("{\"data\":[]}")}) {
    const auto decoded = gunzip(bytes, kLimit, kSpare);
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(decoded.status().code(), Code::remote_transient);
  }
}

TEST(Gzip, BombIsRefusedAtTheLimit) {
  const std::string bomb = gzip(std::string(8u << 20, 'a'));
  ASSERT_LT(bomb.size(), kLimit);
  const auto decoded = gunzip(bomb, kLimit, kSpare);
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.status().code(), Code::data);
  EXPECT_EQ(gunzip(gzip(text_of(kLimit + 1)), kLimit, kSpare).status().code(), Code::data);
}

TEST(Gzip, BombWhoseTrailerLiesIsRefusedToo) {
  std::string bomb = gzip(std::string(4u << 20, 'a'));
  for (size_t i = 1; i <= 4; ++i) bomb[bomb.size() - i] = '\0';
  EXPECT_EQ(gunzip(bomb, kLimit, kSpare).status().code(), Code::data);
}

TEST(Gzip, BombOfManyMembersIsRefused) {
  std::string bomb;
  for (int i = 0; i < 40; ++i) bomb += gzip(std::string(100'000, 'a'));
  EXPECT_EQ(gunzip(bomb, kLimit, kSpare).status().code(), Code::data);
}

TEST(DecodeBody, GoesByTheContentEncoding) {
  for (const std::string_view encoding : {"gzip", "x-gzip", " GZIP "}) {
    std::string body = gzip("text");
    ASSERT_TRUE(decode_body(encoding, kLimit, kSpare, body).ok()) << encoding;
    EXPECT_EQ(body, "text");
  }
  for (const std::string_view encoding : {"", "identity", "Identity"}) {
    std::string body = "text";
    ASSERT_TRUE(decode_body(encoding, kLimit, kSpare, body).ok()) << encoding;
    EXPECT_EQ(body, "text");
    EXPECT_GE(body.capacity(), body.size() + kSpare);
  }
}

TEST(DecodeBody, RefusesCodingsThatWereNotAskedFor) {
  for (const std::string_view encoding : {"br", "deflate", "zstd", "gzip, gzip"}) {
    std::string body = "text";
    EXPECT_EQ(decode_body(encoding, kLimit, kSpare, body).code(), Code::data) << encoding;
  }
}

TEST(DecodeBody, EmptyBodyHasNothingToDecode) {
  std::string body;
  EXPECT_TRUE(decode_body("gzip", kLimit, kSpare, body).ok());
  EXPECT_EQ(body, "");
}

}  // namespace
}  // namespace klaviyo::net
