#include "identity.h"

#include <stdexcept>
#include <string_view>

#include "mixing.h"

namespace emulator {
namespace {

constexpr std::string_view kBase62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kHexadecimal = "0123456789abcdef";

// The last `width` digits of `value`.
std::string digits(uint64_t value, std::string_view alphabet, size_t width) {
  std::string out(width, alphabet.front());
  for (size_t place = width; place > 0; --place, value /= alphabet.size()) {
    out[place - 1] = alphabet[value % alphabet.size()];
  }
  return out;
}

// One-to-one on 35 bits, which six base-62 digits can hold.
uint64_t scramble35(uint64_t value, uint64_t key) {
  constexpr uint64_t kMask = (uint64_t{1} << 35U) - 1;
  value = (value ^ key) & kMask;
  for (const uint64_t factor : {0x5851F42D5U, 0x2545F4915U}) {
    value = (value * factor) & kMask;
    value ^= value >> 17U;
  }
  return value;
}

std::string uuid(uint64_t high, uint64_t low) {
  std::string text = digits(high, kHexadecimal, 16) + digits(low, kHexadecimal, 16);
  for (const size_t place : {8U, 13U, 18U, 23U}) text.insert(place, 1, '-');
  return text;
}

}  // namespace

Identity::Identity(const std::string& scheme) {
  if (scheme == "base62:6") {
    scheme_ = Scheme::base62_6;
  } else if (scheme == "base62:11") {
    scheme_ = Scheme::base62_11;
  } else if (scheme == "ulid") {
    scheme_ = Scheme::ulid;
  } else if (scheme == "uuid") {
    scheme_ = Scheme::uuid;
  } else if (scheme.starts_with("number:")) {
    scheme_ = Scheme::number;
    first_ = std::stoll(scheme.substr(7));
  } else if (scheme.starts_with("text:") && scheme.find("{i}") != std::string::npos) {
    scheme_ = Scheme::text;
    before_ = scheme.substr(5, scheme.find("{i}") - 5);
    after_ = scheme.substr(scheme.find("{i}") + 3);
  } else {
    throw std::invalid_argument("no ids look like " + scheme);
  }
}

std::string Identity::id(int64_t row, uint64_t key, int64_t created_us) const {
  const auto number = static_cast<uint64_t>(row);
  const uint64_t bits = mix(number ^ key);  // one-to-one: mix is a bijection
  switch (scheme_) {
    case Scheme::base62_6:
      return digits(scramble35(number, key), kBase62, 6);
    case Scheme::base62_11:
      return digits(bits, kBase62, 11);
    case Scheme::ulid:
      return digits(static_cast<uint64_t>(created_us / 1000), kCrockford, 10) + digits(bits, kCrockford, 13) +
             digits(mix(bits), kCrockford, 3);
    case Scheme::uuid:
      return uuid(bits, mix(bits));
    case Scheme::number:
      return std::to_string(first_ + row * 7);
    case Scheme::text:
      return before_ + std::to_string(row + 1) + after_;
  }
  return {};
}

}  // namespace emulator
