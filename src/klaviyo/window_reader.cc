#include "klaviyo/window_reader.h"

#include <algorithm>
#include <utility>

#include "klaviyo/parent_reader.h"

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

WindowReader::WindowReader(const ReadServices& services, Claim claim, PageSink& sink, const Options& options)
    : services_(services),
      config_(services.pager.config),
      claim_(std::move(claim)),
      sink_(sink),
      options_(options),
      gate_(options.first_window),
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
  if (columns_) sink_.give_back(*std::move(columns_));
}

base::Status WindowReader::run() {
  if (claim_.task.window.empty()) {
    deliver(position_, position_, true);
    return {};
  }
  if (config_.source->fan_out != nullptr) return read_fan_out();
  begin_gate(position_);
  return read_query(first_request(), true).status();
}

void WindowReader::begin_gate(const Position& position) {
  if (in_order_) {
    gate_.begin_in_order(position);
  } else {
    gate_.begin_without_order(position.page_begin, position.delivered);
  }
}

PageRequest WindowReader::first_request() const {
  PageRequest request;
  const auto passes = config_.source->passes;
  if (!passes.empty()) request.pass = &passes[static_cast<size_t>(claim_.task.pass)];
  request.query = position_.query.value_or(claim_.task.window);
  if (in_order_ && position_.at_us && services_.pager.order.cuttable) request.query.from_us = *position_.at_us;
  request.page = position_.page;
  request.page_size = options_.page_size ? options_.page_size : page_size_of(*config_.source, config_);
  return request;
}

std::string_view WindowReader::label() const {
  const auto passes = config_.source->passes;
  return passes.empty() ? std::string_view() : passes[static_cast<size_t>(claim_.task.pass)].label;
}

base::Result<bool> WindowReader::read_query(PageRequest request, bool last) {
  auto pager = std::make_unique<Pager>(services_.pager, request, options_.manner);
  for (bool more = true; more;) {
    auto fetched = pager->fetch();
    if (!fetched.ok()) return fetched.status();
    if (fetched->outcome == Pager::Outcome::other_pass) {
      return deliver(position_, position_, last);
    }
    if (fetched->outcome == Pager::Outcome::cursor_refused) {
      if (base::Status status = begin_anew(request, fetched->answer); !status.ok()) return status;
      pager = std::make_unique<Pager>(services_.pager, request, options_.manner);
      continue;
    }
    const auto wanted = read_page(*pager, fetched->answer, last, more);
    if (!wanted.ok() || !*wanted) return wanted;
  }
  return true;
}

base::Status WindowReader::begin_anew(PageRequest& request, const net::ApiAnswer& refusal) {
  if (rows_read_ == rows_at_restart_) return refusal.status;
  rows_at_restart_ = rows_read_;
  services_.pager.log.warn(std::string(config_.source->path) +
                           ": the service no longer knows the cursor; reading on behind the last row");
  position_.page.reset();
  position_.page_begin = {};
  begin_gate(position_);
  PageRequest anew = first_request();
  anew.parent_ids = std::move(request.parent_ids);
  request = std::move(anew);
  return {};
}

base::Result<bool> WindowReader::read_page(Pager& pager, net::ApiAnswer& answer, bool last, bool& more) {
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
  more = *advanced && !(in_order_ && gate_.passed_end());
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
  WorkList::PageRead read{summary->records, gate_.first_us(), gate_.last_us(), in_order_, last && !more};
  sink_.end_page(claim_.id, read);
  return deliver(std::move(before), position_, last && !more);
}

base::Result<PageSummary> WindowReader::parse(net::ApiAnswer& answer) {
  base::Result<PageSummary> summary = base::Status();
  services_.parsers.run([&](PageParser& parser) {
    gate_.begin_page(sink_.begin_page(claim_.id));
    Flattener flattener(services_.layout, *columns_, services_.odd_log);
    const bool single = config_.source->paging == Paging::none;
    summary = parser.parse(answer.body, label(), single, gate_, *columns_, flattener);
    services_.odd_values += flattener.odd_values();
  });
  answer.body = std::string();
  answer.share.give_back();
  return summary;
}

bool WindowReader::have_columns() {
  if (!columns_) columns_ = sink_.take_columns();
  return columns_.has_value();
}

bool WindowReader::deliver(Position before, Position after, bool last) {
  if (!have_columns()) return false;
  PageRows page{
      claim_.id, *std::exchange(columns_, std::nullopt), gate_.keys(), in_order_, std::move(before), std::move(after),
      last};
  return sink_.push(std::move(page));
}

base::Status WindowReader::read_fan_out() {
  ParentReader parents(services_.pager, position_.parent_page, options_.manner);
  for (bool last = false; !last;) {
    position_.parent_page = parents.page();
    auto page = parents.next();
    if (!page.ok()) return page.status();
    const bool begun = position_.parent_skip > 0 || position_.delivered.rows > 0;
    if (begun && position_.parent_hash != page->hash) return changed_meanwhile(*config_.source);
    position_.parent_hash = page->hash;
    const auto wanted = read_batches(page->ids);
    if (!wanted.ok() || !*wanted) return wanted.status();
    last = page->last;
    position_ = {};
  }
  gate_.begin_page(claim_.task.window);
  deliver(position_, position_, true);
  return {};
}

base::Result<bool> WindowReader::read_batches(const std::vector<std::string>& parents) {
  const auto batch = static_cast<size_t>(config_.source->fan_out->batch);
  for (size_t begin = static_cast<size_t>(position_.parent_skip) * batch; begin < parents.size(); begin += batch) {
    begin_gate(position_);
    PageRequest request = first_request();
    const size_t end = std::min(parents.size(), begin + batch);
    request.parent_ids.assign(parents.begin() + static_cast<ptrdiff_t>(begin),
                              parents.begin() + static_cast<ptrdiff_t>(end));
    const auto wanted = read_query(std::move(request), false);
    if (!wanted.ok() || !*wanted) return wanted;
    Position next;
    next.parent_page = position_.parent_page;
    next.parent_skip = position_.parent_skip + 1;
    next.parent_hash = position_.parent_hash;
    position_ = std::move(next);
  }
  return true;
}

}  // namespace klaviyo
