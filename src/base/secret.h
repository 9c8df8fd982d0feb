// A secret that prints as *** and is wiped when it goes.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace base {

/// Move-only owner of a secret's bytes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  bool empty() const { return value_.empty(); }

  /// The bytes themselves: for the one place that sends them, and for fingerprints.
  const std::string& reveal() const { return value_; }

  /// `text` with every occurrence of the secret replaced by ***: as it is, percent-encoded, base64 or hex.
  std::string redact(std::string_view text) const;

 private:
  std::string value_;
};

std::ostream& operator<<(std::ostream& out, const Secret& secret);

}  // namespace base
