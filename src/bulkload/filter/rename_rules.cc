#include "bulkload/filter/rename_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <utility>

#include "bulkload/text_format.h"

namespace bulkload {

namespace {

constexpr int64_t kShortestMaxLength = 8;  // of unique_number_suffix, as in Embulk

/// Code points, each as its bytes.
std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    size_t size = 1;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
    parts.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return parts;
}

std::string shortened(std::string_view text, size_t length) {
  const auto parts = characters(text);
  std::string result;
  for (size_t i = 0; i < std::min(length, parts.size()); ++i) result += parts[i];
  return result;
}

RenameRule each_name(std::function<std::string(std::string_view)> rename) {
  return [rename = std::move(rename)](std::vector<std::string>& names, ConfigProblems&) {
    for (std::string& name : names) name = rename(name);
  };
}

std::string shifted(std::string_view text, char from, char to) {
  std::string result(text);
  for (char& c : result) {
    if (c >= from && c <= from + 25) c = static_cast<char>(c - from + to);
  }
  return result;
}

/// Which characters pass.
class CharacterSet {
 public:
  explicit CharacterSet(const Options& options) {
    for (const Name& type : options.names("pass_types")) {
      const bool known = type.text == "a-z" || type.text == "A-Z" || type.text == "0-9";
      if (known) ranges_.emplace_back(type.text.front(), type.text.back());
      if (!known) options.problems().push_back({type.place, type.label + ": must be of a-z, A-Z and 0-9"});
    }
    further_ = options.text("pass_characters");
  }

  bool passes(std::string_view character) const {
    const auto in_range = [&](const std::pair<char, char>& range) {
      return character.size() == 1 && character.front() >= range.first && character.front() <= range.second;
    };
    return std::any_of(ranges_.begin(), ranges_.end(), in_range) || further_.find(character) != std::string::npos;
  }

 private:
  std::vector<std::pair<char, char>> ranges_;
  std::string further_;
};

/// An option that is one character.
std::string one_character(const Options& options, std::string_view key) {
  std::string text = options.text(key);
  if (characters(text).size() != 1) options.problem(key, "must be one character");
  return text;
}

RenameRule make_character_types(const Options& options) {
  return each_name([set = CharacterSet(options), other = one_character(options, "replace")](std::string_view name) {
    std::string result;
    for (const std::string_view each : characters(name)) result += set.passes(each) ? each : std::string_view(other);
    return result;
  });
}

RenameRule make_first_character_types(const Options& options) {
  const bool prefixes = options.has("prefix");
  if (prefixes == options.has("replace")) {
    options.problem(prefixes ? "prefix" : "replace", "give one of prefix and replace");
    return {};
  }
  return each_name([set = CharacterSet(options), prefixes,
                    other = one_character(options, prefixes ? "prefix" : "replace")](std::string_view name) {
    const auto parts = characters(name);
    if (parts.empty() || set.passes(parts.front())) return std::string(name);
    return other + std::string(prefixes ? name : name.substr(parts.front().size()));
  });
}

RenameRule make_lower_to_upper(const Options&) {
  return each_name([](std::string_view name) { return shifted(name, 'a', 'A'); });
}

RenameRule make_upper_to_lower(const Options&) {
  return each_name([](std::string_view name) { return shifted(name, 'A', 'a'); });
}

RenameRule make_truncate(const Options& options) {
  const auto length = static_cast<size_t>(options.count("max_length").value_or(128));
  return each_name([length](std::string_view name) { return shortened(name, length); });
}

/// What a match becomes: texts and groups, written as in Java.
class Replacement {
 public:
  /// Nothing when it refers to a group that is not there.
  static std::optional<Replacement> parse(std::string_view text, size_t groups) {
    Replacement replacement;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) {
        replacement.pieces_.push_back({std::string(1, text[++i]), kNoGroup});
      } else if (text[i] != '$') {
        replacement.pieces_.push_back({std::string(1, text[i]), kNoGroup});
      } else {
        if (i + 1 == text.size() || !is_digit(text[i + 1])) return std::nullopt;
        auto group = static_cast<size_t>(text[++i] - '0');
        if (group > groups) return std::nullopt;
        // As many digits as make a group that is there.
        while (i + 1 < text.size() && is_digit(text[i + 1]) &&
               group * 10 + static_cast<size_t>(text[i + 1] - '0') <= groups) {
          group = group * 10 + static_cast<size_t>(text[++i] - '0');
        }
        replacement.pieces_.push_back({"", group});
      }
    }
    return replacement;
  }

  std::string of(const std::cmatch& match) const {
    std::string result;
    for (const Piece& piece : pieces_) result += piece.group == kNoGroup ? piece.text : match.str(piece.group);
    return result;
  }

 private:
  static constexpr size_t kNoGroup = SIZE_MAX;
  struct Piece {
    std::string text;
    size_t group;
  };

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  std::vector<Piece> pieces_;
};

std::string replace_all(std::string_view name, const std::regex& match, const Replacement& replacement) {
  std::string result;
  const char* at = name.data();
  const char* const end = at + name.size();
  for (std::cregex_iterator found(at, end, match), none; found != none; ++found) {
    result.append(at, (*found)[0].first);
    result += replacement.of(*found);
    at = (*found)[0].second;
  }
  return result.append(at, end);
}

RenameRule make_regex_replace(const Options& options) {
  if (!options.has("match") || !options.has("replace")) return {};
  std::regex match;
  try {
    match = std::regex(options.text("match"));
  } catch (const std::regex_error&) {
    options.problem("match", "is no regular expression of the kind that is understood (ECMAScript)");
    return {};
  }
  const auto replacement = Replacement::parse(options.text("replace"), match.mark_count());
  if (!replacement) {
    options.problem("replace", "has a $ without the number of a group of `match`; write \\$ for a dollar");
    return {};
  }
  return [match, replacement = *replacement, place = options.name("match")](std::vector<std::string>& names,
                                                                            ConfigProblems& problems) {
    try {
      for (std::string& name : names) name = replace_all(name, match, replacement);
    } catch (const std::regex_error&) {
      problems.push_back({place.place, place.label + ": takes too long; make it simpler"});
    }
  };
}

/// Numbers behind names that are there already, counted for each original name; columns on the left keep theirs.
struct UniqueNumberSuffix {
  std::string delimiter;
  size_t digits = 0;
  size_t max_length = SIZE_MAX;
  int64_t offset = 1;
  Name where;

  void operator()(std::vector<std::string>& names, ConfigProblems& problems) const {
    const std::set<std::string> originals(names.begin(), names.end());
    std::map<std::string, int64_t> next;  // number by original name
    std::set<std::string> taken;
    for (std::string& name : names) {
      const std::string original = name;
      int64_t& number = next.try_emplace(original, offset).first->second;
      name = shortened(original, max_length);
      if (taken.insert(name).second) {
        ++number;
        continue;
      }
      do {
        const std::string suffix = delimiter + padded(number++);
        if (suffix.size() >= max_length) {
          return problems.push_back({where.place, where.label + ": leaves no room for the numbers; make it longer"});
        }
        name = shortened(original, max_length - suffix.size()) + suffix;
      } while (taken.contains(name) || originals.contains(name));
      taken.insert(name);
    }
  }

  std::string padded(int64_t number) const {
    std::string text = std::to_string(number);
    if (text.size() < digits) text.insert(0, digits - text.size(), '0');
    return text;
  }
};

RenameRule make_unique_number_suffix(const Options& options) {
  UniqueNumberSuffix rule;
  rule.delimiter = one_character(options, "delimiter");
  if (rule.delimiter.find_first_of("0123456789") != std::string::npos) {
    options.problem("delimiter", "must be one character, and no digit");
  }
  const auto offset = options.text("offset") == "0" ? std::optional<int64_t>(0) : options.count("offset");
  if (!offset) options.problem("offset", "must be a whole number from 0 on");
  const auto max_length = options.count("max_length");
  if (max_length.value_or(kShortestMaxLength) < kShortestMaxLength) {
    options.problem("max_length", "must be a whole number from 8 on");
  }
  rule.digits = static_cast<size_t>(options.count("digits").value_or(0));
  if (rule.digits > 18) options.problem("digits", "must be a whole number from 1 to 18");
  if (max_length) rule.max_length = static_cast<size_t>(*max_length);
  rule.offset = offset.value_or(1);
  rule.where = options.name("max_length");
  return rule;
}

struct RuleType {
  std::string_view name;
  RenameRule (*make)(const Options& options);
};

constexpr std::array<RuleType, 7> kRules = {{{"character_types", make_character_types},
                                             {"first_character_types", make_first_character_types},
                                             {"lower_to_upper", make_lower_to_upper},
                                             {"regex_replace", make_regex_replace},
                                             {"truncate", make_truncate},
                                             {"upper_to_lower", make_upper_to_lower},
                                             {"unique_number_suffix", make_unique_number_suffix}}};

}  // namespace

RenameRule make_rename_rule(const ConfigNode& node, const std::string& label, ConfigProblems& problems) {
  std::vector<std::string_view> names;
  for (const RuleType& type : kRules) names.push_back(type.name);
  const ConfigNode* rule = node.find("rule");
  if (rule == nullptr || !rule->is_scalar()) {
    problems.push_back({node.place, label + ": a rule without its name; give {rule: …} of " + listed(names)});
    return {};
  }
  const auto* type =
      std::find_if(kRules.begin(), kRules.end(), [&](const RuleType& each) { return each.name == rule->text; });
  if (type == kRules.end()) {
    const std::string near = did_you_mean(rule->text, names);
    problems.push_back({rule->place, label + ": '" + rule->text + "' is no rule" +
                                         (near.empty() ? "; there are " + listed(names) : near)});
    return {};
  }
  ConfigNode own = node;
  std::erase_if(own.items, [](const ConfigNode& item) { return item.key == "rule"; });
  const std::string prefix = "rules." + rule->text + ".";
  return type->make(Options(own, label + "." + rule->text, kRenameOptions, prefix, problems));
}

}  // namespace bulkload
