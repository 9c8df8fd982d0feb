#include "admin.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "query_string.h"
#include "time_text.h"

namespace emulator {
namespace {

constexpr int64_t kRowsPerPart = 10'000;

Answer json_answer(const Json& json) { return {200, "application/json", {}, json.dump(), {}, {}, false, {}, 0}; }

Answer text_answer(int status, std::string text) {
  return {status, "text/plain", {}, std::move(text) + '\n', {}, {}, false, {}, 0};
}

// The field that says when a row was made, or else changed; nothing for types without times.
std::optional<Field> time_field(const Source& source, const std::string& wanted) {
  std::vector<std::string> names{"joined_group_at", "datetime", "created", "created_at", "updated", "updated_at"};
  if (!wanted.empty()) names = {wanted};
  for (const auto& name : names) {
    if (source.extra.part(name) || source.type->attributes.part(name)) return bind_field(source, name);
  }
  return std::nullopt;
}

std::string time_json(const std::optional<Field>& field, const RowContext& row) {
  if (!field) return "null";
  const Value value = field_value(*field, row);
  if (value.kind == Value::Kind::instant) return '"' + format_utc(value.integer) + '"';
  if (value.kind == Value::Kind::integer) return '"' + format_utc(value.integer * kSecond) + '"';
  return "null";
}

// Of a nested collection: below every parent that there is.
Answer member_rows(const World& world, const Source& source, const std::optional<Field>& field) {
  std::string body = "{\"rows\":[";
  for (const int64_t parent : world.existing_rows(*source.parent)) {
    const Group group{source.parent, parent, source.members};
    for (const int64_t row : world.members(group)) {
      body += body.ends_with('[') ? "{\"parent\":" : ",{\"parent\":";
      append_json_string(body, world.id(*source.parent, parent));
      body += ",\"id\":";
      append_json_string(body, world.id(*source.type, row));
      body += ",\"time\":" + time_json(field, world.context(*source.type, row, &group)) + '}';
    }
  }
  return {200, "application/json", {}, body + "]}", {}, {}, false, {}, 0};
}

Answer rows(Api& api, const Request& request) {
  auto query = parse_query(request.query);
  const auto* parameters = std::get_if<std::vector<Parameter>>(&query);
  if (parameters == nullptr) return text_answer(400, std::get<Refusal>(query).detail);
  const std::string* name = find_parameter(*parameters, "source");
  const Source* source = name == nullptr ? nullptr : api.newest_facts().source(*name);
  if (source == nullptr) return text_answer(400, "source must name a collection");
  const std::string* wanted = find_parameter(*parameters, "field");
  const auto field = time_field(*source, wanted == nullptr ? std::string() : *wanted);
  if (wanted != nullptr && !field) return text_answer(400, *name + " has no field " + *wanted);

  if (source->parent != nullptr) return member_rows(*api.dataset().now(), *source, field);

  Answer out = text_answer(200, {});
  out.content_type = "application/json";
  const auto next_row = std::make_shared<int64_t>(0);
  const auto listed = std::make_shared<bool>(false);
  out.next_part = [world = api.dataset().now(), &type = *source->type, field, next_row, listed](std::string& part) {
    const Rows& all = world->rows(type);
    if (*next_row > all.end()) return false;
    if (*next_row == 0) part = "{\"rows\":[";
    const int64_t end = std::min(*next_row + kRowsPerPart, all.end());
    for (int64_t row = *next_row; row < end; ++row) {
      if (!all.exists(row)) continue;
      part += *listed ? ",{\"id\":" : "{\"id\":";
      *listed = true;
      append_json_string(part, world->id(type, row));
      part += ",\"time\":" + time_json(field, world->context(type, row)) + '}';
    }
    *next_row = end;
    if (end == all.end()) {
      part += "]}";
      *next_row = end + 1;
    }
    return true;
  };
  return out;
}

using Change = std::vector<std::string> (*)(Dataset&, const Type&, int64_t count, int64_t at_us);

Answer change(Api& api, const Request& request, Change make_change) {
  const Json json = Json::parse(request.body, nullptr, false);
  if (!json.is_object()) return text_answer(400, "the body must be a JSON object");
  try {
    const Source* source = api.newest_facts().source(json.at("source").get<std::string>());
    if (source == nullptr) return text_answer(400, "source must name a collection");
    const int64_t at_us = now_us() - json.value("age_sec", int64_t{0}) * kSecond;
    const auto ids = make_change(api.dataset(), *source->type, json.value("count", int64_t{1}), at_us);
    return json_answer({{"ids", ids}, {"time", format_utc(at_us)}});
  } catch (const Json::exception& error) {
    return text_answer(400, error.what());
  }
}

Answer stats(Api& api, const Request&) { return json_answer(api.traffic().stats()); }

Answer reset(Api& api, const Request&) {
  api.traffic().clear();
  api.faults().clear();
  return json_answer(Json::object());
}

Answer grow(Api& api, const Request& request) {
  return change(api, request, [](Dataset& dataset, const Type& type, int64_t count, int64_t at_us) {
    return dataset.grow(type, count, at_us);
  });
}

Answer touch(Api& api, const Request& request) {
  return change(api, request, [](Dataset& dataset, const Type& type, int64_t count, int64_t at_us) {
    return dataset.touch(type, count, at_us);
  });
}

Answer remove(Api& api, const Request& request) {
  return change(api, request,
                [](Dataset& dataset, const Type& type, int64_t count, int64_t) { return dataset.remove(type, count); });
}

Answer vanish(Api& api, const Request& request) {
  return change(api, request,
                [](Dataset& dataset, const Type& type, int64_t count, int64_t) { return dataset.vanish(type, count); });
}

Answer faults(Api& api, const Request& request) {
  const Json json = Json::parse(request.body, nullptr, false);
  const std::string problem = json.is_discarded() ? "the body must be JSON" : api.faults().add(json);
  return problem.empty() ? json_answer(Json::object()) : text_answer(400, problem);
}

Answer rates(Api& api, const Request& request) {
  const Json json = Json::parse(request.body, nullptr, false);
  if (!json.is_object() || !json.contains("path")) return text_answer(400, "the body must be an object with a path");
  Rate rate;
  rate.per_second = json.value("per_second", int64_t{0});
  rate.per_minute = json.value("per_minute", int64_t{0});
  rate.per_day = json.value("per_day", int64_t{0});
  api.set_rate(json["path"].get<std::string>(), rate);
  return json_answer(Json::object());
}

struct Command {
  std::string_view method;
  std::string_view path;
  Answer (*run)(Api&, const Request&);
};

constexpr Command kCommands[] = {
    {"GET", "/_emulator/stats", stats},    {"GET", "/_emulator/rows", rows},      {"POST", "/_emulator/reset", reset},
    {"POST", "/_emulator/grow", grow},     {"POST", "/_emulator/touch", touch},   {"POST", "/_emulator/delete", remove},
    {"POST", "/_emulator/vanish", vanish}, {"POST", "/_emulator/faults", faults}, {"POST", "/_emulator/rates", rates}};

}  // namespace

Answer administer(Api& api, const Request& request) {
  for (const Command& command : kCommands) {
    if (command.path == request.path && command.method == request.method) return command.run(api, request);
  }
  return text_answer(404, "no such command: " + request.method + ' ' + request.path);
}

}  // namespace emulator
