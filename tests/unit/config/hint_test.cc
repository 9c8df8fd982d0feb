#include "klaviyo/hint.h"

#include <gtest/gtest.h>

#include <array>

namespace klaviyo {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"incremental", "incremental_field", "api_token", "type", "ids"};

TEST(Hint, NearestNeedsTheFewestEdits) {
  EXPECT_EQ(nearest("incremetal", kNames), "incremental");
  EXPECT_EQ(nearest("Incremental-Field", kNames), "incremental_field");
  EXPECT_EQ(nearest("tpye", kNames), "type");
}

TEST(Hint, NearestPrefersWhatHoldsTheText) { EXPECT_EQ(nearest("token", kNames), "api_token"); }

TEST(Hint, NothingIsNearAmongNothingOrToALongText) {
  EXPECT_EQ(nearest("a", {}), "");
  EXPECT_EQ(nearest(std::string(1000, 'i'), kNames), "");
  EXPECT_EQ(did_you_mean("a", {}), "");
  EXPECT_EQ(did_you_mean("id", kNames), "; did you mean 'ids'?");
}

TEST(Hint, QuotesOnlyWhatIsShortPrintableAndNoKey) {
  EXPECT_EQ(quote("a b"), "'a b'");
  EXPECT_EQ(quote(""), "an empty text");
  EXPECT_EQ(quote(std::string(41, 'x')), "a text of 41 bytes");
  EXPECT_EQ(quote("a\nb"), "a text with unprintable characters");
  EXPECT_EQ(quote("\xC3\xA4"), "a text with unprintable characters");
  EXPECT_EQ(quote("pk_canary"), "a text like a private key");
  EXPECT_EQ(quote("api_token:canary"), "a text like a private key");
  EXPECT_EQ(key_label("a"), "a");
  EXPECT_EQ(key_label("PK_canary"), "(a text like a private key)");
}

TEST(Hint, ListsNames) {
  EXPECT_EQ(name_list({}), "none");
  EXPECT_EQ(name_list(std::array<std::string_view, 2>{"a", "b"}), "a, b");
}

}  // namespace
}  // namespace klaviyo
