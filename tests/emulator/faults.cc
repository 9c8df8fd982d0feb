#include "faults.h"

#include <algorithm>
#include <stdexcept>

namespace emulator {
namespace {

using Set = void (*)(Fault&, const Json&);

struct Action {
  std::string_view name;
  Set set;
};

void set_headers(Fault& fault, const Json& json) {
  for (const auto& [name, value] : json.items()) {
    fault.headers[name] = value.is_string() ? value.get<std::string>() : value.dump();
  }
}

void set_close(Fault& fault, const Json& json) {
  if (json != "before_headers") throw std::invalid_argument("close can be before_headers");
  fault.close_before_headers = true;
}

constexpr Action kActions[] = {
    {"status", [](Fault& fault, const Json& json) { fault.status = json.get<int>(); }},
    {"headers", set_headers},
    {"body", [](Fault& fault, const Json& json) { fault.body = json.get<std::string>(); }},
    {"content_type", [](Fault& fault, const Json& json) { fault.content_type = json.get<std::string>(); }},
    {"cut_body_after", [](Fault& fault, const Json& json) { fault.cut_body_after = json.get<int64_t>(); }},
    {"close", set_close},
    {"delay_ms", [](Fault& fault, const Json& json) { fault.delay_ms = json.get<int64_t>(); }},
    {"next", [](Fault& fault, const Json& json) { fault.next = json.get<std::string>(); }},
    {"empty_page", [](Fault& fault, const Json& json) { fault.empty_page = json.get<bool>(); }},
    {"unsorted", [](Fault& fault, const Json& json) { fault.unsorted = json.get<bool>(); }},
    {"expire_cursor", [](Fault& fault, const Json& json) { fault.expire_cursor = json.get<bool>(); }},
    {"age_sec", [](Fault& fault, const Json& json) { fault.expire_age_sec = json.get<int64_t>(); }},
    {"repeat_cursor", [](Fault& fault, const Json& json) { fault.repeat_cursor = json.get<bool>(); }},
    {"body_replace",
     [](Fault& fault, const Json& json) {
       fault.replace = {json.at(0).get<std::string>(), json.at(1).get<std::string>()};
     }},
    {"hang", [](Fault& fault, const Json& json) { fault.hang = json.get<bool>(); }},
};

Fault parse_fault(const Json& json) {
  Fault out;
  for (const auto& [name, value] : json.items()) {
    const auto* const action = std::find_if(std::begin(kActions), std::end(kActions),
                                            [&, &wanted = name](const Action& a) { return a.name == wanted; });
    if (action == std::end(kActions)) throw std::invalid_argument("there is no action " + name);
    action->set(out, value);
  }
  return out;
}

// What `fault` says is added to what `all` says already.
void combine(Fault& all, const Fault& fault) {
  if (fault.status) {
    all.status = fault.status;
    all.body = fault.body;
    all.content_type = fault.content_type;
  }
  for (const auto& [name, value] : fault.headers) all.headers[name] = value;
  if (fault.cut_body_after) all.cut_body_after = fault.cut_body_after;
  if (fault.next) all.next = fault.next;
  if (fault.replace) all.replace = fault.replace;
  if (fault.expire_cursor) all.expire_age_sec = fault.expire_age_sec;
  all.delay_ms += fault.delay_ms;
  all.close_before_headers |= fault.close_before_headers;
  all.empty_page |= fault.empty_page;
  all.unsorted |= fault.unsorted;
  all.expire_cursor |= fault.expire_cursor;
  all.repeat_cursor |= fault.repeat_cursor;
  all.hang |= fault.hang;
}

}  // namespace

std::string Faults::add(const Json& document) {
  std::vector<Rule> parsed;
  try {
    for (const Json& json : document.at("rules")) {
      Rule rule;
      rule.path = json.value("path", std::string());
      rule.nth = json.value("nth", int64_t{1});
      rule.count = json.value("count", int64_t{1});
      rule.fault = parse_fault(json.at("do"));
      parsed.push_back(std::move(rule));
    }
  } catch (const std::exception& error) {
    return std::string("rules not understood: ") + error.what();
  }
  const std::lock_guard lock(mutex_);
  rules_.insert(rules_.end(), parsed.begin(), parsed.end());
  return {};
}

void Faults::clear() {
  const std::lock_guard lock(mutex_);
  rules_.clear();
  ++generation_;
}

Fault Faults::next(std::string_view path) {
  const std::lock_guard lock(mutex_);
  Fault out;
  out.generation = generation_;
  for (Rule& rule : rules_) {
    if (!path.starts_with(rule.path)) continue;
    ++rule.seen;
    if (rule.seen >= rule.nth && (rule.count < 0 || rule.seen < rule.nth + rule.count)) combine(out, rule.fault);
  }
  return out;
}

bool Faults::cursors_age() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(rules_.begin(), rules_.end(), [](const Rule& rule) { return rule.fault.expire_age_sec > 0; });
}

}  // namespace emulator
