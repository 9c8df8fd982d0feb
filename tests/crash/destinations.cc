#include "destinations.h"

namespace crash {

namespace {

using Keys = std::map<std::string, std::string>;

Keys out(const std::string& type, const std::string& mode, Keys more = {}) {
  more.insert({{"type", type}, {"mode", mode}});
  return more;
}

// A month is read again, for rows that come late: those are there already.
const Keys kLookBack = {{"lookback_sec", "2592000"}};

}  // namespace

const std::vector<Destination>& destinations() {
  static const std::vector<Destination> kAll = {
      {"sqlite_append_first", sqlite_store, out("sqlite", "append"), Reads::first_increment, Shows::rows_as_saved,
       false},
      {"sqlite_append", sqlite_store, out("sqlite", "append"), Reads::next_increment, Shows::rows_as_saved},
      {"sqlite_replace", sqlite_store, out("sqlite", "replace"), Reads::span, Shows::old_or_all},
      {"sqlite_replace_on_new_data", sqlite_store, out("sqlite", "replace_on_new_data"), Reads::next_increment,
       Shows::old_or_all, false},
      {"sqlite_merge", sqlite_store, out("sqlite", "merge"), Reads::next_increment, Shows::old_or_all, true, kLookBack},

      {"postgresql_append_first", postgresql_store, out("postgresql", "append"), Reads::first_increment,
       Shows::rows_as_saved, false},
      {"postgresql_append", postgresql_store, out("postgresql", "append"), Reads::next_increment, Shows::rows_as_saved},
      {"postgresql_replace", postgresql_store, out("postgresql", "replace"), Reads::span, Shows::old_or_all, false},
      {"postgresql_merge", postgresql_store, out("postgresql", "merge"), Reads::next_increment, Shows::old_or_all, true,
       kLookBack},

      {"csv_append_first", csv_store, out("file", "append"), Reads::first_increment, Shows::old_or_all},
      {"csv_append", csv_store, out("file", "append"), Reads::next_increment, Shows::old_first},
      {"csv_replace", csv_store, out("file", "replace"), Reads::span, Shows::old_or_all, false},
      {"jsonl_gzip_replace", gzip_jsonl_store, out("file", "replace", {{"format", "jsonl"}, {"compression", "gzip"}}),
       Reads::span, Shows::old_or_all},
      {"csv_zstd_append", zstd_csv_store, out("file", "append", {{"compression", "zstd"}}), Reads::next_increment,
       Shows::old_first, false},
  };
  return kAll;
}

}  // namespace crash
