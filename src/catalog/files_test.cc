// Inputs that take files, and other names of inputs.
#include <gtest/gtest.h>

#include "base/text.h"
#include "catalog/catalog.h"

namespace plantain::catalog {
namespace {

const Model& edit() {
  static const Catalog catalog = Catalog::builtin().value();
  return *catalog.find("google/nano-banana-2/edit");
}

Checked check(std::string_view input) { return check_input(edit(), parse_json(input).value()); }

TEST(EditModel, TakesOneToFourteenPictures) {
  ASSERT_EQ(edit().files.size(), 1u);
  EXPECT_EQ(edit().files[0].name, "image_urls");
  EXPECT_EQ(edit().files[0].medium, "image");
  EXPECT_TRUE(edit().files[0].list);
  EXPECT_EQ(check(R"({"prompt":"a"})").faults[0].pointer, "/image_urls");
  EXPECT_EQ(check(R"({"prompt":"a","image_urls":[]})").faults[0].rule, "minItems");
  std::string many = R"("x")";
  for (int i = 0; i < 14; ++i) many += R"(,"x")";
  EXPECT_EQ(check(concat(R"({"prompt":"a","image_urls":[)", many, "]}")).faults[0].rule,
            "maxItems");
  EXPECT_EQ(check(R"({"prompt":"a","image_urls":[""]})").faults[0].pointer, "/image_urls/0");
}

TEST(EditModel, AnotherNameOfAnInputIsThatInput) {
  const Checked checked = check(R"({"prompt":"a","image_urls":["x"],"number_of_images":3})");
  ASSERT_TRUE(checked.faults.empty());
  EXPECT_EQ(checked.completed.at("num_images"), 3);
  EXPECT_FALSE(checked.completed.contains("number_of_images"));
  EXPECT_EQ(check(R"({"prompt":"a","image_urls":["x"],"number_of_images":9})").faults[0].pointer,
            "/num_images");
}

TEST(EditModel, BothNamesOfAnInputAreAFault) {
  const Checked both =
      check(R"({"prompt":"a","image_urls":["x"],"number_of_images":3,"num_images":3})");
  ASSERT_EQ(both.faults.size(), 1u);
  EXPECT_EQ(both.faults[0].pointer, "/number_of_images");
}

TEST(FileValues, AreNamedInOrderAndCanBeReplaced) {
  JsonObject input = check(R"({"prompt":"a","image_urls":["x","y"]})").completed;
  const std::vector<FileValue> values = file_values(edit(), input);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[1].pointer, "/image_urls/1");
  EXPECT_EQ(values[1].address, "y");
  EXPECT_EQ(values[1].medium, "image");
  set_file_value(input, "/image_urls/1", "z");
  EXPECT_EQ(write_json(input.at("image_urls")), R"(["x","z"])");
}

TEST(FileValues, AModelWithoutFilesHasNone) {
  const Catalog catalog = Catalog::builtin().value();
  const Model& model = *catalog.find("google/nano-banana-2/text-to-image");
  EXPECT_TRUE(model.files.empty());
  EXPECT_TRUE(file_values(model, JsonObject{{"prompt", "a"}}).empty());
}

}  // namespace
}  // namespace plantain::catalog
