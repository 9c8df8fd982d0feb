// Every refusal of the published API, one table row each.
#include "test_client.h"

namespace emulator {
namespace {

struct Case {
  const char* name;
  const char* target;
  Headers headers;
  int status;
  const char* parameter;  // "": source has none
  const char* detail;     // part of it
};

void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class Strictness : public testing::TestWithParam<Case> {
 protected:
  static ApiOptions options() {
    ApiOptions out = open_api();
    out.keys["pk_narrow"] = {"events:read", "profiles:read"};
    return out;
  }
  Api api_{options(), small_dataset()};
};

const Headers kNarrow{{"Authorization", "Klaviyo-API-Key pk_narrow"}};

const Case kCases[] = {
    // Who asks, and how.
    {"NoKey", "/api/lists", {{"Authorization", ""}}, 401, "", "private key"},
    {"WrongKey", "/api/lists", {{"Authorization", "Klaviyo-API-Key pk_other"}}, 401, "", "private key"},
    {"WrongScheme", "/api/lists", {{"Authorization", "Bearer pk_emulator"}}, 401, "", "private key"},
    {"MissingScope", "/api/lists", kNarrow, 403, "", "lists:read"},
    {"MissingScopeOfAnInclude", "/api/events?include=metric", kNarrow, 403, "", "metrics:read"},
    {"UnknownPath", "/api/nothing", {}, 404, "", "/api/nothing"},
    {"PathOutsideTheApi", "/other", {}, 404, "", "/other"},
    {"WrongMediaType", "/api/lists", {{"Accept", "text/html"}}, 406, "", "Accept"},
    {"NoRevision", "/api/lists", {{"revision", ""}}, 400, "revision", "missing"},
    {"RevisionIsNoDate", "/api/lists", {{"revision", "2026-13-01"}}, 400, "revision", "2026-13-01"},
    {"RevisionWithTrailingText", "/api/lists", {{"revision", "2026-07-15x"}}, 400, "revision", "2026-07-15x"},
    {"RetiredRevisionWithOptOut",
     "/api/lists",
     {{"revision", "2023-02-22"}, {"X-Klaviyo-Revision-Fall-Forward-Opt-Out", "1"}},
     410,
     "revision",
     "2023-02-22"},
    // The query string.
    {"UnknownParameter", "/api/lists?limit=5", {}, 400, "limit", "not a valid parameter"},
    {"ParameterTwice", "/api/lists?sort=id&sort=name", {}, 400, "sort", "more than once"},
    {"ParameterWithoutValue", "/api/lists?sort", {}, 400, "sort", "value"},
    {"UnencodedQuote", "/api/lists?filter=equals(id,\"x\")", {}, 400, "filter", "percent-encoded"},
    {"UnencodedBracketInAValue", "/api/lists?filter=any(id,['x'])", {}, 400, "filter", "percent-encoded"},
    {"BrokenEscape", "/api/lists?filter=equals(id,%2'x')", {}, 400, "filter", "percent-encoded"},
    {"EscapeCutOff", "/api/lists?sort=id%2", {}, 400, "sort", "percent-encoded"},
    // The filter's grammar.
    {"EmptyFilter", "/api/lists?filter=", {}, 400, "filter", "parsed"},
    {"FilterWithoutClosingParenthesis", "/api/lists?filter=equals(id,'x'", {}, 400, "filter", "parsed"},
    {"FilterWithTrailingComma", "/api/lists?filter=equals(id,'x'),", {}, 400, "filter", "parsed"},
    {"FilterWithOr", "/api/lists?filter=or(equals(id,'x'),equals(id,'y'))", {}, 400, "filter", "parsed"},
    {"FilterWithOpenQuote", "/api/lists?filter=equals(id,'x)", {}, 400, "filter", "parsed"},
    {"FilterWithEmptyValue", "/api/lists?filter=equals(id,)", {}, 400, "filter", "parsed"},
    // What may be filtered, and how.
    {"UnknownField", "/api/lists?filter=equals(colour,'x')", {}, 400, "filter", "colour"},
    {"UnknownOperator", "/api/lists?filter=like(name,'x')", {}, 400, "filter", "like"},
    {"WrongOperator",
     "/api/profiles?filter=greater-or-equal(updated,2025-01-01T00:00:00Z)",
     {},
     400,
     "filter",
     "'greater-or-equal' is not an allowed filter operator for updated.  Allowed operators are greater-than,less-than"},
    {"NoUpperBoundOnLists",
     "/api/lists?filter=less-than(updated,2025-01-01T00:00:00Z)",
     {},
     400,
     "filter",
     "Allowed operators are greater-than"},
    {"OnlyContainsOnCampaignNames",
     "/api/campaigns?filter=equals(messages.channel,'email'),equals(name,'x')",
     {},
     400,
     "filter",
     "Allowed operators are contains"},
    {"FilterWhereThereIsNone", "/api/webhooks?filter=equals(id,'x')", {}, 400, "filter", "not a valid parameter"},
    {"ArrayWhereOneValueBelongs", "/api/tags?filter=contains(name,%5B'x'%5D)", {}, 400, "filter", "one value"},
    {"OneValueWhereAnArrayBelongs", "/api/lists?filter=any(id,'x')", {}, 400, "filter", "array"},
    {"HasWithAValue", "/api/events?filter=has(profile,'x')", {}, 400, "filter", "no value"},
    {"ComparisonWithoutAValue", "/api/lists?filter=equals(id)", {}, 400, "filter", "a value"},
    {"UnquotedText", "/api/lists?filter=equals(id,abc)", {}, 400, "filter", "type"},
    {"QuotedBoolean", "/api/segments?filter=equals(is_active,'true')", {}, 400, "filter", "type"},
    {"NumberIsNoNumber", "/api/reviews?filter=equals(rating,five)", {}, 400, "filter", "type"},
    {"FractionForAnInteger", "/api/reviews?filter=equals(rating,4.5)", {}, 400, "filter", "type"},
    {"NotInTheEnumeration", "/api/flows?filter=equals(trigger_type,'Whim')", {}, 400, "filter", "Whim"},
    // Datetimes.
    {"QuotedDatetime",
     "/api/profiles?filter=greater-than(updated,'2025-01-01T00:00:00Z')",
     {},
     400,
     "filter",
     "unquoted ISO 8601"},
    {"DatetimeInLowerCase",
     "/api/profiles?filter=greater-than(updated,2025-01-01t00:00:00z)",
     {},
     400,
     "filter",
     "ISO 8601"},
    {"PlusThatBecameASpace",
     "/api/profiles?filter=greater-than(updated,2025-01-01T00:00:00+00:00)",
     {},
     400,
     "filter",
     "ISO 8601"},
    {"DateThatDoesNotExist", "/api/profiles?filter=greater-than(updated,2025-02-30)", {}, 400, "filter", "ISO 8601"},
    {"UpperBoundAfterNow",
     "/api/events?filter=less-than(datetime,2999-01-01T00:00:00Z)",
     {},
     400,
     "filter",
     "End date may not be in the future: 2999-01-01T00:00:00"},
    {"LowerBoundAfterNow",
     "/api/flows?filter=greater-than(created,2999-01-01T00:00:00Z)",
     {},
     400,
     "filter",
     "End date may not be in the future"},
    // Filters that have to be there.
    {"CampaignsWithoutChannel", "/api/campaigns", {}, 400, "filter", "messages.channel"},
    {"CampaignsFilteredWithoutChannel",
     "/api/campaigns?filter=equals(archived,true)",
     {},
     400,
     "filter",
     "messages.channel"},
    {"CampaignsWithTwoChannels",
     "/api/campaigns?filter=equals(messages.channel,'email'),equals(messages.channel,'sms')",
     {},
     400,
     "filter",
     "Only one"},
    {"CampaignsWithAnUnknownChannel",
     "/api/campaigns?filter=equals(messages.channel,'whatsapp')",
     {},
     400,
     "filter",
     "whatsapp"},
    {"CouponCodesWithoutCouponOrProfile", "/api/coupon-codes", {}, 400, "filter", "coupon.id or profile.id"},
    // Sort, pages, includes, fields.
    {"UnknownSort", "/api/lists?sort=opt_in_process", {}, 400, "sort", "opt_in_process"},
    {"TwoSorts", "/api/lists?sort=name,id", {}, 400, "sort", "name,id"},
    {"SortWhereThereIsNone", "/api/metrics?sort=name", {}, 400, "sort", "not a valid parameter"},
    {"SortAgainstTheDateFilter",
     "/api/flows?sort=updated&filter=greater-than(created,2025-01-01)",
     {},
     400,
     "sort",
     "sort field must also match or be omitted"},
    {"SortWithTwoDateFilters",
     "/api/flows?sort=created&filter=greater-than(created,2025-01-01),greater-than(updated,2025-01-01)",
     {},
     400,
     "sort",
     "sort field must also match or be omitted"},
    {"PageSizeTooLarge", "/api/lists?page[size]=100", {}, 400, "page[size]", "between 1 and 10"},
    {"PageSizeZero", "/api/lists?page%5Bsize%5D=0", {}, 400, "page[size]", "between 1 and 10"},
    {"PageSizeIsNoNumber", "/api/lists?page%5Bsize%5D=ten", {}, 400, "page[size]", "between 1 and 10"},
    {"PageSizeWhereThereIsNone", "/api/metrics?page%5Bsize%5D=10", {}, 400, "page[size]", "not a valid parameter"},
    {"PageSizeBeforeItsRevision",
     "/api/events?page%5Bsize%5D=200",
     {{"revision", "2025-10-15"}},
     400,
     "page[size]",
     "not a valid parameter"},
    {"CursorWhereThereAreNoPages",
     "/api/accounts?page%5Bcursor%5D=abc",
     {},
     400,
     "page[cursor]",
     "not a valid parameter"},
    {"CursorThatIsNone", "/api/lists?page%5Bcursor%5D=abc", {}, 400, "page[cursor]", "Invalid cursor provided."},
    {"PageNumberToday", "/api/flows?page%5Bnumber%5D=2", {}, 400, "page[number]", "not a valid parameter"},
    {"UnknownInclude", "/api/events?include=lists", {}, 400, "include", "lists"},
    {"OldInclude", "/api/events?include=metrics,profiles", {}, 400, "include", "metrics"},
    {"IncludeTwice", "/api/events?include=metric,metric", {}, 400, "include", "more than once"},
    {"IncludeWhereThereIsNone", "/api/coupons?include=tags", {}, 400, "include", "not a valid parameter"},
    {"UnknownSparseField", "/api/lists?fields%5Blist%5D=name,colour", {}, 400, "fields[list]", "colour"},
    {"SparseFieldsOfAnotherType",
     "/api/lists?fields%5Bprofile%5D=email",
     {},
     400,
     "fields[profile]",
     "not a valid parameter"},
    {"UnknownAdditionalField",
     "/api/profiles?additional-fields%5Bprofile%5D=everything",
     {},
     400,
     "additional-fields[profile]",
     "everything"},
    {"AdditionalFieldsWhereThereAreNone",
     "/api/events?additional-fields%5Bevent%5D=x",
     {},
     400,
     "additional-fields[event]",
     "not a valid parameter"},
};

TEST_P(Strictness, IsRefusedCountedAndExplained) {
  const Case& row = GetParam();
  const Answer answer = get(api_, row.target, row.headers);
  ASSERT_EQ(answer.status, row.status) << answer.body;
  EXPECT_EQ(answer.content_type, "application/vnd.api+json");
  const Json error = Json::parse(answer.body).at("errors").at(0);
  EXPECT_EQ(error.at("status"), row.status);
  for (const char* member : {"id", "code", "title"}) EXPECT_FALSE(error.at(member).get<std::string>().empty());
  EXPECT_NE(error.at("detail").get<std::string>().find(row.detail), std::string::npos) << error;
  EXPECT_EQ(error.at("source").value("parameter", std::string()), row.parameter) << error;
  const Json stats = api_.traffic().stats();
  EXPECT_EQ(stats.at("by_status").at(std::to_string(row.status)), 1);
  ASSERT_EQ(stats.at("refused").size(), 1U);
  EXPECT_EQ(stats.at("refused").at(0).at("detail"), error.at("detail"));
}

INSTANTIATE_TEST_SUITE_P(Refusals, Strictness, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& row) { return std::string(row.param.name); });

class Leniency : public testing::TestWithParam<const char*> {
 protected:
  Api api_{open_api(), small_dataset()};
};

TEST_P(Leniency, IsAccepted) {
  const Answer answer = get(api_, GetParam());
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(api_.traffic().stats().at("refused").empty());
}

INSTANTIATE_TEST_SUITE_P(
    Requests, Leniency,
    testing::Values(
        "/api/lists/", "/api/lists?sort=-updated", "/api/lists?page[size]=10",
        "/api/lists?filter=equals(name,%22Newsletter%22)", "/api/lists?filter=any(id,%5B%22a%22,%22b%22%5D)",
        "/api/profiles?filter=greater-than(updated,2025-01-01T00:00:00Z),less-than(updated,2025-02-01)",
        "/api/profiles?filter=and(greater-than(updated,2025-01-01),less-than(updated,2025-02-01))",
        "/api/profiles?filter=greater-than(updated,2025-01-01T00:00:00%2B00:00)",
        "/api/profiles?filter=greater-than(updated,2025-01-01%2012:30:00Z)",
        "/api/profiles?filter=greater-than(updated,2025-01-01T00:00:00.123)",
        "/api/events?filter=less-than(timestamp,99999999999)", "/api/events?filter=has(profile)",
        "/api/events?filter=equals(metric_id,%5B%22a%22,%22b%22%5D)",
        "/api/flows?sort=created&filter=greater-than(created,2025-01-01)",
        "/api/coupon-codes?filter=any(coupon.id,%5B'COUPON_1'%5D),less-than(expires_at,2999-01-01)",
        "/api/profiles?fields%5Bprofile%5D=email,location.city&fields%5Bpush-token%5D=id&include=push-tokens",
        "/api/profiles?additional-fields%5Bprofile%5D=subscriptions,predictive_analytics"));

TEST(Strictness, KeyWithTheScopesOfWhatItIncludesIsServed) {
  ApiOptions options;
  options.keys["pk_narrow"] = {"events:read", "profiles:read"};
  Api api(options, small_dataset());
  EXPECT_EQ(get(api, "/api/events?include=profile", kNarrow).status, 200);
}

TEST(Strictness, MethodOtherThanGetIsNotAllowed) {
  Api api(open_api(), small_dataset());
  Request request;
  request.method = "POST";
  request.path = "/api/lists";
  request.header = [](const char*) { return std::string(); };
  EXPECT_EQ(api.answer(request).status, 405);
}

TEST(Strictness, FutureBoundNamesItsFieldAsInTheRecordedError) {
  Api api(open_api(), small_dataset());
  const Answer answer = get(api, "/api/events?filter=less-than(datetime,2999-01-01T00:00:00Z)");
  EXPECT_EQ(Json::parse(answer.body).at("errors").at(0).at("source").at("pointer"), "datetime");
}

}  // namespace
}  // namespace emulator
