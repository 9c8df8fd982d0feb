#include <algorithm>
#include <set>

#include "test_client.h"

namespace emulator {
namespace {

std::vector<std::string> sorted(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<std::string> source_names() {
  const Revisions revisions(false);
  std::vector<std::string> names;
  for (const auto& [name, source] : revisions.newest().sources()) {
    if (!source.beta) names.push_back(name);
  }
  return names;
}

class EverySource : public testing::TestWithParam<std::string> {
 protected:
  // Page after page with every filter that is needed; with `page_size` where the collection has it.
  std::vector<std::string> read(const std::string& sort, const std::string& page_size) {
    std::vector<std::string> ids;
    for (const auto& filter : complete_filters(api_, GetParam())) {
      const auto target = target_of(GetParam(), {{"filter", filter}, {"sort", sort}, {"page[size]", page_size}});
      const auto part = ids_of(get_all(api_, target));
      ids.insert(ids.end(), part.begin(), part.end());
    }
    return ids;
  }

  Api api_{open_api(), small_dataset()};
  const Source& source_ = *api_.newest_facts().source(GetParam());
};

TEST_P(EverySource, PagesHoldEachRowOnce) {
  const auto expected = sorted(all_ids(api_, GetParam()));
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(sorted(read("", "")), expected);
  if (source_.page.parameter) {
    EXPECT_EQ(sorted(read("", std::to_string(std::min<int64_t>(source_.page.max_size, 7)))), expected);
  }
}

TEST_P(EverySource, EverySortHoldsEachRowOnceInOrder) {
  const auto expected = sorted(all_ids(api_, GetParam()));
  for (const SortRule& rule : source_.sort) {
    for (const char* sign : {"", "-"}) {
      const std::string sort = sign + rule.name;
      EXPECT_EQ(sorted(read(sort, "")), expected) << sort;
      const auto filter = complete_filters(api_, GetParam()).back();
      const auto ids = ids_of(get_all(api_, target_of(GetParam(), {{"filter", filter}, {"sort", sort}})));
      std::map<std::string, Value> values;
      const auto world = api_.dataset().now();
      for (int64_t row = 0; row < world->rows(*source_.type).end(); ++row) {
        values[world->id(*source_.type, row)] = field_value(rule.field, world->context(*source_.type, row));
      }
      EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end(), [&](const std::string& a, const std::string& b) {
        return sort[0] == '-' ? compare(values[a], values[b]) > 0 : compare(values[a], values[b]) < 0;
      })) << sort;
    }
  }
}

TEST_P(EverySource, EveryIncludeIsCompleteAndHoldsEachResourceOnce) {
  if (source_.include.empty()) return;
  std::string include;
  for (const auto& name : source_.include) include += (include.empty() ? "" : ",") + name;
  const auto filter = complete_filters(api_, GetParam()).front();
  const Json document = get_json(api_, target_of(GetParam(), {{"filter", filter}, {"include", include}}));
  std::set<std::pair<std::string, std::string>> given;
  for (const Json& resource : document.at("included")) {
    EXPECT_TRUE(given.emplace(resource.at("type"), resource.at("id")).second) << resource;
    EXPECT_TRUE(resource.at("attributes").is_object());
  }
  size_t linked = 0;
  for (const Json& row : document.at("data")) {
    for (const auto& name : source_.include) {
      const Json& data = row.at("relationships").at(name).at("data");
      const Json list = data.is_array() ? data : data.is_null() ? Json::array() : Json::array({data});
      for (const Json& reference : list) {
        ++linked;
        EXPECT_TRUE(given.contains({reference.at("type"), reference.at("id")})) << reference;
      }
    }
  }
  EXPECT_GE(linked, given.size());
}

TEST_P(EverySource, AttributesAreTheOnesThatSparseFieldsetsName) {
  const auto filter = complete_filters(api_, GetParam()).front();
  const Json document = get_json(api_, target_of(GetParam(), {{"filter", filter}}));
  ASSERT_FALSE(document.at("data").empty());
  for (const auto& [name, value] : document.at("data").at(0).at("attributes").items()) {
    EXPECT_TRUE(source_.type->fields.contains(name)) << name;
    const auto target = target_of(GetParam(), {{"filter", filter}, {"fields[" + source_.type->name + "]", name}});
    const Json sparse = get_json(api_, target).at("data").at(0).at("attributes");
    EXPECT_EQ(sparse.size(), 1U) << sparse;
    EXPECT_EQ(sparse.at(name), value);
  }
}

INSTANTIATE_TEST_SUITE_P(Sources, EverySource, testing::ValuesIn(source_names()),
                         [](const testing::TestParamInfo<std::string>& source) {
                           std::string name = source.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class Paging : public testing::Test {
 protected:
  Api api_{open_api(), small_dataset()};
};

TEST_F(Paging, ThereAre42Collections) { EXPECT_EQ(source_names().size(), 42U); }

TEST_F(Paging, NextRepeatsAllParametersOnTheHostTheClientUsed) {
  const Json document = get_json(api_, "/api/events/?include=metric&page[size]=3&sort=datetime");
  const auto next = document.at("links").at("next").get<std::string>();
  EXPECT_TRUE(
      next.starts_with("http://127.0.0.1:8080/api/events/?include=metric&page%5Bsize%5D=3&sort=datetime&"
                       "page%5Bcursor%5D="))
      << next;
  EXPECT_EQ(document.at("links").at("self"),
            "http://127.0.0.1:8080/api/events/?include=metric&page%5Bsize%5D=3&sort=datetime");
  EXPECT_EQ(next.find('='), next.find("=metric"));
  EXPECT_FALSE(next.ends_with('='));
}

TEST_F(Paging, LastPageHasANullNextAndUnpagedCollectionsHaveNone) {
  EXPECT_TRUE(get_json(api_, "/api/metrics").at("links").at("next").is_null());
  EXPECT_FALSE(get_json(api_, "/api/webhooks").at("links").contains("next"));
}

TEST_F(Paging, CursorIsBoundToItsQuery) {
  const std::string target = "/api/events?page%5Bsize%5D=5&sort=datetime&filter=greater-than(datetime,2025-01-01)";
  const auto next = next_target(get_json(api_, target));
  ASSERT_TRUE(next);
  EXPECT_EQ(get(api_, *next).status, 200);
  const std::string cursor = next->substr(next->find("page%5Bcursor%5D="));
  for (const char* changed : {"page%5Bsize%5D=6&sort=datetime&filter=greater-than(datetime,2025-01-01)&",
                              "page%5Bsize%5D=5&sort=-datetime&filter=greater-than(datetime,2025-01-01)&",
                              "page%5Bsize%5D=5&sort=datetime&filter=greater-than(datetime,2025-01-02)&",
                              "page%5Bsize%5D=5&sort=datetime&", "include=metric&page%5Bsize%5D=5&sort=datetime&"}) {
    const Answer answer = get(api_, std::string("/api/events?") + changed + cursor);
    EXPECT_EQ(answer.status, 400) << changed;
    EXPECT_NE(answer.body.find("Invalid cursor provided."), std::string::npos);
  }
  EXPECT_EQ(get(api_, "/api/profiles?" + cursor).status, 400);
  EXPECT_EQ(get(api_, *next + "A").status, 400);
}

TEST_F(Paging, SameOptionsGiveTheSameBytes) {
  Api again(open_api(), small_dataset());
  DatasetOptions other_seed = small_dataset();
  other_seed.seed = 2;
  Api other(open_api(), other_seed);
  for (const char* target : {"/api/events?include=metric,profile", "/api/profiles?sort=updated", "/api/templates"}) {
    const std::string body = get(api_, target).body;
    EXPECT_EQ(body, get(again, target).body);
    EXPECT_EQ(body, get(api_, target).body);
    EXPECT_NE(body, get(other, target).body);
  }
}

TEST_F(Paging, RowsThatComeAndGoMeanwhileDisturbNoOtherRow) {
  const Type& type = *api_.newest_facts().source("profiles")->type;
  const auto before = all_ids(api_, "profiles");
  const Json first = get_json(api_, "/api/profiles?sort=updated&page%5Bsize%5D=50");
  const auto touched = api_.dataset().touch(type, 20, now_us() - 8 * kSecond);
  const auto removed = api_.dataset().remove(type, 5);
  const auto added = api_.dataset().grow(type, 7, now_us() - 8 * kSecond);
  std::multiset<std::string> seen;
  for (const Json& row : first.at("data")) seen.insert(row.at("id").get<std::string>());
  for (const auto& id : ids_of(get_all(api_, *next_target(first)))) seen.insert(id);
  for (const auto& id : added) EXPECT_EQ(seen.count(id), 1U);
  for (const auto& id : before) {
    if (std::find(touched.begin(), touched.end(), id) != touched.end()) continue;
    EXPECT_EQ(seen.count(id), 1U) << id;
  }
}

TEST_F(Paging, TiedRowsLieAcrossPageBorders) {
  const Json first = get_json(api_, "/api/events?sort=datetime&page%5Bsize%5D=100");
  const Json second = get_json(api_, *next_target(first));
  EXPECT_EQ(first.at("data").back().at("attributes").at("datetime"),
            second.at("data").front().at("attributes").at("datetime"));
}

TEST_F(Paging, TenMillionEventsAreFoundByTime) {
  DatasetOptions options = small_dataset();
  options.sizes["events"] = 10'000'000;
  options.skew = true;
  Api api(open_api(), options);
  const std::string bounds = "greater-or-equal(datetime,2025-05-01T00:00:00Z),less-than(datetime,2025-05-01T00:05:00Z)";
  const auto rows = get_all(api, target_of("events", {{"filter", bounds}, {"sort", "datetime"}}));
  ASSERT_FALSE(rows.empty());
  EXPECT_GE(rows.front().at("attributes").at("datetime").get<std::string>(), "2025-05-01T00:00:00+00:00");
  EXPECT_LT(rows.back().at("attributes").at("datetime").get<std::string>(), "2025-05-01T00:05:00+00:00");
}

}  // namespace
}  // namespace emulator
