#include "revisions.h"

#include <algorithm>

#include "embedded_facts.h"
#include "time_text.h"

namespace emulator {
namespace {

Refusal bad_revision(std::string detail) {
  return {400, "invalid", "Invalid input.", std::move(detail), "revision", {}};
}

// `YYYY-MM-DD`, then nothing or a suffix such as `.pre`.
bool is_revision(std::string_view text) {
  if (text.size() < 10 || !parse_instant(text.substr(0, 10))) return false;
  if (text.size() == 10) return true;
  return text[10] == '.' && text.size() > 11 && std::all_of(text.begin() + 11, text.end(), [](char character) {
           return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
         });
}

// Two years after its date, as Klaviyo's policy has it.
bool is_retired(const std::string& revision, int64_t now_us) {
  const std::string retired_from = std::to_string(std::stoi(revision.substr(0, 4)) + 2) + revision.substr(4);
  return *parse_instant(retired_from) <= now_us;
}

}  // namespace

void apply_patch(Json& target, const Json& patch) {
  if (target.is_array() && patch.is_object()) {
    const Json drop = patch.value("drop", Json::array());
    Json kept = Json::array();
    for (const Json& element : target) {
      if (std::find(drop.begin(), drop.end(), element) == drop.end()) kept.push_back(element);
    }
    for (const Json& element : patch.value("add", Json::array())) kept.push_back(element);
    target = std::move(kept);
    return;
  }
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = Json::object();
  for (const auto& [name, value] : patch.items()) {
    if (value.is_null()) {
      target.erase(name);
    } else {
      apply_patch(target[name], value);
    }
  }
}

Revisions::Revisions(bool literal) : literal_(literal) {
  const Json history = Json::parse(kRevisionsJson);
  known_ = history.at("revisions").get<std::vector<std::string>>();
  patches_ = history.at("patches");
  newest_ = {{"sources", Json::parse(kSourcesJson)},
             {"nested", Json::parse(kNestedJson)},
             {"types", Json::parse(kTypesJson)},
             {"meta", history.at("meta")}};
}

Outcome<std::string> Revisions::effective(std::string_view header, bool opted_out, int64_t now_us) const {
  if (header.empty()) return bad_revision("The request is missing the revision header.");
  if (!is_revision(header)) return bad_revision("'" + std::string(header) + "' is not a valid revision.");
  const std::string date(header.substr(0, 10));
  const auto after = std::upper_bound(known_.begin(), known_.end(), date);
  auto found = after == known_.begin() ? after : after - 1;
  if (literal_ || !is_retired(*found, now_us)) return *found;
  if (opted_out) {
    return Refusal{410, "gone", "Revision retired.", "Revision " + *found + " has been retired.", "revision", {}};
  }
  while (found + 1 != known_.end() && is_retired(*found, now_us)) ++found;
  return *found;
}

const Facts& Revisions::facts(const std::string& revision) const {
  const std::lock_guard lock(mutex_);
  auto& entry = facts_[revision];
  if (entry == nullptr) {
    Json document = newest_;
    for (const Json& step : patches_) {
      if (revision < step.at("before").get<std::string>()) apply_patch(document, step.at("patch"));
    }
    entry = std::make_unique<Facts>(document);
  }
  return *entry;
}

}  // namespace emulator
