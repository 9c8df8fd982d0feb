// The ids of a fan-out's parents, page by page, or as configured.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "klaviyo/pager.h"

namespace klaviyo {

struct ParentPage {
  std::vector<std::string> ids;
  uint64_t hash = 0;  // of the ids in order
  bool last = false;
};

class ParentReader {
 public:
  /// Begins at a page; nothing: the first.
  ParentReader(const PagerServices& services, std::optional<PageParameter> page, RequestManner manner);

  /// The next page of parents. Not to be called after the last one.
  base::Result<ParentPage> next();

  /// The page that next() gives.
  const std::optional<PageParameter>& page() const { return page_; }

 private:
  const PagerServices& services_;
  const Source& parent_;
  std::optional<PageParameter> page_;
  RequestManner manner_;
};

}  // namespace klaviyo
