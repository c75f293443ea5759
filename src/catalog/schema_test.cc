#include "catalog/schema.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>

#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::catalog {
namespace {

Json json(std::string_view text) {
  Result<Json> value = parse_json(text);
  EXPECT_TRUE(value.ok()) << text;
  return value.ok() ? *value : Json();
}

std::vector<Fault> faults(std::string_view schema, std::string_view instance) {
  const Result<Schema> compiled = Schema::compile(json(schema));
  EXPECT_TRUE(compiled.ok()) << compiled.error().message;
  return compiled->check(json(instance));
}

std::vector<std::string> described(const std::vector<Fault>& all) {
  std::vector<std::string> out;
  for (const Fault& fault : all) out.push_back(concat(fault.pointer, " ", fault.message));
  return out;
}

using Lines = std::vector<std::string>;

TEST(Schema, AFaultSaysWhereWhichRuleWhichLimitAndWhatToDo) {
  const auto found = faults(R"({"properties":{"num_images":{"type":"integer","maximum":4}}})",
                            R"({"num_images":5})");

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(
      write_json(to_json(found[0])),
      R"({"pointer":"/num_images","rule":"maximum","limit":4,"message":"must be at most 4"})");
}

TEST(Schema, EveryFaultIsListedInTheOrderOfTheSchema) {
  const auto found = faults(
      R"({"required":["a","z"],"properties":{"b":{"minLength":3},"c":{"enum":["x","y"]}},"additionalProperties":false})",
      R"({"c":"w","quite_unknown":1,"b":"é"})");

  EXPECT_EQ(
      described(found),
      (Lines{"/a is required", "/z is required", "/b must have at least 3 characters; it has 1",
             "/c must be one of x or y; did you mean x?", "/quite_unknown is not known here"}));
}

TEST(Schema, AMisspeltNameOrValueIsMetWithTheOneThatWasMeant) {
  const auto found = faults(
      R"({"properties":{"num_images":{},"format":{"enum":["jpeg","png"]}},"additionalProperties":false})",
      R"({"num_image":1,"format":"jpg"})");

  EXPECT_EQ(described(found), (Lines{"/format must be one of jpeg or png; did you mean jpeg?",
                                     "/num_image is not known here; did you mean num_images?"}));
}

TEST(Schema, AWrongTypeIsTheOnlyFaultOfItsValue) {
  EXPECT_EQ(described(faults(R"({"enum":[1,2],"type":"integer"})", R"("1")")),
            Lines{" must be an integer, not a string"});
}

TEST(Schema, NamesInPointersAreEscaped) {
  EXPECT_EQ(
      faults(R"({"properties":{"a/b~c":{"items":{"type":"null"}}}})", R"({"a/b~c":[null,1]})")[0]
          .pointer,
      "/a~1b~0c/1");
}

TEST(Schema, LengthsAreCodePointsAndAWholeDoubleIsAnInteger) {
  EXPECT_TRUE(faults(R"({"maxLength":2})", R"("🍌é")").empty());
  EXPECT_TRUE(faults(R"({"type":"integer"})", "1.0").empty());
  EXPECT_FALSE(faults(R"({"type":"integer"})", "1.5").empty());
}

TEST(Schema, LargeNumbersAreComparedExactly) {
  EXPECT_TRUE(faults(R"({"maximum":9007199254740991})", "9007199254740991").empty());
  EXPECT_FALSE(faults(R"({"maximum":9007199254740991})", "9007199254740992").empty());
  EXPECT_FALSE(faults(R"({"maximum":9223372036854775807})", "9223372036854775808").empty());
  EXPECT_FALSE(faults(R"({"const":9007199254740993})", "9007199254740992.0").empty());
  EXPECT_TRUE(faults(R"({"multipleOf":0.1})", "0.3").empty());
  EXPECT_FALSE(faults(R"({"multipleOf":3})", "18446744073709551614").empty());
}

TEST(Schema, WhatFitsNoFormIsToldTheNearest) {
  const std::string_view schema =
      R"({"anyOf":[{"type":"string","minLength":3},{"type":"array","maxItems":1}]})";

  EXPECT_EQ(described(faults(schema, R"("ab")")),
            Lines{" must have at least 3 characters; it has 2"});
  EXPECT_EQ(faults(schema, "1")[0].rule, "anyOf");
}

TEST(Schema, AtMostAHundredFaultsAreListed) {
  std::string many = "{";
  for (int i = 0; i < 500; ++i) many += concat(i ? "," : "", "\"n", i, "\":1");

  EXPECT_EQ(faults(R"({"additionalProperties":false})", many + "}").size(), limits::kFaultsMax);
  EXPECT_EQ(faults(R"({"additionalProperties":{"type":"null"}})", many + "}").size(),
            limits::kFaultsMax);
}

TEST(Schema, WhatItDoesNotUnderstandItRefusesToCompile) {
  for (const std::string_view wrong :
       {R"({"minimun":1})", R"({"properties":{"a":{"patternProperties":{}}}})",
        R"({"$ref":"other.json"})", R"({"$ref":"#/nowhere"})", R"({"type":"int"})",
        R"({"pattern":"("})", R"({"minLength":-1})", R"({"$ref":"#"})",
        R"({"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"}]}}})", "3"}) {
    EXPECT_FALSE(Schema::compile(json(wrong)).ok()) << wrong;
  }
  EXPECT_EQ(Schema::compile(json(R"({"properties":{"a":{"minimun":1}}})")).error().message,
            "#/properties/a/minimun: is not a keyword that is understood here");
}

// ---- The official cases ----

// A file of the suite stands for the keyword it is named after.
const std::set<std::string> kFiles = {"type",
                                      "enum",
                                      "const",
                                      "minimum",
                                      "maximum",
                                      "exclusiveMinimum",
                                      "exclusiveMaximum",
                                      "multipleOf",
                                      "minLength",
                                      "maxLength",
                                      "pattern",
                                      "items",
                                      "prefixItems",
                                      "minItems",
                                      "maxItems",
                                      "uniqueItems",
                                      "properties",
                                      "required",
                                      "additionalProperties",
                                      "minProperties",
                                      "maxProperties",
                                      "anyOf",
                                      "oneOf",
                                      "allOf",
                                      "not",
                                      "ref",
                                      "boolean_schema",
                                      "default",
                                      "format",
                                      "infinite-loop-detection"};

// Why compile() refuses a group: it needs something that is not claimed.
const std::vector<std::string> kNotClaimed = {
    "/patternProperties: is not a keyword",
    "/propertyNames: is not a keyword",
    "/dependentSchemas: is not a keyword",
    "/unevaluatedProperties: is not a keyword",
    "/$id: is not a keyword",
    "/$anchor: is not a keyword",
    "#/tilda~0field: is not a keyword",  // a draft 7 schema keeps its definitions at the top
    "does not lead to a schema in this document",       // another document
    "is not a pattern: invalid character class range",  // \p{Letter}: RE2 knows \p{L} alone
};

// Where the drafts disagree and ours is the later one.
const std::set<std::string> kOnlyIn2020 = {
    "ref: ref overrides any sibling keywords",
    "ref: $ref prevents a sibling $id from changing the base uri"};

// A schema of draft 7 in the words of 2020-12.
Json modern(const Json& old) {
  if (const JsonArray* array = old.if_array()) {
    JsonArray out;
    for (const Json& element : *array) out.push_back(modern(element));
    return out;
  }
  if (!old.is_object()) return old;
  JsonObject out;
  for (const auto& member : old.get_object()) {
    std::string name(member.key());
    Json value = modern(member.value());
    if (name == "items" && value.is_array()) name = "prefixItems";
    if (name == "additionalItems") name = "items";
    if (name == "definitions") name = "$defs";
    if (name == "$ref" && value.is_string() &&
        view(value.get_string()).starts_with("#/definitions/")) {
      value = concat("#/$defs/", view(value.get_string()).substr(sizeof "#/definitions/" - 1));
    }
    out[name] = std::move(value);
  }
  return out;
}

struct Tally {
  int cases = 0;
  int groups = 0;
  int not_claimed = 0;
};

void run_group(const std::string& name, const Json& schema, const JsonArray& cases, Tally& tally) {
  const Result<Schema> compiled = Schema::compile(schema);
  if (!compiled.ok()) {
    const std::string& why = compiled.error().message;
    EXPECT_TRUE(std::any_of(
        kNotClaimed.begin(), kNotClaimed.end(),
        [&](const std::string& reason) { return why.find(reason) != std::string::npos; }))
        << name << ": " << why;
    ++tally.not_claimed;
    return;
  }
  ++tally.groups;
  for (const Json& one : cases) {
    const bool valid = compiled->check(*find(one, "data")).empty();
    EXPECT_EQ(valid, bool_or(one, "valid", false))
        << name << ": " << text_or(one, "description", "");
    ++tally.cases;
  }
}

TEST(Schema, AgreesWithTheOfficialCasesOfEveryKeywordItClaims) {
  const Path suite(PLANTAIN_SCHEMA_SUITE);
  if (!std::filesystem::exists(suite))
    GTEST_SKIP() << "no " << suite << ": install json-schema-test-suite";
  const bool current = std::filesystem::exists(suite / "draft2020-12");
  const Path draft = suite / (current ? "draft2020-12" : "draft7");

  Tally tally;
  for (const auto& entry : std::filesystem::directory_iterator(draft)) {
    const std::string keyword = entry.path().stem().string();
    if (!kFiles.contains(keyword)) continue;
    const Json groups = json(*read_file(entry.path()));
    for (const Json& group : groups.as_array()) {
      const std::string name = concat(keyword, ": ", text_or(group, "description", ""));
      if (!current && kOnlyIn2020.contains(name)) continue;
      const Json& schema = *find(group, "schema");
      run_group(name, current ? schema : modern(schema), find(group, "tests")->as_array(), tally);
    }
  }

  std::cout << draft.filename() << ": " << tally.cases << " cases in " << tally.groups
            << " groups; " << tally.not_claimed << " groups need what is not claimed\n";
  EXPECT_GT(tally.cases, 250);
}

}  // namespace
}  // namespace plantain::catalog
