#include "cells.h"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <utility>

#include "base/text_time.h"

namespace klaviyo {

namespace {

bool bit(const void* bits, int64_t row) { return (static_cast<const uint8_t*>(bits)[row / 8] >> (row % 8) & 1) != 0; }

constexpr Attribute kAttributes[] = {
    {.name = "datetime", .path = "datetime", .type = ColumnType::timestamp},
    {.name = "timestamp", .path = "timestamp", .type = ColumnType::int64},
    {.name = "value", .path = "value", .type = ColumnType::float64},
    {.name = "open", .path = "open", .type = ColumnType::boolean},
    {.name = "name", .path = "name", .type = ColumnType::utf8},
    {.name = "event_properties", .path = "event_properties", .type = ColumnType::json},
    {.name = "location_city", .path = "location.city", .type = ColumnType::utf8},
    {.name = "location_geo_lat", .path = "location.geo.lat", .type = ColumnType::float64},
    {.name = "forecast", .path = "forecast", .type = ColumnType::json, .additional = "forecast"},
};
constexpr Relationship kRelationships[] = {
    {.name = "metric",
     .type = "metric",
     .cardinality = Cardinality::one,
     .includable = true,
     .always_linked = true,
     .included_by_default = true},
    {.name = "profile",
     .type = "profile",
     .cardinality = Cardinality::one,
     .includable = true,
     .always_linked = true,
     .included_by_default = true},
    {.name = "campaign-messages", .type = "campaign-message", .cardinality = Cardinality::many, .includable = true},
};
constexpr JoinedAttribute kJoined[] = {
    {.name = "metric_name", .relationship = "metric", .path = "name", .type = ColumnType::utf8},
    {.name = "metric", .relationship = "metric", .path = "", .type = ColumnType::json},
    {.name = "profile_email", .relationship = "profile", .path = "email", .type = ColumnType::utf8},
    {.name = "profile_age", .relationship = "profile", .path = "age", .type = ColumnType::int64},
    {.name = "profile_created", .relationship = "profile", .path = "created", .type = ColumnType::timestamp},
    {.name = "profile_vip", .relationship = "profile", .path = "vip", .type = ColumnType::boolean},
    {.name = "profile_location_city", .relationship = "profile", .path = "location.city", .type = ColumnType::utf8},
};
constexpr TimeField kTimes[] = {{.key = "datetime", .name = "datetime", .operators = 0, .sort = "datetime"}};

constexpr Source kSource = {.name = "events",
                            .path = "/api/events",
                            .type = "event",
                            .scope = "events:read",
                            .attributes = kAttributes,
                            .relationships = kRelationships,
                            .joined = kJoined,
                            .time_fields = kTimes};

ParsedPage parse_with(const Config& config, const std::string& body, bool single, std::string_view label,
                      RowGate& gate) {
  const RecordLayout layout = make_layout(config);
  ParsedPage page;
  const base::Log log(base::LogLevel::warn,
                      [&page](base::LogLevel, std::string_view line) { page.warnings.emplace_back(line); });
  ColumnSet columns(layout);
  Flattener flattener(layout, columns, log);
  PageParser parser(layout);
  auto summary = parser.parse(body, label, single, gate, columns, flattener);
  page.status = summary.status();
  if (summary.ok()) page.summary = *std::move(summary);
  page.odd_values = flattener.odd_values();
  page.rows = take_rows(layout, columns);
  return page;
}

}  // namespace

Cell cell_text(ColumnType type, const ArrowArray& array, int64_t row) {
  if (array.buffers[0] != nullptr && !bit(array.buffers[0], row)) return std::nullopt;
  const void* const values = array.buffers[1];
  switch (type) {
    case ColumnType::int64:
      return std::to_string(static_cast<const int64_t*>(values)[row]);
    case ColumnType::timestamp:
      return base::format_rfc3339(static_cast<const int64_t*>(values)[row]);
    case ColumnType::boolean:
      return bit(values, row) ? "true" : "false";
    case ColumnType::float64: {
      std::array<char, 32> text;
      const auto end = std::to_chars(text.data(), text.data() + text.size(), static_cast<const double*>(values)[row]);
      return std::string(text.data(), end.ptr);
    }
    case ColumnType::utf8:
    case ColumnType::json:
      break;
  }
  const auto* const offsets = static_cast<const int32_t*>(values);
  return std::string(static_cast<const char*>(array.buffers[2]) + offsets[row],
                     static_cast<size_t>(offsets[row + 1] - offsets[row]));
}

std::vector<Row> take_rows(const RecordLayout& layout, ColumnSet& columns) {
  ArrowArray batch;
  columns.take(columns.rows(), &batch);
  std::vector<Row> rows(static_cast<size_t>(batch.length));
  for (size_t i = 0; i < layout.columns.size(); ++i) {
    EXPECT_EQ(batch.children[i]->length, batch.length) << layout.columns[i].name;
    for (int64_t row = 0; row < batch.length; ++row) {
      rows[static_cast<size_t>(row)][layout.columns[i].name] =
          cell_text(layout.columns[i].type, *batch.children[i], row);
    }
  }
  batch.release(&batch);
  return rows;
}

const Source& event_source() { return kSource; }

Config config_of(const Source& source) {
  Config config;
  config.source = &source;
  if (!source.time_fields.empty()) config.time_field = &source.time_fields.front();
  return config;
}

ParsedPage parse_page(const Config& config, const std::string& body, bool single, std::string_view label) {
  OpenGate gate;
  return parse_with(config, body, single, label, gate);
}

ParsedPage parse_page(const Config& config, const std::string& body, RowGate& gate) {
  return parse_with(config, body, false, {}, gate);
}

std::string page_of(std::string_view attributes) {
  return R"({"data":[{"type":"event","id":"e1","attributes":)" + std::string(attributes) + "}]}";
}

Cell cell_of(const Config& config, std::string_view attributes, const std::string& column) {
  const ParsedPage page = parse_page(config, page_of(attributes));
  EXPECT_TRUE(page.status.ok()) << page.status.message();
  if (page.rows.size() != 1 || !page.rows[0].contains(column)) {
    ADD_FAILURE() << "no row with a column " << column << " from " << attributes;
    return std::nullopt;
  }
  return page.rows[0].at(column);
}

}  // namespace klaviyo
