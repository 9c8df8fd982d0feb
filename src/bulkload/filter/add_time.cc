// The hosted service's filter of that name (embulk-filter-add_time), and `out.time_column`.
#include <algorithm>
#include <array>
#include <charconv>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/text_time.h"
#include "bulkload/column_builder.h"
#include "bulkload/filter/filter_type.h"
#include "bulkload/filter/time_pattern.h"

namespace bulkload {

namespace {

constexpr std::string_view kTypes[] = {"timestamp", "long"};
constexpr std::string_view kUnits[] = {"sec", "milli", "micro", "nano"};
constexpr std::string_view kModes[] = {"fixed_time", "incremental_time", "upload_time"};

constexpr OptionRow kOptions[] = {
    {.key = "to_column", .kind = OptionKind::map, .required = true},
    {.key = "to_column.name", .required = true, .help = "the new column; one that has the name becomes name_"},
    {.key = "to_column.type", .values = kTypes, .fallback = "timestamp", .help = "its type"},
    {.key = "to_column.unix_timestamp_unit",
     .values = kUnits,
     .fallback = "sec",
     .help = "what a long counts since 1970; parts of it are cut off"},
    {.key = "from_column", .kind = OptionKind::map},
    {.key = "from_column.name", .required = true, .help = "a timestamp, long or string column; this or from_value"},
    {.key = "from_column.unix_timestamp_unit", .values = kUnits, .fallback = "sec", .help = "what a long counts"},
    {.key = "from_column.timestamp_format", .help = "of strings, as %Y-%m-%d %H:%M:%S %z; ISO 8601 by default"},
    {.key = "from_column.timezone", .fallback = "UTC", .help = "of strings that do not say theirs; with the format"},
    {.key = "from_value", .kind = OptionKind::map},
    {.key = "from_value.mode",
     .values = kModes,
     .fallback = "fixed_time",
     .help = "the same time in all rows; a second more in each; the time at which the run began"},
    {.key = "from_value.value", .help = "the time of fixed_time: text, or a number since 1970"},
    {.key = "from_value.from", .help = "the first time of incremental_time"},
    {.key = "from_value.to", .help = "its last one; behind it comes the first again"},
    {.key = "from_value.unix_timestamp_unit", .values = kUnits, .fallback = "sec", .help = "what a number counts"},
    {.key = "from_value.timestamp_format", .help = "of the texts; ISO 8601 by default"},
    {.key = "from_value.timezone", .fallback = "UTC", .help = "of texts that do not say theirs; with the format"}};

// Years 1 to 9999, as base::parse_time.
constexpr int64_t kMinUs = -62'135'596'800'000'000;
constexpr int64_t kMaxUs = 253'402'300'799'999'999;

/// What a number counts: `us` microseconds, or a part of one.
struct Unit {
  int64_t us;
  int64_t per_us;
};

Unit unit_of(std::string_view name) {
  constexpr std::array<Unit, 4> kSizes = {{{base::kMicrosPerSecond, 1}, {1000, 1}, {1, 1}, {1, 1000}}};
  return kSizes.at(static_cast<size_t>(std::find(std::begin(kUnits), std::end(kUnits), name) - std::begin(kUnits)));
}

int64_t floor_divide(int64_t number, int64_t by) { return number / by - (number % by < 0 ? 1 : 0); }

std::optional<int64_t> to_us(int64_t number, const Unit& unit) {
  const int64_t whole = floor_divide(number, unit.per_us);
  if (whole > kMaxUs / unit.us || whole < kMinUs / unit.us) return std::nullopt;
  return whole * unit.us;
}

std::optional<int64_t> to_number(int64_t us, const Unit& unit) {
  if (us > INT64_MAX / unit.per_us || us < INT64_MIN / unit.per_us) return std::nullopt;
  return floor_divide(us, unit.us) * unit.per_us;
}

struct Target {
  std::string name;
  bool is_timestamp;
  Unit unit;  // of a long
};

struct FromColumn {
  Name column;
  Unit unit;
  TimePattern pattern;
  bool or_upload_time = false;  // where there is no time
  size_t index = 0;
};

/// `count` times from `first_us` on, a second apart, over and over.
struct Sequence {
  int64_t first_us;
  int64_t count;
};

struct UploadTime {};

/// A source of times that knows the batch.
class Times {
 public:
  Times(const RecordBatch& batch, const RunPosition& position) : batch_(batch), position_(position) {}

  /// Nothing: the cell has no time.
  std::optional<int64_t> of(const FromColumn& from, int64_t row) const {
    const ColumnView& column = batch_.columns()[from.index];
    if (column.is_null(row)) return std::nullopt;
    if (column.type() == Type::timestamp) return column.int64(row);
    return column.type() == Type::int64 ? to_us(column.int64(row), from.unit) : from.pattern.read(column.text(row));
  }
  std::optional<int64_t> of(const Sequence& sequence, int64_t row) const {
    return sequence.first_us + (position_.rows_before + row) % sequence.count * base::kMicrosPerSecond;
  }
  std::optional<int64_t> of(const UploadTime&, int64_t) const { return position_.upload_time_us; }

  bool is_null(const FromColumn& from, int64_t row) const { return batch_.columns()[from.index].is_null(row); }

 private:
  const RecordBatch& batch_;
  const RunPosition& position_;
};

class AddTime final : public Filter {
 public:
  using Source = std::variant<FromColumn, Sequence, UploadTime>;

  AddTime(Target target, Source source, Place place)
      : target_(std::move(target)), source_(std::move(source)), place_(std::move(place)) {}

  std::optional<TableSchema> bind(const TableSchema& schema, Findings& findings) override {
    if (auto* from = std::get_if<FromColumn>(&source_); from != nullptr && !bind_column(*from, schema, findings)) {
      return std::nullopt;
    }
    TableSchema bound = schema;
    if (const int taken = schema.find(target_.name); taken >= 0) {
      std::string& name = bound.fields[static_cast<size_t>(taken)].name;
      do name += '_';
      while (schema.find(name) >= 0);
      findings.warnings.push_back({place_, "the column '" + target_.name + "' that was there is called '" + name +
                                               "' now, as the filter adds one of its name"});
    }
    bound.fields.push_back({target_.name, target_.is_timestamp ? Type::timestamp : Type::int64});
    return bound;
  }

  base::Result<RecordBatch> apply(RecordBatch batch, const RunPosition& position) override {
    const int64_t rows = batch.rows();
    ColumnBuilder times(target_.is_timestamp ? Type::timestamp : Type::int64, rows);
    std::visit([&](const auto& source) { append_times(source, batch, position, times); }, source_);
    std::vector<Column> columns = std::move(batch).take_columns();
    columns.push_back(std::move(times).finish());
    return RecordBatch::of(rows, std::move(columns));
  }

  std::string complaint() const override {
    if (lost_ == 0) return {};
    const std::string count = std::to_string(lost_) + (lost_ == 1 ? " value" : " values");
    const auto* from = std::get_if<FromColumn>(&source_);
    if (from == nullptr) return count + " did not fit the unit of the long and became null";
    return count + " of '" + from->column.text + "' could not be read as a time and " +
           (from->or_upload_time ? "got the run's time" : "became null");
  }

 private:
  static bool bind_column(FromColumn& from, const TableSchema& schema, Findings& findings) {
    const auto found = find_column(schema, from.column, findings.problems);
    if (!found) return false;
    from.index = *found;
    const Type type = schema.fields[*found].type;
    if (type == Type::timestamp || type == Type::int64 || type == Type::string) return true;
    findings.problems.push_back({from.column.place, from.column.label + ": '" + from.column.text + "' is " +
                                                        std::string(type_name(type)) +
                                                        ", and times come from timestamp, long and string columns"});
    return false;
  }

  template <typename From>
  void append_times(const From& source, const RecordBatch& batch, const RunPosition& position, ColumnBuilder& times) {
    const Times given(batch, position);
    for (int64_t row = 0; row < batch.rows(); ++row) {
      std::optional<int64_t> us = given.of(source, row);
      if constexpr (std::is_same_v<From, FromColumn>) {
        if (!us && !given.is_null(source, row)) ++lost_;
        if (!us && source.or_upload_time) us = position.upload_time_us;
      }
      append(us, times);
    }
  }

  void append(std::optional<int64_t> us, ColumnBuilder& times) {
    const auto value = us && !target_.is_timestamp ? to_number(*us, target_.unit) : us;
    if (value) return times.append(*value);
    if (us) ++lost_;
    times.append_null();
  }

  Target target_;
  Source source_;
  Place place_;
  int64_t lost_ = 0;  // values that gave no time, or one that does not fit
};

TimePattern read_pattern(const Options& options) {
  if (!options.has("timestamp_format") && options.has("timezone")) {
    options.problem("timezone", "goes with a timestamp_format; ISO 8601 without a zone is UTC");
  }
  auto pattern = TimePattern::parse(options.text("timestamp_format"), options.text("timezone"));
  if (pattern.ok()) return std::move(pattern).value();
  options.problem(options.has("timestamp_format") ? "timestamp_format" : "timezone", pattern.status().message());
  return {};
}

int64_t read_time(const Options& options, std::string_view key, const TimePattern& pattern) {
  const std::string text = options.text(key);
  if (text.empty()) {
    options.problem(key, "is missing, and mode " + options.text("mode") + " needs it");
    return 0;
  }
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && !options.has("timestamp_format");
  const auto us = is_number ? to_us(number, unit_of(options.text("unix_timestamp_unit"))) : pattern.read(text);
  if (!us) options.problem(key, "is no time that can be read, such as 2026-01-01 00:00:00 UTC");
  return us.value_or(0);
}

AddTime::Source read_value(const Options& options) {
  const std::string mode = options.text("mode");
  const auto refuse = [&](std::string_view key) {
    if (options.has(key)) options.problem(key, "has no meaning with mode " + mode + "; leave it out");
  };
  const TimePattern pattern = read_pattern(options);
  if (mode == "incremental_time") {
    refuse("value");
    const int64_t from = read_time(options, "from", pattern);
    const int64_t to = read_time(options, "to", pattern);
    if (to < from) options.problem("to", "is before `from`");
    return Sequence{from, std::max<int64_t>(0, to - from) / base::kMicrosPerSecond + 1};
  }
  refuse("from");
  refuse("to");
  if (mode == "fixed_time") return Sequence{read_time(options, "value", pattern), 1};
  refuse("value");
  return UploadTime{};
}

std::unique_ptr<Filter> make(const Options& options) {
  if (options.has("from_column") == options.has("from_value")) {
    options.problem(options.has("from_value") ? "from_value" : "from_column", "give one of from_column and from_value");
    return nullptr;
  }
  AddTime::Source source = UploadTime{};
  if (options.has("from_column")) {
    const Options from = options.map("from_column");
    source = FromColumn{from.name("name"), unit_of(from.text("unix_timestamp_unit")), read_pattern(from)};
  } else {
    source = read_value(options.map("from_value"));
  }
  if (!options.has("to_column")) return nullptr;
  const Options to = options.map("to_column");
  const Name name = to.name("name");
  Target target{name.text, to.text("type") == "timestamp", unit_of(to.text("unix_timestamp_unit"))};
  return std::make_unique<AddTime>(std::move(target), std::move(source), name.place);
}

}  // namespace

const FilterType kAddTimeFilter = {"add_time", kOptions, make};

std::unique_ptr<Filter> make_time_column(Name column) {
  const Place place = column.place;
  FromColumn from{std::move(column), unit_of("sec"), TimePattern(), true};
  return std::make_unique<AddTime>(Target{"time", false, unit_of("sec")}, std::move(from), place);
}

}  // namespace bulkload
