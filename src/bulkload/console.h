// What the host says beside rows: log lines, problems, hints and a live progress line, on standard error and, when
// asked for, in a log file. Secrets are masked and control characters escaped in all of it. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/secret.h"
#include "base/status.h"

namespace bulkload {

enum class LogFormat {
  text,  // `2026-11-24 10:00:00.123 +0000 [INFO] …`
  json   // {"time":"2026-11-24T10:00:00.123Z","level":"INFO","message":"…"}, one object a line
};

class Console {
 public:
  /// Log lines go to standard error, or into the file at `log_path` ("" and "-": no file); errors go to both.
  /// Code::config when the file cannot be opened.
  static base::Result<std::unique_ptr<Console>> create(base::LogLevel level, const std::string& log_path,
                                                       LogFormat format = LogFormat::text);

  ~Console();

  /// Usable as long as the console lives.
  base::Log log();
  base::LogLevel level() const;

  /// Lines on standard error as they are, without a time; as JSON, log lines like any other.
  void print(std::string_view lines);

  /// Whether standard error is a terminal, which can show a live line.
  bool is_terminal() const;
  /// Replaces the live line; the empty text takes it away. Other output moves it down.
  void show_live(std::string_view line);

  /// Masks the value from now on. Texts below 6 bytes are left: they would mask innocent words.
  void hide(const std::string& secret);

  /// A text with those values masked, for other places than the console.
  std::string masked(std::string_view text) const;

 private:
  class Impl;
  explicit Console(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bulkload
