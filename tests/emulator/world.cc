#include "world.h"

#include <algorithm>

#include "mixing.h"

namespace emulator {

int64_t RowContext::created_us() const { return world.created_us(type, row); }
int64_t RowContext::updated_us() const { return world.updated_us(type, row); }

RowContext World::context(const Type& type, int64_t row) const {
  return {*this, type, row, mix(mix(seed_ ^ type.salt) ^ static_cast<uint64_t>(row))};
}

int64_t World::created_us(const Type& type, int64_t row) const {
  return type.parent != nullptr ? created_us(*type.parent, row / type.children) : rows(type).created_us(row);
}

int64_t World::updated_us(const Type& type, int64_t row) const {
  return type.parent != nullptr ? updated_us(*type.parent, row / type.children) : rows(type).updated_us(row);
}

std::string World::id(const Type& type, int64_t row) const {
  return type.identity.id(row, mix(seed_ ^ type.salt), created_us(type, row));
}

std::vector<int64_t> World::related(const RowContext& row, const Relationship& relationship) const {
  std::vector<int64_t> out;
  const uint64_t bits = mix(row.bits ^ relationship.salt);
  if (relationship.pick == Pick::none || below(bits >> 33U, 100) < relationship.missing_percent) return out;
  const Type& target = *relationship.target;
  const int64_t targets = rows(target).initial_count();
  const int64_t wanted =
      relationship.many ? relationship.min + below(bits, relationship.max - relationship.min + 1) : 1;
  switch (relationship.pick) {
    case Pick::own:
      for (int64_t i = 0; i < std::min(wanted, target.children); ++i) out.push_back(row.row * target.children + i);
      break;
    case Pick::parent:
      out.push_back(row.row / row.type.children);
      break;
    case Pick::modulo:
      if (targets > 0) out.push_back(row.row % targets);
      break;
    case Pick::inverse:
      for (int64_t i = row.row, step = rows(row.type).initial_count(); row.row < step && i < targets; i += step) {
        out.push_back(i);
      }
      break;
    default:
      for (int64_t i = 0; i < wanted && targets > 0; ++i) {
        const int64_t chosen = below(mix(bits + static_cast<uint64_t>(i)), targets);
        if (std::find(out.begin(), out.end(), chosen) == out.end()) out.push_back(chosen);
      }
  }
  return out;
}

Dataset::Dataset(const Facts& facts, const DatasetOptions& options) {
  std::vector<Rows> rows(facts.types().size());
  for (const auto& [name, source] : facts.sources()) {
    const auto size = options.sizes.find(name);
    RowsPlan plan;
    plan.count = size != options.sizes.end() ? size->second : source.rows;
    plan.since_us = options.since_us;
    plan.until_us = options.until_us;
    plan.precision_us = source.type->precision_us;
    plan.ties = options.ties;
    plan.skew = options.skew;
    plan.seed = mix(options.seed ^ source.type->salt);
    rows[source.type->slot] = Rows(plan);
  }
  world_ = std::make_shared<World>(options.seed, options.nasty, std::move(rows));
}

std::shared_ptr<const World> Dataset::now() const {
  const std::lock_guard lock(mutex_);
  return world_;
}

template <typename Change>
std::vector<std::string> Dataset::change(const Type& type, const Change& change_rows) {
  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<World>(*world_);
  const std::vector<int64_t> changed = change_rows(next->rows_[type.slot]);
  std::vector<std::string> ids;
  ids.reserve(changed.size());
  for (const int64_t row : changed) ids.push_back(next->id(type, row));
  world_ = std::move(next);
  return ids;
}

std::vector<std::string> Dataset::grow(const Type& type, int64_t count, int64_t at_us) {
  return change(type, [&](Rows& rows) { return rows.add(count, at_us); });
}

std::vector<std::string> Dataset::touch(const Type& type, int64_t count, int64_t at_us) {
  return change(type, [&](Rows& rows) { return rows.touch(count, at_us); });
}

std::vector<std::string> Dataset::remove(const Type& type, int64_t count) {
  return change(type, [&](Rows& rows) { return rows.remove(count); });
}

}  // namespace emulator
