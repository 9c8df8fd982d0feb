// Requests to an Api without a socket, for the emulator's own tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api.h"
#include "query_string.h"
#include "time_text.h"

namespace emulator {

using Headers = std::map<std::string, std::string>;

inline constexpr const char* kKey = "pk_emulator";
inline constexpr const char* kBase = "http://127.0.0.1:8080";

inline DatasetOptions small_dataset() {
  DatasetOptions options;
  options.since_us = *parse_instant("2024-01-01");
  options.until_us = *parse_instant("2026-11-01");
  options.sizes = {{"events", 1000}, {"profiles", 200}};
  return options;
}

inline ApiOptions open_api() {
  ApiOptions options;
  options.keys[kKey] = {};
  options.rate_limits = false;
  return options;
}

/// `headers` are added to, or replace, those of a proper request; an empty value leaves one out.
inline Answer get(Api& api, const std::string& target, const Headers& headers = {}) {
  Headers all{{"Authorization", std::string("Klaviyo-API-Key ") + kKey},
              {"revision", "2026-07-15"},
              {"Accept", "application/vnd.api+json"}};
  for (const auto& [name, value] : headers) all[name] = value;
  Request request;
  request.method = "GET";
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  request.base = kBase;
  request.header = [&all](const char* name) {
    const auto found = all.find(name);
    return found == all.end() ? std::string() : found->second;
  };
  return api.answer(request);
}

inline Json get_json(Api& api, const std::string& target, const Headers& headers = {}) {
  const Answer answer = get(api, target, headers);
  EXPECT_EQ(answer.status, 200) << target << '\n' << answer.body;
  return Json::parse(answer.body, nullptr, false);
}

/// The path and query of `links.next`; nothing at the end.
inline std::optional<std::string> next_target(const Json& document) {
  const Json& links = document.at("links");
  if (!links.contains("next") || links.at("next").is_null()) return std::nullopt;
  return links.at("next").get<std::string>().substr(std::string(kBase).size());
}

/// Follows links.next from `target` to the end.
inline std::vector<Json> get_all(Api& api, const std::string& target, const Headers& headers = {}) {
  std::vector<Json> rows;
  for (std::optional<std::string> page = target; page;) {
    const Json document = get_json(api, *page, headers);
    if (!document.is_object()) break;
    for (const Json& row : document.at("data")) rows.push_back(row);
    page = next_target(document);
  }
  return rows;
}

inline std::vector<std::string> ids_of(const std::vector<Json>& rows) {
  std::vector<std::string> ids;
  for (const Json& row : rows) ids.push_back(row.at("id").get<std::string>());
  return ids;
}

/// The ids of all rows of a source, in row order.
inline std::vector<std::string> all_ids(Api& api, const std::string& source) {
  const Type& type = *api.newest_facts().source(source)->type;
  const auto world = api.dataset().now();
  std::vector<std::string> ids;
  for (int64_t row = 0; row < world->rows(type).end(); ++row) {
    if (world->rows(type).exists(row)) ids.push_back(world->id(type, row));
  }
  return ids;
}

/// The filters that together show every row of a source.
inline std::vector<std::string> complete_filters(Api& api, const std::string& source) {
  if (source == "campaigns") {
    std::vector<std::string> filters;
    for (const char* channel : {"email", "sms", "mobile_push"}) {
      for (const char* archived : {"true", "false"}) {
        filters.push_back(std::string("equals(messages.channel,'") + channel + "'),equals(archived," + archived + ")");
      }
    }
    return filters;
  }
  if (source == "flows") return {"equals(archived,true)", "equals(archived,false)"};
  if (source == "coupon-codes") {
    std::vector<std::string> filters;
    for (const auto& id : all_ids(api, "coupons")) filters.push_back("equals(coupon.id,[\"" + id + "\"])");
    return filters;
  }
  return {""};
}

/// `/api/SOURCE?…`, each value percent-encoded.
inline std::string target_of(const std::string& source, const std::vector<Parameter>& parameters) {
  std::vector<Parameter> given;
  for (const Parameter& parameter : parameters) {
    if (!parameter.value.empty()) given.push_back(parameter);
  }
  return "/api/" + source + (given.empty() ? "" : "?" + build_query(given));
}

}  // namespace emulator
