#include "klaviyo/net/answer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "klaviyo/net/text.h"
#include "klaviyo/net/url.h"

namespace klaviyo::net {

namespace {

using nlohmann::json;

constexpr size_t kMaxProblemBytes = 64u << 10;  // an error document is small; nothing bigger is taken apart
constexpr size_t kMaxQuotedBytes = 512;

const json* find(const json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string text_at(const json& object, const char* key) {
  const json* value = find(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

/// Bytes of the UTF-8 sequence at the beginning of `text`; 0 for a control character or what is no UTF-8.
size_t printable_bytes(std::string_view text) {
  const auto at = [text](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned lead = at(0);
  if (lead >= 0x20 && lead < 0x7F) return 1;
  const size_t size = lead >= 0xC2 && lead <= 0xDF   ? 2
                      : lead >= 0xE0 && lead <= 0xEF ? 3
                      : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                     : 0;
  for (size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xC0u) != 0x80u) return 0;
  }
  const unsigned second = at(1);
  const bool c1_control = lead == 0xC2 && second < 0xA0;
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second >= 0xA0;
  const bool beyond_unicode = lead == 0xF4 && second >= 0x90;
  return c1_control || overlong || surrogate || beyond_unicode ? 0 : size;
}

std::string redirect_target(const HttpResponse& response) {
  const std::string& location = response.header("location");
  const auto target = parse_url(location);
  if (target.ok()) return "host " + target->host;
  return !location.empty() && location[0] == '/' && location.substr(0, 2) != "//" ? "the same host"
                                                                                  : "an unclear place";
}

std::string advice(const HttpResponse& response, const AskedFor& asked) {
  switch (response.status) {
    case 401:
      return "check api_token: it must be a private key (pk_…) of the account that was not revoked";
    case 403:
      return "check that the key has the scope " + std::string(asked.scope);
    case 404:
      return "check base_url and revision_time";
    case 410:
      return "the revision " + std::string(asked.revision) + " or this endpoint is retired: set a later revision_time";
    default:
      if (response.status < 300 || response.status > 399) return {};
      return "the redirect to " + redirect_target(response) + " is not followed: check base_url";
  }
}

}  // namespace

bool is_html_type(std::string_view content_type) {
  constexpr std::array<std::string_view, 2> kTypes{"text/html", "application/xhtml+xml"};
  const std::string type = lower(trimmed(content_type.substr(0, content_type.find(';'))));
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

bool is_html(const HttpResponse& response) {
  const size_t first = response.body.find_first_not_of(" \t\r\n");
  return is_html_type(response.header("content-type")) || (first != std::string::npos && response.body[first] == '<');
}

bool is_whole_json(std::string_view text) {
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return false;
      if (--depth == 0) return trimmed(text.substr(i + 1)).empty();
    }
  }
  return false;
}

ApiProblem parse_problem(const HttpResponse& response, const base::Secret& token) {
  ApiProblem problem;
  problem.http_status = response.status;
  if (response.body.size() > kMaxProblemBytes) return problem;
  const json document = json::parse(response.body, nullptr, false);
  const json* errors = find(document, "errors");
  if (errors == nullptr || !errors->is_array() || errors->empty()) return problem;
  const json& error = errors->front();
  problem.code = token.redact(text_at(error, "code"));
  problem.title = token.redact(text_at(error, "title"));
  problem.detail = token.redact(text_at(error, "detail"));
  if (const json* source = find(error, "source")) {
    problem.parameter = token.redact(text_at(*source, "parameter"));
    if (problem.parameter.empty()) problem.parameter = token.redact(text_at(*source, "pointer"));
  }
  return problem;
}

std::string describe(const HttpResponse& response, const ApiProblem& problem, const AskedFor& asked,
                     const base::Secret& token) {
  const auto quote = [&token](std::string_view text) { return printable(text, token, kMaxQuotedBytes); };
  std::string line = "HTTP " + std::to_string(response.status);
  if (!problem.code.empty()) line += " " + quote(problem.code);
  const std::string& said = problem.detail.empty() ? problem.title : problem.detail;
  if (!said.empty()) line += ": " + quote(said);
  if (!problem.parameter.empty()) {
    line += (problem.parameter[0] == '/' ? " (pointer " : " (parameter ") + quote(problem.parameter) + ")";
  }
  line += "; " + std::string(asked.method) + " " + std::string(asked.path);
  if (const std::string hint = advice(response, asked); !hint.empty()) line += "; " + hint;
  if (said.empty() && !response.body.empty()) {
    line += "; the answer begins: " + quote(std::string_view(response.body).substr(0, kMaxProblemBytes));
  }
  return line;
}

std::string printable(std::string_view text, const base::Secret& token, size_t max_bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::string clean = token.redact(text);
  std::string line;
  for (std::string_view rest = clean; !rest.empty();) {
    const size_t bytes = printable_bytes(rest);
    std::string piece(rest.substr(0, std::max<size_t>(bytes, 1)));
    if (bytes == 0) {
      const auto byte = static_cast<unsigned char>(rest[0]);
      piece = {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
    if (line.size() + piece.size() > max_bytes) break;
    line += piece;
    rest.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return line;
}

}  // namespace klaviyo::net
