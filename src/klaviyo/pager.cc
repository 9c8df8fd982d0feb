#include "klaviyo/pager.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace klaviyo {

namespace {

constexpr int kMaxSamePages = 3;

bool holds(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
         }) != text.end();
}

bool names_page_size(const net::ApiProblem& problem) {
  for (const std::string_view word : {"page[size]", "page_size", "page size", "page%5Bsize%5D"}) {
    if (holds(problem.parameter, word) || holds(problem.detail, word)) return true;
  }
  return false;
}

bool names_cursor(const net::ApiProblem& problem) {
  return holds(problem.parameter, "cursor") || holds(problem.detail, "cursor");
}

bool names_include(const net::ApiProblem& problem) { return holds(problem.parameter, "include"); }

bool names_filter(const net::ApiProblem& problem) {
  return holds(problem.parameter, "filter") || holds(problem.detail, "filter");
}

}  // namespace

bool reads_older_filter(const Source& source, const Pass& pass) {
  const auto first = std::find_if(source.passes.begin(), source.passes.end(),
                                  [&](const Pass& other) { return other.older_filter == pass.older_filter; });
  return &*first == &pass;
}

Pager::Pager(const PagerServices& services, PageRequest first, RequestManner manner)
    : services_(services),
      request_(std::move(first)),
      manner_(manner),
      path_(path_of(*services.config.source, request_.parents)) {
  if (services_.page_size_refused) request_.page_size.reset();
}

base::Result<Pager::Fetched> Pager::fetch() {
  for (;;) {
    net::ApiRequest request = make_request(services_.config, services_.order, request_);
    request.stop = manner_.stop;
    request.fail_fast = manner_.fail_fast;
    request.budget = manner_.budget;
    request.decoder = manner_.decoder;
    net::ApiAnswer answer = services_.api.get(request);
    if (answer.status.ok()) return Fetched{Outcome::page, std::move(answer)};
    const bool below_parent = path_ != services_.config.source->path;
    if (answer.status.http_status() == 404 && below_parent) return Fetched{Outcome::parent_gone, {}};
    if (answer.problem.http_status != 400) return answer.status;
    const bool older_before = request_.older_filter;
    if (fall_back(answer.problem)) {
      const bool fell_to_older = request_.older_filter && !older_before;
      if (fell_to_older && !reads_older_filter(*services_.config.source, *request_.pass)) {
        return Fetched{Outcome::other_pass, {}};
      }
      continue;
    }
    if (request_.page && names_cursor(answer.problem)) return Fetched{Outcome::cursor_refused, std::move(answer)};
    return answer.status;
  }
}

bool Pager::fall_back(const net::ApiProblem& problem) {
  if (request_.page_size && names_page_size(problem)) {
    if (!services_.page_size_refused.exchange(true)) {
      services_.log.warn("page size " + std::to_string(*request_.page_size) +
                         " was refused by the service; going on with its default");
    }
    request_.page_size.reset();
    return true;
  }
  // A server that answers a retired revision as it was, not as the oldest one alive.
  if (services_.config.literal_revision == services_.config.effective_revision) return false;
  if (!request_.older_include && names_include(problem)) return request_.older_include = true;
  const bool has_older_filter = request_.pass != nullptr && !request_.pass->older_filter.empty();
  if (has_older_filter && !request_.older_filter && names_filter(problem)) return request_.older_filter = true;
  return false;
}

base::Result<bool> Pager::advance(const PageSummary& page) {
  if (!page.next) return false;
  auto next = page_parameter_of(*page.next, services_.config.base_url, path_);
  if (!next.ok()) return next.status();
  if (!seen_pages_.insert(std::hash<std::string>()(next->second)).second) {
    return base::Status(base::Code::data,
                        path_ + ": the service gave a cursor that it gave before; paging would never end");
  }
  same_ids_ = page.ids_hash != 0 && page.ids_hash == last_ids_hash_ ? same_ids_ + 1 : 1;
  last_ids_hash_ = page.ids_hash;
  if (same_ids_ >= kMaxSamePages) {
    return base::Status(base::Code::data,
                        path_ + ": the service gave the same rows under three cursors; paging would never end");
  }
  request_.page = *std::move(next);
  return true;
}

}  // namespace klaviyo
