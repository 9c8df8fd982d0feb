// All rows of all types as they are at one moment, and the changes that lead to the next.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "facts.h"
#include "rows.h"

namespace emulator {

class World;

/// A row of a nested collection's parent, whose related rows are read.
struct Group {
  const Type* type;
  int64_t row;
  const Relationship* members;
};

/// One row, while its values are being made.
struct RowContext {
  const World& world;
  const Type& type;
  int64_t row;
  uint64_t bits;             // hash of seed, type and row
  uint64_t member_bits = 0;  // and of the group, where the row is read as its member

  int64_t created_us() const;
  int64_t updated_us() const;

  /// When the row came into the group: whole seconds, now and then a whole day, up to 60 days after its creation.
  int64_t joined_us() const;
  int64_t precision_us() const { return type.precision_us; }
};

/// Immutable; any thread.
class World {
 public:
  World(uint64_t seed, bool nasty, std::vector<Rows> rows) : seed_(seed), nasty_(nasty), rows_(std::move(rows)) {}

  bool nasty() const { return nasty_; }

  /// The rows of a type that has a collection of its own.
  const Rows& rows(const Type& type) const { return rows_[type.slot]; }

  RowContext context(const Type& type, int64_t row) const;

  /// The row as a member of a group; without one as by itself.
  RowContext context(const Type& type, int64_t row, const Group* group) const;

  std::string id(const Type& type, int64_t row) const;

  /// Row numbers of the target, each once. They may have been deleted since.
  std::vector<int64_t> related(const RowContext& row, const Relationship& relationship) const;

  /// The rows of a group that exist now.
  std::vector<int64_t> members(const Group& group) const;

  /// The rows that exist and have not vanished; those of a type without collection are what their parents hold.
  std::vector<int64_t> existing_rows(const Type& type) const;

  /// Changes with the rows that existing_rows() depends on.
  uint64_t version(const Type& type) const;

 private:
  friend class Dataset;
  friend struct RowContext;

  int64_t created_us(const Type& type, int64_t row) const;
  int64_t updated_us(const Type& type, int64_t row) const;
  int64_t initial_count(const Type& type) const;
  bool is_member(const RowContext& group, const Relationship& members, int64_t row) const;

  uint64_t seed_;
  bool nasty_;
  std::vector<Rows> rows_;  // by slot
};

struct DatasetOptions {
  uint64_t seed = 1;
  std::map<std::string, int64_t> sizes;  // by source name
  int64_t since_us = 0;
  int64_t until_us = 0;
  int64_t ties = 4;
  bool skew = false;
  bool nasty = false;
};

/// The current world. Any thread.
class Dataset {
 public:
  Dataset(const Facts& facts, const DatasetOptions& options);

  std::shared_ptr<const World> now() const;

  /// Each answers the ids it is about.
  std::vector<std::string> grow(const Type& type, int64_t count, int64_t at_us);
  std::vector<std::string> touch(const Type& type, int64_t count, int64_t at_us);
  std::vector<std::string> remove(const Type& type, int64_t count);
  std::vector<std::string> vanish(const Type& type, int64_t count);

 private:
  template <typename Change>
  std::vector<std::string> change(const Type& type, const Change& change_rows);

  mutable std::mutex mutex_;
  std::shared_ptr<const World> world_;
};

}  // namespace emulator
