#include "event_page.h"

#include <algorithm>
#include <cstring>

#include "base/text_time.h"

namespace bench {

namespace {

constexpr int64_t kProfilesPerThousand = 420;
constexpr int64_t kMetrics = 10;
constexpr std::string_view kBegin = R"({"data":[)";

// What is written over, as it stands in an event: the digits of the row, of its Unix time, and of its date and time.
constexpr std::string_view kRow = "88888888";
constexpr std::string_view kUnixTime = "1780300800";
constexpr std::string_view kDate = "2026-06-01";
constexpr std::string_view kDateTime = "2026-06-01T08:00:00";
constexpr int64_t kDaySec = 86'400;

std::string number(int64_t value) {
  const std::string text = std::to_string(value);
  return std::string(kRow.size() - text.size(), '0') + text;
}

std::string profile_id(int64_t i) { return "013E6CBA4EC26PDFXP" + number(i); }
std::string metric_id(int64_t i) { return "zN" + number(i); }

std::string link(const std::string& name, const std::string& self, const std::string& id) {
  return "\"" + name + R"(":{"data":{"type":")" + name + R"(","id":")" + id + R"("},"links":{"self":")" + self +
         "/relationships/" + name + R"(/","related":")" + self + "/" + name + R"(/"}})";
}

void put_digits(char* out, size_t count, int64_t value) {
  for (size_t i = count; i-- > 0; value /= 10) out[i] = static_cast<char>('0' + value % 10);
}

/// The same for all events but for its related objects.
std::string event(int64_t profile, int64_t metric) {
  const std::string row(kRow);
  const std::string id = "5qW" + row + "kT";
  const std::string self = "https://a.klaviyo.com/api/events/" + id;
  return R"({"type":"event","id":")" + id + R"(","attributes":{"timestamp":)" + std::string(kUnixTime) +
         R"(,"event_properties":{"$event_id":"order-)" + row +
         R"(","$value":150.25,"$value_currency":"EUR","Items":["Ocean Blue Shirt","Classic Varsity Top"],"ItemCount":2,)"
         R"("Discount Code":null,"is_gift":false,"nested":{"sku":"A)" +
         row + R"(","qty":2,"price":19.5},"checkout_url":"https://shop.example.com/checkout/)" + row +
         R"("},"datetime":")" + std::string(kDateTime) + R"(+00:00","uuid":"8944dcf0-f55f-0b29-7c47-6707)" + row +
         R"("},"relationships":{)" + link("profile", self, profile_id(profile)) + "," +
         link("metric", self, metric_id(metric)) + R"(},"links":{"self":")" + self + R"(/"}})";
}

std::string metric(int64_t i) {
  return R"({"type":"metric","id":")" + metric_id(i) +
         R"(","attributes":{"name":"Placed Order","created":"2026-06-01T08:00:00+00:00","updated":"2026-06-01T08:00:00+00:00",)"
         R"("integration":{"object":"integration","id":"7FtS4J","key":"api","name":"API","category":"API"}},"links":{"self":)"
         R"("https://a.klaviyo.com/api/metrics/zN0/"}})";
}

std::string profile(int64_t i) {
  return R"({"type":"profile","id":")" + profile_id(i) +
         R"(","attributes":{"email":"sarah.mason@klaviyo-demo.com","phone_number":"+15005550006","external_id":"x",)"
         R"("first_name":"Sarah","last_name":"Mason","organization":"Example Corporation","locale":"en-US",)"
         R"("title":"Regional Manager","image":"","created":"2026-06-01T08:00:00+00:00","updated":"2026-06-01T08:00:00+00:00",)"
         R"("last_event_date":"2026-06-01T08:00:00+00:00","location":{"address1":"89 E 42nd St","address2":"1st floor",)"
         R"("city":"New York","country":"United States","latitude":"40.7128","longitude":"74.0060","region":"NY","zip":"10017",)"
         R"("timezone":"America/New_York","ip":"127.0.0.1"},"properties":{"pseudonym":"Dr. Octopus"}},"links":{"self":)"
         R"("https://a.klaviyo.com/api/profiles/013E6CBA4EC26PDFXP/"}})";
}

/// Where the things that are written over stand in an event.
struct Places {
  size_t event_bytes;
  std::vector<size_t> rows;
  size_t unix_time;
  size_t date_time;
};

Places find_places() {
  const std::string text = event(0, 0);
  Places places{text.size(), {}, text.find(kUnixTime), text.find(kDateTime)};
  for (size_t at = text.find(kRow); at != std::string::npos; at = text.find(kRow, at + 1)) places.rows.push_back(at);
  return places;
}

const Places& places() {
  static const Places found = find_places();
  return found;
}

}  // namespace

EventPage::EventPage(int64_t events) : events_(events), text_(kBegin) {
  const int64_t profiles = std::max<int64_t>(1, events * kProfilesPerThousand / 1000);
  for (int64_t i = 0; i < events; ++i) {
    if (i > 0) text_ += ',';
    text_ += event(i * 7919 % profiles, i % kMetrics);
  }
  for (int64_t i = 0; i < events; ++i) set_row(i, i, 1'780'300'800);
  related_ = R"(],"included":[)";
  for (int64_t i = 0; i < std::min(kMetrics, events); ++i) related_ += metric(i) + ",";
  for (int64_t i = 0; i < profiles; ++i) related_ += (i > 0 ? "," : "") + profile(i);
  related_ += R"(],"links":{)";
}

void EventPage::set_row(int64_t slot, int64_t row, int64_t time_sec) {
  char* const event = text_.data() + kBegin.size() + static_cast<size_t>(slot) * (places().event_bytes + 1);
  char digits[kRow.size()];
  put_digits(digits, kRow.size(), row);
  for (const size_t place : places().rows) std::memcpy(event + place, digits, kRow.size());
  put_digits(event + places().unix_time, kUnixTime.size(), time_sec);
  const int64_t second = time_sec % kDaySec;
  if (time_sec - second != day_sec_) {
    day_sec_ = time_sec - second;
    day_ = base::format_rfc3339(day_sec_ * base::kMicrosPerSecond).substr(0, kDate.size());
  }
  char* const date_time = event + places().date_time;
  std::memcpy(date_time, day_.data(), kDate.size());
  put_digits(date_time + kDate.size() + 1, 2, second / 3600);
  put_digits(date_time + kDate.size() + 4, 2, second / 60 % 60);
  put_digits(date_time + kDate.size() + 7, 2, second % 60);
}

std::string_view EventPage::events(int64_t events) const {
  const size_t bytes = events == 0 ? 0 : static_cast<size_t>(events) * (places().event_bytes + 1) - 1;
  return std::string_view(text_).substr(0, kBegin.size() + bytes);
}

std::string EventPage::links(std::string_view next) {
  return next.empty() ? R"("next":null}})" : R"("next":")" + std::string(next) + R"("}})";
}

}  // namespace bench
