#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "bulkload/commands.h"
#include "bulkload/prepared.h"
#include "bulkload/session/commands.h"
#include "bulkload/session/cron.h"
#include "bulkload/session/job_table.h"
#include "bulkload/session/report.h"
#include "bulkload/session/session_request.h"
#include "bulkload/session/session_table.h"
#include "bulkload/text_format.h"
#include "bulkload/time_zone.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr size_t kMaxDiffBytes = 1 << 20;
constexpr size_t kMaxNameBytes = 255;

/// Does `work` on the store and, when it is ok, prints the text that it gives.
template <typename Work>
int with_store(const CommandLine& line, Console& console, Work work) {
  auto store = Store::open(line.session.state_path);
  const base::Result<std::string> text = store.ok() ? work(*store) : store.status();
  return text.ok() ? print_rows(*text, console) : report_failure(text.status(), console);
}

/// The same for a session that is there.
template <typename Work>
int with_session(const CommandLine& line, Console& console, Work work) {
  return with_store(line, console, [&](Store& store) -> base::Result<std::string> {
    auto session = find_session(store, line.session.name);
    return session.ok() ? work(store, *session) : session.status();
  });
}

Status check_schedule(const Session& session, Console& console) {
  const auto zone = find_time_zone(session.timezone);
  if (!zone.ok()) return Status(Code::config, "timezone: " + zone.status().message());
  if (session.cron.empty()) return {};
  const auto cron = Cron::parse(session.cron);
  if (!cron.ok()) return cron.status();
  if (!cron->ignored_field().empty()) {
    console.log().warn("cron: the " + std::string(cron->ignored_field()) +
                       " is ignored: of two day fields the one that comes more often counts");
  }
  return {};
}

Status check_names(const Session& session) {
  for (const auto& [what, name] :
       {std::pair("NAME", session.name), std::pair("DATABASE", session.database), std::pair("TABLE", session.table)}) {
    if (name.empty() || name.size() > kMaxNameBytes || escape_controls(name) != name) {
      return Status(Code::config, std::string(what) + ": must be a text of up to 255 bytes without control characters");
    }
  }
  return {};
}

/// What a run would refuse, before it is stored: all problems of the configuration at once.
Status check(const Session& session, const CommandLine& line, Console& console) {
  if (Status status = check_names(session); !status.ok()) return status;
  if (Status status = check_schedule(session, console); !status.ok()) return status;
  const SessionArguments& given = line.session;
  if (!given.config && !given.config_diff && !given.database && !given.table && !given.time_column) return {};
  RunRequest request = run_request(session, line);
  request.config = given.config.value_or(request.config);
  if (Status status = enter_folder(session); !status.ok()) return status;
  return prepare(request, OutSection::checked, console).status();
}

void set(const std::optional<std::string>& argument, std::string& value) {
  if (argument) value = *argument;
}

/// Lays the arguments that were given over the session.
Status apply(const SessionArguments& arguments, Session& session) {
  set(arguments.cron, session.cron);
  set(arguments.timezone, session.timezone);
  session.delay_sec = arguments.delay_sec.value_or(session.delay_sec);
  set(arguments.database, session.database);
  set(arguments.table, session.table);
  set(arguments.time_column, session.time_column);
  if (arguments.config_diff) {
    auto diff = read_small_file(*arguments.config_diff, kMaxDiffBytes);
    if (!diff.ok()) return Status(Code::config, *arguments.config_diff + ": " + diff.status().message());
    session.config_diff = std::move(*diff);
  }
  return arguments.config ? read_session_config(*arguments.config, session) : Status();
}

}  // namespace

int session_create_command(const CommandLine& line, Console& console) {
  return with_store(line, console, [&](Store& store) -> base::Result<std::string> {
    Session session;
    session.name = line.session.name;
    Status status = apply(line.session, session);
    if (status.ok()) status = check(session, line, console);
    session.created_us = session.updated_us = base::SystemClock().now_us();
    if (status.ok()) status = create_session(store, session);
    return status.ok() ? base::Result<std::string>(describe(session)) : status;
  });
}

int session_list_command(const CommandLine& line, Console& console) {
  return with_store(line, console, [&](Store& store) -> base::Result<std::string> {
    const auto sessions = list_sessions(store);
    return sessions.ok() ? base::Result<std::string>(render(session_list(*sessions), line.format)) : sessions.status();
  });
}

int session_show_command(const CommandLine& line, Console& console) {
  return with_session(line, console,
                      [](Store&, const Session& session) -> base::Result<std::string> { return describe(session); });
}

int session_update_command(const CommandLine& line, Console& console) {
  return with_session(line, console, [&](Store& store, Session& session) -> base::Result<std::string> {
    Status status = apply(line.session, session);
    set(line.session.new_name, session.name);
    if (status.ok()) status = check(session, line, console);
    session.updated_us = base::SystemClock().now_us();
    if (status.ok()) status = update_session(store, session);
    return status.ok() ? base::Result<std::string>(describe(session)) : status;
  });
}

int session_delete_command(const CommandLine& line, Console& console) {
  return with_session(line, console, [](Store& store, const Session& session) -> base::Result<std::string> {
    const Status status = delete_session(store, session);
    return status.ok() ? base::Result<std::string>("Deleted session\n--\n" + describe(session)) : status;
  });
}

int session_history_command(const CommandLine& line, Console& console) {
  return with_session(line, console, [&](Store& store, const Session& session) -> base::Result<std::string> {
    const auto jobs = list_jobs(store, session.id);
    if (!jobs.ok()) return jobs.status();
    return render(session_history(*jobs, base::SystemClock().now_us()), line.format);
  });
}

int session_cleanup_command(const CommandLine& line, Console& console) {
  auto store = Store::open(line.session.state_path);
  const auto session = store.ok() ? find_session(*store, line.session.name) : store.status();
  if (!session.ok()) return report_failure(session.status(), console);
  const RunRequest request = run_request(*session, line);
  const Status entered = enter_folder(*session);
  return entered.ok() ? cleanup_run(request, console) : report_failure(entered, console);
}

}  // namespace bulkload
