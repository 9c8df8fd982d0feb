// The reference pages, examples/sources/*.md: one for each source, made from the catalogue and from what the emulator
// gives. BULK_INPUT_WRITE_REFERENCE=1 in the environment writes them anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "load.h"

namespace e2e {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxExampleBytes = 120;

std::filesystem::path page_folder() { return std::filesystem::path(SOURCE_FOLDER) / "examples" / "sources"; }

bool is_to_be_written() { return std::getenv("BULK_INPUT_WRITE_REFERENCE") != nullptr; }

Json sources_command(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{BULKLOAD_PROGRAM, "sources", "--format", "json"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const auto result = test_support::run_command({words});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return Json::parse(result.out);
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// A value in a cell of a Markdown table: short, and in one line.
std::string cell(const Json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
  if (text.size() > kMaxExampleBytes) {
    size_t end = kMaxExampleBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // between characters
    text = text.substr(0, end) + "…";
  }
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped.empty() ? "" : "`" + escaped + "`";
}

/// Everything that a source can give is asked for: `[subscriptions, predictive_analytics]`.
std::string all_of(const Json& columns, const std::string& what) {
  std::vector<std::string> names;
  for (const Json& column : columns) {
    const std::string needs = text_of(column, "needs");
    if (!needs.starts_with(what + ": ")) continue;
    const std::string name = needs.substr(what.size() + 2);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

size_t filled(const Json& row) {
  return static_cast<size_t>(std::count_if(row.begin(), row.end(), [](const Json& value) { return !value.is_null(); }));
}

/// The fullest of the first rows; null when the emulator does not have the source.
Json example_row(const EmulatorProcess& emulator, const Json& source, const Json& columns) {
  Load load(emulator);
  load.in["beta"] = "true";
  for (const std::string key : {"additional_fields", "include"}) {
    const std::string names = all_of(columns, key);
    if (!names.empty()) load.in[key] = "[" + names + "]";
  }
  const auto preview = load.bulkload("preview", text_of(source, "name"), {"--format", "json"});
  if (preview.exit_code != 0) return {};
  const Json rows = Json::parse(preview.out);
  const auto fullest =
      std::max_element(rows.begin(), rows.end(), [](const Json& a, const Json& b) { return filled(a) < filled(b); });
  return fullest == rows.end() ? Json() : *fullest;
}

std::string page_of(const EmulatorProcess& emulator, const Json& source) {
  const Json columns = sources_command({text_of(source, "name")});
  const Json example = example_row(emulator, source, columns);
  std::ostringstream page;
  page << "# " << text_of(source, "name") << "\n\n`GET " << text_of(source, "path") << "`\n\n";
  const std::pair<std::string, std::string> facts[] = {
      {"Published as", text_of(source, "beta") == "yes" ? "beta: needs `beta: true`" : ""},
      {"Rows of a page", text_of(source, "page_size").empty() ? "" : "at most " + text_of(source, "page_size")},
      {"A run can be limited by", text_of(source, "filter_by")},
      {"Rate limit of the account", text_of(source, "rate_limit")},
      {"Scopes of the key", text_of(source, "scopes")},
      {"`additional_fields`", all_of(columns, "additional_fields")},
      {"`include`", all_of(columns, "include")}};
  for (const auto& [what, value] : facts) {
    if (!value.empty()) page << "- " << what << ": " << value << "\n";
  }
  page << "\n| column | type | needs | example |\n|---|---|---|---|\n";
  for (const Json& column : columns) {
    const std::string name = text_of(column, "name");
    page << "| " << name << " | " << text_of(column, "type") << " | " << text_of(column, "needs") << " | "
         << cell(example.is_object() ? example.value(name, Json()) : Json()) << " |\n";
  }
  return page.str();
}

TEST(Reference, HasAPageOfEverySourceThatSaysWhatTheCatalogueSays) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "profiles=200"});
  std::set<std::string> expected{"README.md"};
  for (const Json& source : sources_command({})) {
    const std::string file = text_of(source, "name") + ".md";
    SCOPED_TRACE(file);
    expected.insert(file);
    const std::string page = page_of(emulator, source);
    if (is_to_be_written()) test_support::write_file(page_folder() / file, page);
    ASSERT_TRUE(std::filesystem::exists(page_folder() / file)) << "write the pages anew";
    EXPECT_EQ(test_support::read_file(page_folder() / file), page) << "write the pages anew";
  }
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(page_folder())) found.insert(entry.path().filename());
  EXPECT_EQ(found, expected);
}

TEST(Reference, ListsEverySourceWithALinkToItsPage) {
  std::ostringstream list;
  list << "# Sources\n\n| source | path | limited by | rate limit | columns |\n|---|---|---|---|---|\n";
  for (const Json& source : sources_command({})) {
    const std::string name = text_of(source, "name");
    list << "| [" << name << "](" << name << ".md)" << (text_of(source, "beta") == "yes" ? " (beta)" : "") << " | "
         << text_of(source, "path") << " | " << text_of(source, "filter_by") << " | " << text_of(source, "rate_limit")
         << " | " << text_of(source, "columns") << " |\n";
  }
  if (is_to_be_written()) test_support::write_file(page_folder() / "README.md", list.str());
  EXPECT_EQ(test_support::read_file(page_folder() / "README.md"), list.str()) << "write the pages anew";
}

}  // namespace
}  // namespace e2e
