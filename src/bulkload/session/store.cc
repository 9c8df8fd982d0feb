#include "bulkload/session/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "bulkload/sink/durable_file.h"

namespace bulkload {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Status;

constexpr int kBusyWaitMs = 5'000;
constexpr int64_t kSchemaVersion = 1;
constexpr int64_t kApplicationId = 0x424C4B44;  // "BLKD", in the file's header

// EXTRA: also that a transaction has ended is on the disk when it returns.
constexpr const char* kPragmas = "PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON";

// Times are microseconds since 1970-01-01 UTC. Ids are never used again: a lock belongs to one job alone.
constexpr const char* kSchema =
    "CREATE TABLE sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, cron TEXT NOT NULL, "
    "timezone TEXT NOT NULL, delay_sec INTEGER NOT NULL, database_name TEXT NOT NULL, table_name TEXT NOT NULL, "
    "time_column TEXT NOT NULL, folder TEXT NOT NULL, config TEXT NOT NULL, config_diff TEXT NOT NULL, "
    "created_us INTEGER NOT NULL, updated_us INTEGER NOT NULL);"
    "CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, "
    "session_id INTEGER REFERENCES sessions (id) ON DELETE SET NULL, kind TEXT NOT NULL, status TEXT NOT NULL, "
    "session_name TEXT NOT NULL, database_name TEXT NOT NULL, table_name TEXT NOT NULL, time_column TEXT NOT NULL, "
    "folder TEXT NOT NULL, config TEXT NOT NULL, records INTEGER, scheduled_us INTEGER, queued_us INTEGER NOT NULL, "
    "started_us INTEGER, ended_us INTEGER, message TEXT NOT NULL);"
    "CREATE INDEX jobs_of_session ON jobs (session_id, id);"
    "CREATE INDEX unfinished_jobs ON jobs (status) WHERE status IN ('queued', 'running');";

/// Makes the file when it is missing, and sees to it that nobody else can read or write it.
Status make_file(const std::string& path) {
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (made >= 0) return ::close(made) == 0 ? Status() : io_error("close", path, errno);
  return errno == EEXIST ? make_private(path) : io_error("make", path, errno);
}

}  // namespace

base::Result<std::string> default_store_path() {
  constexpr std::string_view kFile = "bulkload/bulkload.db";
  const char* state = std::getenv("XDG_STATE_HOME");
  // Only absolute paths count, says the XDG Base Directory Specification.
  if (state != nullptr && fs::path(state).is_absolute()) return (fs::path(state) / kFile).string();
  const char* home = std::getenv("HOME");
  if (home != nullptr && fs::path(home).is_absolute()) return (fs::path(home) / ".local/state" / kFile).string();
  return Status(Code::config, "neither XDG_STATE_HOME nor HOME says where sessions are kept; give --state PATH");
}

base::Result<Store> Store::open(const std::string& path) {
  const auto chosen = path.empty() ? default_store_path() : base::Result<std::string>(path);
  if (!chosen.ok()) return chosen.status();
  Store store;
  std::error_code error;
  store.path_ = fs::absolute(*chosen, error).lexically_normal().string();
  if (Status status = make_private_folders(fs::path(store.path_).parent_path().string()); !status.ok()) return status;
  if (Status status = make_file(store.path_); !status.ok()) return status;
  auto database = Database::open(store.path_, kBusyWaitMs);
  if (!database.ok()) return database.status();
  store.database_ = std::move(*database);
  if (Status status = store.prepare(); !status.ok()) return status;
  return store;
}

Status Store::prepare() {
  if (Status status = database_.run(kPragmas); !status.ok()) return status;
  const auto version = database_.number("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const auto application = database_.number("PRAGMA application_id");
  if (!application.ok()) return application.status();
  if (*application == kApplicationId && *version > kSchemaVersion) {
    return Status(Code::config, path_ + " was written by a newer bulkload; use that one");
  }
  if (*application == kApplicationId && *version == kSchemaVersion) return {};
  return transaction([&] {
    // Another process may have been faster.
    const auto tables = database_.number("SELECT count(*) FROM sqlite_schema");
    if (!tables.ok()) return tables.status();
    const auto owner = database_.number("PRAGMA application_id");
    if (!owner.ok() || *owner == kApplicationId) return owner.status();
    if (*tables > 0) {
      return Status(Code::config, path_ + " is another program's database; give another path with --state");
    }
    return database_.run(std::string(kSchema) + "PRAGMA application_id = " + std::to_string(kApplicationId) +
                         "; PRAGMA user_version = " + std::to_string(kSchemaVersion));
  });
}

Status Store::transaction(const std::function<Status()>& work) {
  Status status = database_.run("BEGIN IMMEDIATE");
  if (!status.ok()) return status;
  status = work();
  if (status.ok()) status = database_.run("COMMIT");
  if (!status.ok() && database_.in_transaction()) {
    const Status undone = database_.run("ROLLBACK");
    if (!undone.ok()) return undone;
  }
  return status;
}

}  // namespace bulkload
