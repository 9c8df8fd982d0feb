#include "klaviyo/account_zone.h"

#include <nlohmann/json.hpp>

#include "klaviyo/request.h"

namespace klaviyo {

std::string AccountZone::name() {
  if (!config_.timezone.empty()) return config_.timezone;
  std::lock_guard lock(mutex_);
  if (!name_) {
    const auto told = ask();
    if (!told.ok()) log_.warn("the account's time zone is not known: " + told.status().message());
    name_ = told.ok() ? *told : std::string();
  }
  return *name_;
}

base::Result<std::string> AccountZone::ask() {
  const Config listing = listing_config(config_, *find_source("accounts"));
  const net::ApiAnswer answer = api_.get(make_request(listing, read_order(listing), {}));
  if (!answer.status.ok()) return answer.status;
  const auto document = nlohmann::json::parse(answer.body, nullptr, false);
  const nlohmann::json::json_pointer place("/data/0/attributes/timezone");
  if (document.is_discarded() || !document.contains(place) || !document.at(place).is_string()) {
    return base::Status(base::Code::data, std::string(listing.source->path) + ": the answer has no timezone");
  }
  return document.at(place).get<std::string>();
}

}  // namespace klaviyo
