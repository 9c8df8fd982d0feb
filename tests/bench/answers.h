// What the bench's server says to a request for /api/events: the parameters that the plugin sends, and no others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "account.h"
#include "refusal.h"

namespace bench {

/// Rows of a page: `first`, `first` + `step`, …
struct PageOfRows {
  int64_t page_size = 0;
  int64_t first = 0;
  int64_t count = 0;
  int64_t step = 1;  // -1: the latest first
  std::string next;  // address of the page behind it; empty at the end
};

/// The page that a request's target asks for: filter on datetime, sort by datetime, page[size], page[cursor]. `origin`
/// begins the address of the next page.
emulator::Outcome<PageOfRows> find_page(const Account& account, std::string_view origin, std::string_view target);

inline constexpr std::string_view kEventsPath = "/api/events";

}  // namespace bench
