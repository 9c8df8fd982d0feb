// Where sessions and their history live: one SQLite file, and PATH.lock beside it (job_lock.h).
//
// Errors: Code::config for a file that is another program's, another user's, a link, or of a newer release; otherwise
// those of sqlite_database.h.
#pragma once

#include <functional>
#include <string>

#include "base/status.h"
#include "bulkload/sink/sqlite_database.h"

namespace bulkload {

/// Where the store is when nobody says: $XDG_STATE_HOME/bulkload/bulkload.db, else ~/.local/state/bulkload/bulkload.db.
/// Code::config when neither variable says where that is.
base::Result<std::string> default_store_path();

/// Move-only; one thread.
class Store {
 public:
  /// Opens the store, making the file (mode 0600) and its folders (0700) when they are missing. Empty: the usual path.
  static base::Result<Store> open(const std::string& path);

  Database& database() { return database_; }
  const std::string& path() const { return path_; }
  std::string lock_path() const { return path_ + ".lock"; }

  /// Does `work` in one transaction, alone in the store; durable on return. Nothing of it stays when it is not ok.
  base::Status transaction(const std::function<base::Status()>& work);

 private:
  base::Status prepare();

  std::string path_;  // absolute
  Database database_;
};

}  // namespace bulkload
