// What the commands on a configuration file begin with: the file read, the plugin loaded, the input made.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "bulkload/config_file.h"
#include "bulkload/console.h"
#include "bulkload/filter/chain.h"
#include "bulkload/input.h"
#include "bulkload/plugin_library.h"
#include "bulkload/run_request.h"
#include "bulkload/sink/sink.h"

namespace bulkload {

struct Prepared {
  std::string source;  // one of several that the configuration names; empty: the only one
  ConfigFile file;     // of this source
  PluginLibrary plugin;
  Input input;
  FilterChain filters;  // bound to the input's columns
  SinkOptions out;      // ready for make_sink, when asked for
};

enum class OutSection { checked, ignored };

/// One for each source, at least one. On Code::config the message holds all problems, the file's own, those of `out:`,
/// of the filters and the plugin's, one a line as `config.yml:7: in.start_time: …`. Tells the console which values are
/// secret.
base::Result<std::vector<Prepared>> prepare(const RunRequest& request, OutSection out, Console& console);

}  // namespace bulkload
