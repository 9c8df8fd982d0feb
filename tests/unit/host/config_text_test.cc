#include "bulkload/config_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "unit/host/scratch_folder.h"

namespace bulkload {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ConfigTextTest : public testing::Test {
 protected:
  ConfigText read(const std::string& content, const std::string& name = "config.yml") {
    folder_.write(name, content);
    return read_config_text(
        folder_.path(name),
        [this](const std::string& variable) {
          const auto it = environment_.find(variable);
          return it == environment_.end() ? std::nullopt : std::optional(it->second);
        },
        problems_);
  }

  std::string only_problem() {
    EXPECT_THAT(problems_, SizeIs(1));
    return problems_.empty() ? "" : problems_[0].text;
  }

  ScratchFolder folder_;
  std::map<std::string, std::string> environment_;
  ConfigProblems problems_;
};

TEST_F(ConfigTextTest, EnvironmentVariableIsPutIn) {
  environment_["KEY"] = "pk_1: #2";
  const ConfigText text = read("in:\n  api_token: {{ env.KEY }}, {{env.KEY}}\n");
  EXPECT_EQ(text.text, "in:\n  api_token: pk_1: #2, pk_1: #2\n");
  EXPECT_EQ(text.original, "in:\n  api_token: {{ env.KEY }}, {{env.KEY}}\n");
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ConfigTextTest, EveryUnsetVariableIsOneProblemWithItsFirstLine) {
  read("a: {{ env.ONE }}\nb: {{ env.ONE }}\nc: {{ env.TWO }}\n");
  ASSERT_THAT(problems_, SizeIs(2));
  EXPECT_EQ(format_problems(problems_),
            folder_.path("config.yml") +
                ":1: the environment variable ONE is not set; set it, or take it out of the file\n" +
                folder_.path("config.yml") +
                ":3: the environment variable TWO is not set; set it, or take it out of the file");
}

TEST_F(ConfigTextTest, CommentLinesNeedNoVariables) {
  const ConfigText text = read("  # api_token: {{ env.UNSET }} {% raw %}\nb: 1\n");
  EXPECT_EQ(text.text, "  # api_token: {{ env.UNSET }} {% raw %}\nb: 1\n");
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ConfigTextTest, VariableWithALineBreakIsRefusedWithoutItsValue) {
  environment_["KEY"] = "pk_secret\nout: {}";
  read("a: {{ env.KEY }}\n");
  EXPECT_THAT(only_problem(), HasSubstr("holds a line break"));
  EXPECT_THAT(only_problem(), Not(HasSubstr("pk_secret")));
}

TEST_F(ConfigTextTest, OtherLiquidIsRefused) {
  for (const char* line : {"a: {{ x }}", "a: {{ env.A | upcase }}", "a: {{ env.A", "{% if x %}", "{% include x %}",
                           "{% include 'x' with y %}", "{{ env.1A }}", "{% include \"x' %}"}) {
    problems_.clear();
    read(std::string("b: 1\n") + line + "\n");
    EXPECT_THAT(only_problem(), HasSubstr("this template is not understood")) << line;
    if (!problems_.empty()) {
      EXPECT_EQ(problems_[0].place.line, 2) << line;
    }
  }
}

TEST_F(ConfigTextTest, IncludedFilesArePutInAndKeepTheirPlaces) {
  folder_.write("_common.yml.liquid", "  type: fake\n  rows: 3\n");
  folder_.write("_tail.yml", "out:\n  {% include 'plain.txt' %}\n");
  folder_.write("plain.txt", "type: stdout");
  const ConfigText text = read("in:\n{% include 'common' %}\n{% include \"tail\" %}\nexec: {}\n");
  EXPECT_THAT(problems_, IsEmpty());
  EXPECT_EQ(text.text, "in:\n  type: fake\n  rows: 3\nout:\n  type: stdout\nexec: {}\n");
  EXPECT_EQ(text.place(1).file, folder_.path("config.yml"));
  EXPECT_EQ(text.place(3).file, folder_.path("_common.yml.liquid"));
  EXPECT_EQ(text.place(3).line, 2);
  EXPECT_EQ(text.place(5).file, folder_.path("_tail.yml"));
  EXPECT_EQ(text.place(6).line, 4);
  EXPECT_EQ(text.place(99).line, 4);
}

TEST_F(ConfigTextTest, FilesOutsideOfTheFolderAreNotIncluded) {
  folder_.write("secret.txt", "x: 1");
  fs::create_directory(folder_.path("inner"));
  fs::create_symlink(folder_.path("secret.txt"), folder_.path("inner/link"));
  for (const std::string& name :
       std::vector<std::string>{"../secret.txt", folder_.path("secret.txt"), "link", "missing", ".."}) {
    problems_.clear();
    read("{% include '" + name + "' %}\n", "inner/config.yml");
    EXPECT_THAT(only_problem(), HasSubstr("cannot include")) << name;
  }
}

TEST_F(ConfigTextTest, FileThatIncludesItselfIsRefused) {
  read("a: 1\n{% include 'config.yml' %}\n");
  EXPECT_THAT(only_problem(), HasSubstr("does one include itself?"));
}

TEST_F(ConfigTextTest, ByteOrderMarkAndCarriageReturnsAreAccepted) {
  environment_["A"] = "1";
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a: {{ env.A }}\r\nb: 2")
                .text,
            "a: 1\r\nb: 2");
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ConfigTextTest, WhatIsNoUtf8IsRefusedWithItsLine) {
  using namespace std::string_literals;
  for (const std::string& content : {"a: 1\nb: \xFF\n"s, "a: 1\n\xC0\x80"s, "a: 1\n\xED\xA0\x80"s, "a: 1\n\0"s}) {
    problems_.clear();
    EXPECT_EQ(read(content).text, "");
    EXPECT_THAT(only_problem(), HasSubstr("not UTF-8 text"));
    if (!problems_.empty()) {
      EXPECT_EQ(problems_[0].place.line, 2);
    }
  }
}

TEST_F(ConfigTextTest, LargeMissingAndOddFilesAreRefused) {
  read(std::string((1 << 20) + 1, 'a'));
  EXPECT_THAT(only_problem(), HasSubstr("larger than 1048576 bytes"));
  for (const std::string& path : {folder_.path("missing.yml"), folder_.path(""), std::string("/dev/null")}) {
    problems_.clear();
    read_config_text(path, process_environment, problems_);
    EXPECT_THAT(problems_, SizeIs(1)) << path;
  }
}

TEST_F(ConfigTextTest, LongLinesOfTemplatesTakeTimeInProportion) {
  // Quadratic work would take minutes, and so run into the time limit of the suite.
  environment_["A"] = "";
  std::string line;
  while (line.size() < (1 << 20) - 20) line += "{{env.A}}{ ";
  read(line);
  EXPECT_THAT(problems_, IsEmpty());
}

TEST_F(ConfigTextTest, InclusionsTogetherStayBelowTheLimit) {
  folder_.write("big", std::string(1 << 19, 'a'));
  read("{% include 'big' %}\n{% include 'big' %}\n");
  EXPECT_THAT(only_problem(), HasSubstr("larger than 1 MiB"));
}

}  // namespace
}  // namespace bulkload
