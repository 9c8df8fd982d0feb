#include "klaviyo/metric_names.h"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/edit_distance.h"
#include "klaviyo/hint.h"

namespace klaviyo {

namespace {

using nlohmann::json;

constexpr size_t kIdLength = 6;
constexpr size_t kNearestShown = 3;
constexpr size_t kMaxCompared = 200;  // bytes of a name

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::vector<const Metric*> metrics_where(std::span<const Metric> metrics, const auto& fits) {
  std::vector<const Metric*> found;
  for (const Metric& metric : metrics) {
    if (fits(metric)) found.push_back(&metric);
  }
  return found;
}

std::vector<const Metric*> candidates(std::string_view wanted, std::span<const Metric> metrics) {
  auto found = metrics_where(metrics, [&](const Metric& metric) { return metric.id == wanted; });
  if (found.empty()) found = metrics_where(metrics, [&](const Metric& metric) { return metric.name == wanted; });
  if (!found.empty()) return found;
  const std::string folded = lower(wanted);
  return metrics_where(metrics, [&](const Metric& metric) { return lower(metric.name) == folded; });
}

base::Status unknown(std::string_view wanted, std::span<const Metric> metrics) {
  std::vector<std::pair<size_t, std::string_view>> near;
  const std::string folded = lower(wanted.substr(0, kMaxCompared));
  for (const Metric& metric : metrics) {
    near.emplace_back(base::edit_distance(folded, lower(metric.name.substr(0, kMaxCompared))), metric.name);
  }
  std::ranges::sort(near);
  near.erase(std::unique(near.begin(), near.end()), near.end());
  near.resize(std::min(near.size(), kNearestShown));
  std::string text = "the account has no metric " + quote(wanted);
  if (near.empty()) text += "; it has none at all";
  for (const auto& [distance, name] : near)
    text += (name == near.front().second ? "; the nearest: " : ", ") + quote(name);
  return {base::Code::config, text};
}

base::Status ambiguous(std::string_view wanted, std::span<const Metric* const> found) {
  std::string text = "several metrics are called " + quote(wanted) + "; give the id of one:";
  for (const Metric* metric : found) {
    text += (metric == found.front() ? " " : ", ") + metric->id;
    if (!metric->integration.empty()) text += " (" + metric->integration + ")";
  }
  return {base::Code::config, text};
}

// A member of an object as text; empty: there is none.
std::string text_at(const json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto member = object.find(key);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

const json& member_of(const json& object, const char* key) {
  static const json kNothing;
  const auto member = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && member != object.end() ? *member : kNothing;
}

PageSummary read_page(const json& page, std::vector<Metric>& metrics) {
  PageSummary summary;
  for (const json& record : member_of(page, "data")) {
    const json& attributes = member_of(record, "attributes");
    metrics.push_back(
        {text_at(record, "id"), text_at(attributes, "name"), text_at(member_of(attributes, "integration"), "name")});
  }
  std::string next = text_at(member_of(page, "links"), "next");
  if (!next.empty()) summary.next = std::move(next);
  return summary;
}

}  // namespace

bool is_metric_id(std::string_view text) {
  const auto is = [](int (*kind)(int)) { return [kind](char c) { return kind(static_cast<unsigned char>(c)) != 0; }; };
  return text.size() == kIdLength && std::ranges::all_of(text, is(std::isalnum)) &&
         (std::ranges::any_of(text, is(std::isdigit)) || std::ranges::any_of(text.substr(1), is(std::isupper)));
}

base::Result<std::vector<std::string>> find_metrics(std::span<const std::string> wanted,
                                                    std::span<const Metric> metrics) {
  std::vector<std::string> ids;
  for (const std::string& text : wanted) {
    const auto found = candidates(text, metrics);
    if (found.empty() && !is_metric_id(text)) return unknown(text, metrics);
    if (found.size() > 1) return ambiguous(text, found);
    const std::string& id = found.empty() ? text : found.front()->id;
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
  }
  return ids;
}

MetricNames::MetricNames(const Config& config, net::ApiClient& api, const base::Log& log)
    : config_(listing_config(config, *find_source("metrics"))),
      order_(read_order(config_)),
      pager_{config_, order_, api, log, page_size_refused_} {}

base::Result<std::vector<std::string>> MetricNames::resolve(std::span<const std::string> wanted,
                                                            const RequestManner& manner) {
  if (std::ranges::all_of(wanted, is_metric_id)) return find_metrics(wanted, {});
  std::lock_guard lock(mutex_);
  if (!metrics_) {
    auto list = read_list(manner);
    if (!list.ok()) return list.status();
    metrics_ = *std::move(list);
  }
  return find_metrics(wanted, *metrics_);
}

base::Result<std::vector<Metric>> MetricNames::read_list(const RequestManner& manner) {
  std::vector<Metric> metrics;
  PageRequest first;
  first.page_size = page_size_of(*config_.source, config_);
  Pager pager(pager_, first, manner);
  for (;;) {
    const auto fetched = pager.fetch();
    if (!fetched.ok()) return fetched.status();
    if (fetched->outcome != Pager::Outcome::page) return fetched->answer.status;
    const json page = json::parse(fetched->answer.body, nullptr, false);
    if (!member_of(page, "data").is_array()) {
      return base::Status(base::Code::data, std::string(config_.source->path) + ": the answer is no list of metrics");
    }
    const auto more = pager.advance(read_page(page, metrics));
    if (!more.ok()) return more.status();
    if (!*more) return metrics;
  }
}

}  // namespace klaviyo
