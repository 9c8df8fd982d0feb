// What to ask for a report: the body of the POST. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "klaviyo/config.h"
#include "klaviyo/next_link.h"
#include "klaviyo/window.h"

namespace klaviyo {

/// `metric`: id of the configured metric; empty: the report takes none. `page`: sent here where the report has its
/// cursor in the body; see cursor_in_body.
std::string report_body(const Config& config, const Window& timeframe, std::string_view metric,
                        const std::optional<PageParameter>& page);

/// Whether a report's page cursor goes into the body, instead of the query.
bool cursor_in_body(const Report& report);

}  // namespace klaviyo
