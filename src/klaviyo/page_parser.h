// One answer body → rows. simdjson On-Demand over the buffer, once, no DOM; the one file that knows simdjson.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "klaviyo/flattener.h"
#include "klaviyo/record_layout.h"

namespace klaviyo {

struct PageSummary {
  std::optional<std::string> next;  // links.next, unescaped; nothing at the end
  int64_t records = 0;              // in `data`
  int64_t kept = 0;                 // rows appended
  uint64_t ids_hash = 0;            // of the ids in order; 0 for an empty page
};

/// Not thread-safe; keeps its buffers from page to page.
class PageParser {
 public:
  explicit PageParser(const RecordLayout& layout);
  ~PageParser();

  /// Appends the page's records to `columns`, each after asking `gate`. `label` fills the label column. On failure
  /// (Code::data: broken JSON, wrong shape, missing id, invalid UTF-8, nested beyond 256, cut short; the message gives
  /// the byte offset where it is known) nothing is appended. `single` accepts an object as `data`. The body's capacity must exceed its
  /// size by 64 bytes.
  base::Result<PageSummary> parse(std::string& body, std::string_view label, bool single, RowGate& gate,
                                  ColumnSet& columns, Flattener& flattener);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace klaviyo
