#include "api.h"

#include <algorithm>
#include <cstdio>

#include "document.h"
#include "gzip.h"
#include "query_plan.h"
#include "query_string.h"
#include "time_text.h"

namespace emulator {
namespace {

constexpr const char* kMediaType = "application/vnd.api+json";

// Without rate limits, so that clients that pace themselves need not.
constexpr Rate kUnlimited{.per_second = 1'000'000, .per_minute = 1'000'000, .per_day = 0};

std::string next_cursor(const QueryPlan& plan, const Page& page, const Fault& fault, bool note_time) {
  Cursor cursor;
  cursor.binding = plan.binding;
  if (note_time) cursor.issued_us = now_us();
  if (fault.empty_page) {
    cursor.from_start = !plan.cursor || plan.cursor->from_start;
    if (!cursor.from_start) {
      cursor.value = plan.cursor->value;
      cursor.row = plan.cursor->row;
    }
    cursor.nonce = (plan.cursor ? plan.cursor->nonce : 0) + 1;
  } else {
    cursor.value = page.last_value;
    cursor.row = page.rows.back();
  }
  return encode_cursor(cursor);
}

std::string link(const std::string& url, const std::vector<Parameter>& parameters) {
  return parameters.empty() ? url : url + '?' + build_query(parameters);
}

// The request's link with other page parameters: `number` of numbered pages, else a cursor.
std::string page_link(const std::string& url, std::vector<Parameter> parameters, const char* name, std::string value) {
  std::erase_if(parameters, [&](const Parameter& parameter) { return parameter.name == name; });
  parameters.push_back({name, std::move(value)});
  return link(url, parameters);
}

bool accepts(const std::string& header, const std::vector<std::string>& types) {
  if (header.empty()) return true;
  return std::any_of(types.begin(), types.end(),
                     [&](const std::string& type) { return header.find(type) != std::string::npos; });
}

bool is_expired(const Fault& fault, const QueryPlan& plan) {
  if (!fault.expire_cursor || !plan.cursor) return false;
  return fault.expire_age_sec == 0 || now_us() - plan.cursor->issued_us > fault.expire_age_sec * kSecond;
}

Answer faulty_answer(const Fault& fault) {
  Answer out;
  out.status = *fault.status;
  out.content_type = fault.content_type;
  out.body = fault.body;
  return out;
}

}  // namespace

// One request on its way through the checks.
struct Api::Exchange {
  const Request& request;
  const Fault& fault;
  const std::set<std::string>* scopes = nullptr;  // the key's
  const Facts* facts = nullptr;
  const Source* source = nullptr;
  const Report* report = nullptr;  // instead of a source
  std::vector<Parameter> parameters;
  std::optional<Refusal> bad_query;
  std::optional<RateAnswer> rate;
};

Api::Api(ApiOptions options, const DatasetOptions& dataset)
    : options_(std::move(options)),
      revisions_(options_.literal_revisions),
      reports_(revisions_.newest()),
      dataset_(revisions_.newest(), dataset),
      rates_(options_.rate_phase) {}

Answer Api::answer(const Request& request) {
  const Fault fault = faults_.next(request.path);
  Answer out = fault.status ? faulty_answer(fault) : respond(request, fault);
  out.headers.emplace_back("Date", format_http_date(now_us()));
  for (const auto& [name, value] : fault.headers) out.headers.emplace_back(name, value);
  out.delay_ms = fault.delay_ms;
  if (fault.hang) out.hang = fault.generation;
  out.close_before_headers = fault.close_before_headers;
  out.cut_body_after = fault.cut_body_after;
  if (fault.replace) {
    const size_t place = out.body.find(fault.replace->first);
    if (place != std::string::npos) out.body.replace(place, fault.replace->first.size(), fault.replace->second);
  }
  if (options_.gzip && request.header("Accept-Encoding").find("gzip") != std::string::npos && !out.body.empty()) {
    out.body = gzip(out.body);
    out.headers.emplace_back("Content-Encoding", "gzip");
  }
  traffic_.answered(request.path, out.status);
  return out;
}

Answer Api::respond(const Request& request, const Fault& fault) {
  Exchange exchange{request, fault, nullptr, nullptr, nullptr, nullptr, {}, {}, {}};
  Outcome<std::string> body = read(exchange);
  Answer out;
  out.content_type = kMediaType;
  if (const auto* refusal = std::get_if<Refusal>(&body)) {
    char id[40];
    std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012llx", static_cast<unsigned long long>(++errors_));
    out.status = refusal->status;
    out.body = render_refusal(*refusal, id);
    traffic_.refused(request.path, request.query, refusal->status, refusal->detail);
  } else {
    out.body = std::get<std::string>(std::move(body));
  }
  if (exchange.rate && out.status == 429) {
    out.headers.emplace_back("Retry-After", std::to_string(exchange.rate->retry_after_sec));
  } else if (exchange.rate) {
    out.headers.emplace_back("RateLimit-Limit", rate_limit_header(rate_of(exchange)));
    out.headers.emplace_back("RateLimit-Remaining", std::to_string(exchange.rate->remaining));
    out.headers.emplace_back("RateLimit-Reset", std::to_string(exchange.rate->reset_sec));
  } else if (!options_.rate_limits && exchange.scopes != nullptr) {
    out.headers.emplace_back("RateLimit-Limit", rate_limit_header(kUnlimited));
  }
  return out;
}

namespace {

// Nobody has asked for an estimate of the recipients of one campaign in four.
Outcome<std::string> estimate(const Group& campaign, const World& world) {
  const std::string id = world.id(*campaign.type, campaign.row);
  if (campaign.row % 4 == 3) {
    return Refusal{404, "not_found", "Not found.", "There is no recipient estimation of campaign " + id + '.', {}, {}};
  }
  return Json{{"data",
               {{"type", "campaign-recipient-estimation"},
                {"id", id},
                {"attributes", {{"estimated_recipient_count", 1000 + 37 * campaign.row}}}}}}
      .dump();
}

}  // namespace

Outcome<std::string> Api::read(Exchange& exchange) {
  if (auto refusal = admit(exchange)) return std::move(*refusal);
  const auto world = dataset_.now();
  if (exchange.report != nullptr) {
    if (exchange.bad_query) return std::move(*exchange.bad_query);
    return reports_.answer(*exchange.report, exchange.request, exchange.parameters, *world, now_us());
  }
  auto group = find_group(exchange, *world);
  if (auto* refusal = std::get_if<Refusal>(&group)) return std::move(*refusal);
  if (exchange.bad_query) return std::move(*exchange.bad_query);
  if (exchange.source->estimates) return estimate(*std::get<std::optional<Group>>(group), *world);
  auto planned = make_query_plan(*exchange.facts, *exchange.source, std::get<std::optional<Group>>(group),
                                 exchange.parameters, now_us());
  if (auto* refusal = std::get_if<Refusal>(&planned)) return std::move(*refusal);
  const auto& plan = std::get<QueryPlan>(planned);
  std::vector<std::string> included_scopes;
  for (const Relationship* relationship : plan.include) included_scopes.push_back(relationship->target->scope);
  if (auto refusal = check_scopes(exchange, included_scopes)) return std::move(*refusal);
  if (is_expired(exchange.fault, plan)) return bad_parameter("page[cursor]", "Invalid cursor provided.", "/data/");
  return render(exchange, plan, *world);
}

// Everything before the query: path, method, key, media type, revision, scopes, rate.
std::optional<Refusal> Api::admit(Exchange& exchange) {
  const Request& request = exchange.request;
  const Refusal not_found{404, "not_found", "Not found.", "There is no resource at " + request.path + '.', {}, {}};
  exchange.report = reports_.at(request.path);
  if (exchange.report == nullptr && revisions_.newest().source_at(request.path) == nullptr) return not_found;
  if (request.method != (exchange.report == nullptr ? "GET" : "POST")) {
    return Refusal{
        405, "method_not_allowed", "Method not allowed.", "Method \"" + request.method + "\" not allowed.", {}, {}};
  }
  const std::string authorization = request.header("Authorization");
  constexpr std::string_view kScheme = "Klaviyo-API-Key ";
  const auto key = authorization.starts_with(kScheme) ? options_.keys.find(authorization.substr(kScheme.size()))
                                                      : options_.keys.end();
  if (key == options_.keys.end()) {
    return Refusal{401,
                   "not_authenticated",
                   "Authentication credentials were not provided.",
                   "Missing or invalid private key.",
                   {},
                   "/data/"};
  }
  exchange.scopes = &key->second;
  if (!accepts(request.header("Accept"), {kMediaType, "application/json", "*/*", "application/*"})) {
    return Refusal{406, "not_acceptable", "Not acceptable.", "Could not satisfy the request Accept header.", {}, {}};
  }
  const bool opted_out = request.header("X-Klaviyo-Revision-Fall-Forward-Opt-Out") == "1";
  auto revision = revisions_.effective(request.header("revision"), opted_out, now_us());
  if (auto* refusal = std::get_if<Refusal>(&revision)) return std::move(*refusal);
  if (exchange.report != nullptr) {
    if (auto refusal = check_scopes(exchange, {exchange.report->scope})) return refusal;
    return take_from_rates(exchange);
  }
  exchange.facts = &revisions_.facts(std::get<std::string>(revision));
  exchange.source = exchange.facts->source_at(request.path);
  if (exchange.source == nullptr) return not_found;
  if (exchange.source->beta && !request.header("revision").ends_with(".pre")) return not_found;
  if (auto refusal = check_scopes(exchange, exchange.source->scopes)) return refusal;
  return take_from_rates(exchange);
}

std::optional<Refusal> Api::check_scopes(const Exchange& exchange, const std::vector<std::string>& needed) const {
  for (const auto& scope : needed) {
    if (exchange.scopes->empty() || exchange.scopes->contains(scope)) continue;
    return Refusal{403,
                   "permission_denied",
                   "You do not have permission to perform this action.",
                   "The private key is missing the scope " + scope + '.',
                   {},
                   "/data/"};
  }
  return std::nullopt;
}

// Reads the query too, because some parameters have a rate of their own; what is wrong with it comes after the rate.
std::optional<Refusal> Api::take_from_rates(Exchange& exchange) {
  auto parsed = parse_query(exchange.request.query);
  if (auto* refusal = std::get_if<Refusal>(&parsed)) {
    exchange.bad_query = std::move(*refusal);
  } else {
    exchange.parameters = std::get<std::vector<Parameter>>(std::move(parsed));
  }
  const std::string& path = exchange.report == nullptr ? exchange.source->path : exchange.report->path;
  const Rate own = rate_of(exchange);
  if (!options_.rate_limits && !own.set) return std::nullopt;
  std::vector<std::pair<std::string, Rate>> limits{{path, own}};
  static const std::map<std::string, Rate> kNoneCostly;
  for (const auto& [assignment, rate] : exchange.source == nullptr ? kNoneCostly : exchange.source->costly) {
    const size_t equals = assignment.find('=');
    const std::string* value = find_parameter(exchange.parameters, assignment.substr(0, equals));
    if (value == nullptr) continue;
    const auto names = split_list(*value);
    if (std::find(names.begin(), names.end(), assignment.substr(equals + 1)) != names.end()) {
      limits.emplace_back(assignment, rate);
    }
  }
  exchange.rate = rates_.take(limits, now_us());
  if (exchange.rate->allowed) return std::nullopt;
  const std::string seconds = std::to_string(exchange.rate->retry_after_sec);
  return Refusal{
      429,
      "throttled",
      "Request was throttled.",
      "Request was throttled. Expected available in " + seconds + (seconds == "1" ? " second." : " seconds."),
      {},
      "/data"};
}

Rate Api::rate_of(const Exchange& exchange) const {
  const std::string& path = exchange.report == nullptr ? exchange.source->path : exchange.report->path;
  const std::lock_guard lock(rates_mutex_);
  const auto set = set_rates_.find(path);
  if (set != set_rates_.end()) return set->second;
  return exchange.report == nullptr ? exchange.source->rate : exchange.report->rate;
}

void Api::set_rate(const std::string& path, const Rate& rate) {
  const std::lock_guard lock(rates_mutex_);
  set_rates_[path] = rate;
  set_rates_[path].set = true;
}

// The parent that the path names.
Outcome<std::optional<Group>> Api::find_group(const Exchange& exchange, const World& world) {
  const Source& source = *exchange.source;
  if (source.parent == nullptr) return std::optional<Group>();
  const std::string id = percent_decode(parent_id_in(exchange.request.path)).value_or(std::string());
  if (const auto row = ids_.row_of(world, *source.parent, id)) return Group{source.parent, *row, source.members};
  return Refusal{404, "not_found", "Not found.", "A " + source.parent->name + " with id " + id + " does not exist.",
                 {},  "/data/"};
}

std::string Api::render(const Exchange& exchange, const QueryPlan& plan, const World& world) {
  const Fault& fault = exchange.fault;
  Page page = select_page(world, orders_, plan);
  const std::string url = exchange.request.base + exchange.request.path;
  DocumentLinks links;
  links.base = exchange.request.base;
  links.self = link(url, exchange.parameters);
  links.paged = plan.source->page.paged;
  if (plan.source->page.numbered) {
    if (page.more) {
      auto parameters = exchange.parameters;
      std::erase_if(parameters, [](const Parameter& parameter) { return parameter.name == "page[size]"; });
      parameters.push_back({"page[size]", std::to_string(plan.page_size)});
      links.next = page_link(url, parameters, "page[number]", std::to_string(plan.page_number + 1));
    }
  } else if (links.paged) {
    if (page.more || fault.empty_page) {
      links.next =
          page_link(url, exchange.parameters, "page[cursor]", next_cursor(plan, page, fault, faults_.cursors_age()));
    }
    // Klaviyo's own `prev` can be rubbish; nobody should follow it.
    if (plan.cursor) links.prev = page_link(url, exchange.parameters, "page[cursor]", "<Filters: any(id,...)>");
  }
  if (fault.repeat_cursor) links.next = links.self;
  if (fault.next) {
    const bool absolute = fault.next->starts_with("http");
    links.next = absolute || fault.next->starts_with('/')
                     ? (absolute ? *fault.next : links.base + *fault.next)
                     : page_link(url, exchange.parameters, "page[cursor]", *fault.next);
  }
  if (fault.empty_page) page.rows.clear();
  if (fault.unsorted) std::rotate(page.rows.rbegin(), page.rows.rbegin() + page.rows.size() / 2, page.rows.rend());
  return render_document(world, *exchange.facts, plan, page.rows, links);
}

}  // namespace emulator
