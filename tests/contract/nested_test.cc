// Checkpoints of a source that is read below the rows of another one: the position among parents is in them.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "contract/plugin.h"
#include "contract/subject.h"
#include "support/emulator_process.h"

namespace contract {
namespace {

using nlohmann::json;

class Nested : public testing::Test {
 protected:
  Input open(const std::string& source, const json& changes = json::object()) {
    json config = {
        {"type", "klaviyo"}, {"data_source", source}, {"api_token", "pk_emulator"}, {"base_url", emulator_.base_url()}};
    config.merge_patch(changes);
    return Input(library_.table(), config.dump());
  }

  // Pairs of the schema's metadata, in its order.
  std::string metadata(const std::string& source, const std::set<std::string>& wanted,
                       const json& changes = json::object()) {
    Input input = open(source, changes);
    ArrowSchema schema;
    Error error;
    EXPECT_EQ(library_.table().schema(input.handle(), &schema, &error), BULK_INPUT_OK);
    std::string text;
    for (const auto& [key, value] : read_metadata(schema)) {
      if (wanted.contains(key)) text += key + '=' + value + ' ';
    }
    schema.release(&schema);
    return text;
  }

  test_support::EmulatorProcess emulator_{{"--no-rate-limits", "--size", "profiles=6000"}};
  Library library_{KLAVIYO_PLUGIN};
};

TEST_F(Nested, CheckpointAfterEachBatchLeadsToExactlyTheRest) {
  Input input = open("list_profiles", {{"columns", {"id", "list_id", "joined_group_at"}}});
  const std::string task = input.plan().at(0);
  const Rows all = load(input).rows;
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end()) << "every pair once";
  Reader reader = input.run(task);
  Rows before;
  int batches = 0;
  for (; std::optional<Batch> batch = reader.next(); ++batches) {
    append(before, batch->rows());
    Rows rows = before;
    append(rows, input.run(reader.checkpoint()).rest());
    EXPECT_EQ(sorted(std::move(rows)), all) << "after " << before.size() << " rows";
  }
  EXPECT_GE(batches, 2);
}

TEST_F(Nested, CheckpointHoldsAFewParentsAndNeverAllOfThem) {
  Input input = open("profile_push_tokens", {{"columns", {"id", "profile_id"}}, {"parallel_requests", 4}});
  Reader reader = input.run(input.plan().at(0));
  ASSERT_TRUE(reader.next());
  EXPECT_LT(json::parse(reader.checkpoint()).at("windows").size(), 400U) << "of 6000 profiles";
}

TEST_F(Nested, TasksDivideTheGivenParents) {
  json ids;
  for (const auto& row : emulator_.rows("lists", "")) ids.push_back(row.id);
  const json changes = {{"columns", {"id", "list_id"}}, {"ids", ids}};
  Input input = open("list_profiles", changes);
  EXPECT_EQ(input.plan(4).size(), 4U);
  const Rows all = load(input).rows;
  EXPECT_EQ(load(input, 4).rows, all);
  Input listed = open("list_profiles", {{"columns", {"id", "list_id"}}});
  EXPECT_EQ(listed.plan(4).size(), 1U) << "parents that are not known yet cannot be divided";
  EXPECT_EQ(load(listed).rows, all);
}

TEST_F(Nested, SchemaNamesTheColumnsThatTellRowsApart) {
  EXPECT_EQ(metadata("list_profiles", {"order", "key"}), "order=time key=list_id,id ");
  EXPECT_EQ(metadata("profile_lists", {"order", "key"}), "order=none key=profile_id,id ");
  EXPECT_EQ(metadata("events", {"order", "key"}), "order=time key=id ");
  EXPECT_EQ(metadata("coupon_codes", {"order", "key"}), "order=none key=id ");
}

TEST_F(Nested, SchemaSaysWhetherTheRunReadsAllRowsOrWhatLeavesSomeOut) {
  const auto whole = [&](const std::string& source, const json& changes) {
    return metadata(source, {"whole"}, changes);
  };
  EXPECT_EQ(whole("list_profiles", {{"columns", {"id", "email"}}, {"page_size", 10}}), "whole=true ");
  EXPECT_EQ(whole("list_profiles", {{"ids", {"L1"}}}), "whole=ids ");
  EXPECT_EQ(whole("events", {{"incremental", true}}), "whole=incremental ");
  EXPECT_EQ(whole("events", {{"incremental", true}, {"start_time", "2026-01-01"}}), "whole=incremental,start_time ");
  EXPECT_EQ(whole("events", {{"end_time", "2026-01-01"}}), "whole=end_time ");
  EXPECT_EQ(whole("profiles", {{"filter", "equals(email,'a@example.com')"}}), "whole=filter ");
}

}  // namespace
}  // namespace contract
