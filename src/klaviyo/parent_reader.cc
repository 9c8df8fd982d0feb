#include "klaviyo/parent_reader.h"

#include <utility>

#include "klaviyo/task.h"

namespace klaviyo {

namespace {

// Takes the ids and refuses the rows: nothing else of a parent is wanted.
class IdCollector final : public RowGate {
 public:
  explicit IdCollector(ParentPage& page) : page_(page) {}
  bool admit(std::string_view id, std::optional<int64_t>) override {
    trail_.add(id);
    page_.hash = trail_.hash;
    page_.ids.emplace_back(id);
    return false;
  }

 private:
  ParentPage& page_;
  Trail trail_;
};

RecordLayout id_layout() {
  RecordLayout layout;
  layout.columns.push_back({"id", ColumnType::utf8, ColumnType::utf8, Origin::id});
  layout.id_column = 0;
  return layout;
}

}  // namespace

ParentReader::ParentReader(const PagerServices& services, std::optional<PageParameter> page, RequestManner manner)
    : services_(services),
      parent_(*find_source(services.config.source->fan_out->parent)),
      page_(std::move(page)),
      manner_(manner) {}

base::Result<ParentPage> ParentReader::next() {
  const Config& config = services_.config;
  ParentPage page;
  IdCollector gate(page);
  if (!config.ids.empty()) {
    for (const std::string& id : config.ids) gate.admit(id, std::nullopt);
    page.last = true;
    return page;
  }
  net::ApiRequest request = make_parent_request(parent_, page_, page_size_of(parent_, config));
  request.stop = manner_.stop;
  request.fail_fast = manner_.fail_fast;
  net::ApiAnswer answer = services_.api.get(request);
  if (!answer.status.ok()) return answer.status;

  const RecordLayout layout = id_layout();
  const base::Log silent;
  ColumnSet columns(layout);
  Flattener flattener(layout, columns, silent);
  auto summary = PageParser(layout).parse(answer.body, {}, false, gate, columns, flattener);
  if (!summary.ok()) return summary.status();
  page.last = !summary->next;
  if (summary->next) {
    auto next = page_parameter_of(*summary->next, config.base_url, parent_.path);
    if (!next.ok()) return next.status();
    if (page_ == *next)
      return base::Status(base::Code::data, std::string(parent_.path) + ": the service gave the same cursor again");
    page_ = *std::move(next);
  }
  return page;
}

}  // namespace klaviyo
