// Expected failure as a value.
//
// A Status is ok, or a code with one line that says what failed, where, and what to do; never a secret.
// The codes are those of include/bulk_input/bulk_input.h, so that they cross the ABI unchanged.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace base {

enum class Code : int32_t {
  ok = 0,
  config = 1,
  auth = 2,
  remote_fatal = 3,
  remote_transient = 4,
  rate_limited = 5,
  data = 6,
  local_io = 7,
  out_of_memory = 8,
  cancelled = 9,
  busy = 10,
  abi = 11,
  internal = 12,
};

/// Whether running again later, from the last checkpoint, may succeed.
constexpr bool is_resumable(Code code) {
  return code == Code::remote_transient || code == Code::rate_limited || code == Code::local_io ||
         code == Code::out_of_memory || code == Code::cancelled || code == Code::busy;
}

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::ok; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

  /// Status of the HTTP answer that led here; 0 when there was none.
  int http_status() const { return http_status_; }
  Status& with_http_status(int status) {
    http_status_ = status;
    return *this;
  }

  /// Whether the run must begin anew, with what it has gathered thrown away: going on would lose or repeat rows.
  bool begin_anew() const { return begin_anew_; }
  Status& with_begin_anew() {
    begin_anew_ = true;
    return *this;
  }

  /// When to go on, microseconds since 1970-01-01 UTC; -1 unknown.
  int64_t retry_at_us() const { return retry_at_us_; }
  Status& with_retry_at_us(int64_t at_us) {
    retry_at_us_ = at_us;
    return *this;
  }

 private:
  Code code_ = Code::ok;
  bool begin_anew_ = false;
  int http_status_ = 0;
  int64_t retry_at_us_ = -1;
  std::string message_;
};

/// A value, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {}

  bool ok() const { return state_.index() == 0; }
  Status status() const { return ok() ? Status() : std::get<1>(state_); }

  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace base
