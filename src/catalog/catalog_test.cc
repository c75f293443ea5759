#include "catalog/catalog.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/crypto.h"
#include "base/limits.h"
#include "base/text.h"
#include "catalog/plan.h"

namespace plantain::catalog {
namespace {

constexpr std::string_view kId = "google/nano-banana-2/text-to-image";

const Model& banana() {
  static const Catalog catalog = Catalog::builtin().value();
  return *catalog.find(kId);
}

Checked check(std::string_view input) { return check_input(banana(), parse_json(input).value()); }

std::vector<std::string> described(const Checked& checked) {
  std::vector<std::string> out;
  for (const Fault& fault : checked.faults)
    out.push_back(concat(fault.pointer, " ", fault.message));
  return out;
}

using Lines = std::vector<std::string>;

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() / ("plantain-" + to_hex(random_bytes(6)))) {}
  ~Folder() { std::filesystem::remove_all(path_); }
  const Path& path() const { return path_; }
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }
  // A whole model, with `extra` at the end of its manifest's [price].
  void write_model(const std::string& name, std::string_view id,
                   std::string_view extra = "") const {
    write(name + "/manifest.toml",
          concat("id = \"", id,
                 "\"\ndisplay_name = \"Toy\"\ndescription = \"A toy\"\ncategories = "
                 "[\"text-to-video\", \"toys\"]\n",
                 "kind = \"video\"\nengines = [\"sketch\"]\n[price]\nbase_usd = 0.01\nunit = "
                 "\"output\"\n",
                 extra));
    write(
        name + "/input.schema.json",
        R"({"properties":{"prompt":{"type":"string"},"seconds":{"type":"integer","default":5}}})");
    write(name + "/output.schema.json", "{}");
  }

 private:
  Path path_;
};

TEST(Catalog, ShowsThePagesSchemaUnchanged) {
  const JsonObject& properties = find(banana().input_schema, "properties")->as_object();

  Lines names;
  for (const auto& property : properties) names.emplace_back(std::string_view(property.key()));
  EXPECT_EQ(names,
            (Lines{"prompt", "num_images", "seed", "aspect_ratio", "resolution", "output_format",
                   "safety_tolerance", "limit_generations", "enable_web_search"}));
  EXPECT_EQ(write_json(*find(banana().input_schema, "required")), R"(["prompt"])");
  EXPECT_EQ(
      write_json(properties.at("seed")),
      R"({"title":"種子","description":"隨機數生成器的種子值。","type":"integer","default":0})");
  EXPECT_EQ(find(banana().input_schema, "additionalProperties"), nullptr);
  EXPECT_NE(find(*find(banana().output_schema, "output"), "properties"), nullptr);
}

TEST(Catalog, EnforcesTheLimitsOfTheCode) {
  const Json& properties = *find(banana().enforced_schema, "properties");

  EXPECT_EQ(int_or(*find(properties, "prompt"), "maxLength", 0),
            static_cast<int64_t>(limits::kPromptMax_chars));
  EXPECT_EQ(int_or(*find(properties, "seed"), "maximum", 0), limits::kSeedMax);
  EXPECT_EQ(int_or(*find(properties, "seed"), "minimum", 0), -limits::kSeedMax);
  EXPECT_EQ(int_or(*find(properties, "num_images"), "maximum", 0), limits::kPicturesPerRoundMax);
}

TEST(Catalog, OffersExactlyTheShapesThatHavePixels) {
  const Json& properties = *find(banana().input_schema, "properties");

  JsonArray shapes{"auto"};
  for (const std::string& ratio : ratios()) shapes.push_back(Json(ratio));
  JsonArray sizes;
  for (const std::string& resolution : resolutions()) sizes.push_back(Json(resolution));
  EXPECT_EQ(*find(*find(properties, "aspect_ratio"), "enum"), Json(shapes));
  EXPECT_EQ(*find(*find(properties, "resolution"), "enum"), Json(sizes));
}

TEST(CheckInput, FillsDefaultsInTheOrderOfTheSchema) {
  const Checked checked = check(R"({"seed":7.0,"prompt":"a fox"})");

  EXPECT_TRUE(checked.faults.empty());
  EXPECT_EQ(
      write_json(checked.completed),
      R"({"prompt":"a fox","num_images":1,"seed":7,"aspect_ratio":"auto","resolution":"1K","output_format":"png",)"
      R"("safety_tolerance":4,"limit_generations":true,"enable_web_search":false})");
}

TEST(CheckInput, TheSamplePromptIsNoDefault) {
  EXPECT_EQ(described(check("{}")), Lines{"/prompt is required"});
}

TEST(CheckInput, ListsEveryFaultInTheOrderOfTheSchema) {
  EXPECT_EQ(
      described(check(
          R"({"enable_web_search":"yes","promt":"x","num_images":5,"seed":9007199254740992,"output_format":"jpg","safety_tolerance":"4"})")),
      (Lines{"/prompt is required", "/num_images must be at most 4",
             "/seed must be at most 9007199254740991",
             "/output_format must be one of jpeg, png or webp; did you mean jpeg?",
             "/safety_tolerance must be an integer, not a string",
             "/enable_web_search must be true or false, not a string",
             "/promt is not known here; did you mean prompt?"}));
  EXPECT_EQ(described(check("[]")), Lines{" must be an object, not an array"});
}

TEST(CheckInput, APromptIsCountedInCharactersAndIsMoreThanWhiteSpace) {
  std::string longest;
  for (size_t i = 0; i < limits::kPromptMax_chars; ++i) longest += "蕉";

  EXPECT_TRUE(check(concat(R"({"prompt":")", longest, R"("})")).faults.empty());
  EXPECT_EQ(check(concat(R"({"prompt":")", longest, R"(蕉"})")).faults.at(0).rule, "maxLength");
  EXPECT_EQ(described(check(R"({"prompt":" \n\t　\u200b"})")),
            Lines{"/prompt must hold more than white space"});
}

TEST(PriceOf, MultipliesFactorsAndReservesForTheMostPictures) {
  Model model = banana();
  model.base_price_microdollars = 39'999;
  JsonObject input = check(R"({"prompt":"a fox","num_images":3})").completed;

  EXPECT_EQ(price_of(banana(), input), 0);
  EXPECT_EQ(price_of(model, input), 3 * 39'999);
  input["resolution"] = "0.5K";
  EXPECT_EQ(price_of(model, input), 3 * 29'999);  // 29 999.25
  input["resolution"] = "2K";
  EXPECT_EQ(price_of(model, input), 3 * 59'999);  // 59 998.5, half up
  input["enable_web_search"] = true;
  EXPECT_EQ(price_of(model, input), 3 * 71'998);  // 71 998.2
  input["limit_generations"] = false;
  input["prompt"] = "two versions of a fox";
  EXPECT_EQ(price_of(model, input), 6 * 71'998);
}

TEST(PriceOf, CountsSecondsWhereTheManifestSaysWhichInputHoldsThem) {
  const Folder folder;
  folder.write_model("toy", "toys/clip", "unit2 = 1\n");
  Catalog catalog;
  EXPECT_FALSE(catalog.add_folder(folder.path()).ok());
  folder.write_model("toy", "toys/clip");
  ASSERT_TRUE(catalog.add_folder(folder.path()).ok());

  Model model = *catalog.find("toys/clip");
  model.price_unit = "second";
  model.seconds_input = "seconds";
  EXPECT_EQ(price_of(model, check_input(model, parse_json("{}").value()).completed), 50'000);
}

TEST(Catalog, TakesAnyNumberOfModelsAndReplacesThoseOfTheSameId) {
  const Folder folder;
  folder.write_model("a/b", "zoo/toy");
  folder.write_model("c", kId);
  Catalog catalog = Catalog::builtin().value();
  const size_t before = catalog.all().size();

  ASSERT_TRUE(catalog.add_folder(folder.path()).ok());

  EXPECT_EQ(catalog.all().size(), before + 1);
  EXPECT_EQ(catalog.find(kId)->display_name, "Toy");
  EXPECT_EQ(catalog.find("zoo/toy")->base_price_microdollars, 10'000);
  EXPECT_EQ(catalog.find("zoo"), nullptr);
}

TEST(Catalog, TakesTheOwnersPriceOfAModelItHas) {
  Catalog catalog = Catalog::builtin().value();

  ASSERT_TRUE(catalog.set_price(kId, 250'000).ok());

  JsonObject input = check(R"({"prompt":"a fox","num_images":2,"resolution":"2K"})").completed;
  EXPECT_EQ(price_of(*catalog.find(kId), input), 2 * 375'000);
  EXPECT_EQ(price_of(banana(), input), 0);
}

TEST(Catalog, ThePriceOfAnUnknownModelIsAnErrorAndChangesNothing) {
  Catalog catalog = Catalog::builtin().value();

  for (const std::string_view id :
       {"", "google", "google/nano-banana-2/text-to-imagf", "zoo/toy"}) {
    const Result<void> set = catalog.set_price(id, 1);
    ASSERT_FALSE(set.ok()) << id;
    EXPECT_EQ(set.error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(catalog.all().size(), Catalog::builtin()->all().size());
  EXPECT_EQ(catalog.find(kId)->base_price_microdollars, banana().base_price_microdollars);
}

TEST(Catalog, IsSearchedByTextCategoryAndKind) {
  const Folder folder;
  folder.write_model("toy", "zoo/toy");
  Catalog catalog = Catalog::builtin().value();
  ASSERT_TRUE(catalog.add_folder(folder.path()).ok());

  const Lines categories = catalog.categories();
  EXPECT_TRUE(std::is_sorted(categories.begin(), categories.end()));
  for (const char* each : {"image-to-image", "text-to-image", "text-to-video", "toys"})
    EXPECT_EQ(std::count(categories.begin(), categories.end(), each), 1) << each;
  EXPECT_EQ(catalog.search("", "", "").size(), catalog.all().size());
  EXPECT_EQ(catalog.search("BANANA", "text-to-image", "").at(0)->id, kId);
  EXPECT_EQ(catalog.search("", "toys", "video").at(0)->id, "zoo/toy");
  EXPECT_TRUE(catalog.search("", "text-to-image", "video").empty());
}

TEST(Catalog, AFaultyFolderIsNamedWithLineAndColumnAndChangesNothing) {
  Catalog catalog = Catalog::builtin().value();
  const auto fault = [&](std::string_view file, std::string_view text) {
    const Folder folder;
    folder.write_model("ok", "a/b");
    folder.write_model("toy", "zoo/toy");
    folder.write(concat("toy/", file), text);
    const Result<void> added = catalog.add_folder(folder.path());
    EXPECT_FALSE(added.ok());
    return added.ok() ? "" : added.error().message.substr(folder.path().string().size());
  };

  EXPECT_EQ(fault("manifest.toml", "id = \"a/b\"\nname = 3 3\n").substr(0, 24),
            "/toy/manifest.toml:2:10:");
  EXPECT_EQ(
      fault("manifest.toml", "id = \"nonsense\"\n"),
      "/toy/manifest.toml:1:6: id must have 2 to 6 segments of letters, digits, '.', '_' and '-'");
  EXPECT_EQ(fault("input.schema.json", "{\n  \"type\": nil}").substr(0, 26),
            "/toy/input.schema.json:2:1");
  EXPECT_EQ(
      fault("input.schema.json", R"({"properties":{"a":{"minimun":1}}})"),
      "/toy/input.schema.json: #/properties/a/minimun: is not a keyword that is understood here");
  EXPECT_EQ(fault("input.schema.json", R"({"properties":{"a":{"type":"integer","default":"1"}}})"),
            "/toy/input.schema.json: the default of /a must be an integer, not a string");
  EXPECT_EQ(catalog.all().size(), Catalog::builtin()->all().size());
}

TEST(ModelId, HasTwoToSixPlainSegments) {
  for (const std::string_view good :
       {kId, std::string_view("a/b"), std::string_view("a/b/c/d/e/f"), std::string_view("a.b/_-"),
        std::string_view("openapi.json/x")}) {
    EXPECT_TRUE(is_model_id(good)) << good;
  }
  for (const std::string_view bad : {"", "a", "a/", "/a/b", "a//b", "a/..", "./a", "a/b/c/d/e/f/g",
                                     "a/ü", "a/b c", "a/openapi.json"}) {
    EXPECT_FALSE(is_model_id(bad)) << bad;
  }
}

}  // namespace
}  // namespace plantain::catalog
