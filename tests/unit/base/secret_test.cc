#include "base/secret.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/digest.h"

namespace base {
namespace {

TEST(Secret, PrintsAsStars) {
  std::ostringstream out;
  out << Secret("pk_0123456789abcdef");
  EXPECT_EQ(out.str(), "***");
}

TEST(Secret, IsRedactedInEveryForm) {
  const Secret secret("pk_01/+9abc");
  const std::string text =
      "raw pk_01/+9abc, percent pk%5F01%2F%2B9abc pk%5f01%2f%2b9abc, hex 706b5f30312f2b39616263, base64 " +
      base64("pk_01/+9abc") + ".";
  EXPECT_EQ(secret.redact(text), "raw ***, percent *** ***, hex ***, base64 ***=.");
}

TEST(Secret, OfNothingRedactsNothing) { EXPECT_EQ(Secret().redact("text"), "text"); }

TEST(Secret, MovesAndLeavesNothingBehind) {
  Secret from("pk_a");
  Secret to(std::move(from));
  EXPECT_EQ(to.reveal(), "pk_a");
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is what is promised
  Secret assigned;
  assigned = std::move(to);
  EXPECT_EQ(assigned.reveal(), "pk_a");
  EXPECT_TRUE(to.empty());  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace base
