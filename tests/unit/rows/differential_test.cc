// Random pages, flattened here and by nlohmann/json.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/text_time.h"
#include "cells.h"
#include "klaviyo/page_parser.h"

namespace klaviyo {
namespace {

using Json = nlohmann::ordered_json;

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Json page() {
    Json data = Json::array();
    for (int i = below(6); i > 0; --i) {
      data.push_back({{"type", "event"}, {"id", "e" + std::to_string(below(1000))}, {"attributes", attributes()}});
    }
    return {{"data", data}, {"links", {{"next", below(2) == 0 ? Json(nullptr) : Json(text())}}}};
  }

 private:
  int below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }

  Json attributes() {
    Json object = Json::object();
    for (const char* key : {"datetime", "timestamp", "value", "open", "name", "event_properties"}) {
      if (below(4) != 0) object[key] = below(3) == 0 ? value(2) : typical(key);
    }
    if (below(2) == 0) object["location"] = {{"city", value(1)}, {"geo", {{"lat", value(0)}}}};
    return object;
  }

  Json typical(const std::string& key) {
    if (key == "datetime") return base::format_rfc3339(1'000'000'000'000'000 + int64_t{below(1'000'000'000)} * 1'000);
    if (key == "timestamp") return below(1'000'000) - 500'000;
    if (key == "value") return below(1'000'000) / 64.0;
    if (key == "open") return below(2) == 0;
    if (key == "name") return text();
    return value(3);
  }

  Json value(int depth) {
    switch (below(depth > 0 ? 8 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return below(2) == 0;
      case 2:
        return below(100) - 50;
      case 3:
        return below(10'000) / 8.0;
      case 4:
      case 5:
        return text();
      case 6: {
        Json array = Json::array();
        for (int i = below(4); i > 0; --i) array.push_back(value(depth - 1));
        return array;
      }
      default: {
        Json object = Json::object();
        for (int i = below(4); i > 0; --i) object[text()] = value(depth - 1);
        return object;
      }
    }
  }

  std::string text() {
    static constexpr const char* kParts[] = {"a", "Z", " ", "\"", "\\", "/",    "\n", "\t", "\x01",
                                             "ä", "€", "😀", "4",  ".5", "true", "[",  "}"};
    std::string text;
    for (int i = below(6); i > 0; --i) text += kParts[below(static_cast<int>(std::size(kParts)))];
    return text;
  }

  std::mt19937 random_;
};

// The header's rules once more, over a DOM. Nothing: null, or a value that does not fit.
Cell expected_cell(ColumnType type, const Json& value) {
  if (value.is_null()) return std::nullopt;
  const Json number = value.is_string() ? Json::parse(value.get<std::string>(), nullptr, false) : value;
  const bool numeric = number.is_number() && (!value.is_string() || number.dump() == value.get<std::string>());
  switch (type) {
    case ColumnType::utf8:
      return value.is_string() ? value.get<std::string>() : value.dump();
    case ColumnType::json:
      return value.dump();
    case ColumnType::boolean:
      if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
      return value == "true" ? Cell("true") : std::nullopt;
    case ColumnType::timestamp: {
      const auto time = value.is_string() ? base::parse_time(value.get<std::string>()) : std::nullopt;
      return time ? Cell(base::format_rfc3339(time->us)) : std::nullopt;
    }
    case ColumnType::int64:
      if (!numeric || number.get<double>() != static_cast<double>(number.get<int64_t>())) return std::nullopt;
      return std::to_string(number.get<int64_t>());
    case ColumnType::float64:
      break;
  }
  if (!numeric) return std::nullopt;
  std::string text = Json(number.get<double>()).dump();
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

Json at_path(const Json& attributes, std::string_view path) {
  Json at = attributes;
  while (!path.empty()) {
    const std::string key(path.substr(0, path.find('.')));
    path.remove_prefix(std::min(key.size() + 1, path.size()));
    if (!at.is_object() || !at.contains(key)) return nullptr;
    at = Json(at[key]);
  }
  return at;
}

TEST(Differential, AgreesWithADom) {
  Config config = config_of(event_source());
  config.skip_related_objects = true;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const Json page = Generator(seed).page();
    for (const std::string& body : {page.dump(), page.dump(2)}) {
      const ParsedPage parsed = parse_page(config, body);
      ASSERT_TRUE(parsed.status.ok()) << parsed.status.message() << body;
      ASSERT_EQ(parsed.rows.size(), page["data"].size()) << body;
      const Json next = page["links"]["next"];
      ASSERT_EQ(parsed.summary.next.value_or(""), next.is_null() ? "" : next.get<std::string>());
      for (size_t i = 0; i < parsed.rows.size(); ++i) {
        const Json& record = page["data"][i];
        ASSERT_EQ(parsed.rows[i].at("id"), record["id"].get<std::string>());
        for (const Attribute& attribute : event_source().attributes) {
          if (!attribute.additional.empty()) continue;
          const Json value = at_path(record["attributes"], attribute.path);
          Cell cell = parsed.rows[i].at(std::string(attribute.name));
          if (cell &&
              (attribute.type == ColumnType::json || (attribute.type == ColumnType::utf8 && !value.is_string()))) {
            cell = Json::parse(*cell).dump();
          }
          ASSERT_EQ(cell, expected_cell(attribute.type, value)) << attribute.name << " in " << body;
        }
      }
    }
  }
}

TEST(Differential, AdditionalAttributesAreValidJson) {
  const Config config = config_of(event_source());
  for (unsigned seed = 0; seed < 200; ++seed) {
    for (const Row& row : parse_page(config, Generator(seed).page().dump()).rows) {
      const std::string additional = row.at("additional_attributes").value_or("{}");
      ASSERT_TRUE(nlohmann::json::parse(additional, nullptr, false).is_object()) << additional;
    }
  }
}

}  // namespace
}  // namespace klaviyo
