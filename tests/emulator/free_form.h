// Text and objects without a schema: where real accounts are at their wildest.
#pragma once

#include <cstdint>
#include <string>

namespace emulator {

/// `count` words, a few of them not ASCII.
std::string make_words(uint64_t bits, int64_t count);

/// `title` with a number; some are equal to their neighbours', some hold quotes or other scripts.
std::string make_title(const std::string& title, uint64_t bits, int64_t row);

/// About `length` bytes of HTML.
std::string make_html(uint64_t bits, int64_t length);

/// Appends an event's properties, about 300 bytes. `nasty` allows what breaks careless readers: integers beyond 64
/// bits, 1e400, lone surrogates, U+0000.
void append_event_properties(std::string& out, uint64_t bits, int64_t row, bool nasty);

/// Appends a free-form object, sometimes empty.
void append_free_form(std::string& out, uint64_t bits, bool nasty);

/// Appends `"text"` with an escape that is legal JSON and no legal text.
void append_nasty_string(std::string& out, uint64_t bits, const std::string& text);

/// Appends a number that fits no machine type, or a string that holds a number.
void append_nasty_number(std::string& out, uint64_t bits, const std::string& number);

}  // namespace emulator
