// The catalogue against the facts that were taken from Klaviyo's published OpenAPI description (revision 2026-07-15).
// Skipped where the facts are not at hand.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "klaviyo/catalogue.h"
#include "klaviyo/revision.h"
#include "nlohmann/json.hpp"

namespace klaviyo {
namespace {

using ::nlohmann::json;
using Names = std::set<std::string>;

std::string facts_path(const char* file) {
  const char* directory = std::getenv("KLAVIYO_FACTS_DIR");
  return std::string(directory == nullptr ? KLAVIYO_FACTS_DIR : directory) + "/" + file;
}

// Read once; null when there is no such file.
json read_facts(const char* file) {
  std::ifstream stream(facts_path(file));
  return stream ? json::parse(stream) : json();
}

const json& catalogue_facts() {
  static const json kFacts = read_facts("catalogue.json");
  return kFacts;
}

const json& revision_facts() {
  static const json kFacts = read_facts("revisions.json");
  return kFacts;
}

constexpr const char* kNoFacts = "no published facts beside the checkout; set KLAVIYO_FACTS_DIR to compare with them";

class CatalogueFacts : public ::testing::Test {
 protected:
  void SetUp() override {
    if (catalogue_facts().is_null()) GTEST_SKIP() << kNoFacts;
    for (const json& collection : catalogue_facts()["collections"]) {
      const std::string at = collection["path"];
      if (at.starts_with("/api/")) by_path_[at] = &collection;
    }
  }

  // Calls `check(row, facts)` for every row that is a collection, and not beta.
  template <typename Check>
  void for_each(Check check) const {
    for (const Source& source : sources()) {
      if (source.beta || source.report != nullptr || source.is_about_parent()) continue;
      SCOPED_TRACE(source.name);
      const auto found = by_path_.find(std::string(source.path));
      if (found == by_path_.end()) {
        ADD_FAILURE() << "no such collection";
      } else {
        check(source, *found->second);
      }
    }
  }

  std::map<std::string, const json*> by_path_;
};

RateClass rate_of(const json& facts) {
  const auto count = [&](const char* window) {
    return facts.contains(window) ? std::stoi(facts[window].get<std::string>()) : 0;
  };
  return {.per_second = count("burst"), .per_minute = count("steady"), .per_day = count("daily")};
}

void expect_rate(const RateClass& rate, const json& facts) {
  const RateClass expected = rate_of(facts);
  EXPECT_EQ(rate.per_second, expected.per_second);
  EXPECT_EQ(rate.per_minute, expected.per_minute);
  EXPECT_EQ(rate.per_day, expected.per_day);
}

bool is_time(const std::string& name, const json& facts) {
  return facts.value("format", "") == "date-time" || name == "created" || name == "updated";
}

ColumnType column_type(const std::string& name, const json& facts) {
  const std::string type = facts["type"];
  if (type == "string") return is_time(name, facts) ? ColumnType::timestamp : ColumnType::utf8;
  if (type == "integer") return ColumnType::int64;
  if (type == "number") return ColumnType::float64;
  if (type == "boolean") return ColumnType::boolean;
  return ColumnType::json;
}

// The attributes below an object, or below any of the shapes of a union of objects.
json children_of(const json& facts) {
  if (facts["type"] == "object") return facts.value("nested", json::object());
  json children = json::object();
  for (const json& shape : facts.value("of", json::array())) {
    if (!shape.is_object()) continue;
    const json nested = shape.value("nested", json::object());
    for (const auto& [name, child] : nested.items()) children.emplace(name, child);
  }
  return children;
}

using Columns = std::map<std::string, ColumnType>;

// Every attribute is a column, or all its children are; no column is left over in `columns`.
void take_columns(const std::string& path, const std::string& name, const json& facts, Columns& columns) {
  const auto own = columns.find(path);
  if (own != columns.end()) {
    EXPECT_EQ(type_name(own->second), type_name(column_type(name, facts))) << path;
    columns.erase(own);
    return;
  }
  const json children = children_of(facts);
  EXPECT_FALSE(children.empty()) << "no column for " << path;
  for (const auto& [key, child] : children.items()) take_columns(path + "." + key, key, child, columns);
}

uint8_t operators_of(const json& filter, const std::string& field) {
  static const std::map<std::string, Operator> kByName{{"greater-than", kGreaterThan},
                                                       {"greater-or-equal", kGreaterOrEqual},
                                                       {"less-than", kLessThan},
                                                       {"less-or-equal", kLessOrEqual}};
  unsigned operators = 0;
  for (const json& name : filter.value(field, json::array())) {
    const auto found = kByName.find(name.get<std::string>());
    if (found != kByName.end()) operators |= found->second;
  }
  return static_cast<uint8_t>(operators);
}

Names sorts_of(const json& facts) { return facts["sort"].get<Names>(); }

TEST_F(CatalogueFacts, EveryCollectionHasARow) {
  Names paths;
  for (const Source& source : sources()) {
    if (!source.beta && source.report == nullptr && !source.is_about_parent()) paths.emplace(source.path);
  }
  Names expected;
  for (const auto& [path, facts] : by_path_) expected.insert(path);
  EXPECT_EQ(paths, expected);
}

TEST_F(CatalogueFacts, ObjectsAboutParentsAgree) {
  for (const Source& source : sources()) {
    if (!source.is_about_parent()) continue;
    SCOPED_TRACE(source.name);
    const json& objects = catalogue_facts()["single_objects"];
    const auto facts = std::find_if(objects.begin(), objects.end(),
                                    [&](const json& each) { return each["path"] == std::string(source.path); });
    ASSERT_NE(facts, objects.end());
    EXPECT_EQ(std::string(source.type), (*facts)["type"]);
    EXPECT_EQ((*facts)["scopes"], json::array({std::string(source.scope)}));
    expect_rate(source.rate, (*facts)["rate_limit"]);
    EXPECT_EQ(source.attributes.size(), (*facts)["attributes"].size());
    for (const Attribute& attribute : source.attributes) {
      EXPECT_EQ(column_type(std::string(attribute.name), (*facts)["attributes"][std::string(attribute.path)]),
                attribute.type);
    }
  }
}

// Agents' tools have no list, so that nothing below them can be found.
TEST_F(CatalogueFacts, BetaCollectionsAgree) {
  std::map<std::string, const json*> expected;
  for (const json& facts : catalogue_facts()["beta_collections"]) {
    const std::string path = facts["path"];
    if (!path.starts_with("/api/agent-tools/")) expected.emplace(path, &facts);
  }
  for (const Source& source : sources()) {
    if (!source.beta) continue;
    SCOPED_TRACE(source.name);
    const auto found = expected.find(std::string(source.path));
    ASSERT_NE(found, expected.end());
    const json& facts = *found->second;
    EXPECT_EQ(std::string(source.type), facts["type"]);
    std::string scopes;
    for (const json& scope : facts["scopes"]) scopes += (scopes.empty() ? "" : " ") + scope.get<std::string>();
    EXPECT_EQ(std::string(source.scope), scopes);
    expect_rate(source.rate, facts["rate_limit"]);
    EXPECT_EQ(source.paging != Paging::none, facts["cursor"].get<bool>());
    EXPECT_EQ(source.max_page_size, facts["page_size"].is_null() ? 0 : facts["page_size"]["maximum"].get<int>());
    for (const TimeField& field : source.time_fields) {
      EXPECT_EQ(field.operators, operators_of(facts["filter"], std::string(field.name))) << field.name;
      EXPECT_TRUE(sorts_of(facts).contains(std::string(field.sort)));
    }
    if (!source.stable_sort.empty()) {
      EXPECT_TRUE(sorts_of(facts).contains(std::string(source.stable_sort)));
    }
    expected.erase(found);
  }
  for (const auto& [path, facts] : expected) ADD_FAILURE() << "no row for " << path;
}

TEST_F(CatalogueFacts, ParentsAgree) {
  for_each([](const Source& source, const json& facts) {
    if (!facts.contains("parent") || facts["parent"].is_null()) return;
    ASSERT_TRUE(source.has_parent());
    EXPECT_EQ(std::string(parents_of(source).front()->path), facts["parent"]);
  });
}

TEST_F(CatalogueFacts, TypeScopeAndRateAgree) {
  for_each([](const Source& source, const json& facts) {
    EXPECT_EQ(std::string(source.type), facts["type"]);
    std::string scopes;
    for (const json& scope : facts["scopes"]) scopes += (scopes.empty() ? "" : " ") + scope.get<std::string>();
    EXPECT_EQ(std::string(source.scope), scopes);
    expect_rate(source.rate, facts["rate_limit"]);
  });
}

TEST_F(CatalogueFacts, RateVariantsAgree) {
  for_each([](const Source& source, const json& facts) {
    if (facts["kind"] == "relationship") return;  // they take no additional fields
    const json& variants = facts["rate_limit_variants"];
    ASSERT_EQ(source.rate_variants.size(), variants.size());
    for (size_t i = 0; i < variants.size(); ++i) {
      const RateVariant& variant = source.rate_variants[i];
      EXPECT_EQ("additional-fields[" + std::string(source.type) + "]=" + std::string(variant.additional),
                variants[i]["when"]);
      expect_rate(variant.rate, variants[i]);
    }
  });
}

TEST_F(CatalogueFacts, PagingAgrees) {
  static const std::map<std::string, Paging> kByName{
      {"none", Paging::none}, {"cursor", Paging::cursor}, {"cursor+size", Paging::cursor_and_size}};
  for_each([](const Source& source, const json& facts) {
    const json& page = facts["page"];
    EXPECT_EQ(source.paging, kByName.at(page["paging"]));
    const json& size = page["size"];
    EXPECT_EQ(source.max_page_size, size.is_null() ? 0 : size["max"].get<int>());
    const json& rows = size.is_null() ? page["documented_max_rows_per_page"] : size["default"];
    EXPECT_EQ(source.default_page_size, rows.is_null() ? 0 : rows.get<int>());
  });
}

TEST_F(CatalogueFacts, AttributesAndTheirTypesAgree) {
  for_each([](const Source& source, const json& facts) {
    Columns columns;
    for (const Attribute& attribute : source.attributes) {
      const bool index = attribute.path.find(".0.") != std::string_view::npos;  // out of a list that is a column
      if (!index) columns.emplace(attribute.path, attribute.type);
    }
    for (const auto& [name, attribute] : facts["attributes"].items()) take_columns(name, name, attribute, columns);
    for (const auto& [path, type] : columns) ADD_FAILURE() << "no such attribute: " << path;
  });
}

TEST_F(CatalogueFacts, AttributesOnRequestAgree) {
  for_each([](const Source& source, const json& facts) {
    Names requested;
    for (const Attribute& attribute : source.attributes) {
      if (!attribute.additional.empty()) requested.emplace(attribute.additional);
    }
    EXPECT_EQ(requested, facts["additional_fields"].value(std::string(source.type), Names()));
  });
}

TEST_F(CatalogueFacts, RelationshipsAndIncludesAgree) {
  for_each([](const Source& source, const json& facts) {
    std::map<std::string, std::string> related;
    Names includable;
    for (const Relationship& relationship : source.relationships) {
      const char* cardinality = relationship.cardinality == Cardinality::one ? "one " : "many ";
      related.emplace(relationship.name, cardinality + std::string(relationship.type));
      if (relationship.includable) includable.emplace(relationship.name);
    }
    std::map<std::string, std::string> expected;
    for (const json& relationship : facts["relationships"]) {
      expected.emplace(relationship["name"],
                       relationship["cardinality"].get<std::string>() + " " + relationship["type"].get<std::string>());
    }
    EXPECT_EQ(related, expected);
    EXPECT_EQ(includable, facts["include"].get<Names>());
  });
}

TEST_F(CatalogueFacts, TimeFieldOperatorsAgree) {
  for_each([](const Source& source, const json& facts) {
    for (const TimeField& field : source.time_fields) {
      EXPECT_EQ(field.operators, operators_of(facts["filter"], std::string(field.name))) << field.name;
    }
  });
}

// What is in many parents has its own times, which say nothing about its being in one.
bool is_in_many_parents(const Source& source) {
  static const Names kOwned{"campaign_messages", "catalog_item_variants", "flow_actions",       "flow_action_messages",
                            "form_versions",     "coupon_codes",          "profile_push_tokens"};
  return source.has_parent() && !kOwned.contains(std::string(source.name));
}

TEST_F(CatalogueFacts, NoCreationOrUpdateTimeIsMissing) {
  for_each([](const Source& source, const json& facts) {
    if (is_in_many_parents(source)) {
      EXPECT_EQ(source.find_time_field("created"), nullptr);
      EXPECT_EQ(source.find_time_field("updated"), nullptr);
      EXPECT_EQ(source.find_time_field("joined_group_at") != nullptr, facts["attributes"].contains("joined_group_at"));
      return;
    }
    if (source.time_fields.size() == 1 && source.time_fields.front().filter_only) return;
    for (const char* name : {"created", "created_at", "updated", "updated_at", "datetime"}) {
      EXPECT_EQ(source.find_time_field(name) != nullptr && source.find_time_field(name)->name == name,
                facts["attributes"].contains(name))
          << name;
    }
  });
}

TEST_F(CatalogueFacts, SortsAgree) {
  for_each([](const Source& source, const json& facts) {
    const Names sorts = sorts_of(facts);
    for (const TimeField& field : source.time_fields) {
      const bool sortable = sorts.contains(std::string(field.name)) || sorts.contains(std::string(field.key));
      EXPECT_EQ(!field.sort.empty(), sortable) << field.name;
      if (sortable) {
        EXPECT_TRUE(sorts.contains(std::string(field.sort))) << field.sort;
      }
    }
  });
}

// Paging over an unsorted collection may repeat and lose rows; a source takes the steadiest order there is.
TEST_F(CatalogueFacts, ReadsThatNoTimeFieldOrdersHaveAStableSort) {
  for_each([](const Source& source, const json& facts) {
    const Names sorts = sorts_of(facts);
    const bool every_field_sorts = std::all_of(source.time_fields.begin(), source.time_fields.end(),
                                               [](const TimeField& field) { return !field.sort.empty(); });
    const bool immutable_sorts = std::any_of(
        source.time_fields.begin(), source.time_fields.end(),
        [](const TimeField& field) { return field.filter_only || (field.immutable && !field.sort.empty()); });
    std::string expected;
    if (!every_field_sorts || !immutable_sorts) {
      for (const char* sort : {"joined_group_at", "created_at", "created", "id"}) {
        if (sorts.contains(sort)) expected = sort;
      }
    }
    EXPECT_EQ(std::string(source.stable_sort), expected);
  });
}

TEST_F(CatalogueFacts, RequiredFiltersAreGivenByPassesOrParents) {
  for_each([](const Source& source, const json& facts) {
    const bool required = facts["filter_required"].get<bool>() || !facts["required_filters"].is_null();
    if (!required) return;
    if (source.has_parent()) {
      EXPECT_TRUE(facts["filter"].contains(std::string(source.parent.filter_field)));
      return;
    }
    const json& needed = facts["required_filters"]["all_of"][0];
    Names values;
    for (const Pass& pass : source.passes) {
      EXPECT_THAT(std::string(pass.filter), ::testing::HasSubstr("equals(" + needed["field"].get<std::string>() + ",'" +
                                                                 std::string(pass.label)));
      values.emplace(pass.label);
    }
    EXPECT_EQ(values, needed["values"].get<Names>());
  });
}

TEST_F(CatalogueFacts, PassesFilterByFieldsThatTheApiKnows) {
  for_each([](const Source& source, const json& facts) {
    const bool archivable = facts["filter"].contains("archived");
    EXPECT_EQ(!source.passes.empty(), archivable);
    for (const Pass& pass : source.passes) {
      EXPECT_THAT(std::string(pass.filter), ::testing::HasSubstr("equals(archived,"));
    }
  });
}

Names names_in(const json& attributes, const char* attribute) {
  if (!attributes.contains(attribute)) return {};
  const json& names = attributes[attribute]["items"]["enum"];
  return {names.begin(), names.end()};
}

TEST(ReportFacts, StatisticsGroupingsRatesAndScopesAreThePublishedOnes) {
  if (catalogue_facts().is_null()) GTEST_SKIP() << kNoFacts;
  size_t compared = 0;
  for (const json& facts : catalogue_facts()["reports"]) {
    const std::string path = facts["path"];
    SCOPED_TRACE(path);
    const auto row =
        std::find_if(sources().begin(), sources().end(), [&](const Source& source) { return source.path == path; });
    ASSERT_NE(row, sources().end());
    const json& attributes = facts["request"]["attributes"];
    const bool aggregates = row->report->kind == ReportKind::aggregates;
    Names groupings;
    for (const Grouping& grouping : row->report->groupings) groupings.emplace(grouping.name);
    if (!row->report->fixed_groups) {
      EXPECT_EQ(groupings, names_in(attributes, aggregates ? "by" : "group_by"));
    }
    EXPECT_EQ(Names(row->report->statistics.begin(), row->report->statistics.end()),
              names_in(attributes, aggregates ? "measurements" : "statistics"));
    EXPECT_EQ(row->report->conversions, attributes.contains("conversion_metric_id"));
    EXPECT_EQ(row->paging == Paging::none,
              facts["paging"]["query_param"].is_null() && facts["paging"]["body_param"].is_null());
    EXPECT_EQ(row->type, facts["type"].get<std::string>());
    EXPECT_EQ(row->scope, facts["scopes"][0].get<std::string>());
    expect_rate(row->rate, facts["rate_limit"]);
    ++compared;
  }
  EXPECT_EQ(compared, 8U);
}

TEST(RevisionFacts, KnownRevisionsAreThePublishedOnes) {
  if (revision_facts().is_null()) GTEST_SKIP() << kNoFacts;
  Names published;
  for (const auto& [revision, state] : revision_facts()["revisions"].items()) published.insert(revision);
  EXPECT_EQ(Names(known_revisions().begin(), known_revisions().end()), published);
}

TEST(RevisionFacts, PageSizeIsSentOnlyWhereTheRevisionTakesIt) {
  if (revision_facts().is_null()) GTEST_SKIP() << kNoFacts;
  int compared = 0;
  for (const auto& [revision, state] : revision_facts()["revisions"].items()) {
    for (const auto& [name, source] : state["sources"].items()) {
      const Source* row = find_source(name);
      ASSERT_NE(row, nullptr) << name;
      const bool sent = row->max_page_size > 0 && revision >= row->page_size_since;
      if (sent) {
        EXPECT_FALSE(source["page_size"].is_null()) << name << " at " << revision;
      }
      ++compared;
    }
  }
  EXPECT_GT(compared, 100);
}

}  // namespace
}  // namespace klaviyo
