#include "bulkload/session/session_table.h"

#include "bulkload/session/job_table.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr const char* kSelect =
    "SELECT id, name, cron, timezone, delay_sec, database_name, table_name, time_column, folder, config, config_diff, "
    "created_us, updated_us FROM sessions ";

Session read(const Statement& row) {
  Session session;
  session.id = row.int64(0);
  session.name = row.text(1);
  session.cron = row.text(2);
  session.timezone = row.text(3);
  session.delay_sec = row.int64(4);
  session.database = row.text(5);
  session.table = row.text(6);
  session.time_column = row.text(7);
  session.folder = row.text(8);
  session.config = row.text(9);
  session.config_diff = row.text(10);
  session.created_us = row.int64(11);
  session.updated_us = row.int64(12);
  return session;
}

/// Parameters 1 to 11; `session` must stay until the statement is run.
void bind(Statement& statement, const Session& session) {
  statement.bind(1, session.name);
  statement.bind(2, session.cron);
  statement.bind(3, session.timezone);
  statement.bind(4, session.delay_sec);
  statement.bind(5, session.database);
  statement.bind(6, session.table);
  statement.bind(7, session.time_column);
  statement.bind(8, session.folder);
  statement.bind(9, session.config);
  statement.bind(10, session.config_diff);
  statement.bind(11, session.updated_us);
}

/// The name must be free, or the session's own.
Status check_name(Store& store, const Session& session) {
  const auto taken = store.database().exists(
      "SELECT 1 FROM sessions WHERE name = ?1 AND id <> " + std::to_string(session.id), session.name);
  if (!taken.ok() || !*taken) return taken.status();
  return Status(Code::config, "there is a session '" + session.name +
                                  "' already; change it with 'bulkload session "
                                  "update', or choose another name");
}

Status check_idle(Store& store, const Session& session) {
  const auto running = running_job(store, session.id);
  if (!running.ok() || *running == 0) return running.status();
  return Status(Code::busy,
                "session " + session.name + " is running (job " + std::to_string(*running) + "): wait for its end");
}

}  // namespace

base::Result<std::vector<Session>> list_sessions(Store& store) {
  auto query = store.database().prepare(std::string(kSelect) + "ORDER BY name");
  if (!query.ok()) return query.status();
  std::vector<Session> sessions;
  while (true) {
    const auto row = query->step();
    if (!row.ok()) return row.status();
    if (!*row) return sessions;
    sessions.push_back(read(*query));
  }
}

base::Result<Session> find_session(Store& store, const std::string& name) {
  const auto sessions = list_sessions(store);
  if (!sessions.ok()) return sessions.status();
  std::vector<std::string_view> names;
  for (const Session& session : *sessions) {
    if (session.name == name) return session;
    names.push_back(session.name);
  }
  const std::string nearest = did_you_mean(name, names);
  return Status(Code::config, "there is no session '" + name + "'" + (nearest.empty() ? ";" : nearest) +
                                  " 'bulkload session list' lists them");
}

Status create_session(Store& store, const Session& session) {
  return store.transaction([&] {
    if (Status status = check_name(store, session); !status.ok()) return status;
    auto insert = store.database().prepare(
        "INSERT INTO sessions (name, cron, timezone, delay_sec, database_name, table_name, time_column, folder, "
        "config, "
        "config_diff, updated_us, created_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    if (!insert.ok()) return insert.status();
    bind(*insert, session);
    insert->bind(12, session.created_us);
    return insert->run();
  });
}

Status update_session(Store& store, const Session& session) {
  return store.transaction([&] {
    if (Status status = check_idle(store, session); !status.ok()) return status;
    if (Status status = check_name(store, session); !status.ok()) return status;
    auto update = store.database().prepare(
        "UPDATE sessions SET name = ?1, cron = ?2, timezone = ?3, delay_sec = ?4, database_name = ?5, table_name = ?6, "
        "time_column = ?7, folder = ?8, config = ?9, config_diff = ?10, updated_us = ?11 WHERE id = ?12");
    if (!update.ok()) return update.status();
    bind(*update, session);
    update->bind(12, session.id);
    return update->run();
  });
}

Status delete_session(Store& store, const Session& session) {
  return store.transaction([&] {
    if (Status status = check_idle(store, session); !status.ok()) return status;
    return store.database().run("DELETE FROM sessions WHERE id = " + std::to_string(session.id));
  });
}

Status store_config_diff(Store& store, int64_t session_id, const std::string& diff) {
  return store.transaction([&] {
    auto update = store.database().prepare("UPDATE sessions SET config_diff = ?1 WHERE id = ?2");
    if (!update.ok()) return update.status();
    update->bind(1, diff);
    update->bind(2, session_id);
    return update->run();
  });
}

}  // namespace bulkload
