// The Klaviyo API: collections under /api/.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "answer.h"
#include "faults.h"
#include "id_index.h"
#include "order.h"
#include "page.h"
#include "rate_windows.h"
#include "refusal.h"
#include "reports.h"
#include "revisions.h"
#include "traffic.h"
#include "world.h"

namespace emulator {

struct ApiOptions {
  std::map<std::string, std::set<std::string>> keys;  // private key and its scopes; none: all scopes
  bool rate_limits = true;
  bool gzip = true;
  bool literal_revisions = false;
  uint64_t rate_phase = 0;
};

/// Any thread.
class Api {
 public:
  /// Throws std::exception when the embedded facts make no sense.
  Api(ApiOptions options, const DatasetOptions& dataset);

  Answer answer(const Request& request);

  Dataset& dataset() { return dataset_; }
  Faults& faults() { return faults_; }
  Traffic& traffic() { return traffic_; }
  const Facts& newest_facts() const { return revisions_.newest(); }

  /// From now on a path has this rate instead of the published one; what was counted stays counted.
  void set_rate(const std::string& path, const Rate& rate);

 private:
  struct Exchange;

  Answer respond(const Request& request, const Fault& fault);
  Outcome<std::string> read(Exchange& exchange);
  std::optional<Refusal> admit(Exchange& exchange);
  std::optional<Refusal> check_scopes(const Exchange& exchange, const std::vector<std::string>& needed) const;
  std::optional<Refusal> take_from_rates(Exchange& exchange);
  Rate rate_of(const Exchange& exchange) const;
  Outcome<std::optional<Group>> find_group(const Exchange& exchange, const World& world);
  std::string render(const Exchange& exchange, const QueryPlan& plan, const World& world);

  ApiOptions options_;
  Revisions revisions_;
  Reports reports_;
  Dataset dataset_;
  OrderCache orders_;
  IdIndex ids_;
  RateWindows rates_;
  Faults faults_;
  Traffic traffic_;
  mutable std::mutex rates_mutex_;  // guards set_rates_
  std::map<std::string, Rate> set_rates_;
  std::atomic<uint64_t> errors_{0};
};

}  // namespace emulator
