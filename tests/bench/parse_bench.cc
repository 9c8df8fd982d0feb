// A page of 1,000 events, 1.3 MB with its related objects, parsed into columns, and beside it a bare simdjson
// On-Demand walk that takes the same values out of the same buffer, into plain vectors, and checks nothing. Compare
// their times: the walk's over the parser's is to be 0.85 or more.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <array>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text_time.h"
#include "event_page.h"
#include "klaviyo/page_parser.h"

namespace {

using namespace simdjson;

constexpr int64_t kEvents = 1000;

std::string page() {
  const bench::EventPage prepared(kEvents);
  std::string text(prepared.events(kEvents));
  text.append(prepared.related())
      .append(bench::EventPage::links("https://a.klaviyo.com/api/events?page%5Bcursor%5D=a"));
  text.reserve(text.size() + SIMDJSON_PADDING);
  return text;
}

template <typename T>
T wanted(simdjson_result<T> result) {
  T value;
  if (std::move(result).get(value) != SUCCESS) std::abort();
  return value;
}

struct TextColumn {
  std::vector<int32_t> ends;
  std::vector<char> text;

  void add(std::string_view value) {
    text.insert(text.end(), value.begin(), value.end());
    ends.push_back(static_cast<int32_t>(text.size()));
  }
};

/// The walk. Related objects are read once, as views, and copied for each event.
class BareWalk {
 public:
  size_t run(const std::string& body) {
    texts_.assign(29, {});
    numbers_.assign(7, {});
    linked_.clear();
    resources_.clear();
    by_id_.clear();
    ondemand::document document = wanted(parser_.iterate(body.data(), body.size(), body.capacity()));
    for (auto field : wanted(document.get_object())) {
      const std::string_view key = wanted(field.unescaped_key());
      if (key == "data") {
        for (auto record : field.value().get_array()) read_event(wanted(record.get_object()));
      } else if (key == "included") {
        for (auto resource : field.value().get_array()) read_resource(wanted(resource.get_object()));
      }
    }
    join();
    return texts_[0].ends.size();
  }

 private:
  using Views = std::vector<std::string_view>;

  static std::string_view text(ondemand::value value) { return wanted(value.get_string()); }
  static std::string_view raw(ondemand::value value) {
    ondemand::object object = wanted(value.get_object());
    return wanted(object.raw_json());
  }
  void add_time(size_t column, std::string_view time) { numbers_[column].push_back(base::parse_time(time)->us); }

  void read_event(ondemand::object event) {
    std::array<std::string_view, 2> linked;
    for (auto field : event) {
      const std::string_view key = wanted(field.unescaped_key());
      ondemand::value value = field.value();
      if (key == "id") {
        texts_[0].add(text(value));
      } else if (key == "attributes") {
        read_attributes(wanted(value.get_object()));
      } else if (key == "relationships") {
        for (auto link : wanted(value.get_object())) {
          const bool is_metric = wanted(link.unescaped_key()) == "metric";
          ondemand::value target = link.value();
          linked[is_metric ? 0 : 1] = wanted(target["data"]["id"].get_string());
        }
      }
    }
    texts_[3].add(linked[0]);
    texts_[4].add(linked[1]);
    linked_.push_back(linked);
  }

  void read_attributes(ondemand::object attributes) {
    for (auto field : attributes) {
      const std::string_view key = wanted(field.unescaped_key());
      ondemand::value value = field.value();
      if (key == "timestamp") numbers_[0].push_back(wanted(value.get_int64()));
      if (key == "datetime") add_time(1, text(value));
      if (key == "uuid") texts_[1].add(text(value));
      if (key == "event_properties") texts_[2].add(raw(value));
    }
  }

  // All attributes are wanted: what is an object but the location, as JSON.
  void read_resource(ondemand::object resource) {
    Views& views = resources_.emplace_back();
    views.push_back(wanted(resource.raw_json()));
    (void)resource.reset();
    for (auto field : resource) {
      const std::string_view key = wanted(field.unescaped_key());
      ondemand::value value = field.value();
      if (key == "id") by_id_.emplace(text(value), resources_.size() - 1);
      if (key != "attributes") continue;
      for (auto attribute : wanted(value.get_object())) {
        const std::string_view name = wanted(attribute.unescaped_key());
        ondemand::value inner = attribute.value();
        if (name == "location") {
          for (auto part : wanted(inner.get_object())) views.push_back(text(part.value()));
        } else {
          views.push_back(name == "integration" || name == "properties" ? raw(inner) : text(inner));
        }
      }
    }
  }

  void join() {
    for (const auto& linked : linked_) {
      const Views& metric = resources_[by_id_.at(linked[0])];
      const Views& profile = resources_[by_id_.at(linked[1])];
      texts_[5].add(metric[0]);
      texts_[6].add(metric[1]);
      add_time(2, metric[2]);
      add_time(3, metric[3]);
      texts_[7].add(metric[4]);
      size_t column = 8;
      for (size_t i = 0; i < profile.size(); ++i) {
        i >= 10 && i <= 12 ? add_time(i - 6, profile[i]) : texts_[column++].add(profile[i]);
      }
    }
  }

  ondemand::parser parser_;
  std::vector<TextColumn> texts_;
  std::vector<std::vector<int64_t>> numbers_;
  std::vector<std::array<std::string_view, 2>> linked_;
  std::vector<Views> resources_;
  std::unordered_map<std::string_view, size_t> by_id_;
};

void bare_on_demand_walk(benchmark::State& state) {
  const std::string body = page();
  BareWalk walk;
  for (auto _ : state) {
    if (walk.run(body) != kEvents) std::abort();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
  state.SetItemsProcessed(state.iterations() * kEvents);
}
BENCHMARK(bare_on_demand_walk);

class EveryRow final : public klaviyo::RowGate {
  bool admit(std::string_view, std::optional<int64_t>) override { return true; }
};

void page_parser(benchmark::State& state) {
  const std::string body = page();
  klaviyo::Config config;
  config.source = klaviyo::find_source("events");
  config.time_field = config.source->find_time_field("datetime");
  const klaviyo::RecordLayout layout = klaviyo::make_layout(config);
  klaviyo::PageParser parser(layout);
  const base::Log silent;
  EveryRow gate;
  for (auto _ : state) {
    klaviyo::ColumnSet columns(layout);
    klaviyo::Flattener flattener(layout, columns, silent);
    const auto summary = parser.parse(body, {}, false, gate, columns, flattener);
    if (!summary.ok() || summary->kept != kEvents || flattener.odd_values() != 0) std::abort();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
  state.SetItemsProcessed(state.iterations() * kEvents);
}
BENCHMARK(page_parser);

}  // namespace
