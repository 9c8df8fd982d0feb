// Nested collections: below each row of another one.
#include <algorithm>
#include <set>

#include "admin.h"
#include "test_client.h"

namespace emulator {
namespace {

using Pair = std::pair<std::string, std::string>;  // ids of parent and row

class Nested : public testing::Test {
 protected:
  Json administer_json(const std::string& method, const std::string& path, const std::string& query,
                       const std::string& body = {}) {
    Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.body = body;
    return Json::parse(administer(api_, request).body);
  }

  std::vector<Json> truth(const std::string& source) {
    return administer_json("GET", "/_emulator/rows", "source=" + percent_encode(source)).at("rows");
  }

  static std::string path_below(const std::string& source, const std::string& parent) {
    std::string path = source;
    return "/api/" + path.replace(path.find("{id}"), 4, percent_encode(parent));
  }

  std::vector<std::string> parents_of(const Source& source) {
    const auto world = api_.dataset().now();
    std::vector<std::string> ids;
    for (const int64_t row : world->existing_rows(*source.parent)) ids.push_back(world->id(*source.parent, row));
    return ids;
  }

  /// The first list with more members than one page holds.
  std::string large_list() {
    std::map<std::string, int> members;
    for (const Json& row : truth("lists/{id}/profiles")) ++members[row.at("parent").get<std::string>()];
    for (const auto& [list, count] : members) {
      if (count > 100) return list;
    }
    return {};
  }

  Api api_{open_api(), small_dataset()};
};

TEST_F(Nested, CollectionsHoldWhatTheAdministrationSays) {
  EXPECT_EQ(api_.newest_facts().nested().size(), 67U + 1U);
  for (const auto& [name, source] : api_.newest_facts().nested()) {
    if (source.estimates) continue;  // no collection
    SCOPED_TRACE(name);
    std::set<Pair> expected;
    for (const Json& row : truth(name)) expected.emplace(row.at("parent"), row.at("id"));
    EXPECT_FALSE(expected.empty());
    std::vector<std::string> parents = parents_of(source);
    if (parents.size() > 40) parents.resize(40);
    for (const std::string& parent : parents) {
      const auto ids = ids_of(get_all(api_, path_below(name, parent)));
      const std::set<std::string> once(ids.begin(), ids.end());
      EXPECT_EQ(once.size(), ids.size());
      const auto belongs = [&](const Pair& pair) { return pair.first == parent; };
      EXPECT_EQ(static_cast<size_t>(std::count_if(expected.begin(), expected.end(), belongs)), ids.size());
      for (const std::string& id : ids) EXPECT_TRUE(expected.contains({parent, id}));
    }
  }
}

TEST_F(Nested, SomeListsAreEmptyAndSomeTakeSeveralPages) {
  std::map<std::string, int> members;
  for (const Json& row : truth("lists/{id}/profiles")) ++members[row.at("parent").get<std::string>()];
  EXPECT_LT(members.size(), 25U);
  EXPECT_FALSE(large_list().empty());
}

TEST_F(Nested, AProfileIsInTheListsThatHoldIt) {
  std::set<Pair> by_list, by_profile;
  for (const Json& row : truth("lists/{id}/profiles")) by_list.emplace(row.at("parent"), row.at("id"));
  for (const Json& row : truth("profiles/{id}/lists")) by_profile.emplace(row.at("id"), row.at("parent"));
  EXPECT_EQ(by_list, by_profile);
}

TEST_F(Nested, UnknownAndVanishedParentsAreNotFoundAndTheOthersAre) {
  EXPECT_EQ(get(api_, "/api/lists/nobody/profiles").status, 404);
  EXPECT_EQ(get(api_, "/api/lists/nobody/nothing").status, 404);
  const Json vanished = administer_json("POST", "/_emulator/vanish", "", R"({"source": "lists", "count": 1})");
  const auto id = vanished.at("ids").at(0).get<std::string>();
  const Answer gone = get(api_, "/api/lists/" + id + "/profiles");
  EXPECT_EQ(gone.status, 404);
  EXPECT_NE(gone.body.find(id), std::string::npos);
  const auto listed = ids_of(get_all(api_, "/api/lists"));
  EXPECT_EQ(std::count(listed.begin(), listed.end(), id), 1) << "it is listed still";
}

TEST_F(Nested, MembersAreSortedAndFilteredByTheTimeTheyJoined) {
  const std::string path = "/api/lists/" + large_list() + "/profiles";
  std::vector<std::string> times;
  for (const Json& row : get_all(api_, path + "?sort=joined_group_at&page%5Bsize%5D=7")) {
    times.push_back(row.at("attributes").at("joined_group_at"));
  }
  ASSERT_GT(times.size(), 100U);
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  EXPECT_NE(std::adjacent_find(times.begin(), times.end()), times.end()) << "some at the same time";
  const std::string middle = times[times.size() / 2].substr(0, 19) + "Z";
  const auto later =
      get_all(api_, path + "?filter=" + percent_encode("greater-or-equal(joined_group_at," + middle + ")"));
  EXPECT_EQ(static_cast<size_t>(std::count_if(times.begin(), times.end(),
                                              [&](const auto& time) { return time.substr(0, 19) + "Z" >= middle; })),
            later.size());
}

TEST_F(Nested, CursorsBelongToOneParent) {
  const std::string list = large_list();
  const Json page = get_json(api_, "/api/lists/" + list + "/profiles?page%5Bsize%5D=5");
  const std::string next = *next_target(page);
  EXPECT_EQ(get(api_, next).status, 200);
  std::string other = next;
  for (const std::string& id : ids_of(get_all(api_, "/api/lists"))) {
    if (id != list) other.replace(next.find(list), list.size(), id);
  }
  EXPECT_EQ(get(api_, other).status, 400);
}

TEST_F(Nested, IdsAloneHaveNoAttributesAndTakeNoFields) {
  const std::string path = "/api/lists/" + large_list() + "/relationships/profiles";
  const Json document = get_json(api_, path);
  EXPECT_EQ(document.at("data").at(0).size(), 2U) << document.at("data").at(0);
  EXPECT_EQ(get(api_, path + "?fields%5Bprofile%5D=email").status, 400);
}

}  // namespace
}  // namespace emulator
