// Opaque page cursors: a place in a sorted list, bound to the query that gave it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "value.h"

namespace emulator {

struct Cursor {
  bool from_start = false;  // before the first row; value and row mean nothing
  Value value;              // sort value of the last row given
  int64_t row = 0;          // and its number
  std::string binding;      // of the query
  int64_t nonce = 0;        // tells cursors to one place apart
  int64_t issued_us = 0;    // 0: not noted
};

/// Base64url without padding.
std::string encode_cursor(const Cursor& cursor);

/// Nothing for a text that encode_cursor did not write.
std::optional<Cursor> decode_cursor(std::string_view text);

}  // namespace emulator
