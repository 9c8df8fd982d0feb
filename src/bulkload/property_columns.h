// `in: {property_columns: auto}`: what the free-form JSON columns of the first rows hold becomes columns of its own,
// `property_<name>`, with a type each. The JSON columns stay whole.
//
// What a sample gave is kept in a file beside the configuration, so that the columns are the same in every run, and
// when a run is gone on with: config.properties.yml, which may be edited; without it the next run looks at a sample
// again.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "bulkload/config_file.h"
#include "bulkload/input.h"
#include "bulkload/record_batch.h"
#include "bulkload/several_sources.h"

namespace bulkload {

inline constexpr std::string_view kPropertyColumns = "property_columns";

/// Takes the key out of the section. Whether it was there and is `auto`; problems are appended.
bool take_property_columns_key(ConfigFile& file, ConfigProblems& problems);

/// Adds entries to `columns`, from the file of an earlier sample, or else from a new one of `input`, which is then
/// written to it (mode 0600). The input is to be made anew after that. Problems are appended. A status that is no fault
/// of the configuration: why there is no sample, or that its file cannot be written.
base::Status add_property_columns(SourceConfig& config, Input& input, ConfigProblems& problems, const base::Log& log);

/// A column out of a JSON one.
struct PropertyColumn {
  std::string name;  // property_value
  std::string from;  // event_properties."$value"
  Type type;

  bool operator==(const PropertyColumn&) const = default;
};

/// Counts what the JSON columns of a sample hold.
class PropertySample {
 public:
  /// `own` is the column of the record's own properties, which become `property_<name>`; those of profile_properties
  /// become `profile_property_<name>`.
  explicit PropertySample(std::string own) : own_(std::move(own)) {}

  /// One value of a column; texts that are no JSON object count for nothing.
  void add(const std::string& column, std::string_view json);

  /// The properties, at most kMaxPropertyColumns of them, the most frequent ones when there are more; in the order of
  /// their names. Numbers without fraction are long, others double; ISO 8601 times are timestamps; lists and objects
  /// json. What has values of several types, or none but null, is string.
  std::vector<PropertyColumn> columns() const;

 private:
  struct Seen {
    int64_t rows = 0;
    unsigned kinds = 0;  // bits
  };
  std::string own_;
  std::map<std::pair<std::string, std::string>, Seen> seen_;  // by column and property
};

inline constexpr size_t kMaxPropertyColumns = 200;

}  // namespace bulkload
