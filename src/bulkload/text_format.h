// Text for people: numbers, sizes and durations, and cells that cannot disturb a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bulkload {

/// Control characters (C0, DEL, C1) as `\n`, `\t`, `\r` or `\xNN`, and bytes that are no UTF-8 as `\xNN`.
std::string escape_controls(std::string_view text);

/// Code points of UTF-8 text: its width in a table.
size_t display_width(std::string_view text);

/// Byte at which the text stops being UTF-8, or npos.
size_t find_invalid_utf8(std::string_view text);

/// `1,234,567`.
std::string format_count(int64_t count);

/// `512 B`, `1.3 MB`, decimal units.
std::string format_bytes(int64_t bytes);

/// `4.1 s`, `3m12s`, `2h05m`.
std::string format_duration(int64_t us);

/// The shortest text that reads back as the same number.
std::string format_double(double value);

/// `; did you mean 'x'?` with the candidate that is nearest to `word`, or nothing when none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace bulkload
