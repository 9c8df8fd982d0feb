// From a session to what the loader is asked for.
#pragma once

#include <string>

#include "base/status.h"
#include "bulkload/command_line.h"
#include "bulkload/session/job_table.h"
#include "bulkload/session/session_table.h"

namespace bulkload {

/// Puts the file's text into the session, with its inclusions; variables of the environment stay references, which each
/// run looks up. The session's folder is the current one. Code::config with all problems.
base::Status read_session_config(const std::string& path, Session& session);

/// The session's configuration with its diff laid over it, and its destination. DATABASE is the key `database` of
/// `out:` where the type has one and no `uri` says it, else the file: a path, or the name of a file in the session's
/// folder. Relative paths are relative to that folder. Plugins and log level are those of `line`, and CONFIG for a job
/// without a session.
RunRequest run_request(const Session& session, const CommandLine& line);

/// Makes the session's folder that of the process, once a request is made. Code::config when it is gone.
base::Status enter_folder(const Session& session);

/// What a job without a session runs, as if it had one without a name.
Session session_of(const Job& job);

}  // namespace bulkload
