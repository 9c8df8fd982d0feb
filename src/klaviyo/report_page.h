// One report's answer → rows: one per group, or per group and date; the statistics' values each go the way of a
// record's attributes (flattener.h), so that none of them is lost.
#pragma once

#include <string>

#include "klaviyo/page_parser.h"
#include "klaviyo/window.h"

namespace klaviyo {

/// What was asked for. All members outlive the call.
struct AskedReport {
  const Config& config;
  const RecordLayout& layout;
  Window timeframe;
};

/// Appends the answer's rows to `columns`, each after asking `gate`. A row's id is a digest of its groups and of its
/// date, or the timeframe where it has none: the same when it is read again. On failure (Code::data) nothing is
/// appended; refused are texts that are no report of the asked type, and series that have more values than dates.
base::Result<PageSummary> parse_report(const std::string& body, const AskedReport& asked, RowGate& gate,
                                       ColumnSet& columns, Flattener& flattener);

}  // namespace klaviyo
