// Hashing that makes every value of every row a pure function of (seed, attribute, row).
#pragma once

#include <cstdint>
#include <string_view>

namespace emulator {

/// The finaliser of SplitMix64: a bijection on 64 bits.
constexpr uint64_t mix(uint64_t bits) {
  bits += 0x9E3779B97F4A7C15U;
  bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
  bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
  return bits ^ (bits >> 31U);
}

/// FNV-1a, carried on from `state`.
constexpr uint64_t hash_text(std::string_view text, uint64_t state = 0xCBF29CE484222325U) {
  for (const char character : text) {
    state = (state ^ static_cast<unsigned char>(character)) * 0x100000001B3U;
  }
  return state;
}

/// Non-negative and less than `bound`, which is positive.
constexpr int64_t below(uint64_t bits, int64_t bound) {
  return static_cast<int64_t>(bits % static_cast<uint64_t>(bound));
}

}  // namespace emulator
