#include "model/weights/safetensors.h"

#include <gtest/gtest.h>

#include "model/weights/decode.h"
#include "model/weights/model_folder.h"
#include "model/weights/weights_fixture.h"

namespace plantain::model {
namespace {

const std::string kTwo =
    R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
    R"("a":{"dtype":"BF16","shape":[1,2],"data_offsets":[8,12]}})";
const std::string kTwoData = f32_bytes({1.5f, -2.0f}) + std::string("\x80\x3f\x00\xc0", 4);

std::vector<float> values_of(const StoredTensor& tensor) {
  std::vector<float> values(elements_of(tensor.shape).value());
  read_f32(tensor, values);
  return values;
}

TEST_F(WeightFiles, ASafetensorsFileGivesItsTensorsByName) {
  Result<Weights> weights = open_weights(write("model.safetensors", safetensors(kTwo, kTwoData)));

  ASSERT_TRUE(weights.ok()) << weights.error().message;
  EXPECT_EQ(weights->all().size(), 2u);
  EXPECT_EQ(weights->elements(), 4u);
  EXPECT_EQ(weights->bytes(), 12u);
  EXPECT_EQ(weights->metadata().at("format"), "pt");
  EXPECT_EQ(values_of(*weights->find("b")), (std::vector<float>{1.5f, -2.0f}));
  EXPECT_EQ(values_of(*weights->find("a")), (std::vector<float>{1.0f, -2.0f}));
  EXPECT_EQ(weights->find("a")->shape, (Shape{1, 2}));
  EXPECT_EQ(weights->find("c"), nullptr);
}

TEST_F(WeightFiles, AMissingTensorAndAWrongShapeAreNamedWithWhatWasExpected) {
  Result<Weights> weights =
      open_weights(write("vae/model.safetensors", safetensors(kTwo, kTwoData)));

  EXPECT_EQ(
      weights->get("conv_in.weight", {16, 3, 3, 3}).error().message,
      "vae/model.safetensors: the tensor \"conv_in.weight\" is missing; expected [16, 3, 3, 3]");
  EXPECT_EQ(weights->get("b", {3}).error().message,
            "vae/model.safetensors: the tensor \"b\" is [2]; expected [3]");
  EXPECT_TRUE(weights->get("b", {2}).ok());
}

TEST_F(WeightFiles, WeightsMovedElsewhereKeepTheirFileMapped) {
  Result<Weights> opened = open_weights(write("model.safetensors", safetensors(kTwo, kTwoData)));
  const StoredTensor* before = opened->find("b");

  const Weights moved = std::move(*opened);

  EXPECT_EQ(moved.find("b"), before);
  EXPECT_EQ(values_of(*before), (std::vector<float>{1.5f, -2.0f}));
}

struct Wrong {
  std::string name;
  std::string header;
  std::string data;
  std::string says;  // part of the message
};
void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.name; }

class WrongSafetensors : public testing::TestWithParam<Wrong> {};

TEST_P(WrongSafetensors, IsRefusedWithTheReason) {
  const std::string file = safetensors(GetParam().header, GetParam().data);

  Result<SafetensorsFile> parsed = parse_safetensors(std::as_bytes(std::span(file)), "w");

  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(parsed.error().message.find(GetParam().says), std::string::npos)
      << parsed.error().message;
}

std::string one(std::string_view dtype, std::string_view shape, std::string_view offsets) {
  return concat(R"({"t":{"dtype":")", dtype, R"(","shape":)", shape, R"(,"data_offsets":)", offsets,
                "}}");
}

INSTANTIATE_TEST_SUITE_P(
    Files, WrongSafetensors,
    testing::Values(
        Wrong{"NoJson", "hello", "", "its header is not JSON"},
        Wrong{"NoObject", "[]", "", "no JSON object"},
        Wrong{
            "TheSameNameTwice",
            R"({"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"t":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})",
            "", "twice"},
        Wrong{"NoEntry", R"({"t":7})", "", "\"t\" is described by no object"},
        Wrong{"UnknownType", one("F31", "[1]", "[0,4]"), "abcd",
              "\"t\" is of the unknown type \"F31\""},
        Wrong{"NoShape", R"({"t":{"dtype":"U8","data_offsets":[0,0]}})", "", "no list \"shape\""},
        Wrong{"NegativeExtent", one("U8", "[-1]", "[0,4]"), "abcd", "no whole number"},
        Wrong{"FractionalExtent", one("U8", "[1.5]", "[0,4]"), "abcd", "no whole number"},
        Wrong{"ExtentBeyondInt64", one("U8", "[18446744073709551615]", "[0,4]"), "abcd",
              "no whole number"},
        Wrong{"TooManyDimensions", one("U8", "[1,1,1,1,1,1,1,1,1]", "[0,1]"), "a", "9 dimensions"},
        Wrong{"ProductOverflows", one("U8", "[4294967296,4294967296,4294967296]", "[0,0]"), "",
              "more than can be counted"},
        Wrong{"BytesOverflow", one("F64", "[4611686018427387904]", "[0,0]"), "",
              "more than can be counted"},
        Wrong{"NoOffsets", R"({"t":{"dtype":"U8","shape":[1]}})", "a", "no pair \"data_offsets\""},
        Wrong{"ThreeOffsets", one("U8", "[1]", "[0,1,2]"), "a", "no pair"},
        Wrong{"OffsetsBackwards", one("U8", "[1]", "[1,0]"), "a", "no range"},
        Wrong{"NegativeOffset", one("U8", "[1]", "[-1,0]"), "a", "no range"},
        Wrong{"EndsBehindTheFile", one("F32", "[2]", "[0,8]"), "abcd",
              "the tensor \"t\" should end at byte 8 of the data, of which the file has 4"},
        Wrong{"HugeEnd", one("U8", "[1]", "[0,18446744073709551615]"), "a", "should end at byte"},
        Wrong{"SizeAndShapeDisagree", one("F32", "[2]", "[0,4]"), "abcd",
              "\"t\" has 4 bytes; F32 [2] takes 8"},
        Wrong{"AHole", one("U8", "[1]", "[1,2]"), "ab", "begins at byte 1 of the data; expected 0"},
        Wrong{
            "AnOverlap",
            R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
            "abc", "\"b\" begins at byte 1 of the data; expected 2"},
        Wrong{"BytesOfNobody", one("U8", "[1]", "[0,1]"), "ab", "1 bytes after its last tensor"},
        Wrong{"MetadataNoObject", R"({"__metadata__":[]})", "", "no object"},
        Wrong{"MetadataNoText", R"({"__metadata__":{"a":1}})", "", "no text"},
        Wrong{"ALongName",
              concat("{\"", std::string(600, 'n'),
                     R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})"),
              "a", "a name of 600 bytes"},
        Wrong{"AnUglyName", R"({"a\nb\u007f":7})", "", "\"a?b?\" is described"}),
    [](const auto& wrong) { return wrong.param.name; });

TEST(Safetensors, AHeaderLengthThatIsFalseIsRefused) {
  const auto parse = [](const std::string& file) {
    return parse_safetensors(std::as_bytes(std::span(file)), "w").error().message;
  };

  EXPECT_NE(parse("").find("at least 8 bytes"), std::string::npos);
  EXPECT_NE(parse(little_endian(10, 8) + "{}").find("cut short"), std::string::npos);
  EXPECT_NE(parse(little_endian(~uint64_t{0}, 8) + "{}").find("at most"), std::string::npos);
  EXPECT_NE(parse(little_endian(~uint64_t{0} - 7, 8) + "{}").find("at most"), std::string::npos);
}

TEST(Safetensors, EveryCutOfAFileIsRefused) {
  const std::string whole = safetensors(kTwo, kTwoData);

  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    EXPECT_FALSE(parse_safetensors(std::as_bytes(std::span(cut)), "w").ok()) << size;
  }
}

TEST(Safetensors, AnEmptyTensorOfAnyExtentsTakesNoBytes) {
  const std::string file =
      safetensors(one("F32", "[4611686018427387904,4611686018427387904,0]", "[0,0]"), "");

  Result<SafetensorsFile> parsed = parse_safetensors(std::as_bytes(std::span(file)), "w");

  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_TRUE(values_of(parsed->tensors.at(0)).empty());
}

TEST_F(WeightFiles, ShardsAreOneSetOfWeights) {
  write("t/model-1.safetensors", safetensors(one("F32", "[1]", "[0,4]"), f32_bytes({3})));
  write("t/model-2.safetensors", safetensors(kTwo, kTwoData));
  write(
      "t/model.safetensors.index.json",
      R"({"metadata":{"total_size":16},"weight_map":{"t":"model-1.safetensors","a":"model-2.safetensors","b":"model-2.safetensors"}})");

  Result<Weights> weights = open_weights(folder_ / "t");

  ASSERT_TRUE(weights.ok()) << weights.error().message;
  EXPECT_EQ(weights->all().size(), 3u);
  EXPECT_EQ(values_of(*weights->find("t")), std::vector<float>{3});
}

TEST_F(WeightFiles, AnIndexThatLeadsElsewhereOrNowhereIsRefused) {
  write("ok/m.safetensors", safetensors(one("F32", "[1]", "[0,4]"), f32_bytes({3})));
  const auto open = [&](std::string_view map) {
    return open_weights(
               write("ok/model.safetensors.index.json", concat("{\"weight_map\":", map, "}")))
        .error();
  };

  EXPECT_NE(open(R"({"t":"../ok/m.safetensors"})").message.find("no *.safetensors file beside"),
            std::string::npos);
  EXPECT_NE(open(R"({"t":"/etc/passwd"})").message.find("beside"), std::string::npos);
  EXPECT_NE(open(R"({"t":5})").message.find("beside"), std::string::npos);
  EXPECT_NE(open(R"([])").message.find("no object \"weight_map\""), std::string::npos);
  EXPECT_NE(open(R"({})").message.find("names 0 files"), std::string::npos);
  EXPECT_EQ(open(R"({"t":"absent.safetensors"})").code, ErrorCode::kNotFound);
  EXPECT_NE(
      open(R"({"u":"m.safetensors"})").message.find("\"u\" should be in m.safetensors and is not"),
      std::string::npos);
}

TEST_F(WeightFiles, AFolderIsReadByTheUsualNamesOrItsOnlyFile) {
  const std::string file = safetensors(kTwo, kTwoData);
  write("usual/model.safetensors", file);
  write("usual/model.fp16.safetensors", "not read");
  write("variant/model.fp16.safetensors", file);
  write("unclear/a.safetensors", file);
  write("unclear/b.safetensors", file);
  write("empty/config.json", "{}");

  EXPECT_TRUE(open_weights(folder_ / "usual/").ok());
  EXPECT_TRUE(open_weights(folder_ / "variant").ok());
  EXPECT_NE(open_weights(folder_ / "unclear").error().message.find("a.safetensors, b.safetensors"),
            std::string::npos);
  EXPECT_EQ(open_weights(folder_ / "empty").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(open_weights(folder_ / "absent").error().code, ErrorCode::kNotFound);
}

TEST_F(WeightFiles, PickledCheckpointsAreRefusedWithWhatToUseInstead) {
  const std::string zip = "PK\x03\x04rest";
  const std::string pickle = "\x80\x02}q";
  const std::string old = std::string("\x80\x02\x8a\x0a", 4) + "l\xfc\x9c\x46\xf9 j\xa8P\x19.";
  write("folder/pytorch_model.bin", zip);

  for (const Path& path :
       {write("a.ckpt", zip), write("b.safetensors", zip), write("c.pt", pickle),
        write("d.pth", old), write("e.bin", "anything else here"), folder_ / "folder"}) {
    Result<Weights> weights = open_weights(path);
    ASSERT_FALSE(weights.ok());
    EXPECT_EQ(weights.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(weights.error().message.find("use the same model as .safetensors or .gguf"),
              std::string::npos)
        << weights.error().message;
  }
}

TEST_F(WeightFiles, WhatIsNoRegularFileIsRefused) {
  EXPECT_EQ(open_weights("/dev/null").error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(open_weights(folder_ / "absent.safetensors").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(open_weights(write("empty.safetensors", "")).error().code, ErrorCode::kCorrupt);
}

TEST_F(WeightFiles, ADiffusersFolderNamesItsComponents) {
  write(
      "m/model_index.json",
      R"({"_class_name":"Flux2KleinPipeline","is_distilled":true,"vae":["diffusers","AutoencoderKLFlux2"],"left_out":[null,null]})");
  write("m/vae/config.json", R"({"latent_channels":32})");

  Result<ModelFolder> folder = open_model_folder(folder_ / "m");

  ASSERT_TRUE(folder.ok()) << folder.error().message;
  EXPECT_EQ(folder->class_name, "Flux2KleinPipeline");
  ASSERT_EQ(folder->components.size(), 1u);
  EXPECT_EQ(folder->find("vae")->class_name, "AutoencoderKLFlux2");
  EXPECT_EQ(folder->find("transformer"), nullptr);
  EXPECT_TRUE(bool_or(folder->index, "is_distilled", false));
}

TEST_F(WeightFiles, AModelIndexThatNamesNoFolderIsRefused) {
  const auto open = [&](std::string_view index) {
    write("m/model_index.json", index);
    return open_model_folder(folder_ / "m").error();
  };

  EXPECT_EQ(open(R"({"_class_name":"P","vae":["a","b"]})").code, ErrorCode::kCorrupt);
  EXPECT_NE(open(R"({"_class_name":"P","..":["a","b"]})").message.find("no plain folder name"),
            std::string::npos);
  EXPECT_NE(open(R"({"_class_name":"P","a/b":["a","b"]})").message.find("no plain folder name"),
            std::string::npos);
  EXPECT_NE(open("{}").message.find("names no pipeline"), std::string::npos);
  EXPECT_NE(open("[]").message.find("names no pipeline"), std::string::npos);
  EXPECT_EQ(open_model_folder(folder_ / "absent").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace plantain::model
