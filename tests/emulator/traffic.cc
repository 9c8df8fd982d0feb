#include "traffic.h"

#include <algorithm>

namespace emulator {
namespace {

constexpr size_t kRefusedKept = 100;

}  // namespace

Traffic::InFlight::InFlight(Traffic& traffic) : traffic_(traffic) {
  const std::lock_guard lock(traffic_.mutex_);
  ++traffic_.requests_;
  ++traffic_.in_flight_;
  traffic_.max_in_flight_ = std::max(traffic_.max_in_flight_, traffic_.in_flight_);
}

Traffic::InFlight::~InFlight() {
  const std::lock_guard lock(traffic_.mutex_);
  --traffic_.in_flight_;
}

void Traffic::answered(const std::string& path, int status) {
  const std::lock_guard lock(mutex_);
  ++by_path_[path];
  ++by_status_[status];
}

void Traffic::refused(const std::string& path, const std::string& query, int status, const std::string& detail) {
  const std::lock_guard lock(mutex_);
  refused_.push_back({path, query, status, detail});
  if (refused_.size() > kRefusedKept) refused_.pop_front();
}

void Traffic::connected() {
  const std::lock_guard lock(mutex_);
  ++connections_;
}

// Connections and requests that are still open stay counted where they are.
void Traffic::clear() {
  const std::lock_guard lock(mutex_);
  requests_ = 0;
  connections_ = 0;
  max_in_flight_ = in_flight_;
  by_path_.clear();
  by_status_.clear();
  refused_.clear();
}

Json Traffic::stats() const {
  const std::lock_guard lock(mutex_);
  Json by_path = Json::object();
  for (const auto& [path, count] : by_path_) by_path[path] = count;
  Json by_status = Json::object();
  for (const auto& [status, count] : by_status_) by_status[std::to_string(status)] = count;
  Json refused = Json::array();
  for (const Refused& entry : refused_) {
    refused.push_back(
        {{"path", entry.path}, {"query", entry.query}, {"status", entry.status}, {"detail", entry.detail}});
  }
  return {{"requests", requests_}, {"by_path", by_path},          {"by_status", by_status},
          {"refused", refused},    {"connections", connections_}, {"max_in_flight", max_in_flight_}};
}

}  // namespace emulator
