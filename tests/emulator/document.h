// JSON:API documents as text. Appended to one string, without a tree: a page of 1,000 events takes a few milliseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "query_plan.h"
#include "refusal.h"
#include "world.h"

namespace emulator {

struct DocumentLinks {
  std::string base;  // scheme and host the client used, without a trailing slash
  std::string self;
  bool paged = true;  // an unpaged collection has `self` alone
  std::optional<std::string> next;
  std::optional<std::string> prev;
};

/// A collection: data, included (when asked for), links, meta.
std::string render_document(const World& world, const Facts& facts, const QueryPlan& plan,
                            const std::vector<int64_t>& rows, const DocumentLinks& links);

/// `id` becomes the error's id.
std::string render_refusal(const Refusal& refusal, const std::string& id);

}  // namespace emulator
