// The pages of one query, one after the other, by cursor.
#pragma once

#include <atomic>
#include <optional>
#include <unordered_set>

#include "base/log.h"
#include "klaviyo/net/api_client.h"
#include "klaviyo/page_parser.h"
#include "klaviyo/request.h"

namespace klaviyo {

/// What pagers of one input share. All members outlive them.
struct PagerServices {
  const Config& config;
  const ReadOrder& order;
  net::ApiClient& api;
  const base::Log& log;
  std::atomic<bool>& page_size_refused;  // the API refused the page size once: its default is used from then on
};

/// How requests are made.
struct RequestManner {
  const base::StopFlag* stop = nullptr;       // ends them
  bool fail_fast = false;                     // no retry and no wait
  net::BodyBudget* budget = nullptr;          // of their answers
  const net::BodyDecoder* decoder = nullptr;  // and where those are decoded
};

class Pager {
 public:
  Pager(const PagerServices& services, PageRequest first, RequestManner manner);

  enum class Outcome {
    page,
    cursor_refused,  // expired or unknown: the query has to begin anew
    other_pass,      // this pass is, at the service's revision, the same read as an earlier one
    parent_gone,     // the parent in the path does not exist (any more)
  };
  struct Fetched {
    Outcome outcome = Outcome::page;
    net::ApiAnswer answer;
  };

  /// The page that is next. A 404 below a parent means that there is no such parent. A 400 that names the page size is
  /// answered by asking with the API's default; at a retired revision, one that names the include or the filter by
  /// asking as that revision spells it. Every other refusal is an error.
  base::Result<Fetched> fetch();

  /// Moves on by a page's next link. False at the end. Code::data when the link leads elsewhere, or to a page that was
  /// here before: paging would never end.
  base::Result<bool> advance(const PageSummary& page);

  /// The page that fetch() gives next; nothing: the first.
  const std::optional<PageParameter>& page() const { return request_.page; }
  const Window& query() const { return request_.query; }

 private:
  bool fall_back(const net::ApiProblem& problem);

  const PagerServices& services_;
  PageRequest request_;
  RequestManner manner_;
  std::string path_;
  std::unordered_set<size_t> seen_pages_;  // hashes
  uint64_t last_ids_hash_ = 0;
  int same_ids_ = 0;
};

/// Whether this pass is read, at revisions that want the older filters: of passes with the same one, only the first is.
bool reads_older_filter(const Source& source, const Pass& pass);

}  // namespace klaviyo
