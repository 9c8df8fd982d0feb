// The source catalogue: one row per Klaviyo collection, nested ones too. Facts from Klaviyo's published OpenAPI
// description, revision 2026-07-15. A new object is a new row here, never a branch elsewhere.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace klaviyo {

enum class ColumnType : uint8_t { utf8, int64, float64, boolean, timestamp, json };

/// Embulk's name of a type: string, long, double, boolean, timestamp, json.
std::string_view type_name(ColumnType type);

/// One column taken out of a record's `attributes`.
struct Attribute {
  std::string_view name;  // of the column: `location_city`
  std::string_view path;  // keys from `attributes` down, joined by '.': `location.city`. Behind the path of a JSON
                          // attribute it goes on into its value, by keys and indices. Empty: all attributes, whole
  ColumnType type;
  std::string_view additional = {};  // set: only sent when asked for by this additional-fields value
  std::string_view chosen_by = {};   // set: comes when this option of a report names it: `group_by`, `statistics`
};

enum class Cardinality : uint8_t { one, many };

struct Relationship {
  std::string_view name;  // as in the document: `campaign-messages`
  std::string_view type;  // of the related resources: `campaign-message`
  Cardinality cardinality;
  bool includable = false;           // may be named in `include`
  bool always_linked = false;        // the ids are in every answer, included or not
  bool included_by_default = false;  // left out with skip_related_objects
};

/// An attribute of the related resource of a default-included to-one relationship, as a column of the record:
/// events' `metric_name`.
struct JoinedAttribute {
  std::string_view name;          // of the column
  std::string_view relationship;  // whose resource holds it
  std::string_view path;          // in that resource's `attributes`; empty: the whole resource as JSON
  ColumnType type;
};

/// Filter operators as bits.
enum Operator : uint8_t { kGreaterThan = 1, kGreaterOrEqual = 2, kLessThan = 4, kLessOrEqual = 8 };

/// A time that a run can be limited to.
struct TimeField {
  std::string_view key;              // in the configuration: `created`, `updated`, `datetime`
  std::string_view name;             // in the API: `created_at`
  uint8_t operators;                 // the filter operators that the API takes; 0: none, rows are filtered here
  std::string_view sort;             // value of `sort=` for ascending order; empty: the API cannot sort by it
  std::string_view sort_since = {};  // first revision that takes this sort; empty: every one
  bool immutable = false;    // never changes in the life of a record (created, datetime): full reads are ordered by it
  bool disordered = false;   // rows have been seen out of order in spite of `sort` (campaigns): nothing relies on it
  bool filter_only = false;  // no row holds one value of it (a list may hold several): the API's filter alone decides,
                             // and is always sent, for it is what picks the rows. Bounds are whole seconds
};

enum class Paging : uint8_t {
  none,            // one answer holds everything
  cursor,          // page[cursor] alone
  cursor_and_size  // page[cursor] and page[size]
};

/// Requests allowed per account and endpoint, in fixed windows. 0: no such window.
struct RateClass {
  int per_second;
  int per_minute;
  int per_day;
};

/// A costlier class that applies, besides the endpoint's own, when an additional-fields value is asked for. It is
/// counted across all endpoints.
struct RateVariant {
  std::string_view additional;  // `predictive_analytics`
  RateClass rate;
};

/// One of several reads that make up a source, each with its own fixed filter.
struct Pass {
  std::string_view filter;             // `equals(messages.channel,'email'),equals(archived,false)`
  std::string_view older_filter = {};  // for revisions that refuse `filter` with a 400; empty: none. Passes that share
                                       // it are one and the same read there
  std::string_view label = {};         // value of the source's label column
};

/// What a source is read below. Its path holds one parent's id (`/api/lists/{id}/profiles`), or its filter several.
struct Parent {
  std::string_view source = {};        // that lists the ids; it may have a parent itself. Empty: none
  std::string_view column = {};        // with the parent's id: `list_id`. Empty: an id is in one parent alone
  std::string_view filter_field = {};  // set: the ids are asked for as any(field,[ids])
  int batch = 1;                       // ids per request
};

/// What the rows of a report are told apart by.
struct Grouping {
  std::string_view column;      // `attributed_flow`
  std::string_view name;        // in the API: `$attributed_flow`
  bool by_default = false;      // asked for when the configuration names none
  bool required = false;        // must be among those that the configuration names
  std::string_view needs = {};  // another one that must be asked for with it
};

enum class ReportKind : uint8_t {
  values,     // a row per group, over the whole timeframe
  series,     // a row per group and interval
  aggregates  // like series, of one metric's events
};

/// A query that is sent with POST, and whose answer is statistics: one row per group, or per group and date. Its
/// columns are the source's attributes.
struct Report {
  ReportKind kind;
  std::span<const Grouping> groupings;
  bool fixed_groups = false;  // all of them, always; the request takes no group_by
  std::span<const std::string_view> statistics;
  bool conversions = false;            // the request needs a conversion metric
  std::string_view earliest_day = {};  // before which there is no data; empty: not stated

  const Grouping* find_grouping(std::string_view column_or_name) const;
};

/// Timeframes by name that reports, but not aggregates, take.
std::span<const std::string_view> named_timeframes();

struct Source {
  std::string_view name;   // `catalog_items`, `list_profiles`
  std::string_view path;   // `/api/catalog-items`; `{id}` is the parent's: `/api/lists/{id}/profiles`
  std::string_view type;   // JSON:API type: `catalog-item`
  std::string_view scope;  // read scope(s) of the key, separated by a blank: `catalogs:read`
  Paging paging = Paging::none;
  int default_page_size = 0;              // rows of a page when none is asked for; 0: not stated
  int max_page_size = 0;                  // 0: no page[size]
  std::string_view page_size_since = {};  // first effective revision that takes page[size]; empty: every one
  RateClass rate = {};
  std::span<const RateVariant> rate_variants = {};
  std::string_view stable_sort = {};  // `sort=` for reads whose time field cannot be sorted by: `id`; empty: none
  std::span<const Attribute> attributes = {};
  std::span<const Relationship> relationships = {};
  std::span<const JoinedAttribute> joined = {};
  std::span<const TimeField> time_fields = {};  // the default one first; empty: every run reads all
  std::span<const Pass> passes = {};            // empty: one pass without filter
  std::string_view label_column = {};           // set: a column with the pass's label
  Parent parent = {};                           // of each row; none: the collection is read by itself
  std::string_view alias = {};                  // another name: `flow_messages`
  std::string_view always_additional = {};      // the additional_fields value that its rows are about
  bool beta = false;                            // published under revisions that end in `.pre`
  const Report* report = nullptr;               // set: no collection, but a query for statistics

  bool has_parent() const { return !parent.source.empty(); }
  /// Whether it is one object about each parent, which a parent may be without, instead of rows below it.
  bool is_about_parent() const { return path.ends_with("{id}"); }
  const TimeField* find_time_field(std::string_view key_or_name) const;
  const Relationship* find_relationship(std::string_view name) const;
};

std::span<const Source> sources();

/// `category` of `categories`, `event` of `events`; a name that is no plural stays.
std::string singular_of(std::string_view name);

/// By name or alias, singular or plural, with '-' or '_', case ignored: `catalog-item` finds catalog_items. nullptr:
/// none.
const Source* find_source(std::string_view name);

/// The sources that a source is read below, the nearest first: of flow_action_messages flow_actions and flows.
std::vector<const Source*> parents_of(const Source& source);

/// What `include` calls a relationship at a revision: `metrics` for events' `metric` before 2023-07-15.
std::string_view include_name(const Source& source, const Relationship& relationship, std::string_view revision);

}  // namespace klaviyo
