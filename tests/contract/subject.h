// The plugins under test. The suite knows each by the path of its library; a Subject brings about what the contract
// talks of (a source with many rows, one that hangs, one that asks to wait), by configuration or by its server.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "contract/plugin.h"

namespace contract {

/// Every configuration is an `in:` section. Calling a member prepares the source for it, until the next call.
class Subject {
 public:
  virtual ~Subject() = default;

  virtual std::string library_path() const = 0;

  virtual nlohmann::json few_rows() = 0;         // one batch, some columns with NULLs
  virtual nlohmann::json many_rows() = 0;        // at least three batches
  virtual nlohmann::json no_rows() = 0;          // an empty source
  virtual nlohmann::json other_selection() = 0;  // few_rows with other rows or columns
  virtual nlohmann::json other_account() = 0;    // few_rows with other credentials
  virtual nlohmann::json failing() = 0;          // many_rows, where a later request is refused for good
  virtual nlohmann::json hanging() = 0;          // few_rows, where the first request is never answered
  virtual nlohmann::json waiting() = 0;          // few_rows, where the source asks for a pause of at least 100 s

  /// Whether the request of `hanging` has arrived.
  virtual bool is_hanging(const bulk_input_progress& progress) = 0;

  /// The `in:` section as YAML.
  static std::string yaml(const nlohmann::json& config);
};

struct SubjectCase {
  std::string name;
  std::function<std::unique_ptr<Subject>()> make;
};

/// All of them, for INSTANTIATE_TEST_SUITE_P, and their names.
testing::internal::ParamGenerator<SubjectCase> subjects();
std::string subject_name(const testing::TestParamInfo<SubjectCase>& info);
void PrintTo(const SubjectCase& subject_case, std::ostream* out);

/// Base of the suites.
class Contract : public testing::TestWithParam<SubjectCase> {
 protected:
  Contract() : subject_(GetParam().make()), library_(subject_->library_path()) {}

  Subject& subject() { return *subject_; }
  const bulk_input_plugin& plugin() const { return library_.table(); }
  Input open(const nlohmann::json& config, const bulk_input_host* host = nullptr) {
    return Input(plugin(), config.dump(), host);
  }

 private:
  std::unique_ptr<Subject> subject_;
  Library library_;
};

/// A host that keeps the log and runs in virtual time, which starts at the system's time. Thread-safe.
class VirtualHost {
 public:
  explicit VirtualHost(int32_t log_level = BULK_INPUT_LOG_TRACE);

  const bulk_input_host* get() const { return &host_; }
  int64_t slept_us() const { return slept_us_; }
  bool was_asked_the_time() const { return was_asked_the_time_; }
  std::vector<std::pair<int32_t, std::string>> log() const;

 private:
  bulk_input_host host_{};
  int64_t start_us_;
  std::atomic<int64_t> slept_us_{0};
  mutable std::atomic<bool> was_asked_the_time_{false};
  mutable std::mutex mutex_;
  std::vector<std::pair<int32_t, std::string>> log_;
};

}  // namespace contract
