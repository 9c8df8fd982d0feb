// The sessions of a store. Errors: Code::config for a name that is not there, or there already; Code::busy for a change
// while the session runs; otherwise those of the store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"
#include "bulkload/session/store.h"

namespace bulkload {

struct Session {
  int64_t id = 0;
  std::string name;
  std::string cron;  // empty: run by hand
  std::string timezone = "UTC";
  int64_t delay_sec = 0;  // a run starts so much later than it is scheduled for
  std::string database;
  std::string table;
  std::string time_column;
  std::string folder;  // that relative paths of the configuration are relative to
  std::string config;  // as given, inclusions put in; variables of the environment stay references
  std::string config_diff;
  int64_t created_us = 0;
  int64_t updated_us = 0;
};

/// In the order of their names.
base::Result<std::vector<Session>> list_sessions(Store& store);

base::Result<Session> find_session(Store& store, const std::string& name);

base::Status create_session(Store& store, const Session& session);

/// Replaces everything of the session with this id but its creation.
base::Status update_session(Store& store, const Session& session);

/// Its jobs stay, without a session.
base::Status delete_session(Store& store, const Session& session);

/// Durable on return: what the next run begins with.
base::Status store_config_diff(Store& store, int64_t session_id, const std::string& diff);

}  // namespace bulkload
