// Log lines on their way to whoever prints them: the host's callback, or spdlog in the host itself.
#pragma once

#include <array>
#include <functional>
#include <string_view>
#include <utility>

namespace base {

enum class LogLevel { trace = 0, debug = 1, info = 2, warn = 3, error = 4 };

/// In the order of the levels.
inline constexpr std::array<std::string_view, 5> kLogLevelNames = {"trace", "debug", "info", "warn", "error"};

/// A level threshold and a receiver. Copyable; safe to use from several threads when the receiver is.
class Log {
 public:
  using Receiver = std::function<void(LogLevel, std::string_view)>;

  Log() = default;
  Log(LogLevel threshold, Receiver receiver) : threshold_(threshold), receiver_(std::move(receiver)) {}

  bool enabled(LogLevel level) const { return receiver_ && level >= threshold_; }

  /// One line without newline, never with a secret in it.
  void write(LogLevel level, std::string_view line) const {
    if (enabled(level)) receiver_(level, line);
  }
  void debug(std::string_view line) const { write(LogLevel::debug, line); }
  void info(std::string_view line) const { write(LogLevel::info, line); }
  void warn(std::string_view line) const { write(LogLevel::warn, line); }
  void error(std::string_view line) const { write(LogLevel::error, line); }

 private:
  LogLevel threshold_ = LogLevel::info;
  Receiver receiver_;
};

}  // namespace base
