#include <gtest/gtest.h>

#include "filtered.h"

namespace bulkload {
namespace {

using testing::chain_of;
using testing::columns_of;

const std::vector<Field> kFields = {{"id", Type::string}, {"name", Type::string}, {"created", Type::timestamp}};

TEST(RemoveColumns, TakesTheNamedOnesAway) {
  auto bound = chain_of("- {type: remove_columns, remove: [name]}", kFields);
  EXPECT_EQ(columns_of(bound), "id:string created:timestamp");
  EXPECT_EQ(testing::filter_rows(bound, kFields, {{"a", "b", int64_t{5}}}),
            (std::vector<std::vector<std::string>>{{"a", "5"}}));
}

TEST(RemoveColumns, KeepsTheNamedOnesInTheirOldOrder) {
  EXPECT_EQ(columns_of(chain_of("- {type: remove_columns, keep: [created, id]}", kFields)),
            "id:string created:timestamp");
  EXPECT_EQ(columns_of(chain_of("- {type: remove_columns, keep: id}", kFields)), "id:string");
}

TEST(RemoveColumns, NameThatIsNoColumnIsAProblemUnlessAccepted) {
  EXPECT_EQ(columns_of(chain_of("- type: remove_columns\n  remove:\n  - id\n  - nam\n", kFields)),
            "config.yml:4: filters.remove_columns.remove: 'nam' is no column here; did you mean 'name'?");
  EXPECT_EQ(
      columns_of(chain_of("- {type: remove_columns, remove: [nam, name], accept_unmatched_columns: true}", kFields)),
      "id:string created:timestamp");
}

TEST(RemoveColumns, RemoveAndKeepExcludeEachOther) {
  const std::string both = "config.yml:1: filters.remove_columns.keep: give one of remove and keep";
  EXPECT_EQ(columns_of(chain_of("- {type: remove_columns, remove: [id], keep: [name]}", kFields)), both);
  EXPECT_EQ(columns_of(chain_of("- {type: remove_columns}", kFields)),
            "config.yml:1: filters.remove_columns.remove: give one of remove and keep");
  EXPECT_EQ(columns_of(chain_of("- {type: remove_columns, remove: []}", kFields)),
            "config.yml:1: filters.remove_columns.remove: names no column");
}

TEST(RemoveColumns, LeavesAtLeastOneColumn) {
  EXPECT_EQ(columns_of(chain_of("- {type: remove_columns, remove: [id, name, created]}", kFields)),
            "config.yml:1: filters.remove_columns.remove: leaves no column; keep at least one");
}

}  // namespace
}  // namespace bulkload
