// Metrics by name: what people write, and the ids that the API wants.
#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "klaviyo/config.h"
#include "klaviyo/net/api_client.h"
#include "klaviyo/pager.h"

namespace klaviyo {

struct Metric {
  std::string id;
  std::string name;
  std::string integration;  // that sends it: `Shopify`; empty: not stated
};

/// Whether a text has the form of an id: six letters and digits, with a digit or a capital behind the first letter.
bool is_metric_id(std::string_view text);

/// The id of each wanted metric, in their order, each once. A text is an id of the list, or else a name, spelt exactly
/// or, failing that, with case ignored; what is neither but has the form of an id is taken for one. Code::config for a
/// name that there is not, with the nearest ones, and for one that several metrics have, with their ids.
base::Result<std::vector<std::string>> find_metrics(std::span<const std::string> wanted,
                                                    std::span<const Metric> metrics);

/// Looks names up in the account's list, which is read once, and only when something has not the form of an id.
/// Thread-safe; a thread that asks while another one reads the list waits for it.
class MetricNames {
 public:
  /// `config` gives address and revision; it, the client and the log must outlive this.
  MetricNames(const Config& config, net::ApiClient& api, const base::Log& log);

  /// As find_metrics(); or why the list cannot be read, which is tried again by the next call.
  base::Result<std::vector<std::string>> resolve(std::span<const std::string> wanted, const RequestManner& manner);

 private:
  base::Result<std::vector<Metric>> read_list(const RequestManner& manner);

  const Config config_;
  const ReadOrder order_;
  std::atomic<bool> page_size_refused_{false};
  const PagerServices pager_;
  std::mutex mutex_;  // guards what follows
  std::optional<std::vector<Metric>> metrics_;
};

}  // namespace klaviyo
