#include "contract/subject.h"

#include <chrono>
#include <ostream>

#include "support/emulator_process.h"

namespace contract {
namespace {

using nlohmann::json;

/// tests/contract/fake_plugin.c: its behaviour is its configuration.
class FakeSubject final : public Subject {
 public:
  std::string library_path() const override { return FAKE_PLUGIN; }

  json few_rows() override { return {{"type", "fake"}, {"rows", 300}, {"token", "one"}}; }
  json many_rows() override { return with({{"rows", 25000}}); }
  json no_rows() override { return with({{"rows", 0}}); }
  json other_selection() override { return with({{"rows", 301}}); }
  json other_account() override { return with({{"token", "two"}}); }
  json failing() override { return with({{"rows", 25000}, {"fail_at", 12345}}); }
  json hanging() override { return with({{"hang", true}}); }
  json waiting() override { return with({{"wait_sec", 600}}); }

  bool is_hanging(const bulk_input_progress& progress) override { return progress.requests > 0; }

 private:
  json with(const json& changes) {
    json config = few_rows();
    config.merge_patch(changes);
    return config;
  }
};

/// One for the whole test program, as an emulator takes a moment to start.
const test_support::EmulatorProcess& emulator() {
  static const test_support::EmulatorProcess process(
      {"--no-rate-limits", "--size", "profiles=300", "--size", "events=21000"});
  return process;
}

/// The real plugin, in front of an emulated Klaviyo: its behaviour is the server's.
class KlaviyoSubject final : public Subject {
 public:
  KlaviyoSubject() { emulator().reset(); }
  ~KlaviyoSubject() override { emulator().reset(); }

  std::string library_path() const override { return KLAVIYO_PLUGIN; }

  json few_rows() override { return of_source("profiles"); }
  json many_rows() override {
    json config = of_source("events");
    config["columns"] = {"id", "datetime", "metric_id", "profile_id"};  // what takes long is not the contract's matter
    config["skip_related_objects"] = true;
    return config;
  }
  json other_selection() override { return with({{"columns", {"id"}}}); }
  json other_account() override { return with({{"api_token", "pk_other"}}); }

  json no_rows() override {
    return with({{"incremental", true}, {"start_time", "2020-01-01"}, {"end_time", "2020-01-02"}});
  }

  json failing() override {
    const json config = many_rows();
    const json error = {{"id", "1"}, {"code", "invalid"}, {"title", "Invalid input."}, {"detail", "Refused."}};
    const json body = {{"errors", json::array({error})}};
    inject("/api/events", 15, -1, {{"status", 400}, {"body", body.dump()}});
    return config;
  }

  json hanging() override {
    const json config = few_rows();
    inject("/api/profiles", 1, -1, {{"hang", true}});
    return config;
  }

  json waiting() override {
    const json config = few_rows();
    inject("/api/profiles", 1, 1, {{"status", 429}, {"headers", {{"Retry-After", "120"}}}});
    return config;
  }

  bool is_hanging(const bulk_input_progress&) override { return emulator().stats().at("requests") > 0; }

 private:
  json of_source(const std::string& source) {
    emulator().reset();
    return {{"type", "klaviyo"},
            {"data_source", source},
            {"api_token", "pk_emulator"},
            {"base_url", emulator().base_url()}};
  }

  static void inject(const std::string& path, int nth, int count, const json& fault) {
    emulator().faults(json::array({{{"path", path}, {"nth", nth}, {"count", count}, {"do", fault}}}));
  }

  json with(const json& changes) {
    json config = few_rows();
    config.merge_patch(changes);
    return config;
  }
};

}  // namespace

std::string Subject::yaml(const json& config) {
  std::string text;
  for (const auto& [key, value] : config.items()) text += key + ": " + value.dump() + "\n";
  return text;
}

testing::internal::ParamGenerator<SubjectCase> subjects() {
  return testing::Values(SubjectCase{"Fake", [] { return std::make_unique<FakeSubject>(); }},
                         SubjectCase{"Klaviyo", [] { return std::make_unique<KlaviyoSubject>(); }});
}

std::string subject_name(const testing::TestParamInfo<SubjectCase>& info) { return info.param.name; }

void PrintTo(const SubjectCase& subject_case, std::ostream* out) { *out << subject_case.name; }

VirtualHost::VirtualHost(int32_t log_level)
    : start_us_(
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()) {
  host_.struct_size = sizeof host_;
  host_.log_level = log_level;
  host_.context = this;
  host_.log = [](void* context, int32_t level, const char* message) {
    auto* self = static_cast<VirtualHost*>(context);
    const std::lock_guard lock(self->mutex_);
    self->log_.emplace_back(level, message);
  };
  host_.now_us = [](void* context) {
    auto* self = static_cast<VirtualHost*>(context);
    self->was_asked_the_time_ = true;
    return self->start_us_ + self->slept_us_;
  };
  host_.sleep_us = [](void* context, int64_t duration_us) {
    static_cast<VirtualHost*>(context)->slept_us_ += duration_us;
  };
}

std::vector<std::pair<int32_t, std::string>> VirtualHost::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

}  // namespace contract
