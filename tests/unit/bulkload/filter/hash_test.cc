#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "filtered.h"

namespace bulkload {
namespace {

using testing::chain_of;
using testing::columns_of;
using ::testing::ElementsAre;
using testing::kNull;
using testing::last_column;

const std::vector<Field> kFields = {{"id", Type::string}, {"count", Type::int64}, {"email", Type::string}};
// printf %s TEXT | sha256sum
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Hash, IsTheSha256OfTheExactTextAndNullStaysNull) {
  auto bound = chain_of("- {type: hash, columns: [email]}", kFields);
  EXPECT_EQ(columns_of(bound), "id:string count:long email:string");
  EXPECT_THAT(last_column(bound, kFields, {{"1", int64_t{0}, "abc"}, {"2", kNull, kNull}, {"3", int64_t{0}, ""}}),
              ElementsAre(kAbc, "null", kNothing));
}

TEST(Hash, WithAKeyIsTheHmac) {
  // RFC 4231, test case 2.
  auto bound = chain_of("- {type: hash, columns: [email], key: Jefe}", kFields);
  EXPECT_THAT(last_column(bound, kFields, {{"1", int64_t{0}, "what do ya want for nothing?"}}),
              ElementsAre("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
}

TEST(Hash, NormalizeTakesBlanksOffAndMakesLettersSmall) {
  auto bound = chain_of("- {type: hash, columns: [email], normalize: true}", kFields);
  EXPECT_THAT(
      last_column(bound, kFields, {{"1", int64_t{0}, " \tABC\n"}, {"2", int64_t{0}, "  "}, {"3", int64_t{0}, "abc"}}),
      ElementsAre(kAbc, kNothing, kAbc));
  auto exact = chain_of("- {type: hash, columns: [email], normalize: false}", kFields);
  EXPECT_NE(last_column(exact, kFields, {{"1", int64_t{0}, "ABC"}}).front(), kAbc);
}

TEST(Hash, NewNameTakesThePlaceOfTheOldOne) {
  auto bound =
      chain_of("- {type: hash, columns: [{name: email, algorithm: SHA-256, new_name: email_hash}, id]}", kFields);
  EXPECT_EQ(columns_of(bound), "id:string count:long email_hash:string");
  EXPECT_EQ(testing::filter_rows(bound, kFields, {{"abc", int64_t{1}, "abc"}}),
            (std::vector<std::vector<std::string>>{{kAbc, "1", kAbc}}));
}

TEST(Hash, JsonIsHashedAsItIsWritten) {
  const std::vector<Field> fields = {{"profile", Type::json}};
  auto bound = chain_of("- {type: hash, columns: [profile]}", fields);
  EXPECT_EQ(columns_of(bound), "profile:string");
  EXPECT_THAT(last_column(bound, fields, {{"abc"}}), ElementsAre(kAbc));
}

TEST(Hash, ProblemsAreNamedWithTheirLines) {
  EXPECT_EQ(columns_of(chain_of("- type: hash\n"
                                "  columns:\n"
                                "  - emai\n"
                                "  - count\n"
                                "  - {name: email, new_name: id}\n",
                                kFields)),
            "config.yml:3: filters.hash.columns: 'emai' is no column here; did you mean 'email'?\n"
            "config.yml:4: filters.hash.columns: 'count' is long, and only texts are hashed; read it as a string "
            "(in.columns)\n"
            "config.yml:5: filters.hash.columns.new_name: 'id' is a column already; choose another name");
  EXPECT_EQ(columns_of(chain_of("- type: hash\n"
                                "  normalise: true\n"
                                "  columns: [{algorithm: MD5, name: email}, [x], id, id]\n",
                                kFields)),
            "config.yml:2: filters.hash.normalise: unknown key; did you mean 'normalize'?\n"
            "config.yml:3: filters.hash.columns.algorithm: 'MD5' is not known; give SHA-256\n"
            "config.yml:3: filters.hash.columns: must be names, or maps with a name\n"
            "config.yml:3: filters.hash.columns: 'id' is named twice");
  EXPECT_EQ(columns_of(chain_of("- {type: hash}", kFields)), "config.yml:1: filters.hash.columns: is missing");
  EXPECT_EQ(columns_of(chain_of("- {type: hash, columns: []}", kFields)),
            "config.yml:1: filters.hash.columns: names no column");
}

}  // namespace
}  // namespace bulkload
