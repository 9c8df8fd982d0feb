// Counts of what came in, for tests to look at.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "shape.h"

namespace emulator {

/// Any thread.
class Traffic {
 public:
  /// One request on the API, from arrival to answer.
  class InFlight {
   public:
    explicit InFlight(Traffic& traffic);
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    ~InFlight();

   private:
    Traffic& traffic_;
  };

  void answered(const std::string& path, int status);
  void refused(const std::string& path, const std::string& query, int status, const std::string& detail);
  void connected();
  void clear();

  /// {"requests", "by_path", "by_status", "refused": the last 100, "connections", "max_in_flight"}
  Json stats() const;

 private:
  struct Refused {
    std::string path;
    std::string query;
    int status;
    std::string detail;
  };

  mutable std::mutex mutex_;
  int64_t requests_ = 0;
  int64_t connections_ = 0;
  int64_t in_flight_ = 0;
  int64_t max_in_flight_ = 0;
  std::map<std::string, int64_t> by_path_;
  std::map<int, int64_t> by_status_;
  std::deque<Refused> refused_;
};

}  // namespace emulator
