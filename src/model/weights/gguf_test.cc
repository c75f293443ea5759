#include "model/weights/gguf.h"

#include <gtest/gtest.h>

#include "model/weights/decode.h"
#include "model/weights/weights_fixture.h"

namespace plantain::model {
namespace {

std::string text(std::string_view value) { return concat(little_endian(value.size(), 8), value); }
std::string text_key(std::string_view key, std::string_view value) {
  return text(key) + little_endian(8, 4) + text(value);
}
std::string u32_key(std::string_view key, uint64_t value) {
  return text(key) + little_endian(4, 4) + little_endian(value, 4);
}
std::string tensor_entry(std::string_view name, std::initializer_list<uint64_t> innermost_first,
                         uint32_t type, uint64_t offset) {
  std::string entry = text(name) + little_endian(innermost_first.size(), 4);
  for (const uint64_t extent : innermost_first) entry += little_endian(extent, 8);
  return entry + little_endian(type, 4) + little_endian(offset, 8);
}

// Head, keys, tensor list, padding to 32, data.
std::string gguf(uint64_t tensors, uint64_t keys, const std::string& tables, std::string_view data,
                 uint32_t version = 3) {
  std::string file = concat("GGUF", little_endian(version, 4), little_endian(tensors, 8),
                            little_endian(keys, 8), tables);
  file.resize((file.size() + 31) / 32 * 32);
  return file + std::string(data);
}

Result<GgufFile> parse(const std::string& file) {
  return parse_gguf(std::as_bytes(std::span(file)), "w");
}

std::string refusal(const std::string& file) {
  Result<GgufFile> parsed = parse(file);
  return parsed.ok() ? "(it was read)" : parsed.error().message;
}

const std::string kGood =
    gguf(1, 2,
         text_key("general.architecture", "flux") + u32_key("general.file_type", 7) +
             tensor_entry("t", {2, 1}, 0, 0),
         f32_bytes({1, 2}));

TEST_F(WeightFiles, AGgufFileIsOpenedByItsContentsWithShapesOutermostFirst) {
  Result<Weights> weights = open_weights(write("model.bin", kGood));

  ASSERT_TRUE(weights.ok()) << weights.error().message;
  EXPECT_EQ(weights->find("t")->shape, (Shape{1, 2}));
  EXPECT_EQ(weights->metadata().at("general.architecture"), "flux");
  EXPECT_EQ(weights->metadata().at("general.file_type"), "7");
  std::vector<float> values(2);
  read_f32(*weights->find("t"), values);
  EXPECT_EQ(values, (std::vector<float>{1, 2}));
}

TEST(Gguf, EveryCutOfAFileIsRefused) {
  for (size_t size = 4; size < kGood.size(); ++size) {
    EXPECT_FALSE(parse(kGood.substr(0, size)).ok()) << size;
  }
}

TEST(Gguf, ListsAndNumbersOfEveryWidthAreSteppedOver) {
  std::string keys = text("list") + little_endian(9, 4) + little_endian(8, 4) +
                     little_endian(2, 8) + text("a") + text("bc");
  keys += text("bytes") + little_endian(9, 4) + little_endian(0, 4) + little_endian(3, 8) + "xyz";
  keys += text("minus") + little_endian(1, 4) + "\xFF";
  keys += text("yes") + little_endian(7, 4) + "\x01";
  keys += text("half") + little_endian(6, 4) + f32_bytes({0.5f});

  Result<GgufFile> parsed = parse(gguf(1, 5, keys + tensor_entry("t", {1}, 0, 0), f32_bytes({3})));

  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_EQ(parsed->metadata.at("minus"), "-1");
  EXPECT_EQ(parsed->metadata.at("yes"), "true");
  EXPECT_EQ(parsed->metadata.at("half"), "0.5");
}

TEST(Gguf, AFileThatContradictsItselfIsRefusedWithTheReason) {
  const std::string four = f32_bytes({1});
  const auto has = [](const std::string& message, std::string_view part) {
    EXPECT_NE(message.find(part), std::string::npos) << message;
  };

  has(refusal(gguf(0, 0, "", "", 1)), "version 1; versions 2 and 3");
  has(refusal(gguf(~uint64_t{0}, 0, "", "")), "tensors and 0 keys; at most");
  has(refusal(gguf(0, ~uint64_t{0}, "", "")), "keys; at most");
  has(refusal(gguf(0, 1, little_endian(~uint64_t{0}, 8), "")), "cut short");
  has(refusal(gguf(0, 1, text("k") + little_endian(77, 4), "")), "unknown type 77");
  has(refusal(gguf(
          0, 1, text("k") + little_endian(9, 4) + little_endian(9, 4) + little_endian(1, 8), "")),
      "list of the unknown type 9");
  has(refusal(gguf(0, 1,
                   text("k") + little_endian(9, 4) + little_endian(12, 4) +
                       little_endian(~uint64_t{0} / 4, 8),
                   "")),
      "cut short or wrong in the list \"k\"");
  has(refusal(gguf(
          0, 1,
          text("k") + little_endian(9, 4) + little_endian(8, 4) + little_endian(~uint64_t{0}, 8),
          "")),
      "cut short");
  has(refusal(gguf(1, 0, tensor_entry("t", {1, 1, 1, 1, 1, 1, 1, 1, 1}, 0, 0), four)),
      "9 dimensions");
  has(refusal(gguf(1, 0, tensor_entry("t", {1}, 4, 0), four)),
      "\"t\" is stored in format 4, which is not read");
  has(refusal(gguf(1, 0, tensor_entry("t", {~uint64_t{0}}, 0, 0), four)),
      "no number of whole blocks");
  has(refusal(gguf(1, 0, tensor_entry("t", {uint64_t{1} << 62, 16}, 0, 0), four)),
      "no number of whole blocks");
  has(refusal(gguf(1, 0, tensor_entry("t", {16, 2}, 2, 0), std::string(18, 'x'))),
      "no number of whole blocks");
  has(refusal(gguf(1, 0, tensor_entry("t", {1}, 0, 4), four)), "a multiple of 32 is expected");
  has(refusal(gguf(1, 0, tensor_entry("t", {2}, 0, 0), four)),
      "\"t\" needs 8 bytes from byte 0 of the data, of which the file has 4");
  has(refusal(gguf(1, 0, tensor_entry("t", {1}, 0, ~uint64_t{0} - 31), four)), "needs 4 bytes");
  has(refusal(gguf(2, 0, tensor_entry("a", {16}, 0, 0) + tensor_entry("b", {1}, 0, 32),
                   std::string(64, 'x'))),
      "\"a\" and \"b\" overlap");
  has(refusal(gguf(1, 1, u32_key("general.alignment", 0) + tensor_entry("t", {1}, 0, 0), four)),
      "power of two");
  has(refusal(gguf(1, 1, u32_key("general.alignment", 24) + tensor_entry("t", {1}, 0, 0), four)),
      "power of two");
}

TEST_F(WeightFiles, TwoGgufTensorsOfOneNameAreRefused) {
  const std::string file = gguf(2, 0, tensor_entry("t", {1}, 0, 0) + tensor_entry("t", {1}, 0, 32),
                                std::string(36, 'x'));

  EXPECT_NE(open_weights(write("w.gguf", file)).error().message.find("\"t\" stands twice"),
            std::string::npos);
}

TEST(Gguf, AShapeThatWasChangedForQuantisingIsRestored) {
  const auto with_shape = [](uint64_t rows) {
    return gguf(1, 1,
                text("comfy.gguf.orig_shape.t") + little_endian(9, 4) + little_endian(5, 4) +
                    little_endian(2, 8) + little_endian(rows, 4) + little_endian(16, 4) +
                    tensor_entry("t", {32, 1}, 8, 0),
                std::string(34, '\0'));
  };

  Result<GgufFile> parsed = parse(with_shape(2));

  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_EQ(parsed->tensors[0].shape, (Shape{2, 16}));
  EXPECT_NE(refusal(with_shape(3)).find("another number of elements"), std::string::npos);
}

TEST(Blocks, EveryFormatHasTheReferencesValues) {
  Result<Weights> golden =
      open_weights(Path(PLANTAIN_SOURCE_DIR) / "tests/golden/parts/gguf-blocks.safetensors");
  ASSERT_TRUE(golden.ok()) << golden.error().message;
  int formats = 0;

  for (const StoredTensor& expected : golden->all()) {
    if (!expected.name.ends_with(".values")) continue;
    const std::string format = expected.name.substr(0, expected.name.find('.'));
    StoredTensor stored = *golden->find(format + ".bytes");
    stored.type = stored_type_from_name(format).value();
    stored.shape = expected.shape;
    ASSERT_EQ(stored.bytes.size(), bytes_of(stored.type, stored.shape)) << format;
    std::vector<float> values(elements_of(expected.shape).value());
    std::vector<float> reference(values.size());
    read_f32(stored, values);
    read_f32(expected, reference);

    for (size_t i = 0; i < values.size(); ++i) {
      // The reference multiplies in float32 as well, only not always in the same order.
      ASSERT_NEAR(values[i], reference[i], 1e-6 * std::abs(reference[i]) + 1e-9)
          << format << " " << i;
    }
    ++formats;
  }
  EXPECT_EQ(formats, 15);
}

}  // namespace
}  // namespace plantain::model
