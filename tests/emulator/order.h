// The rows of a type in the order of one field.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "world.h"

namespace emulator {

/// The field's value in a row; of a relationship, the first related id.
Value field_value(const Field& field, const RowContext& row);

/// Positions 0 … size()-1, ascending by (value, row number). Immutable.
class Order {
 public:
  virtual ~Order() = default;
  virtual int64_t size() const = 0;
  virtual int64_t row_at(int64_t position) const = 0;
};

/// Some rows of a type in the order of `field`: those of a group.
std::shared_ptr<const Order> order_of(const World& world, const Type& type, const Field& field,
                                      const std::vector<int64_t>& rows, const Group& group);

/// The order by `field`. By creation it is computed, so that any number of rows costs nothing; by anything else it is
/// sorted once per version of the rows and kept. Any thread.
class OrderCache {
 public:
  std::shared_ptr<const Order> order(const World& world, const Type& type, const Field& field);

 private:
  struct Entry {
    uint64_t version;
    std::shared_ptr<const Order> order;
  };
  std::mutex mutex_;
  std::map<std::pair<size_t, std::string>, Entry> sorted_;  // by slot and field
};

/// An order read forwards or backwards.
class SortedView {
 public:
  /// `group`: whose members the rows are; null: nobody's.
  SortedView(const World& world, const Type& type, const Field& field, std::shared_ptr<const Order> order,
             bool descending, const Group* group)
      : world_(world), type_(type), field_(field), order_(std::move(order)), descending_(descending), group_(group) {}

  int64_t size() const { return order_->size(); }
  int64_t row_at(int64_t position) const { return order_->row_at(descending_ ? size() - 1 - position : position); }
  RowContext context_at(int64_t position) const { return world_.context(type_, row_at(position), group_); }
  Value value_at(int64_t position) const { return field_value(field_, context_at(position)); }
  bool descending() const { return descending_; }

  /// The first position that is not before `holds`, which is false up to some position and true from there on.
  template <typename Predicate>
  int64_t first(const Predicate& holds) const {
    int64_t low = 0;
    for (int64_t high = size(); low < high;) {
      const int64_t middle = low + (high - low) / 2;
      if (holds(middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /// The first position after the row `row` with value `value`, whether or not it is still there.
  int64_t after(const Value& value, int64_t row) const;

 private:
  const World& world_;
  const Type& type_;
  const Field& field_;
  std::shared_ptr<const Order> order_;
  bool descending_;
  const Group* group_;
};

}  // namespace emulator
