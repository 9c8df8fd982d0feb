#include "bulkload/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bulkload/next_config_file.h"
#include "bulkload/out_section.h"
#include "unit/host/scratch_folder.h"

namespace bulkload {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ConfigFileTest : public testing::Test {
 protected:
  ConfigFile read(const std::string& content, const std::string& name = "config.yml") {
    folder_.write(name, content);
    return read_config_file(folder_.path(name), process_environment, problems_);
  }

  /// Problems with the file's name in place of its path.
  std::string problems() {
    std::string text = format_problems(problems_);
    for (size_t at = text.find(folder_.root() + "/"); at != std::string::npos; at = text.find(folder_.root() + "/")) {
      text.erase(at, folder_.root().size() + 1);
    }
    return text;
  }

  ScratchFolder folder_;
  ConfigProblems problems_;
};

TEST_F(ConfigFileTest, AllAcceptedFormsGiveTheSameSections) {
  for (const char* content : {"in: {type: fake, data_source: lists}\nout: {mode: append}\nfilters: []\nexec: {}\n",
                              "config:\n  in: {type: fake, data_source: lists}\n  out: {mode: append}\n",
                              R"({"in": {"type": "fake", "data_source": "lists"}, "out": {"mode": "append"}})"}) {
    const ConfigFile file = read(content);
    EXPECT_EQ(problems(), "") << content;
    EXPECT_EQ(file.type(), "fake");
    EXPECT_EQ(to_json(file.in), R"({"type": "fake", "data_source": "lists"})");
    EXPECT_EQ(to_json(file.out), R"({"mode": "append"})");
  }
  const ConfigFile bare = read("type: fake\ndata_source: lists\n");
  EXPECT_EQ(problems(), "");
  EXPECT_EQ(to_json(bare.in), R"({"type": "fake", "data_source": "lists"})");
}

TEST_F(ConfigFileTest, NamesOfConfigurationFilesAreKnown) {
  for (const char* name : {"a.yml", "a.yaml", "a.json", "a.yml.liquid", "a.yaml.liquid"}) {
    read("in: {type: fake}", name);
    EXPECT_EQ(problems(), "") << name;
  }
  read("in: {type: fake}", "a.txt");
  EXPECT_THAT(problems(), HasSubstr("a.txt: not a configuration file; its name must end in"));
}

TEST_F(ConfigFileTest, UnknownTopLevelKeysNameTheNearestOne) {
  read("in: {type: fake}\nfilter: []\nquux: 1\n");
  EXPECT_EQ(problems(),
            "config.yml:2: filter: unknown key; did you mean 'filters'?\n"
            "config.yml:3: quux: unknown key");
}

TEST_F(ConfigFileTest, FiltersAreKeptAsTheyStand) {
  const ConfigFile file = read("in: {type: fake}\nfilters:\n- type: rename\n  columns: {a: b}\n");
  EXPECT_EQ(problems(), "");
  EXPECT_EQ(to_json(file.filters), R"([{"type": "rename", "columns": {"a": "b"}}])");
  EXPECT_EQ(file.filters.items[0].items[1].place.line, 4);
  EXPECT_TRUE(read("in: {type: fake}\n").filters.is_null());
}

TEST_F(ConfigFileTest, ExecTakesItsNumbersAndWarnsOfOthers) {
  const ConfigFile file =
      read("in: {type: fake}\nexec:\n  max_threads: 4\n  min_output_tasks: 0\n  preview_sample_rows: 7\n  x: 1\n");
  EXPECT_EQ(problems(), "config.yml:4: exec.min_output_tasks: must be a whole number from 1 on");
  EXPECT_EQ(file.preview_rows, 7);
  ASSERT_THAT(file.warnings, SizeIs(1));
  EXPECT_EQ(file.warnings[0].text, "exec.x: has no meaning here and is ignored");
  EXPECT_EQ(read("in: {type: fake}\npreview_sample_rows: 20\n").preview_rows, 20);
}

TEST_F(ConfigFileTest, FilesWithoutAnInSectionAreRefused) {
  for (const char* content : {"", "- 1\n", "text\n", "out: {}\n", "in: 3\n", "in:\n", "config: {in: [1]}\n"}) {
    problems_.clear();
    read(content);
    EXPECT_THAT(problems_, SizeIs(1)) << content;
  }
}

TEST_F(ConfigFileTest, InSectionHasOneKeyALineAndOnlyStrings) {
  const ConfigFile file = read("in:\n  type: fake\n  rows: 3\n\n  end_time:\n  columns: [id, {name: n}]\n");
  EXPECT_EQ(
      InSection(file.in).text(),
      "{\n\"type\": \"fake\",\n\"rows\": \"3\",\n\"end_time\": null,\n\"columns\": [\"id\", {\"name\": \"n\"}]\n}\n");
  EXPECT_EQ(InSection(ConfigNode()).text(), "{\n}\n");
}

TEST_F(ConfigFileTest, PluginMessagesPointToTheUsersLines) {
  const ConfigFile file = read("# c\nin:\n  type: fake\n\n  rows: x\n  last: 1\n");
  problems_ = InSection(file.in).translate("line 3: rows: wrong\nline 1: token: missing\nodd message\nline 99: a: b");
  EXPECT_EQ(problems(),
            "config.yml:5: in.rows: wrong\n"
            "config.yml:2: in.token: missing\n"
            "config.yml: in: odd message\n"
            "config.yml: in.a: b");
}

TEST_F(ConfigFileTest, SecretValuesAreThoseOfSpeakingKeys) {
  const ConfigFile file =
      read("in: {type: fake, api_token: pk_123456, api_token_file: /run/key, nested: [{password: pw123456}]}\n");
  EXPECT_THAT(secret_values(file.in), ElementsAre("pk_123456", "pw123456"));
}

TEST_F(ConfigFileTest, KeysOfFiltersAreSecretAndNamesOfColumnsAreNot) {
  const ConfigFile file = read(
      "in: {type: fake}\nfilters:\n- {type: hash, columns: [email], key: hidden1}\n"
      "- type: rename\n  columns: {token: shown, key: shown too}\n");
  EXPECT_THAT(secret_values(file.filters), ElementsAre("hidden1"));
}

class NextConfigFileTest : public ConfigFileTest {
 protected:
  /// JSON of the `in:` section with a diff laid over it.
  std::string with_diff(const std::string& diff) {
    ConfigFile file = read("in: {type: fake, start_time: a, end_time: b}\n");
    folder_.write("diff.yml", diff);
    apply_next_config_file(folder_.path("diff.yml"), file, problems_);
    return to_json(file.in);
  }
};

TEST_F(NextConfigFileTest, DiffIsLaidOverTheSection) {
  EXPECT_EQ(with_diff("in: {start_time: c, end_time: null, rows: 1}\nout: {}\n"),
            R"({"type": "fake", "start_time": "c", "end_time": null, "rows": "1"})");
  EXPECT_EQ(problems(), "");
}

TEST_F(NextConfigFileTest, ProblemsOfAValueFromTheDiffPointIntoTheDiff) {
  ConfigFile file = read("in: {type: fake, start_time: a}\n");
  folder_.write("diff.yml", "in:\n  start_time: c\n");
  apply_next_config_file(folder_.path("diff.yml"), file, problems_);
  problems_ = InSection(file.in).translate("line 3: start_time: wrong");
  EXPECT_EQ(problems(), "diff.yml:2: in.start_time: wrong");
}

TEST_F(NextConfigFileTest, EmptyAndMissingFilesChangeNothing) {
  EXPECT_EQ(with_diff(""), R"({"type": "fake", "start_time": "a", "end_time": "b"})");
  ConfigFile file = read("in: {type: fake}\n");
  apply_next_config_file(folder_.path("none.yml"), file, problems_);
  EXPECT_EQ(problems(), "");
  EXPECT_FALSE(folder_.has("none.yml"));
}

TEST_F(NextConfigFileTest, WhatIsNoDiffIsRefused) {
  for (const char* diff : {"[1]\n", "start_time: x\n", "in: 3\n", "in: {a: 1, a: 2}\n", "in: {{ env.HOME }}\n"}) {
    problems_.clear();
    with_diff(diff);
    EXPECT_THAT(problems(), HasSubstr("diff.yml")) << diff;
  }
  std::filesystem::create_symlink(folder_.path("elsewhere"), folder_.path("link.yml"));
  for (const std::string& path : {folder_.path("link.yml"), folder_.root(), folder_.path("no/folder.yml")}) {
    problems_.clear();
    ConfigFile file = read("in: {type: fake}\n");
    apply_next_config_file(path, file, problems_);
    EXPECT_THAT(problems_, SizeIs(1)) << path;
  }
}

TEST_F(NextConfigFileTest, WrittenDiffReadsBack) {
  ASSERT_TRUE(
      write_next_config_file(folder_.path("diff.yml"), R"({"start_time":"2026-01-01T00:00:00Z","end_time":null})")
          .ok());
  EXPECT_EQ(folder_.read("diff.yml"), "in: {\"start_time\": \"2026-01-01T00:00:00Z\", \"end_time\": null}\n");
  EXPECT_EQ(std::filesystem::status(folder_.path("diff.yml")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(with_diff(folder_.read("diff.yml")),
            R"({"type": "fake", "start_time": "2026-01-01T00:00:00Z", "end_time": null})");
}

TEST_F(NextConfigFileTest, DiffIsNotWrittenThroughALinkOrWhenItIsNone) {
  folder_.write("target", "kept");
  std::filesystem::create_symlink(folder_.path("target"), folder_.path("link.yml"));
  EXPECT_EQ(write_next_config_file(folder_.path("link.yml"), "{}").code(), base::Code::local_io);
  EXPECT_EQ(folder_.read("target"), "kept");
  EXPECT_EQ(write_next_config_file(folder_.path("d.yml"), "[]").code(), base::Code::internal);
  EXPECT_EQ(write_next_config_file(folder_.path("d.yml"), "{").code(), base::Code::internal);
  EXPECT_EQ(write_next_config_file(folder_.path("no/d.yml"), "{}").code(), base::Code::local_io);
  EXPECT_FALSE(folder_.has("d.yml"));
}

class OutSectionTest : public ConfigFileTest {
 protected:
  SinkOptions options(const std::string& out, const std::vector<std::string>& overrides = {}) {
    const ConfigFile file = read("in: {type: fake}\n" + out);
    return read_out_section(file.out, overrides, "klaviyo", file.path, problems_);
  }
};

TEST_F(OutSectionTest, WithoutATypeRowsGoIntoASqliteFileNamedAfterThePlugin) {
  for (const char* out : {"", "out:\n", "out: {mode: append}\n"}) {
    const SinkOptions sink = options(out);
    EXPECT_EQ(sink.type, "sqlite");
    EXPECT_EQ(sink.mode, Mode::append);
    EXPECT_EQ(sink.get("path"), "klaviyo.db");
    EXPECT_EQ(sink.table, "");
  }
  EXPECT_EQ(problems(), "");
}

TEST_F(OutSectionTest, CommandLineWinsOverTheFile) {
  const SinkOptions sink = options("out: {type: file, path: a.csv, format: csv}\n",
                                   {"path=b=c.csv", "mode=replace", "table=t", "format=jsonl"});
  EXPECT_EQ(problems(), "");
  EXPECT_EQ(sink.type, "file");
  EXPECT_EQ(sink.mode, Mode::replace);
  EXPECT_EQ(sink.get("path"), "b=c.csv");
  EXPECT_EQ(sink.get("format"), "jsonl");
  EXPECT_EQ(sink.table, "t");
}

TEST_F(OutSectionTest, TimeColumnIsTheHostsAndNoSinksOption) {
  const ConfigFile file = read("in: {type: fake}\nout: {type: stdout, time_column: created}\n");
  const SinkOptions sink = read_out_section(file.out, {}, "klaviyo", file.path, problems_);
  EXPECT_EQ(problems(), "");
  EXPECT_FALSE(sink.settings.contains("time_column"));
  EXPECT_EQ(read_host_key(file.out, {}, kTimeColumn).text, "created");
  EXPECT_EQ(read_host_key(file.out, {"time_column=updated", "x"}, kTimeColumn).text, "updated");
  EXPECT_TRUE(read_host_key(ConfigNode(), {}, kTimeColumn).is_null());
  EXPECT_EQ(problems(), "");
  options("out: {type: stdout, time_colum: created}\n");
  EXPECT_THAT(problems(), HasSubstr("did you mean time_column?"));
}

TEST_F(OutSectionTest, DetectDeletesGoesWithMergeAlone) {
  EXPECT_EQ(options("out: {mode: merge}\n").deletes, Deletes::ignored);
  EXPECT_EQ(options("out: {mode: append, detect_deletes: false}\n").deletes, Deletes::ignored);
  EXPECT_EQ(options("out: {mode: merge, detect_deletes: true}\n").deletes, Deletes::marked);
  EXPECT_EQ(options("out: {mode: merge}\n", {"detect_deletes=even_all"}).deletes, Deletes::even_all);
  EXPECT_EQ(problems(), "");
  options("out:\n  mode: append\n  detect_deletes: true\n");
  EXPECT_THAT(problems(), HasSubstr("config.yml:4: out.detect_deletes: marks the rows that a run with mode merge did "
                                    "not see, and the mode is append"));
  options("out: {type: stdout, detect_delete: true}\n");
  EXPECT_THAT(problems(), HasSubstr("did you mean detect_deletes?"));
}

TEST_F(OutSectionTest, ProblemsHaveTheirPlaces) {
  options("out:\n  type: file\n  pth: x\n  mode: append\n", {"format=xml"});
  EXPECT_THAT(problems(), HasSubstr("config.yml:4: out.pth: "));
  EXPECT_THAT(problems(), HasSubstr("config.yml:2: out.path: "));
  EXPECT_THAT(problems(), HasSubstr("--out format: out.format: "));
  problems_.clear();
  options("out: {type: stdout, mode: apend}\n");
  EXPECT_EQ(problems(), "config.yml:2: out.mode: must be append, replace, replace_on_new_data or merge");
  problems_.clear();
  options("out: {type: stdout}\n", {"x"});
  EXPECT_EQ(problems(), "--out x: must be KEY=VALUE, such as --out path=rows.csv");
  problems_.clear();
  options("out: {type: nowhere}\n");
  EXPECT_THAT(problems(), HasSubstr("config.yml:2: out.type: 'nowhere' is not a destination"));
}

}  // namespace
}  // namespace bulkload
