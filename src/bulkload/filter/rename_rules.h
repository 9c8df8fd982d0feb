// The rules of Embulk's rename filter: functions from the names of all columns to their new ones.
//
// Characters are code points of UTF-8; letters that have a case are A to Z.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bulkload/filter/options.h"

namespace bulkload {

/// Renames in place. What cannot be done is appended, with its place.
using RenameRule = std::function<void(std::vector<std::string>& names, ConfigProblems& problems)>;

/// The keys of the filter and of all rules.
inline constexpr OptionRow kRenameOptions[] = {
    {.key = "columns", .kind = OptionKind::pairs, .help = "a map of old names to new ones; before the rules"},
    {.key = "rules", .kind = OptionKind::items, .help = "a list of rules for all names, one after the other"},
    {.key = "rules.character_types.pass_types",
     .kind = OptionKind::names,
     .help = "kinds of characters that pass: a-z, A-Z, 0-9"},
    {.key = "rules.character_types.pass_characters",
     .kind = OptionKind::any_text,
     .help = "further characters that pass"},
    {.key = "rules.character_types.replace", .fallback = "_", .help = "the character in place of all others"},
    {.key = "rules.first_character_types.pass_types",
     .kind = OptionKind::names,
     .help = "kinds of characters that pass: a-z, A-Z, 0-9"},
    {.key = "rules.first_character_types.pass_characters",
     .kind = OptionKind::any_text,
     .help = "further characters that pass"},
    {.key = "rules.first_character_types.prefix", .help = "a character before a first one that does not pass"},
    {.key = "rules.first_character_types.replace", .help = "or one in its place"},
    {.key = "rules.regex_replace.match", .required = true, .help = "a regular expression (ECMAScript's, near Java's)"},
    {.key = "rules.regex_replace.replace",
     .kind = OptionKind::any_text,
     .required = true,
     .help = "what each match becomes; $1 is its first group, $0 the match, \\$ a dollar"},
    {.key = "rules.truncate.max_length",
     .kind = OptionKind::count,
     .fallback = "128",
     .help = "characters that are kept"},
    {.key = "rules.unique_number_suffix.delimiter",
     .fallback = "_",
     .help = "the character before the number, no digit"},
    {.key = "rules.unique_number_suffix.digits", .kind = OptionKind::count, .help = "digits of the number, with zeros"},
    {.key = "rules.unique_number_suffix.max_length",
     .kind = OptionKind::count,
     .help = "characters that a name may have with its number; from 8 on"},
    {.key = "rules.unique_number_suffix.offset",
     .fallback = "1",
     .help = "the number before the first one that is given"}};

/// One element of `rules:`. An empty function when it was reported as wrong.
RenameRule make_rename_rule(const ConfigNode& node, const std::string& label, ConfigProblems& problems);

}  // namespace bulkload
