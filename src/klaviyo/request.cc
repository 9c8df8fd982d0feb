#include "klaviyo/request.h"

#include <algorithm>

#include "klaviyo/net/url.h"
#include "klaviyo/report_request.h"

namespace klaviyo {

namespace {

std::string join(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += ',';
    text += part;
  }
  return text;
}

// The filter takes a list since this revision.
constexpr std::string_view kMetricListsSince = "2026-04-15";

std::string metric_filter(const std::vector<std::string>& ids) {
  std::vector<std::string> quoted;
  for (const std::string& id : ids) quoted.push_back(filter_string(id));
  return "equals(metric_id," + (ids.size() == 1 ? quoted.front() : "[" + join(quoted) + "]") + ")";
}

std::string filter_of(const Config& config, const ReadOrder& order, const PageRequest& page) {
  std::vector<std::string> terms;
  if (page.pass != nullptr) {
    const std::string_view fixed = page.older_filter ? page.pass->older_filter : page.pass->filter;
    if (!fixed.empty()) terms.emplace_back(fixed);
  }
  if (const std::string_view field = config.source->parent.filter_field; !field.empty()) {
    std::vector<std::string> ids;
    for (const std::string& id : page.parents) ids.push_back(filter_string(id));
    terms.push_back("any(" + std::string(field) + ",[" + join(ids) + "])");
  }
  if (!page.metrics.empty()) terms.push_back(metric_filter(page.metrics));
  if (!config.profile_id.empty()) terms.push_back("equals(profile_id," + filter_string(config.profile_id) + ")");
  if (order.field != nullptr) {
    for (std::string& term : window_filter(*order.field, page.query)) terms.push_back(std::move(term));
  }
  terms.insert(terms.end(), config.filters.begin(), config.filters.end());
  return join(terms);
}

std::string include_of(const Config& config, std::string_view revision) {
  std::vector<std::string> names;
  for (const Relationship& relationship : config.source->relationships) {
    const bool asked =
        std::find(config.include.begin(), config.include.end(), relationship.name) != config.include.end();
    const bool by_default = relationship.included_by_default && !config.skip_related_objects;
    if (asked || by_default) {
      names.emplace_back(include_name(*config.source, relationship, revision));
    }
  }
  return join(names);
}

void add(net::ApiRequest& request, std::string name, std::string value) {
  if (!value.empty()) request.query.emplace_back(std::move(name), std::move(value));
}

void add_page(net::ApiRequest& request, std::optional<int> size, const std::optional<PageParameter>& page) {
  if (size) add(request, "page[size]", std::to_string(*size));
  if (page) add(request, page->first, page->second);
}

bool sortable(const Config& config, const TimeField& field) {
  return !field.sort.empty() && config.literal_revision >= field.sort_since;
}

std::string sort_of(const Config& config, const ReadOrder& order) {
  if (order.field == nullptr || order.field->sort.empty()) return std::string(config.source->stable_sort);
  return sortable(config, *order.field) ? std::string(order.field->sort) : std::string();
}

}  // namespace

const TimeField* reading_field(const Config& config) {
  if (config.time_field != nullptr) return config.time_field;
  const auto fields = config.source->time_fields;
  const auto found = std::find_if(fields.begin(), fields.end(), [](const TimeField& field) {
    return field.filter_only || (field.immutable && !field.sort.empty());
  });
  return found == fields.end() ? nullptr : &*found;
}

Config listing_config(const Config& config, const Source& listed) {
  Config listing;
  listing.source = &listed;
  listing.revision = config.revision;
  listing.effective_revision = config.effective_revision;
  listing.literal_revision = config.literal_revision;
  listing.base_url = config.base_url;
  listing.skip_related_objects = true;
  listing.columns.emplace_back().name = "id";
  listing.time_field = reading_field(listing);
  return listing;
}

ReadOrder read_order(const Config& config) {
  ReadOrder order;
  order.field = config.time_field;
  if (order.field == nullptr) return order;
  order.filter_decides = order.field->filter_only;
  order.by_time = sortable(config, *order.field) && !order.field->disordered && !order.filter_decides;
  order.cuttable = order.by_time && filters_lower_bound(*order.field);
  return order;
}

int passes_of(const Config& config) {
  const bool each_metric = config.effective_revision < kMetricListsSince;
  const size_t passes = each_metric && !config.metrics.empty() ? config.metrics.size() : config.source->passes.size();
  return std::max(1, static_cast<int>(passes));
}

net::ApiRequest make_request(const Config& config, const ReadOrder& order, const PageRequest& page) {
  const Source& source = *config.source;
  net::ApiRequest request;
  request.path = path_of(source, page.parents);
  request.endpoint = source.path;
  request.rate = source.rate;
  request.scope = source.scope;
  for (const RateVariant& variant : source.rate_variants) {
    const auto& asked = config.additional_fields;
    if (std::find(asked.begin(), asked.end(), variant.additional) == asked.end()) continue;
    request.extra_rate.push_back({std::string(variant.additional), variant.rate});
  }
  if (source.report != nullptr) {
    request.body =
        report_body(config, page.query, page.metrics.empty() ? std::string_view() : page.metrics.front(), page.page);
    if (page.page && !cursor_in_body(*source.report)) add(request, page.page->first, page.page->second);
    return request;
  }
  add(request, "filter", filter_of(config, order, page));
  add(request, "include", include_of(config, page.older_include ? config.literal_revision : config.effective_revision));
  add(request, "additional-fields[" + std::string(source.type) + "]", join(config.additional_fields));
  add(request, "sort", sort_of(config, order));
  add_page(request, page.page_size, page.page);
  return request;
}

std::string path_of(const Source& source, const std::vector<std::string>& parents) {
  constexpr std::string_view kId = "{id}";
  std::string path(source.path);
  const size_t at = path.find(kId);
  if (at != std::string::npos && !parents.empty()) path.replace(at, kId.size(), net::percent_encode(parents.front()));
  return path;
}

std::optional<int> page_size_of(const Source& source, const Config& config) {
  if (source.max_page_size == 0 || config.effective_revision < source.page_size_since) return std::nullopt;
  return source.name == config.source->name && config.page_size ? *config.page_size : source.max_page_size;
}

std::string filter_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace klaviyo
