#include "world.h"

#include <algorithm>
#include <set>

#include "mixing.h"
#include "time_text.h"

namespace emulator {

int64_t RowContext::created_us() const { return world.created_us(type, row); }
int64_t RowContext::updated_us() const { return world.updated_us(type, row); }

int64_t RowContext::joined_us() const {
  const int64_t made_us = created_us();
  const Type* root = &type;
  while (root->parent != nullptr) root = root->parent;
  const int64_t room_us = std::min(60 * kDay, world.rows(*root).until_us() - 1 - made_us);
  if (room_us <= 0) return made_us;
  const int64_t unit_us = member_bits % 3 == 0 ? kDay : kSecond;
  const int64_t joined_us = made_us + below(member_bits >> 8U, room_us);
  return std::max(made_us, joined_us - joined_us % unit_us);
}

RowContext World::context(const Type& type, int64_t row) const {
  return {*this, type, row, mix(mix(seed_ ^ type.salt) ^ static_cast<uint64_t>(row))};
}

RowContext World::context(const Type& type, int64_t row, const Group* group) const {
  RowContext out = context(type, row);
  if (group != nullptr) out.member_bits = mix(out.bits ^ context(*group->type, group->row).bits);
  return out;
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
  const int64_t targets = initial_count(target);
  const int64_t wanted =
      relationship.many ? relationship.min + below(bits, relationship.max - relationship.min + 1) : 1;
  switch (relationship.pick) {
    case Pick::own:
      for (int64_t i = 0; i < std::min(wanted, target.children); ++i) out.push_back(row.row * target.children + i);
      break;
    case Pick::parent:
      out.push_back(row.row / row.type.children);
      break;
    case Pick::members:
      for (int64_t i = 0; i < rows(target).end(); ++i) {
        if (is_member(row, relationship, i)) out.push_back(i);
      }
      break;
    case Pick::groups:
      // Old revisions do not tell the members of some groups.
      if (const Relationship* members = target.relationship(relationship.of)) {
        for (int64_t i = 0; i < rows(target).end(); ++i) {
          if (is_member(context(target, i), *members, row.row)) out.push_back(i);
        }
      }
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

// No members in one group of five, and six rows of ten in another.
bool World::is_member(const RowContext& group, const Relationship& members, int64_t row) const {
  constexpr int64_t kPercents[] = {0, 60, 8, 8, 8};
  const int64_t percent = kPercents[group.row % 5];
  return below(mix(group.bits ^ members.salt ^ mix(static_cast<uint64_t>(row))), 100) < percent;
}

int64_t World::initial_count(const Type& type) const {
  return type.parent != nullptr ? initial_count(*type.parent) * type.children : rows(type).initial_count();
}

std::vector<int64_t> World::members(const Group& group) const {
  std::vector<int64_t> out = related(context(*group.type, group.row), *group.members);
  const Rows& targets = rows(*group.members->target);
  std::erase_if(out, [&](int64_t row) { return !targets.exists(row); });
  return out;
}

std::vector<int64_t> World::existing_rows(const Type& type) const {
  std::vector<int64_t> out;
  if (type.parent == nullptr) {
    const Rows& all = rows(type);
    for (int64_t row = 0; row < all.end(); ++row) {
      if (all.exists(row) && !all.vanished(row)) out.push_back(row);
    }
    return out;
  }
  std::set<int64_t> held;
  for (const int64_t parent : existing_rows(*type.parent)) {
    for (const Relationship& relationship : type.parent->relationships) {
      if (relationship.pick != Pick::own || relationship.target != &type) continue;
      for (const int64_t row : related(context(*type.parent, parent), relationship)) held.insert(row);
    }
  }
  return {held.begin(), held.end()};
}

uint64_t World::version(const Type& type) const {
  return type.parent != nullptr ? version(*type.parent) : rows(type).version();
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

std::vector<std::string> Dataset::vanish(const Type& type, int64_t count) {
  return change(type, [&](Rows& rows) { return rows.vanish(count); });
}

std::vector<std::string> Dataset::remove(const Type& type, int64_t count) {
  return change(type, [&](Rows& rows) { return rows.remove(count); });
}

}  // namespace emulator
