#include "document.h"

#include <algorithm>
#include <set>
#include <utility>

namespace emulator {
namespace {

// Whether `name` is one of `names`, or holds one of them, or lies within one of them.
Shape::Keep wanted_part(const std::set<std::string>& names, const std::string& name) {
  for (std::string prefix = name;; prefix.resize(prefix.rfind('.'))) {
    if (names.contains(prefix)) return Shape::Keep::whole;
    if (prefix.find('.') == std::string::npos) break;
  }
  const std::string within = name + '.';
  const auto next = names.lower_bound(within);
  return next != names.end() && next->starts_with(within) ? Shape::Keep::part : Shape::Keep::none;
}

// The attributes that the query shows of a type.
Shape shown_attributes(const QueryPlan& plan, const Type& type) {
  const auto fields = plan.fields.find(type.name);
  const auto additional = plan.additional.find(type.name);
  const Shape all = &type == plan.source->type ? type.attributes.with(plan.source->extra) : type.attributes;
  return all.pruned([&](const std::string& path) {
    const std::string top = path.substr(0, path.find('.'));
    const bool asked_for = additional != plan.additional.end() && additional->second.contains(top);
    if (type.additional.contains(top)) return asked_for ? Shape::Keep::whole : Shape::Keep::none;
    return fields == plan.fields.end() ? Shape::Keep::whole : wanted_part(fields->second, path);
  });
}

class Renderer {
 public:
  Renderer(const World& world, const QueryPlan& plan, std::string base)
      : world_(world), plan_(plan), base_(std::move(base)) {}

  std::string render(const std::vector<int64_t>& rows, const DocumentLinks& links, const std::string& meta) {
    out_ = "{\"data\":[";
    for (size_t i = 0; i < rows.size(); ++i) {
      if (i > 0) out_ += ',';
      append_resource(*plan_.source->type, rows[i], true);
    }
    out_ += ']';
    if (!plan_.include.empty()) append_included();
    append_links(links);
    if (!meta.empty()) out_ += ",\"meta\":" + meta;
    out_ += '}';
    return std::move(out_);
  }

 private:
  using Reference = std::pair<const Type*, int64_t>;

  void append_resource(const Type& type, int64_t row, bool primary) {
    const RowContext context = world_.context(type, row, primary && plan_.group ? &*plan_.group : nullptr);
    const std::string id = world_.id(type, row);
    out_ += "{\"type\":\"" + type.name + "\",\"id\":";
    append_json_string(out_, id);
    if (primary && plan_.source->ids_only) {
      out_ += '}';
      return;
    }
    out_ += ",\"attributes\":";
    attributes(type).append_json(out_, context);
    const std::string self = base_ + "/api/" + type.segment + '/' + id + '/';
    append_relationships(context, self, primary);
    out_ += ",\"links\":{\"self\":\"";
    out_ += self;
    out_ += "\"}}";
  }

  void append_relationships(const RowContext& context, const std::string& self, bool primary) {
    bool first = true;
    for (const Relationship& relationship : context.type.relationships) {
      if (relationship.hidden) continue;
      out_ += first ? ",\"relationships\":{\"" : ",\"";
      first = false;
      out_ += relationship.name;
      out_ += "\":{";
      const bool included =
          primary && std::find(plan_.include.begin(), plan_.include.end(), &relationship) != plan_.include.end();
      if (included || relationship.always_data) append_linkage(context, relationship, included);
      out_ += "\"links\":{\"self\":\"";
      out_ += self;
      out_ += "relationships/";
      out_ += relationship.name;
      out_ += "/\",\"related\":\"";
      out_ += self;
      out_ += relationship.name;
      out_ += "/\"}}";
    }
    if (!first) out_ += '}';
  }

  void append_linkage(const RowContext& context, const Relationship& relationship, bool included) {
    const std::vector<int64_t> targets = world_.related(context, relationship);
    out_ += "\"data\":";
    if (relationship.many) out_ += '[';
    if (!relationship.many && targets.empty()) out_ += "null";
    for (size_t i = 0; i < targets.size(); ++i) {
      const Type& target = *relationship.target;
      if (i > 0) out_ += ',';
      out_ += "{\"type\":\"" + target.name + "\",\"id\":";
      append_json_string(out_, world_.id(target, targets[i]));
      out_ += '}';
      if (included && seen_.emplace(&target, targets[i]).second) included_.emplace_back(&target, targets[i]);
    }
    if (relationship.many) out_ += ']';
    out_ += ',';
  }

  void append_included() {
    out_ += ",\"included\":[";
    for (size_t i = 0; i < included_.size(); ++i) {
      if (i > 0) out_ += ',';
      append_resource(*included_[i].first, included_[i].second, false);
    }
    out_ += ']';
  }

  void append_links(const DocumentLinks& links) {
    const auto append = [&](const char* name, const std::optional<std::string>& url) {
      out_ += ",\"" + std::string(name) + "\":";
      if (url) {
        append_json_string(out_, *url);
      } else {
        out_ += "null";
      }
    };
    out_ += ",\"links\":{\"self\":";
    append_json_string(out_, links.self);
    if (links.paged) {
      append("next", links.next);
      append("prev", links.prev);
    }
    out_ += '}';
  }

  const Shape& attributes(const Type& type) {
    auto shown = shown_.find(&type);
    if (shown == shown_.end()) shown = shown_.emplace(&type, shown_attributes(plan_, type)).first;
    return shown->second;
  }

  const World& world_;
  const QueryPlan& plan_;
  std::string base_;
  std::string out_;
  std::map<const Type*, Shape> shown_;
  std::set<Reference> seen_;
  std::vector<Reference> included_;
};

}  // namespace

std::string render_document(const World& world, const Facts& facts, const QueryPlan& plan,
                            const std::vector<int64_t>& rows, const DocumentLinks& links) {
  return Renderer(world, plan, links.base).render(rows, links, facts.meta());
}

std::string render_refusal(const Refusal& refusal, const std::string& id) {
  Json source = Json::object();
  if (!refusal.parameter.empty()) source["parameter"] = refusal.parameter;
  if (!refusal.pointer.empty()) source["pointer"] = refusal.pointer;
  const Json error{{"id", id},
                   {"status", refusal.status},
                   {"code", refusal.code},
                   {"title", refusal.title},
                   {"detail", refusal.detail},
                   {"source", source},
                   {"links", Json::object()},
                   {"meta", Json::object()}};
  return Json{{"errors", Json::array({error})}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace emulator
