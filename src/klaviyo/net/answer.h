// What an HTTP answer says, for programs and for people. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/status.h"
#include "klaviyo/net/http.h"

namespace klaviyo::net {

/// The first error object of a JSON:API error answer, for callers that react to it.
struct ApiProblem {
  int http_status = 0;
  std::string code;
  std::string title;
  std::string detail;
  std::string parameter;  // source.parameter, else source.pointer
};

/// What a message about a refused request names.
struct AskedFor {
  std::string_view path;
  std::string_view scope;
  std::string_view revision;
  std::string_view method = "GET";
};

/// Whether a content type is HTML: the API never sends that, proxies and firewalls do.
bool is_html_type(std::string_view content_type);

/// Whether the answer is a page for people: by its content type, or because its body begins with '<'.
bool is_html(const HttpResponse& response);

/// Whether a text is one whole JSON object or array and nothing but blanks after it. Brackets and strings alone are
/// looked at, which is enough to tell a text that was cut off.
bool is_whole_json(std::string_view text);

/// Everything but http_status is empty when the body is no JSON:API error document. Texts are redacted.
ApiProblem parse_problem(const HttpResponse& response, const base::Secret& token);

/// One line about an answer that is no success: `HTTP 400 invalid: <detail> (parameter filter); GET /api/events`, and
/// what to check where that is known. Of what the service wrote, at most 512 bytes, as printable() gives them.
std::string describe(const HttpResponse& response, const ApiProblem& problem, const AskedFor& asked,
                     const base::Secret& token);

/// `text` on one line: without the secret, whatever is a control character or no UTF-8 as \xNN, cut at `max_bytes`.
std::string printable(std::string_view text, const base::Secret& token, size_t max_bytes);

}  // namespace klaviyo::net
