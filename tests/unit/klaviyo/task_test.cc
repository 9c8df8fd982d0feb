#include "klaviyo/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_sources.h"

namespace klaviyo {
namespace {

using testing::HasSubstr;

Task example() {
  Task task;
  task.source = "campaigns";
  task.config = "sha256:f";
  task.account = "hmac:a";
  task.run = {us("2026-02-10T00:00:00Z"), kUnboundedAbove};
  task.begun_us = us("2026-11-24T10:00:00.000001Z");
  task.rows = 41'200;
  WindowTask in_order{1, {us("2026-02-10T00:00:00Z"), us("2026-02-11T00:00:00Z")}, {}, false};
  in_order.position.at_us = us("2026-02-10T07:31:05.000123Z");
  in_order.position.ids = {"5qW", "emoji \U0001F600 \"quoted\""};
  WindowTask by_page{2, {}, {}, true};
  by_page.position.page = PageParameter{"page[cursor]", std::string("a+b/=&\xff\x01", 8)};
  by_page.position.query = Window{us("2026-02-10T00:00:00Z"), kUnboundedAbove};
  by_page.position.page_begin.add("x");
  by_page.position.delivered = by_page.position.page_begin;
  by_page.position.delivered.add("y");
  task.windows = {in_order, by_page};
  return task;
}

TEST(Task, ComesBackAsItWasWritten) {
  const Task task = example();
  const auto read = parse_task(format_task(task), config_of("campaigns"));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(*read, task);
}

TEST(Task, IsOneLineAndHoldsNoCredentials) {
  const std::string text = format_task(example());
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(text.find("pk_"), std::string::npos);
}

TEST(Task, CutAtAnyByteIsRefused) {
  const std::string text = format_task(example());
  const Config config = config_of("campaigns");
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(parse_task(std::string_view(text).substr(0, size), config).status().code(), base::Code::config) << size;
  }
}

TEST(Task, AnyFlippedBitIsRefused) {
  const std::string text = format_task(example());
  const Config config = config_of("campaigns");
  for (size_t i = 0; i < 8 * text.size(); ++i) {
    std::string changed = text;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    EXPECT_EQ(parse_task(changed, config).status().code(), base::Code::config) << i;
  }
}

TEST(Task, OfANewerVersionIsRefusedBySayingSo) {
  std::string text = format_task(example());
  text.replace(text.find("\"v\":1"), 5, "\"v\":2");
  EXPECT_THAT(parse_task(text, config_of("campaigns")).status().message(), HasSubstr("newer"));
}

TEST(Task, OfAnotherSourceConfigurationOrAccountIsRefused) {
  const std::string text = format_task(example());
  Config other = config_of("events");
  EXPECT_THAT(parse_task(text, other).status().message(), HasSubstr("another source"));
  other = config_of("campaigns");
  other.fingerprint = "sha256:g";
  EXPECT_THAT(parse_task(text, other).status().message(), HasSubstr("another configuration"));
  other = config_of("campaigns");
  other.account = "hmac:b";
  EXPECT_THAT(parse_task(text, other).status().message(), HasSubstr("another account"));
}

TEST(Task, WithAPassThatDoesNotExistIsRefused) {
  Task task = example();
  task.windows[0].pass = 99;
  EXPECT_EQ(parse_task(format_task(task), config_of("campaigns")).status().code(), base::Code::config);
}

// Below two levels of parents: rows of an action, a listing of a flow's actions, and of the archived flows.
Task nested_example() {
  Task task;
  task.source = "flow_action_messages";
  task.config = "sha256:f";
  task.account = "hmac:a";
  WindowTask rows{.window = {us("2026-02-10T00:00:00Z"), kUnboundedAbove}, .parents = {"36654791"}};
  rows.position.at_us = us("2026-02-10T07:31:05Z");
  WindowTask actions{.lists = 1, .parents = {"XVTP5Q"}};
  WindowTask flows{.pass = 1, .lists = 2};
  flows.position.page = PageParameter{"page[cursor]", "c"};
  task.windows = {rows, actions, flows};
  return task;
}

TEST(Task, OfParentsComesBackAsItWasWritten) {
  const Task task = nested_example();
  const auto read = parse_task(format_task(task), config_of("flow_action_messages"));
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(*read, task);
}

TEST(Task, OfGivenParentsNamesThemByTheirPlace) {
  Config config = config_of("list_profiles");
  config.ids = {"a", "b", "c"};
  Task task = nested_example();
  task.source = "list_profiles";
  task.windows = {{.lists = 1, .given = IdRange{1, 3}}};
  const auto read = parse_task(format_task(task), config);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(*read, task);
  config.ids.pop_back();
  EXPECT_EQ(parse_task(format_task(task), config).status().code(), base::Code::config) << "there is no third one";
}

TEST(Task, WithParentsThatItsLevelDoesNotHaveIsRefused) {
  const Config config = config_of("flow_action_messages");
  Task task = nested_example();
  task.windows[0].parents.clear();
  EXPECT_EQ(parse_task(format_task(task), config).status().code(), base::Code::config) << "rows below nothing";
  task = nested_example();
  task.windows[2].parents = {"XVTP5Q"};
  EXPECT_EQ(parse_task(format_task(task), config).status().code(), base::Code::config) << "flows below something";
  task = nested_example();
  task.windows[1].lists = 3;
  EXPECT_EQ(parse_task(format_task(task), config).status().code(), base::Code::config);
  task = nested_example();
  task.windows[1].pass = 1;
  EXPECT_EQ(parse_task(format_task(task), config).status().code(), base::Code::config) << "actions have one pass";
  Task flat = nested_example();
  flat.source = "events";
  flat.windows = {{.parents = {"x"}}};
  EXPECT_EQ(parse_task(format_task(flat), config_of("events")).status().code(), base::Code::config);
}

TEST(Trail, TellsRowsAndTheirOrderApart) {
  Trail ab, ba, a_b;
  ab.add("a");
  ab.add("b");
  ba.add("b");
  ba.add("a");
  a_b.add("ab");
  EXPECT_NE(ab, ba);
  EXPECT_NE(ab.hash, a_b.hash);
}

}  // namespace
}  // namespace klaviyo
