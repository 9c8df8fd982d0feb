// What an input has and its readers share.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "klaviyo/account_zone.h"
#include "klaviyo/config.h"
#include "klaviyo/metric_names.h"
#include "klaviyo/net/api_client.h"
#include "klaviyo/parser_pool.h"
#include "klaviyo/record_layout.h"
#include "klaviyo/request.h"
#include "klaviyo/window_reader.h"

namespace klaviyo {

struct Counters {
  std::atomic<int64_t> rows{0};  // given out in batches
  std::atomic<int64_t> rows_skipped{0};
  std::atomic<int64_t> odd_values{0};
  std::atomic<int64_t> parents_gone{0};  // 404 where their rows were asked for
};

struct Services;

/// What it takes to list the parents at one level above the rows: their ids, in the steadiest order there is.
struct ParentLevel {
  ParentLevel(const Source& parent, Services& services);

  const Config config;
  const ReadOrder order;
  const RecordLayout layout;
  const base::Log silent;             // what is odd about a parent is said where parents are the rows
  std::atomic<int64_t> uncounted{0};  // and counted there
  std::atomic<bool> page_size_refused{false};
  ParserPool parsers;
  const PagerServices pager;
  const ReadServices reading;
};

/// Immovable: its parts refer to one another.
struct Services {
  Services(Config validated, base::Log to, std::unique_ptr<base::Clock> time);

  const Config config;
  const ReadOrder order;
  const RecordLayout layout;
  const base::Log log;
  const base::Log once_log;  // each line at most once
  const std::unique_ptr<base::Clock> clock;
  const int64_t begun_us;  // when the input was made
  base::StopFlag stop;
  Counters counters;
  net::ApiClient api;
  MetricNames metrics;
  AccountZone zone;
  std::atomic<bool> page_size_refused{false};
  ParserPool parsers;
  const PagerServices pager;
  const ReadServices reading;
  std::deque<ParentLevel> parents;          // the nearest level first
  std::vector<const ReadServices*> levels;  // of the rows, and of the parents

  /// Whether a run can always be gone on from its checkpoint, and never has to begin anew.
  bool goes_on_exactly() const;

  WorkRules work_rules() const;
};

}  // namespace klaviyo
