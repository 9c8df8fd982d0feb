// How a type's ids look: one-to-one with the row numbers, in Klaviyo's spellings.
#pragma once

#include <cstdint>
#include <string>

namespace emulator {

/// `base62:6` and `base62:11`, `ulid`, `uuid`, `number:FIRST`, `text:…{i}…`.
class Identity {
 public:
  Identity() = default;

  /// Throws std::invalid_argument for another scheme.
  explicit Identity(const std::string& scheme);

  /// `key` tells the ids of types and seeds apart; `created_us` is the beginning of a ULID.
  std::string id(int64_t row, uint64_t key, int64_t created_us) const;

 private:
  enum class Scheme { base62_6, base62_11, ulid, uuid, number, text };
  Scheme scheme_ = Scheme::base62_6;
  int64_t first_ = 0;
  std::string before_;
  std::string after_;
};

}  // namespace emulator
