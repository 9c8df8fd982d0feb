#include "bulkload/console.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <mutex>
#include <utility>
#include <vector>

#include "bulkload/sink/json_text.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

constexpr size_t kShortestSecret = 6;

struct LevelName {
  spdlog::level::level_enum level;
  std::string_view name;
};

/// In the order of base::LogLevel.
constexpr std::array<LevelName, 5> kLevels = {{{spdlog::level::trace, "TRACE"},
                                               {spdlog::level::debug, "DEBUG"},
                                               {spdlog::level::info, "INFO"},
                                               {spdlog::level::warn, "WARN"},
                                               {spdlog::level::err, "ERROR"}}};

spdlog::level::level_enum to_spdlog(base::LogLevel level) { return kLevels[static_cast<size_t>(level)].level; }

class LevelFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    for (const auto& [level, name] : kLevels) {
      if (level == message.level) out.append(name.data(), name.data() + name.size());
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<LevelFlag>(); }
};

class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    std::string text;
    append_json_string({message.payload.data(), message.payload.size()}, text);
    out.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JsonMessage>(); }
};

std::unique_ptr<spdlog::formatter> make_formatter(LogFormat format) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<LevelFlag>('*').add_flag<JsonMessage>('&');
  formatter->set_pattern(format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%*","message":%&})"
                                                   : "%Y-%m-%d %H:%M:%S.%e +0000 [%*] %v");
  return formatter;
}

/// Standard error, with a live line that stays below everything else.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void show_live(std::string line) {
    const std::lock_guard lock(mutex_);
    put((live_.empty() ? "" : kClearLine) + line);
    live_ = std::move(line);
  }

  void print(std::string_view text) {
    const std::lock_guard lock(mutex_);
    print_above_live(text);
  }

 private:
  static constexpr std::string_view kClear = "\r\x1b[K";
  static inline const std::string kClearLine{kClear};

  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    print_above_live({text.data(), text.size()});
  }
  void flush_() override { std::fflush(stderr); }

  void print_above_live(std::string_view text) {
    put(live_.empty() ? std::string(text) : kClearLine + std::string(text) + live_);
  }

  static void put(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
  }

  std::string live_;
};

}  // namespace

class Console::Impl {
 public:
  Impl(base::LogLevel level, LogFormat format, std::shared_ptr<spdlog::sinks::sink> file)
      : level_(level), format_(format) {
    stderr_sink_->set_formatter(make_formatter(format));
    std::vector<spdlog::sink_ptr> sinks = {stderr_sink_};
    if (file) {
      stderr_sink_->set_level(spdlog::level::err);
      file->set_formatter(make_formatter(format));
      sinks.push_back(std::move(file));
    }
    logger_ = std::make_unique<spdlog::logger>("bulkload", sinks.begin(), sinks.end());
    logger_->set_level(to_spdlog(level));
    logger_->flush_on(spdlog::level::trace);
  }

  void write(base::LogLevel level, std::string_view line) {
    logger_->log(to_spdlog(level), escape_controls(mask(line)));
  }

  void print(std::string_view lines) {
    std::string text;
    const std::string masked = mask(lines);
    for (std::string_view rest = masked; !rest.empty();) {
      const size_t end = rest.find('\n');
      if (format_ == LogFormat::json) {
        logger_->log(spdlog::level::info, escape_controls(rest.substr(0, end)));
      } else {
        text += escape_controls(rest.substr(0, end)) + "\n";
      }
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    if (!text.empty()) stderr_sink_->print(text);
  }

  void show_live(std::string_view line) { stderr_sink_->show_live(std::string(line)); }

  void hide(const std::string& secret) {
    const std::lock_guard lock(mutex_);
    if (secret.size() >= kShortestSecret) secrets_.emplace_back(secret);
  }

  base::LogLevel level() const { return level_; }

  std::string mask(std::string_view text) {
    const std::lock_guard lock(mutex_);
    std::string masked(text);
    for (const base::Secret& secret : secrets_) masked = secret.redact(masked);
    return masked;
  }

 private:
  base::LogLevel level_;
  LogFormat format_;
  std::shared_ptr<StderrSink> stderr_sink_ = std::make_shared<StderrSink>();
  std::unique_ptr<spdlog::logger> logger_;
  std::mutex mutex_;
  std::vector<base::Secret> secrets_;
};

base::Result<std::unique_ptr<Console>> Console::create(base::LogLevel level, const std::string& log_path,
                                                       LogFormat format) {
  std::shared_ptr<spdlog::sinks::sink> file;
  try {
    if (!log_path.empty() && log_path != "-") file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(log_path);
  } catch (const spdlog::spdlog_ex&) {
    return base::Status(base::Code::config, "--log-path " + log_path + ": cannot be written; give another path");
  }
  return std::unique_ptr<Console>(new Console(std::make_unique<Impl>(level, format, std::move(file))));
}

Console::Console(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Console::~Console() = default;

base::Log Console::log() {
  return {impl_->level(), [this](base::LogLevel level, std::string_view line) { impl_->write(level, line); }};
}

base::LogLevel Console::level() const { return impl_->level(); }
void Console::print(std::string_view lines) { impl_->print(lines); }
bool Console::is_terminal() const { return ::isatty(STDERR_FILENO) == 1; }
void Console::show_live(std::string_view line) { impl_->show_live(line); }
void Console::hide(const std::string& secret) { impl_->hide(secret); }
std::string Console::masked(std::string_view text) const { return impl_->mask(text); }

}  // namespace bulkload
