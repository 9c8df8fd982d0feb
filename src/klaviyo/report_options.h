// The options of reports: what is counted, by what it is told apart, and over which time.
#pragma once

#include "klaviyo/settings.h"

namespace klaviyo {

/// Completes them with the report's defaults, and checks them against the catalogue. The source must be a report.
void read_report_options(Reading& reading);

}  // namespace klaviyo
