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

void FilterChain::bind(const TableSchema& source, std::string_view needed, Findings& findings) {
  schema_ = source;
  const Step* taken_by = nullptr;  // the filter behind which the needed column is gone
  for (const Step& step : steps_) {
    const bool had_needed = schema_.find(needed) >= 0;
    auto bound = step.filter->bind(schema_, findings);
    if (!bound) return;
    schema_ = *std::move(bound);
    if (had_needed && schema_.find(needed) < 0) taken_by = &step;
  }
  if (taken_by == nullptr || schema_.find(needed) >= 0) return;
  findings.problems.push_back(
      {taken_by->place, taken_by->label + ": takes the column " + std::string(needed) +
                            " away, by which mode merge finds rows; keep it, or use mode append or replace"});
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
