#include "bulkload/filter/options.h"

#include <algorithm>
#include <utility>

#include "bulkload/text_format.h"

namespace bulkload {

namespace {

bool is_flag(std::string_view text) { return text == "true" || text == "false"; }

}  // namespace

std::optional<size_t> find_column(const TableSchema& schema, const Name& name, ConfigProblems& problems) {
  const int found = schema.find(name.text);
  if (found >= 0) return static_cast<size_t>(found);
  std::vector<std::string_view> known;
  for (const Field& field : schema.fields) known.push_back(field.name);
  problems.push_back(
      {name.place, name.label + ": '" + name.text + "' is no column here" + did_you_mean(name.text, known)});
  return std::nullopt;
}

Options::Options(const ConfigNode& map, std::string label, std::span<const OptionRow> table, std::string_view prefix,
                 ConfigProblems& problems)
    : map_(map), label_(std::move(label)), table_(table), prefix_(prefix), problems_(problems) {
  check_keys();
  check_values();
}

void Options::problem(std::string_view key, const std::string& what) const {
  const ConfigNode* node = map_.find(key);
  problems_.push_back({node == nullptr ? map_.place : node->place, label(key) + ": " + what});
}

const OptionRow* Options::find_row(std::string_view key) const {
  const std::string full = prefix_ + std::string(key);
  const auto row = std::find_if(table_.begin(), table_.end(), [&](const OptionRow& each) { return each.key == full; });
  return row == table_.end() ? nullptr : &*row;
}

void Options::check_keys() const {
  std::vector<std::string_view> known;
  for (const OptionRow& row : table_) {
    if (!row.key.starts_with(prefix_)) continue;
    const std::string_view key = row.key.substr(prefix_.size());
    if (key.find('.') == std::string_view::npos) known.push_back(key);
  }
  for (const ConfigNode& item : map_.items) {
    if (find_row(item.key) == nullptr) problem(item.key, "unknown key" + did_you_mean(item.key, known));
  }
}

void Options::check_values() {
  for (const OptionRow& row : table_) {
    if (!row.key.starts_with(prefix_)) continue;
    const std::string_view key = row.key.substr(prefix_.size());
    if (key.find('.') != std::string_view::npos) continue;
    const ConfigNode* node = find(key);
    if (node == nullptr) {
      if (row.required) problem(key, "is missing" + (row.values.empty() ? "" : "; give " + listed(row.values)));
    } else if (!is_sound(row, *node)) {
      unsound_.push_back(key);
    }
  }
}

bool Options::is_sound(const OptionRow& row, const ConfigNode& node) const {
  const auto fail = [&](const std::string& what) {
    problem(node.key, what);
    return false;
  };
  const auto is_text = [](const ConfigNode& each) { return each.is_scalar() && !each.text.empty(); };
  switch (row.kind) {
    case OptionKind::text:
      if (!is_text(node)) return fail("must be a text");
      if (row.values.empty() || std::find(row.values.begin(), row.values.end(), node.text) != row.values.end()) {
        return true;
      }
      return fail("'" + node.text + "' is not known; give " + listed(row.values));
    case OptionKind::any_text:
      return node.is_scalar() || fail("must be a text");
    case OptionKind::flag:
      return (node.is_scalar() && is_flag(node.text)) || fail("must be true or false");
    case OptionKind::count:
      return (node.is_scalar() && parse_count(node.text)) || fail("must be a whole number from 1 on");
    case OptionKind::names:
      if (is_text(node)) return true;
      return (node.is_list() && std::all_of(node.items.begin(), node.items.end(), is_text)) ||
             fail("must be a list of names");
    case OptionKind::map:
    case OptionKind::pairs:
      return node.is_map() || fail("must be a map");
    case OptionKind::items:
      return node.is_list() || fail("must be a list");
  }
  return false;
}

const ConfigNode* Options::find(std::string_view key) const {
  const ConfigNode* node = map_.find(key);
  const bool reported = std::find(unsound_.begin(), unsound_.end(), key) != unsound_.end();
  return node == nullptr || node->is_null() || reported ? nullptr : node;
}

std::string Options::text(std::string_view key) const { return name(key).text; }

Name Options::name(std::string_view key) const {
  const ConfigNode* node = find(key);
  if (node != nullptr) return {node->text, node->place, label(key)};
  const OptionRow* row = find_row(key);
  return {std::string(row == nullptr ? std::string_view() : row->fallback), map_.place, label(key)};
}

std::optional<int64_t> Options::count(std::string_view key) const { return parse_count(text(key)); }

std::vector<Name> Options::names(std::string_view key) const {
  const ConfigNode* node = find(key);
  if (node == nullptr) return {};
  if (node->is_scalar()) return {{node->text, node->place, label(key)}};
  std::vector<Name> names;
  for (const ConfigNode& item : node->items) names.push_back({item.text, item.place, label(key)});
  return names;
}

Options Options::map(std::string_view key) const {
  return {*find(key), label(key), table_, prefix_ + std::string(key) + ".", problems_};
}

std::string listed(std::span<const std::string_view> names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text.append(i + 1 == names.size() ? " or " : ", ");
    text.append(names[i]);
  }
  return text;
}

}  // namespace bulkload
