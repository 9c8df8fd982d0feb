// The cursor out of a page's `links.next`. Only the cursor is taken: the request is rebuilt for our own origin, so that
// a hostile or broken link cannot lead the key elsewhere.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/status.h"

namespace klaviyo {

/// The query parameter that fetches the next page: `page[cursor]`, `page_cursor` of reports, or `page[number]` and the
/// like at old revisions.
using PageParameter = std::pair<std::string, std::string>;

/// `origin`: scheme://host[:port] of our own; `path`: of the request that the page answers, which
/// may be percent-encoded otherwise. Code::data when the link
/// leads to another origin or path, or holds no page parameter; the message names the host, never the cursor.
base::Result<PageParameter> page_parameter_of(std::string_view next, std::string_view origin, std::string_view path);

}  // namespace klaviyo
