#include "order.h"

#include <algorithm>
#include <numeric>

namespace emulator {
namespace {

// By creation: the rows made at the start are in order already, those added later are merged in.
class ChronologicalOrder final : public Order {
 public:
  explicit ChronologicalOrder(const Rows& rows) : initial_(rows.initial_count()), size_(rows.end()) {
    std::vector<int64_t> added(static_cast<size_t>(size_ - initial_));
    std::iota(added.begin(), added.end(), initial_);
    std::stable_sort(added.begin(), added.end(),
                     [&](int64_t a, int64_t b) { return rows.created_us(a) < rows.created_us(b); });
    for (const int64_t row : added) {
      const int64_t before = initial_rows_up_to(rows, rows.created_us(row));
      added_.push_back({before + static_cast<int64_t>(added_.size()), row});
    }
  }

  int64_t size() const override { return size_; }

  int64_t row_at(int64_t position) const override {
    const auto next = std::lower_bound(added_.begin(), added_.end(), position,
                                       [](const Added& added, int64_t wanted) { return added.position < wanted; });
    if (next != added_.end() && next->position == position) return next->row;
    return position - (next - added_.begin());
  }

 private:
  struct Added {
    int64_t position;
    int64_t row;
  };

  int64_t initial_rows_up_to(const Rows& rows, int64_t us) const {
    int64_t low = 0;
    for (int64_t high = initial_; low < high;) {
      const int64_t middle = low + (high - low) / 2;
      if (rows.created_us(middle) > us) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  int64_t initial_;
  int64_t size_;
  std::vector<Added> added_;  // by position
};

class SortedOrder final : public Order {
 public:
  SortedOrder(const World& world, const Type& type, const Field& field, const std::vector<int64_t>& rows,
              const Group* group) {
    std::vector<std::pair<Value, int64_t>> keys;
    keys.reserve(rows.size());
    for (const int64_t row : rows) keys.emplace_back(field_value(field, world.context(type, row, group)), row);
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) {
      const auto order = compare(a.first, b.first);
      return order == 0 ? a.second < b.second : order < 0;
    });
    rows_.reserve(keys.size());
    for (const auto& [value, row] : keys) rows_.push_back(static_cast<uint32_t>(row));
  }

  int64_t size() const override { return static_cast<int64_t>(rows_.size()); }
  int64_t row_at(int64_t position) const override { return rows_[static_cast<size_t>(position)]; }

 private:
  std::vector<uint32_t> rows_;
};

}  // namespace

Value field_value(const Field& field, const RowContext& row) {
  switch (field.kind) {
    case Field::Kind::id:
      return Value::of_text(row.world.id(row.type, row.row));
    case Field::Kind::attribute:
      return field.shape.value(row);
    case Field::Kind::relationship: {
      const auto targets = row.world.related(row, *field.relationship);
      if (targets.empty()) return Value::null();
      return Value::of_text(row.world.id(*field.relationship->target, targets.front()));
    }
  }
  return Value::null();
}

std::shared_ptr<const Order> order_of(const World& world, const Type& type, const Field& field,
                                      const std::vector<int64_t>& rows, const Group& group) {
  return std::make_shared<SortedOrder>(world, type, field, rows, &group);
}

std::shared_ptr<const Order> OrderCache::order(const World& world, const Type& type, const Field& field) {
  const Rows& rows = world.rows(type);
  if (field.kind == Field::Kind::attribute && field.shape.is_chronological()) {
    return std::make_shared<ChronologicalOrder>(rows);
  }
  const std::lock_guard lock(mutex_);
  Entry& entry = sorted_[{type.slot, field.path}];
  if (entry.order == nullptr || entry.version != rows.version()) {
    std::vector<int64_t> all(static_cast<size_t>(rows.end()));
    std::iota(all.begin(), all.end(), 0);
    entry = {rows.version(), std::make_shared<SortedOrder>(world, type, field, all, nullptr)};
  }
  return entry.order;
}

int64_t SortedView::after(const Value& value, int64_t row) const {
  return first([&](int64_t position) {
    const int64_t other = row_at(position);
    auto order = compare(value_at(position), value);
    if (order == 0) order = other <=> row;
    return descending_ ? order < 0 : order > 0;
  });
}

}  // namespace emulator
