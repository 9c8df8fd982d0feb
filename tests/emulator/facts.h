// What the published API says about its collections, as one revision has it. The data is in facts/*.json and is part of
// the binary.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "identity.h"
#include "shape.h"
#include "value.h"

namespace emulator {

struct Type;

/// How a row's related rows are chosen.
enum class Pick {
  hash,     // anywhere among the target's rows
  modulo,   // row number modulo the target's count
  inverse,  // the rows of the target whose modulo relationship is this row
  own,      // children of a type that has this one as its parent
  members,  // rows of the target by chance: none in one row of five, most in another
  groups,   // the rows of the target whose members relationship `of` holds this one
  parent,
  none
};

struct Relationship {
  std::string name;
  const Type* target = nullptr;  // null when nothing is known but the links
  bool many = false;
  bool always_data = false;  // `data` is there without include
  bool hidden = false;       // for filters alone
  Pick pick = Pick::hash;
  std::string of;   // of groups: the target's relationship
  int64_t min = 0;  // of a to-many relationship
  int64_t max = 2;
  int64_t missing_percent = 0;
  uint64_t salt = 0;
};

struct Type {
  std::string name;
  std::string segment;  // in links: /api/<segment>/<id>/
  std::string scope;    // to read it, or to include it
  size_t slot = 0;      // the same in every revision
  uint64_t salt = 0;
  Identity identity;
  int64_t precision_us = 1;
  const Type* parent = nullptr;  // a type without collection: row r belongs to the parent's row r / children
  int64_t children = 1;
  Shape attributes;
  Shape hidden;  // values for filters alone
  std::vector<Relationship> relationships;
  std::set<std::string> fields;      // names that fields[TYPE] may ask for
  std::set<std::string> additional;  // attributes that only additional-fields[TYPE] brings

  const Relationship* relationship(std::string_view relationship_name) const;
};

/// Where a filter or sort name finds its value.
struct Field {
  enum class Kind { id, attribute, relationship };
  Kind kind = Kind::id;
  std::string path;
  Shape shape;
  const Relationship* relationship = nullptr;
};

enum class Operator {
  greater_than,
  greater_or_equal,
  less_than,
  less_or_equal,
  equals,
  any,
  contains,
  starts_with,
  ends_with,
  has
};

std::optional<Operator> operator_named(std::string_view name);
std::string_view name_of(Operator op);

struct FilterField {
  enum class Kind { text, boolean, integer, number, instant, none };
  Kind kind = Kind::text;
  std::vector<Operator> single;  // with one value
  std::vector<Operator> list;    // with an array
  std::set<std::string> enumeration;
  std::string any_value;  // equals this value: no restriction
  bool ignored = false;   // accepted, not applied
  bool future = false;    // bounds after now are allowed
  Field field;
};

/// Requests per window: burst a second, steady a minute and, for some, a day.
struct Rate {
  int64_t per_second = 0;
  int64_t per_minute = 0;
  int64_t per_day = 0;
  bool set = false;  // by a test: holds without rate limits too
};

struct PageRule {
  bool paged = false;
  bool numbered = false;   // page[number] instead of page[cursor]
  bool parameter = false;  // page[size] may be sent
  int64_t default_size = 0;
  int64_t max_size = 0;
};

struct SortRule {
  std::string name;  // without the leading -
  Field field;
};

/// A collection, or a nested one: below each row of `parent`, the rows that its relationship `members` holds.
struct Source {
  std::string name;  // `lists`, `lists/{id}/profiles`
  std::string path;  // /api/…
  const Type* type = nullptr;
  const Type* parent = nullptr;  // null: a collection by itself
  const Relationship* members = nullptr;
  bool ids_only = false;  // resource identifiers instead of resources
  Shape extra;            // attributes that the rows have here alone
  int64_t rows = 0;
  Rate rate;
  std::map<std::string, Rate> costly;  // `parameter=value`: counted across endpoints, in addition
  std::vector<std::string> scopes;
  PageRule page;
  std::map<std::string, FilterField> filter;
  std::vector<std::string> required;  // one of these must be filtered
  std::vector<std::string> once;      // at most one term may name each of these
  std::vector<SortRule> sort;
  SortRule default_sort;
  bool default_descending = false;
  std::vector<std::string> include;
  std::vector<std::pair<std::string, FilterField>> unless_filtered;  // enumeration holds the one value shown
  bool sort_follows_time_filter = false;
  bool estimates = false;  // a number about the parent, instead of rows below it
  bool beta = false;       // there for revisions that end in `.pre` alone
};

class Facts {
 public:
  /// `document` has members sources, nested, types and meta. Throws std::exception when it makes no sense.
  explicit Facts(const Json& document);
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  /// The collections that are not nested.
  const std::map<std::string, Source>& sources() const { return sources_; }
  const std::map<std::string, Source>& nested() const { return nested_; }

  /// By name, nested ones too.
  const Source* source(std::string_view name) const;
  const Source* source_at(std::string_view path) const;
  const Type& type(const std::string& name) const { return *types_.at(name); }
  const std::map<std::string, std::unique_ptr<Type>>& types() const { return types_; }

  /// JSON text of the top-level `meta`; empty when there is none.
  const std::string& meta() const { return meta_; }

 private:
  void add_nested(const std::string& name, const Json& json);

  std::map<std::string, std::unique_ptr<Type>> types_;
  std::map<std::string, Source> sources_;
  std::map<std::string, Source> nested_;
  std::string meta_;
};

/// The value's field in rows of `type`: `id`, `rel:NAME`, or a path into the attributes. Throws std::out_of_range.
Field bind_field(const Type& type, const std::string& where);

/// The same of the rows of a collection, which may have attributes there alone.
Field bind_field(const Source& source, const std::string& where);

/// The parent's id, still percent-encoded, in the path of a request to a nested collection; empty for others.
std::string_view parent_id_in(std::string_view path);

}  // namespace emulator
