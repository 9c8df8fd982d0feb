#include "bulkload/sink/parquet_footer.h"

#include <gtest/gtest.h>

#include <random>

namespace bulkload {
namespace {

// Footers in Thrift's compact protocol, by hand: a field header is (number - previous) << 4 | type.
std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

// A row group: columns (a chunk with its metadata's data page at 4 and a dictionary page at `dictionary`), bytes, rows.
std::string row_group(int dictionary, int rows) {
  return bytes({0x19, 0x1C}) +                                     // 1: list of one struct
         bytes({0x26, 0x00, 0x1C}) +                               // 2: file_offset 0; 3: metadata
         bytes({0x15, 0x0C, 0x19, 0x15, 0x00, 0x18, 0x01, 'a'}) +  // 1: type; 2: encodings; 3: "a" (a text here)
         bytes({0x66, 0x08, 0x26, 2 * dictionary, 0x00, 0x00}) +   // 9: data page 4; 11: dictionary page
         bytes({0x26, 0x14, 0x16, 2 * rows, 0x00});                // 3: rows … see file_footer
}

std::string file_footer(int dictionary, int rows) {
  return bytes({0x15, 0x02, 0x19, 0x0C}) +                                   // 1: version 1; 2: schema, no elements
         bytes({0x16, 2 * rows, 0x19, 0x1C}) +                               // 3: rows; 4: one row group
         row_group(dictionary, rows) + bytes({0x28, 0x02, 'm', 'e', 0x00});  // 6: created by
}

std::string framed(std::string footer) {
  const auto length = static_cast<char>(footer.size());
  return footer + length + std::string(3, '\0') + "PAR1";
}

TEST(ParquetFooter, IsWrittenAsItWasRead) {
  const std::string footer = file_footer(0, 5);
  const auto parsed = ParquetFooter::parse(footer);
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->rows(), 5);
  EXPECT_EQ(parsed->end_of_file(), framed(footer));
}

TEST(ParquetFooter, MovesThePositionsOfAddedRowGroupsButNotZero) {
  auto whole = ParquetFooter::parse(file_footer(0, 5));
  const auto added = ParquetFooter::parse(file_footer(7, 3));
  ASSERT_TRUE(whole.ok() && added.ok());
  ASSERT_TRUE(whole->add(*added, 50).ok());
  EXPECT_EQ(whole->rows(), 8);
  std::string moved = row_group(7, 3);
  moved[moved.find(std::string("\x66\x08\x26\x0E", 4)) + 1] = 2 * 54;
  moved[moved.find(std::string("\x66\x6C\x26\x0E", 4)) + 3] = 2 * 57;
  EXPECT_EQ(whole->end_of_file(), framed(bytes({0x15, 0x02, 0x19, 0x0C, 0x16, 2 * 8, 0x19, 0x2C}) + row_group(0, 5) +
                                         moved + bytes({0x28, 0x02, 'm', 'e', 0x00})));
}

TEST(ParquetFooter, MayHaveManyRowGroupsAndLargePositions) {
  auto whole = ParquetFooter::parse(file_footer(0, 5));
  const auto added = ParquetFooter::parse(file_footer(7, 3));
  ASSERT_TRUE(whole.ok() && added.ok());
  for (int64_t i = 1; i <= 40; ++i) ASSERT_TRUE(whole->add(*added, i << 40).ok());
  const std::string end = whole->end_of_file();
  const auto again = ParquetFooter::parse(std::string_view(end).substr(0, end.size() - 8));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->rows(), 125);
  EXPECT_EQ(again->end_of_file(), end);
  EXPECT_FALSE(whole->add(*added, INT64_MAX - 5).ok());
}

TEST(ParquetFooter, ThatIsCutShortOrGoesOnIsDamaged) {
  const std::string footer = file_footer(7, 5);
  for (size_t size = 0; size < footer.size(); ++size) {
    EXPECT_FALSE(ParquetFooter::parse(std::string_view(footer).substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(ParquetFooter::parse(footer + '\0').ok());
}

TEST(ParquetFooter, OfAnyBytesIsReadOrRefused) {
  std::mt19937 random(1);
  const std::string footer = file_footer(7, 5);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string odd = footer;
    for (int changes = 0; changes < 3; ++changes) odd[random() % odd.size()] = static_cast<char>(random());
    const auto parsed = ParquetFooter::parse(odd);
    refused += parsed.ok() ? 0 : 1;
  }
  EXPECT_GT(refused, 1000);
  const std::string nested(10'000, '\x1C');
  EXPECT_FALSE(ParquetFooter::parse(nested).ok());
}

TEST(ParquetFooter, LengthIsThatOfAParquetFileAlone) {
  EXPECT_EQ(ParquetFooter::length(std::string("\x01\x02\0\0PAR1", 8)).value(), 0x201);
  EXPECT_FALSE(ParquetFooter::length(std::string("\x01\x02\0\0PARE", 8)).ok());
  EXPECT_FALSE(ParquetFooter::length("PAR1").ok());
}

}  // namespace
}  // namespace bulkload
