#include "bulkload/filter/chain.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/digest.h"
#include "bulkload/filter/filter_type.h"
#include "bulkload/filter/registry.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

/// The section without its `type`, which is the registry's.
ConfigNode without_type(const ConfigNode& section) {
  ConfigNode options = section;
  std::erase_if(options.items, [](const ConfigNode& item) { return item.key == "type"; });
  return options;
}

std::unique_ptr<Filter> make_filter(const ConfigNode& section, ConfigProblems& problems) {
  const ConfigNode* type = section.find("type");
  const auto names = filter_types();
  if (type == nullptr || !type->is_scalar()) {
    problems.push_back({section.place, "filters: a filter without type; give {type: …} of " + listed(names)});
    return nullptr;
  }
  const FilterType* known = find_filter_type(type->text);
  if (known == nullptr) {
    const std::string near = did_you_mean(type->text, names);
    problems.push_back({type->place, "filters: '" + type->text + "' is no filter" +
                                         (near.empty() ? "; there are " + listed(names) : near)});
    return nullptr;
  }
  const ConfigNode own = without_type(section);
  return known->make(Options(own, "filters." + type->text, known->options, "", problems));
}

/// A column that tells rows apart, and is gone behind a filter; empty: none.
std::string taken_key_column(const TableSchema& before, const TableSchema& behind) {
  if (behind.key().size() == before.key().size()) return {};
  for (const size_t column : before.key()) {
    if (behind.find(before.fields[column].name) < 0) return before.fields[column].name;
  }
  return {};
}

/// JSON without regard to the order of keys, which means nothing.
std::string canonical_text(ConfigNode node) {
  if (node.is_map()) {
    std::sort(node.items.begin(), node.items.end(),
              [](const ConfigNode& a, const ConfigNode& b) { return a.key < b.key; });
  }
  if (!node.is_map() && !node.is_list()) return to_json(node);
  std::string text(1, node.is_map() ? '{' : '[');
  for (const ConfigNode& item : node.items) {
    if (node.is_map()) {
      ConfigNode key;
      key.kind = ConfigNode::Kind::scalar;
      key.text = item.key;
      text += to_json(key) + ":";
    }
    text += canonical_text(item) + ",";
  }
  return text + (node.is_map() ? '}' : ']');
}

}  // namespace

FilterChain FilterChain::read(const ConfigNode& filters, const ConfigNode& time_column, ConfigProblems& problems) {
  FilterChain chain;
  if (!filters.is_null() && !filters.is_list()) {
    problems.push_back({filters.place, "filters: must be a list, such as `- {type: remove_columns, remove: [...]}`"});
    return chain;
  }
  for (const ConfigNode& section : filters.items) {
    auto filter = make_filter(section, problems);
    const ConfigNode* type = section.find("type");
    if (filter) chain.steps_.push_back({std::move(filter), "filters." + type->text, section.place});
  }
  if (time_column.is_scalar() && !time_column.text.empty()) {
    chain.steps_.push_back({make_time_column({time_column.text, time_column.place, "out.time_column"}),
                            "out.time_column", time_column.place});
  } else if (!time_column.is_null()) {
    problems.push_back({time_column.place, "out.time_column: must be the name of a column"});
  }
  if (!chain.steps_.empty()) {
    chain.digest_ = "sha256:" + base::sha256_hex(canonical_text(filters) + canonical_text(time_column));
  }
  return chain;
}

void FilterChain::detect_deletes(const Place& place) {
  steps_.push_back({make_deleted_at(place), "out.detect_deletes", place});
  digest_ = "sha256:" + base::sha256_hex(digest_ + "detect_deletes");
}

void FilterChain::bind(const TableSchema& source, bool keeps_key, Findings& findings) {
  schema_ = source;
  for (const Step& step : steps_) {
    auto bound = step.filter->bind(schema_, findings);
    if (!bound) return;
    const std::string taken = taken_key_column(schema_, *bound);
    schema_ = *std::move(bound);
    if (!keeps_key || taken.empty()) continue;
    findings.problems.push_back(
        {step.place, step.label + ": takes the column " + taken +
                         " away, by which mode merge finds rows; keep it, or use mode append or replace"});
  }
}

base::Result<RecordBatch> FilterChain::apply(RecordBatch batch, const RunPosition& position) {
  for (const Step& step : steps_) {
    auto filtered = step.filter->apply(std::move(batch), position);
    if (!filtered.ok()) return filtered.status();
    batch = std::move(filtered).value();
  }
  return batch;
}

std::vector<std::string> FilterChain::complaints() const {
  std::vector<std::string> lines;
  for (const Step& step : steps_) {
    const std::string complaint = step.filter->complaint();
    if (!complaint.empty()) lines.push_back(step.label + ": " + complaint);
  }
  return lines;
}

}  // namespace bulkload
