#include "klaviyo/net/body_budget.h"

namespace klaviyo::net {

BodyBudget::Share& BodyBudget::Share::operator=(Share&& other) noexcept {
  give_back();
  budget_ = std::exchange(other.budget_, nullptr);
  bytes_ = other.bytes_;
  return *this;
}

void BodyBudget::Share::cover(size_t bytes) {
  if (budget_ == nullptr || bytes <= bytes_) return;
  std::lock_guard lock(budget_->mutex_);
  budget_->taken_bytes_ += bytes - bytes_;
  bytes_ = bytes;
}

void BodyBudget::Share::give_back() {
  if (budget_ == nullptr) return;
  bool refused = false;
  {
    std::lock_guard lock(budget_->mutex_);
    budget_->taken_bytes_ -= bytes_;
    refused = std::exchange(budget_->refused_, false);
  }
  if (refused) budget_->room_made_();
  budget_ = nullptr;
}

bool BodyBudget::take(size_t bytes, Share& share) {
  std::lock_guard lock(mutex_);
  if (taken_bytes_ > 0 && taken_bytes_ + bytes > max_bytes_) {
    refused_ = true;
    return false;
  }
  taken_bytes_ += bytes;
  share = Share(*this, bytes);
  return true;
}

bool BodyBudget::has_room(size_t bytes) const {
  std::lock_guard lock(mutex_);
  return taken_bytes_ == 0 || taken_bytes_ + bytes <= max_bytes_;
}

}  // namespace klaviyo::net
