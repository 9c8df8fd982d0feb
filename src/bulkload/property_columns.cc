#include "bulkload/property_columns.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/text_time.h"
#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/json_text.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using nlohmann::json;

constexpr int64_t kSampleRows = 1000;
constexpr std::string_view kSuffix = "properties";

enum Kind : unsigned { kInteger = 1, kFraction = 2, kBoolean = 4, kTime = 8, kText = 16, kNested = 32 };

unsigned kind_of(const json& value) {
  if (value.is_null()) return 0;
  if (value.is_boolean()) return kBoolean;
  if (value.is_number_integer()) return kInteger;
  if (value.is_number()) return kFraction;
  if (!value.is_string()) return kNested;
  return base::parse_time(value.get_ref<const std::string&>()) ? kTime : kText;
}

Type type_of(unsigned kinds) {
  switch (kinds) {
    case kInteger:
      return Type::int64;
    case kFraction:
    case kInteger | kFraction:
      return Type::float64;
    case kBoolean:
      return Type::boolean;
    case kTime:
      return Type::timestamp;
    case kNested:
      return Type::json;
    default:
      return Type::string;
  }
}

/// `Item Name` → item_name; `$value` → value.
std::string plain_name(std::string_view property) {
  std::string name;
  for (const char c : property) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    if (plain || capital) {
      name += capital ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!name.empty() && name.back() != '_') {
      name += '_';
    }
  }
  while (name.ends_with('_')) name.pop_back();
  return name.empty() ? "x" : name;
}

bool holds_properties(const Field& field) { return field.type == Type::json && field.name.ends_with(kSuffix); }

/// The first one: joined records' columns come behind the record's own.
std::string own_properties(const TableSchema& schema) {
  const auto own = std::find_if(schema.fields.begin(), schema.fields.end(), holds_properties);
  return own == schema.fields.end() ? std::string() : own->name;
}

/// The property as a path into its column: `event_properties."$value"`.
std::string path_of(const std::string& column, const std::string& property) {
  std::string path = column + ".\"";
  for (const char c : property) {
    if (c == '"' || c == '\\') path += '\\';
    path += c;
  }
  return path + "\"";
}

/// A text in double quotes that is the same in YAML and JSON, and asks for nothing to be put in.
std::string quoted(const std::string& text) {
  std::string out;
  append_json_string(text, out);
  for (size_t at = out.find('{'); at != std::string::npos; at = out.find('{', at + 1)) out.replace(at, 1, "\\u007b");
  return out;
}

std::string file_text(const std::vector<PropertyColumn>& columns, int64_t rows) {
  std::string text = "# Columns of the properties in a sample of " + format_count(rows) +
                     " rows. Edit them, or remove this file to look at a sample again.\ncolumns:\n";
  for (const PropertyColumn& column : columns) {
    text += "  - {name: " + column.name + ", from: " + quoted(column.from) +
            ", type: " + std::string(type_name(column.type)) + "}\n";
  }
  if (columns.empty()) text += "  []\n";
  return text;
}

/// config.properties.yml of config.yml and config.yml.liquid; of one of several sources config.properties.events.yml.
std::string kept_path(const SourceConfig& config) {
  std::filesystem::path path(config.file.path);
  if (path.extension() == ".liquid") path.replace_extension();
  path.replace_extension("properties.yml");
  return source_path(path.string(), config.source);
}

/// The list of columns in a kept file; its places are in that file.
ConfigNode read_kept(const std::string& path, ConfigProblems& problems) {
  const ConfigText text = read_config_text(path, process_environment, problems);
  const ConfigNode tree = parse_config_tree(text, problems);
  const ConfigNode* columns = tree.find("columns");
  if (columns != nullptr && columns->is_list()) return *columns;
  problems.push_back({{path, 0}, "there is no list `columns`; remove the file to look at a sample again"});
  return {};
}

void lay_over(const ConfigNode& found, ConfigNode& in) {
  if (found.items.empty()) return;
  ConfigNode* columns = in.find("columns");
  if (columns == nullptr) {
    in.items.push_back(found);
    columns = &in.items.back();
    columns->key = "columns";
  } else if (columns->is_list()) {
    columns->items.insert(columns->items.end(), found.items.begin(), found.items.end());
  }
}

void count(const RecordBatch& batch, const TableSchema& schema, PropertySample& properties) {
  for (size_t i = 0; i < schema.fields.size(); ++i) {
    const Field& field = schema.fields[i];
    if (!holds_properties(field)) continue;
    const ColumnView& column = batch.columns()[i];
    for (int64_t row = 0; row < batch.rows(); ++row) {
      if (!column.is_null(row)) properties.add(field.name, column.text(row));
    }
  }
}

Status write_sample(const std::string& path, Input& input, const base::Log& log) {
  auto reader = input.preview(kSampleRows);
  if (!reader.ok()) return reader.status();
  PropertySample properties(own_properties(input.schema()));
  int64_t rows = 0;
  for (;;) {
    const auto batch = reader->next();
    if (!batch.ok()) return batch.status();
    if (!batch->has_value()) break;
    rows += (*batch)->rows();
    count(**batch, input.schema(), properties);
  }
  const auto columns = properties.columns();
  log.info("Found " + format_count(static_cast<int64_t>(columns.size())) + " properties in a sample of " +
           format_count(rows) + " rows; their columns are kept in " + path);
  return replace_file(path, file_text(columns, rows));
}

}  // namespace

void PropertySample::add(const std::string& column, std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return;
  for (const auto& [property, held] : value.items()) {
    Seen& seen = seen_[{column, property}];
    ++seen.rows;
    seen.kinds |= kind_of(held);
  }
}

std::vector<PropertyColumn> PropertySample::columns() const {
  std::vector<decltype(seen_)::const_iterator> found;
  for (auto each = seen_.begin(); each != seen_.end(); ++each) found.push_back(each);
  std::stable_sort(found.begin(), found.end(), [](auto a, auto b) { return a->second.rows > b->second.rows; });
  found.resize(std::min(found.size(), kMaxPropertyColumns));
  std::sort(found.begin(), found.end(), [](auto a, auto b) { return a->first < b->first; });
  std::set<std::string> taken;
  std::vector<PropertyColumn> columns;
  for (const auto& each : found) {
    const auto& [column, property] = each->first;
    const std::string whose = column == own_ ? "" : column.substr(0, column.size() - kSuffix.size());
    const std::string plain = whose + "property_" + plain_name(property);
    std::string name = plain;
    for (int suffix = 2; !taken.insert(name).second; ++suffix) name = plain + "_" + std::to_string(suffix);
    columns.push_back({std::move(name), path_of(column, property), type_of(each->second.kinds)});
  }
  return columns;
}

bool take_property_columns_key(ConfigFile& file, ConfigProblems& problems) {
  const ConfigNode* key = file.in.find(kPropertyColumns);
  if (key == nullptr) return false;
  const ConfigNode taken = *key;
  std::erase_if(file.in.items, [](const ConfigNode& item) { return item.key == kPropertyColumns; });
  const bool is_auto = taken.is_scalar() && taken.text == "auto";
  if (!is_auto) {
    problems.push_back({taken.place, "in.property_columns: must be auto, or left out"});
  } else if (!file.in_file) {
    problems.push_back(
        {taken.place,
         "in.property_columns: auto keeps its columns beside a configuration file; run the file once, and "
         "give the list `columns` that it keeps instead"});
  }
  return is_auto && file.in_file;
}

Status add_property_columns(SourceConfig& config, Input& input, ConfigProblems& problems, const base::Log& log) {
  const std::string path = kept_path(config);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    if (Status status = write_sample(path, input, log); !status.ok()) return status;
  }
  const size_t before = problems.size();
  const ConfigNode found = read_kept(path, problems);
  if (problems.size() == before) lay_over(found, config.file.in);
  return {};
}

}  // namespace bulkload
