// What to ask: a page of one pass of a source, as query parameters. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "klaviyo/config.h"
#include "klaviyo/net/api_client.h"
#include "klaviyo/next_link.h"
#include "klaviyo/window.h"

namespace klaviyo {

/// The field that a run is ordered by: the configured one, or else one that never changes, by which a full read can be
/// cut and continued, or the one that picks its rows; nullptr: none. It is to be put into the configuration before
/// anything else is made from it.
const TimeField* reading_field(const Config& config);

/// To read all of another source for the sake of the configured one: its ids and names, by the steadiest order it has.
Config listing_config(const Config& config, const Source& listed);

/// How the rows of a run come.
struct ReadOrder {
  const TimeField* field = nullptr;  // the windows' times, for filter and membership; nullptr: none
  bool by_time = false;              // sorted by the field, ascending, and that can be relied on
  bool cuttable = false;             // and the API can be asked to begin at a time
  bool filter_decides = false;       // rows hold no time: those that the API gives for a window belong to it
};
ReadOrder read_order(const Config& config);

/// Passes of a configuration over its source: those of the catalogue, or, at revisions whose filter takes one metric at
/// a time, one for each metric that is named.
int passes_of(const Config& config);

struct PageRequest {
  const Pass* pass = nullptr;         // nullptr: the source has one pass, without filter
  bool older_filter = false;          // the pass's filter for revisions that refuse the other
  bool older_include = false;         // related objects as the configured revision, not the effective one, spells them
  Window query;                       // to filter by
  std::vector<std::string> metrics;   // ids of the metrics whose events, or whose report, is asked for; none: all
  std::vector<std::string> parents;   // below which parents: one for the path, or some for the filter
  std::optional<PageParameter> page;  // nothing: the first page
  std::optional<int> page_size;       // nothing: not sent
};

net::ApiRequest make_request(const Config& config, const ReadOrder& order, const PageRequest& page);

/// The path with the parent's id, percent-encoded, in it: `/api/lists/Y6nRLr/profiles`.
std::string path_of(const Source& source, const std::vector<std::string>& parents);

/// The page size to ask for: the configured one, or the API's maximum; nothing when the source or revision takes none.
std::optional<int> page_size_of(const Source& source, const Config& config);

/// Strings as the API's filters take them: in double quotes, with backslash escapes.
std::string filter_string(std::string_view text);

}  // namespace klaviyo
