#include "klaviyo/window_reader.h"

#include <algorithm>
#include <utility>

#include "klaviyo/report_page.h"

namespace klaviyo {

namespace {

base::Status changed_meanwhile(const Source& source) {
  return base::Status(base::Code::data,
                      std::string(source.path) +
                          ": the rows changed while they were read, and cannot be told apart by time; "
                          "the run has to begin anew")
      .with_begin_anew();
}

}  // namespace

Position PageRows::position(int64_t rows) const {
  if (rows == keys.rows()) return after;
  return in_order ? keys.after_in_order(before, rows) : keys.after_without_order(before, rows);
}

std::vector<std::string> PageRows::ids() const {
  std::vector<std::string> ids;
  for (int64_t row = 0; row < keys.rows(); ++row) ids.emplace_back(keys.id(row));
  return ids;
}

WindowReader::WindowReader(const ReadServices& services, Claim claim, PageSink& sink, const Options& options)
    : services_(services),
      config_(services.pager.config),
      claim_(std::move(claim)),
      sink_(sink),
      options_(options),
      gate_(options.first_window || services.pager.order.filter_decides || config_.source->report != nullptr),
      in_order_(services.pager.order.by_time && !claim_.task.unordered && !claim_.task.position.page),
      position_(claim_.task.position),
      // Pages wait as they came, and are unpacked when there is room for their rows.
      decoder_([this](const std::function<void()>& decode) {
        have_columns();
        services_.parsers.run([&decode](PageParser&) { decode(); });
      }) {
  options_.manner.decoder = &decoder_;
}

WindowReader::~WindowReader() {
  if (columns_ && !lists_parents()) sink_.give_back(*std::move(columns_));
}

base::Status WindowReader::run() {
  if (claim_.task.window.empty()) {
    deliver_end();
    return {};
  }
  const auto has_metrics = find_metrics();
  if (!has_metrics.ok()) return has_metrics.status();
  if (!*has_metrics) {
    deliver_end();
    return {};
  }
  begin_gate(position_);
  PageRequest request = first_request();
  auto pager = std::make_unique<Pager>(services_.pager, request, options_.manner);
  for (;;) {
    auto fetched = pager->fetch();
    if (!fetched.ok()) return fetched.status();
    switch (fetched->outcome) {
      case Pager::Outcome::page: {
        const auto more = read_page(*pager, fetched->answer);
        if (!more.ok() || !*more) return more.status();
        break;
      }
      case Pager::Outcome::cursor_refused:
        if (base::Status status = begin_anew(request, fetched->answer); !status.ok()) return status;
        pager = std::make_unique<Pager>(services_.pager, request, options_.manner);
        break;
      case Pager::Outcome::parent_gone:
        ++services_.parents_gone;
        deliver_end();
        return {};
      case Pager::Outcome::other_pass:
        deliver_end();
        return {};
    }
  }
}

void WindowReader::begin_gate(const Position& position) {
  if (in_order_) {
    gate_.begin_in_order(position);
  } else {
    gate_.begin_without_order(position.page_begin, position.delivered);
  }
}

base::Result<bool> WindowReader::find_metrics() {
  const std::vector<std::string> wanted =
      config_.metric.empty() ? config_.metrics : std::vector<std::string>{config_.metric};
  if (wanted.empty()) return true;
  auto ids = services_.metrics.resolve(wanted, options_.manner);
  if (!ids.ok()) return ids.status();
  metrics_ = *std::move(ids);
  if (passes_of(config_) == 1) return true;
  const auto pass = static_cast<size_t>(claim_.task.pass);
  if (pass >= metrics_.size()) return false;  // two of the names are one metric's
  metrics_ = {metrics_[pass]};
  return true;
}

PageRequest WindowReader::first_request() const {
  PageRequest request;
  const auto passes = config_.source->passes;
  if (!passes.empty()) request.pass = &passes[static_cast<size_t>(claim_.task.pass)];
  request.query = position_.query.value_or(claim_.task.window);
  if (in_order_ && position_.at_us && services_.pager.order.cuttable) request.query.from_us = *position_.at_us;
  request.page = position_.page;
  if (claim_.place) {
    request.query = claim_.place->query;
    request.page = claim_.place->page;
  }
  request.metrics = metrics_;
  request.parents = claim_.task.parents;
  request.page_size = options_.page_size ? options_.page_size : page_size_of(*config_.source, config_);
  return request;
}

std::string_view WindowReader::label() const {
  const Source& source = *config_.source;
  if (!source.parent.column.empty()) return claim_.task.parents.front();
  const auto passes = source.passes;
  return passes.empty() ? std::string_view() : passes[static_cast<size_t>(claim_.task.pass)].label;
}

base::Status WindowReader::begin_anew(PageRequest& request, const net::ApiAnswer& refusal) {
  if (rows_read_ == rows_at_restart_) return refusal.status;
  rows_at_restart_ = rows_read_;
  services_.pager.log.warn(std::string(config_.source->path) +
                           ": the service no longer knows the cursor; reading on behind the last row");
  position_.page.reset();
  position_.page_begin = {};
  claim_.place.reset();
  begin_gate(position_);
  request = first_request();
  return {};
}

base::Result<bool> WindowReader::read_page(Pager& pager, net::ApiAnswer& answer) {
  if (!have_columns()) return false;
  const std::optional<PageParameter> this_page = pager.page();
  base::Result<PageSummary> summary = parse(answer);
  if (!summary.ok()) return summary.status();
  const auto advanced = pager.advance(*summary);
  if (!advanced.ok()) return advanced.status();
  if (gate_.trail_lost() || (gate_.skipping() && !*advanced)) return changed_meanwhile(*config_.source);

  if (in_order_ && gate_.disordered()) {
    in_order_ = false;
    services_.pager.log.warn(std::string(config_.source->path) + ": rows came out of order in spite of sort");
    position_ = {};
    position_.page = this_page;
    position_.query = pager.query();
  }
  const bool more = *advanced && !(in_order_ && gate_.passed_end());
  const RowKeys& keys = gate_.keys();
  Position before = position_;
  if (in_order_) {
    position_ = keys.after_in_order(before, keys.rows());
  } else {
    position_ = keys.after_without_order(before, keys.rows());
    if (*advanced) {
      position_.page = pager.page();
      position_.page_begin = position_.delivered;
    }
  }
  rows_read_ += keys.rows();
  services_.rows_skipped += gate_.skipped();
  WorkList::PageRead read{summary->records, gate_.first_us(), gate_.last_us(), in_order_, !more};
  sink_.end_page(claim_.id, read);
  std::optional<PagePlace> next;
  if (more) next = PagePlace{*pager.page(), pager.query()};
  return deliver(std::move(before), std::move(next), !more) && more;
}

base::Result<PageSummary> WindowReader::parse(net::ApiAnswer& answer) {
  base::Result<PageSummary> summary = base::Status();
  services_.parsers.run([&](PageParser& parser) {
    const Window window = sink_.begin_page(claim_.id);
    gate_.begin_page(window);
    Flattener flattener(services_.layout, *columns_, services_.odd_log);
    if (config_.source->report != nullptr) {
      summary = parse_report(answer.body, {config_, services_.layout, window}, gate_, *columns_, flattener);
    } else {
      const bool single = config_.source->paging == Paging::none;
      summary = parser.parse(answer.body, label(), single, gate_, *columns_, flattener);
    }
    services_.odd_values += flattener.odd_values();
  });
  answer.body = std::string();
  answer.share.give_back();
  return summary;
}

bool WindowReader::have_columns() {
  if (columns_) return true;
  if (lists_parents()) {
    columns_.emplace(services_.layout);
  } else {
    columns_ = sink_.take_columns();
  }
  return columns_.has_value();
}

bool WindowReader::deliver(Position before, std::optional<PagePlace> next, bool last) {
  if (!have_columns()) return false;
  PageRows page{claim_.id,         *std::exchange(columns_, std::nullopt),
                gate_.keys(),      in_order_,
                std::move(before), position_,
                std::move(next),   last};
  return sink_.push(std::move(page));
}

// Nothing more is to come, and not even a page that says so.
void WindowReader::deliver_end() {
  gate_.begin_page(claim_.task.window);
  deliver(position_, std::nullopt, true);
}

}  // namespace klaviyo
