// How many bytes of answers may wait at the same time to be taken up: back-pressure down to the network.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>

namespace klaviyo::net {

/// Thread-safe.
class BodyBudget {
 public:
  /// `room_made` is called, by any thread, when there is room again after a body found none.
  BodyBudget(size_t max_bytes, std::function<void()> room_made)
      : max_bytes_(max_bytes), room_made_(std::move(room_made)) {}

  /// What one body has of the budget, which must outlive it.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Share& operator=(Share&& other) noexcept;
    ~Share() { give_back(); }

    /// Enlarges a share that is not empty to `bytes`, whatever the budget says: a body that has begun is read to its
    /// end.
    void cover(size_t bytes);
    void give_back();

   private:
    friend class BodyBudget;
    Share(BodyBudget& budget, size_t bytes) : budget_(&budget), bytes_(bytes) {}

    BodyBudget* budget_ = nullptr;
    size_t bytes_ = 0;
  };

  /// Fills an empty share for a body of that many bytes; false when there is no room now. While no other body waits
  /// there always is.
  bool take(size_t bytes, Share& share);

  bool has_room(size_t bytes) const;

 private:
  const size_t max_bytes_;
  const std::function<void()> room_made_;
  mutable std::mutex mutex_;  // guards the two below
  size_t taken_bytes_ = 0;
  bool refused_ = false;
};

}  // namespace klaviyo::net
