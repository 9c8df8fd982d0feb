#include "klaviyo/report_page.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/text_time.h"
#include "klaviyo/json_index.h"
#include "klaviyo/known_members.h"

namespace klaviyo {

namespace {

using Token = JsonIndex::Token;

constexpr size_t kIdDigits = 32;

constexpr std::array<std::string_view, 3> kPageNames = {"data", "links", "errors"};
constexpr std::array<std::string_view, 2> kDataNames = {"type", "attributes"};
constexpr std::array<std::string_view, 1> kNextName = {"next"};

/// What the members of an answer are called.
struct Words {
  std::array<std::string_view, 2> attributes;  // rows, dates
  std::string_view groups;                     // of a row
  std::string_view values;
};
constexpr Words kReportWords = {{"results", "date_times"}, "groupings", "statistics"};
constexpr Words kAggregateWords = {{"data", "dates"}, "dimensions", "measurements"};

base::Status refused(std::string text) { return {base::Code::data, "the report was refused: " + std::move(text)}; }

std::string time_json(int64_t us) { return quote_json(base::format_rfc3339(us)); }

/// The walk over one answer.
class Answer {
 public:
  Answer(const JsonIndex& json, const AskedReport& asked, RowGate& gate, Flattener& flattener)
      : json_(json),
        asked_(asked),
        report_(*asked.config.source->report),
        words_(report_.kind == ReportKind::aggregates ? kAggregateWords : kReportWords),
        gate_(gate),
        flattener_(flattener) {
    const Window& timeframe = asked.timeframe;
    if (timeframe.from_us != kUnboundedBelow) start_ = time_json(timeframe.from_us);
    if (timeframe.to_us != kUnboundedAbove) end_ = time_json(timeframe.to_us);
    if (!asked.config.timeframe.empty()) named_ = quote_json(asked.config.timeframe);
  }

  base::Result<PageSummary> read();

 private:
  /// A group of a row, or the values of one statistic, by the API's name.
  struct Named {
    std::string name;
    Token value = 0;
    std::vector<Token> by_date = {};
  };

  base::Status read_next(Token links);
  base::Status read_rows(Token rows);
  base::Status read_row(Token row);
  void read_groups(Token groups);
  base::Status read_values(Token values);
  std::string dimension_name(size_t place) const;
  void add_row(size_t date);
  void set(std::string_view name, std::string_view raw);
  std::string id_of(size_t date) const;

  bool is(char kind, Token value) const { return value != 0 && json_.kind(value) == kind; }
  bool is_there(Token value) const { return value != 0 && !json_.is_null(value); }
  bool dated() const { return report_.kind != ReportKind::values; }
  base::Status wrong_row(const std::string& what) const {
    return refused("row " + std::to_string(rows_read_) + " " + what);
  }

  const JsonIndex& json_;
  const AskedReport& asked_;
  const Report& report_;
  const Words& words_;
  RowGate& gate_;
  Flattener& flattener_;
  std::string named_ = "null";  // cells of the timeframe
  std::string start_ = "null";
  std::string end_ = "null";
  std::vector<Token> dates_;
  std::vector<Named> groups_;  // of this row
  std::vector<Named> values_;
  std::vector<std::pair<std::string, Token>> others_;
  int64_t rows_read_ = 0;
  size_t hint_ = 0;
  PageSummary summary_;
};

base::Result<PageSummary> Answer::read() {
  if (json_.deep() > 0) return refused("it is nested too deep");
  if (json_.kind(JsonIndex::kRoot) != '{') return refused("it is no JSON object");
  const auto [data, links, errors] = KnownMembers(kPageNames, json_, JsonIndex::kRoot).values;
  if (!is('{', data)) return refused(errors == 0 ? "its 'data' is no object" : "it has 'errors', no 'data'");
  const auto [type, attributes] = KnownMembers(kDataNames, json_, data).values;
  const std::string_view expected = asked_.config.source->type;
  if (type != 0 && (!is('"', type) || json_.inside(type) != expected)) {
    return refused("it is of type " + std::string(json_.raw(type).substr(0, 100)) + ", not " + std::string(expected));
  }
  if (!is('{', attributes)) return refused("its 'attributes' are no object");
  const auto [rows, dates] = KnownMembers(words_.attributes, json_, attributes).values;
  if (!is('[', rows)) return refused("its '" + std::string(words_.attributes[0]) + "' are no array");
  if (dated()) {
    if (!is('[', dates)) return refused("its '" + std::string(words_.attributes[1]) + "' are no array");
    for (JsonElements element(json_, dates); element; ++element) dates_.push_back(element.value());
  }
  base::Status status = read_next(links);
  if (status.ok()) status = read_rows(rows);
  if (!status.ok()) return status;
  return std::move(summary_);
}

base::Status Answer::read_next(Token links) {
  if (!is_there(links)) return {};
  if (!is('{', links)) return refused("'links' is no object");
  const Token next = KnownMembers(kNextName, json_, links).values[0];
  if (!is_there(next)) return {};
  if (!is('"', next)) return refused("'links.next' is no text");
  if (!json_.inside(next).empty()) summary_.next = unescape_json(json_.inside(next));
  return {};
}

base::Status Answer::read_rows(Token rows) {
  for (JsonElements element(json_, rows); element; ++element) {
    ++rows_read_;
    if (!is('{', element.value())) return wrong_row("is no object");
    if (base::Status status = read_row(element.value()); !status.ok()) return status;
  }
  return {};
}

base::Status Answer::read_row(Token row) {
  groups_.clear();
  values_.clear();
  others_.clear();
  for (JsonMembers member(json_, row); member; ++member) {
    const std::string name = unescape_json(member.key());
    if (name == words_.groups) {
      read_groups(member.value());
    } else if (name == words_.values) {
      if (base::Status status = read_values(member.value()); !status.ok()) return status;
    } else {
      others_.emplace_back(name, member.value());
    }
  }
  const size_t rows = dated() ? dates_.size() : 1;
  for (size_t date = 0; date < rows; ++date) add_row(date);
  return {};
}

// An object, or, of an aggregate, an array in the order of the request's groups.
void Answer::read_groups(Token groups) {
  if (is('{', groups)) {
    for (JsonMembers member(json_, groups); member; ++member) {
      groups_.push_back({unescape_json(member.key()), member.value()});
    }
  } else if (is('[', groups)) {
    for (JsonElements element(json_, groups); element; ++element) {
      groups_.push_back({dimension_name(groups_.size()), element.value()});
    }
  } else if (is_there(groups)) {
    groups_.push_back({std::string(words_.groups), groups});
  }
  // The same group has the same id in whatever order its parts come.
  std::ranges::sort(groups_, {}, &Named::name);
}

std::string Answer::dimension_name(size_t place) const {
  const std::vector<std::string>& asked = asked_.config.group_by;
  if (place < asked.size()) return std::string(report_.find_grouping(asked[place])->name);
  return std::string(words_.groups) + "_" + std::to_string(place);
}

base::Status Answer::read_values(Token values) {
  if (!is('{', values)) {
    return is_there(values) ? wrong_row("has '" + std::string(words_.values) + "' that are no object") : base::Status();
  }
  for (JsonMembers member(json_, values); member; ++member) {
    Named& named = values_.emplace_back(Named{unescape_json(member.key()), member.value()});
    if (!dated() || !is('[', named.value)) continue;
    for (JsonElements element(json_, named.value); element; ++element) named.by_date.push_back(element.value());
    if (named.by_date.size() > dates_.size()) return wrong_row("has more values of " + named.name + " than dates");
  }
  return {};
}

void Answer::add_row(size_t date) {
  flattener_.begin_row();
  const std::string id = id_of(date);
  if (asked_.layout.id_column >= 0) flattener_.set_cell(asked_.layout.id_column, "id", quote_json(id));
  for (const Named& group : groups_) set(group.name, json_.raw(group.value));
  if (dated()) set("date", json_.raw(dates_[date]));
  if (report_.kind != ReportKind::aggregates) set("timeframe", named_);
  set("timeframe_start", start_);
  set("timeframe_end", end_);
  for (const Named& value : values_) {
    const bool many = dated() && is('[', value.value);
    if (!many) set(value.name, json_.raw(value.value));
    if (many && date < value.by_date.size()) set(value.name, json_.raw(value.by_date[date]));
  }
  for (const auto& [name, value] : others_) set(name, json_.raw(value));
  flattener_.end_row();
  ++summary_.records;
  summary_.ids_hash = (summary_.ids_hash ^ std::hash<std::string>{}(id)) * 0x9E3779B97F4A7C15U + 1;
  if (gate_.admit(id, std::nullopt)) {
    ++summary_.kept;
  } else {
    flattener_.drop_row();
  }
}

// A column that the configuration has not selected is known, and takes nothing.
void Answer::set(std::string_view name, std::string_view raw) {
  const FieldNode* field = asked_.layout.attributes.find(name, hint_);
  if (field == nullptr) return flattener_.set_unknown("", name, raw);
  if (field->column >= 0) flattener_.set_cell(field->column, field->path, raw);
}

std::string Answer::id_of(size_t date) const {
  std::string text;
  for (const Named& group : groups_) {
    text += quote_json(group.name);
    text += ':';
    text += json_.raw(group.value);
    text += ',';
  }
  if (dated()) {
    const std::string_view raw = json_.raw(dates_[date]);
    const auto time = is('"', dates_[date]) ? base::parse_time(json_.inside(dates_[date])) : std::nullopt;
    text += time ? time_json(time->us) : std::string(raw);
  } else {
    text += named_ == "null" ? start_ + end_ : named_;
  }
  return base::sha256_hex(text).substr(0, kIdDigits);
}

}  // namespace

base::Result<PageSummary> parse_report(const std::string& body, const AskedReport& asked, RowGate& gate,
                                       ColumnSet& columns, Flattener& flattener) {
  JsonIndex json;
  if (base::Status status = json.build(body); !status.ok()) return status;
  const int64_t rows_before = columns.rows();
  auto summary = Answer(json, asked, gate, flattener).read();
  if (!summary.ok()) columns.truncate(rows_before);
  return summary;
}

}  // namespace klaviyo
