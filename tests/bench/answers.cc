#include "answers.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include "base/text_time.h"
#include "filter.h"
#include "query_string.h"

namespace bench {

namespace {

using emulator::Parameter;
using emulator::Refusal;

constexpr int64_t kMaxPageSize = 1000;
constexpr int64_t kDefaultPageSize = 200;
constexpr std::string_view kSize = "page[size]";
constexpr std::string_view kCursor = "page[cursor]";

/// Rows [begin, end).
struct Range {
  int64_t begin;
  int64_t end;
};

std::optional<int64_t> number_in(std::string_view text, int64_t least, int64_t most) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) return std::nullopt;
  return number;
}

/// Narrows the range to the rows for which the term holds. False: not a term of ours.
bool narrow(Range& range, const Account& account, const emulator::FilterTerm& term) {
  const auto op = emulator::operator_named(term.op);
  if (!op || term.field != "datetime" || term.values.size() != 1) return false;
  const auto bound = base::parse_time(term.values.front().text);
  if (!bound) return false;
  // The rows lie at whole seconds: the first one behind the bound, and the first one at or behind it.
  const int64_t behind = account.first_row_from(base::floor_to_second(bound->us) / base::kMicrosPerSecond + 1);
  const int64_t from = account.first_row_from(base::ceil_to_second(bound->us) / base::kMicrosPerSecond);
  if (*op == emulator::Operator::greater_than) range.begin = std::max(range.begin, behind);
  if (*op == emulator::Operator::greater_or_equal) range.begin = std::max(range.begin, from);
  if (*op == emulator::Operator::less_than) range.end = std::min(range.end, from);
  if (*op == emulator::Operator::less_or_equal) range.end = std::min(range.end, behind);
  return *op <= emulator::Operator::less_or_equal;
}

emulator::Outcome<Range> find_rows(const Account& account, const std::string* filter) {
  Range range{0, account.rows()};
  if (filter == nullptr) return range;
  const auto parsed = emulator::parse_filter(*filter);
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) return *refusal;
  for (const emulator::FilterTerm& term : std::get<0>(parsed)) {
    if (!narrow(range, account, term)) return emulator::bad_parameter("filter", "only bounds on datetime are known");
  }
  range.end = std::max(range.begin, range.end);
  return range;
}

}  // namespace

emulator::Outcome<PageOfRows> find_page(const Account& account, std::string_view origin, std::string_view target) {
  const size_t question = std::min(target.find('?'), target.size());
  if (target.substr(0, question) != kEventsPath) return Refusal{404, "not_found", "Not found.", "no such path", {}, {}};
  auto parsed = emulator::parse_query(target.substr(std::min(question + 1, target.size())));
  if (const auto* refusal = std::get_if<Refusal>(&parsed)) return *refusal;
  auto& parameters = std::get<0>(parsed);
  const auto rows = find_rows(account, emulator::find_parameter(parameters, "filter"));
  if (const auto* refusal = std::get_if<Refusal>(&rows)) return *refusal;
  const Range range = std::get<0>(rows);

  const std::string* sort = emulator::find_parameter(parameters, "sort");
  if (sort != nullptr && *sort != "datetime" && *sort != "-datetime") {
    return emulator::bad_parameter("sort", "only datetime is known");
  }
  const std::string* size = emulator::find_parameter(parameters, kSize);
  const std::string* cursor = emulator::find_parameter(parameters, kCursor);
  const auto page_size = size == nullptr ? kDefaultPageSize : number_in(*size, 1, kMaxPageSize);
  if (!page_size) return emulator::bad_parameter(std::string(kSize), "must be 1 to 1000");
  const auto given = cursor == nullptr ? 0 : number_in(*cursor, 0, range.end - range.begin);
  if (!given) return emulator::bad_parameter(std::string(kCursor), "Invalid cursor provided.");

  // A cursor says how many rows of the query were given already.
  PageOfRows page;
  page.page_size = *page_size;
  page.count = std::min(*page_size, range.end - range.begin - *given);
  page.step = sort == nullptr || sort->front() == '-' ? -1 : 1;
  page.first = page.step > 0 ? range.begin + *given : range.end - 1 - *given;
  if (*given + page.count < range.end - range.begin) {
    std::erase_if(parameters, [](const Parameter& parameter) { return parameter.name == kCursor; });
    parameters.push_back({std::string(kCursor), std::to_string(*given + page.count)});
    page.next = std::string(origin) + std::string(kEventsPath) + "?" + emulator::build_query(parameters);
  }
  return page;
}

}  // namespace bench
