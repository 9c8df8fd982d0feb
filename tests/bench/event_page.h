// A page of events as the API answers it, about 1.3 KB an event with its share of `included`. It is made once: what
// differs from row to row is of the same length in all of them, and is written over in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class EventPage {
 public:
  /// Holds rows 0 to `events` - 1, all of the same time.
  explicit EventPage(int64_t events);

  int64_t capacity() const { return events_; }

  /// Makes the `slot`-th event the row of that number, below 10^8, and time.
  void set_row(int64_t slot, int64_t row, int64_t time_sec);

  /// The document in two parts, the first `events` events and the related objects; after them comes the end of its
  /// `links`, which is links(next): `next` is the address of the page that follows, or empty.
  std::string_view events(int64_t events) const;
  std::string_view related() const { return related_; }
  static std::string links(std::string_view next);

 private:
  int64_t events_;
  std::string text_;
  std::string related_;
  int64_t day_sec_ = -1;  // of the row set last
  std::string day_;       // and its date
};

}  // namespace bench
