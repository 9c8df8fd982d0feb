// The options that say which part of a source's records comes, and how many at a time.
#pragma once

#include "klaviyo/settings.h"

namespace klaviyo {

/// page_size, include, additional_fields and columns, checked against the catalogue. A source that is not known is
/// not checked against.
void read_record_options(Reading& reading);

}  // namespace klaviyo
