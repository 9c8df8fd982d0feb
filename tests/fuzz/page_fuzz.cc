// Any text as an answer's body: rows or a refusal. What is accepted leaves columns of equal length; what is refused
// leaves nothing.
#include <cstdlib>
#include <string>

#include "klaviyo/page_parser.h"

namespace {

class EveryRow final : public klaviyo::RowGate {
 public:
  bool admit(std::string_view, std::optional<int64_t>) override { return true; }
};

const klaviyo::RecordLayout& layout() {
  static const klaviyo::RecordLayout events = [] {
    klaviyo::Config config;
    config.source = klaviyo::find_source("events");
    config.effective_revision = config.literal_revision = "2026-07-15";
    config.time_field = config.source->find_time_field("datetime");
    return klaviyo::make_layout(config);
  }();
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string body(reinterpret_cast<const char*>(data), size);
  body.reserve(size + 64);
  static klaviyo::PageParser parser(layout());
  const base::Log silent;
  EveryRow gate;
  klaviyo::ColumnSet columns(layout());
  klaviyo::Flattener flattener(layout(), columns, silent);
  const auto page = parser.parse(body, {}, true, gate, columns, flattener);
  if (!page.ok()) {
    if (columns.rows() != 0 || page.status().code() != base::Code::data) std::abort();
    return 0;
  }
  for (int i = 0; i < static_cast<int>(layout().columns.size()); ++i) {
    if (columns.column(i).size() != page->kept) std::abort();
  }
  return 0;
}
