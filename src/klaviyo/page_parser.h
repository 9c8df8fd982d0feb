// One answer body → rows, in one walk over the tokens of a checked text (json_index.h); no DOM, nothing copied but into
// the columns.
//
// The document may have its members in any order. What is refused, as a whole, with Code::data: anything that is not
// exactly one complete JSON document in valid UTF-8; `data` missing, null or no array; a record that is no object, has
// no id (a string that is not empty) or another type than the source's; `attributes`, `relationships`, `included`,
// `links` and `links.next` of another kind than JSON:API's; one of these members twice in the same object; objects and
// arrays nested deeper than 256 outside of `attributes` and `included`; related resources that, joined, would take more
// than 256 MiB. What senders choose, names and values below `attributes`, never loses a page: see flattener.h.
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
  /// The layout must outlive the parser.
  explicit PageParser(const RecordLayout& layout);
  ~PageParser();

  /// Appends the page's records to `columns`, each after asking `gate`. `label` fills the parent column, and the label
  /// column where a record has no attribute of that name; empty: null. On failure (Code::data; the message gives the
  /// byte offset or the record) nothing is appended. `single` accepts an object as `data`. A relationship's id comes
  /// from `relationships`, or from the attribute that old revisions have instead; of several ids of a to-one
  /// relationship the first counts, and all are kept in additional_attributes.
  base::Result<PageSummary> parse(const std::string& body, std::string_view label, bool single, RowGate& gate,
                                  ColumnSet& columns, Flattener& flattener);

 private:
  class Page;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace klaviyo
