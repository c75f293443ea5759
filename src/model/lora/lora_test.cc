#include "model/lora/lora.h"

#include <gtest/gtest.h>

#include "model/weights/decode.h"
#include "model/weights/weights_fixture.h"

namespace plantain::model {
namespace {

const float kNumbers[64] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

StoredTensor tensor(const std::string& name, Shape shape, size_t from = 0) {
  const uint64_t count = elements_of(shape).value();
  return {name, StoredType::kF32, std::move(shape),
          std::as_bytes(std::span(kNumbers)).subspan(from * 4, count * 4)};
}

Weights weights(std::vector<StoredTensor> tensors,
                std::map<std::string, std::string> metadata = {}) {
  return Weights::make("w", std::move(tensors), std::move(metadata), {}).value();
}

// Width 2, one block of each kind.
Weights model() {
  return weights({tensor("transformer_blocks.0.attn.to_q.weight", {2, 2}),
                  tensor("transformer_blocks.0.attn.to_k.weight", {2, 2}),
                  tensor("transformer_blocks.0.attn.to_v.weight", {2, 2}),
                  tensor("transformer_blocks.0.attn.to_out.0.weight", {2, 2}),
                  tensor("single_transformer_blocks.0.attn.to_out.weight", {2, 3}),
                  tensor("norm_out.linear.weight", {4, 2})});
}

std::vector<float> values_of(const StoredTensor& t) {
  std::vector<float> values(elements_of(t.shape).value());
  read_f32(t, values);
  return values;
}

TEST(Lora, EverySpellingOfALayerMeansTheSame) {
  const struct {
    std::string path, up, down;
  } kSpellings[] = {
      {"transformer.transformer_blocks.0.attn.to_out.0", ".lora_B.weight", ".lora_A.weight"},
      {"transformer_blocks.0.attn.to_out.0", ".lora_B.default.weight", ".lora_A.default.weight"},
      {"base_model.model.transformer_blocks.0.attn.to_out.0", ".lora_B.weight", ".lora_A.weight"},
      {"lora_unet_transformer_blocks_0_attn_to_out_0", ".lora_up.weight", ".lora_down.weight"},
      {"lora_transformer_transformer_blocks_0_attn_to_out_0", ".lora_up.weight",
       ".lora_down.weight"},
      {"lora_unet_double_blocks_0_img_attn_proj", ".lora_up.weight", ".lora_down.weight"},
      {"diffusion_model.double_blocks.0.img_attn.proj", ".lora_B.weight", ".lora_A.weight"},
      {"model.diffusion_model.double_blocks.0.img_attn.proj", ".lora.up.weight",
       ".lora.down.weight"},
      {"double_blocks.0.img_attn.proj", ".lora_B", ".lora_A"},
  };
  for (const auto& spelling : kSpellings) {
    const Weights file = weights({tensor(spelling.path + spelling.up, {2, 1}, 1),
                                  tensor(spelling.path + spelling.down, {1, 2}, 3)});

    Result<Lora> lora = read_lora(file, model(), LoraNames::kFlux2);

    ASSERT_TRUE(lora.ok()) << spelling.path << ": " << lora.error().message;
    ASSERT_EQ(lora->layers.size(), 1u) << spelling.path;
    EXPECT_EQ(lora->layers[0].module, "transformer_blocks.0.attn.to_out.0");
    EXPECT_EQ(values_of(lora->layers[0].b), (std::vector<float>{1, 2}));
    EXPECT_EQ(values_of(lora->layers[0].a), (std::vector<float>{3, 4}));
    EXPECT_EQ(lora->layers[0].scale, 1);
    EXPECT_TRUE(lora->unmatched.empty());
  }
}

TEST(Lora, AFusedLayersRowsGoToQueryKeyAndValue) {
  const std::string path = "diffusion_model.double_blocks.0.img_attn.qkv";
  const Weights file =
      weights({tensor(path + ".lora_B.weight", {6, 1}), tensor(path + ".lora_A.weight", {1, 2})});

  Result<Lora> lora = read_lora(file, model(), LoraNames::kFlux2);

  ASSERT_TRUE(lora.ok()) << lora.error().message;
  ASSERT_EQ(lora->layers.size(), 3u);
  EXPECT_EQ(lora->layers[0].module, "transformer_blocks.0.attn.to_k");
  EXPECT_EQ(values_of(lora->layers[0].b), (std::vector<float>{2, 3}));
  EXPECT_EQ(lora->layers[1].module, "transformer_blocks.0.attn.to_q");
  EXPECT_EQ(values_of(lora->layers[1].b), (std::vector<float>{0, 1}));
  EXPECT_EQ(values_of(lora->layers[2].b), (std::vector<float>{4, 5}));
}

TEST(Lora, TheLastModulationsHalvesAreSwappedWithTheModelsOwn) {
  const std::string path = "diffusion_model.final_layer.adaLN_modulation.1";
  const Weights file =
      weights({tensor(path + ".lora_B.weight", {4, 1}), tensor(path + ".lora_A.weight", {1, 2})});

  Result<Lora> lora = read_lora(file, model(), LoraNames::kFlux2);

  ASSERT_TRUE(lora.ok()) << lora.error().message;
  EXPECT_EQ(lora->layers.at(0).module, "norm_out.linear");
  EXPECT_EQ(values_of(lora->layers[0].b), (std::vector<float>{2, 3, 0, 1}));
}

TEST(Lora, TheScaleIsAlphaOverRankFromTheFileOrItsMetadata) {
  const std::string path = "lora_unet_single_blocks_0_linear2";
  std::vector<StoredTensor> tensors = {tensor(path + ".lora_up.weight", {2, 2}),
                                       tensor(path + ".lora_down.weight", {2, 3})};
  const auto scale = [](const Weights& file) {
    return read_lora(file, model(), LoraNames::kFlux2).value().layers.at(0).scale;
  };

  EXPECT_EQ(scale(weights(tensors, {{"lora_adapter_metadata",
                                     R"({"transformer.lora_alpha":4,"transformer.r":16})"}})),
            0.25f);
  tensors.push_back(tensor(path + ".alpha", {}, 8));
  EXPECT_EQ(scale(weights(tensors)), 4.0f);
}

TEST(Lora, LayersOfOtherModelsAreListedAndAForeignFileIsRefused) {
  const std::string ours = "transformer.single_transformer_blocks.0.attn.to_out";
  const std::string theirs = "lora_te1_text_model_encoder_layers_0_mlp_fc1";
  const auto pair = [](const std::string& path) {
    return std::vector<StoredTensor>{tensor(path + ".lora_B.weight", {2, 1}),
                                     tensor(path + ".lora_A.weight", {1, 3})};
  };
  std::vector<StoredTensor> both = pair(ours);
  for (StoredTensor& t : pair(theirs)) both.push_back(std::move(t));

  EXPECT_EQ(read_lora(weights(both), model(), LoraNames::kFlux2).value().unmatched,
            std::vector<std::string>{theirs});
  EXPECT_EQ(read_lora(weights(pair(theirs)), model(), LoraNames::kFlux2).error().message,
            "w: none of its 1 layers belongs to this model");
}

TEST(Lora, WhatDoesNotFitIsRefusedWithTheReason) {
  const std::string path = "transformer.single_transformer_blocks.0.attn.to_out";
  const auto message = [&](std::vector<StoredTensor> tensors) {
    Result<Lora> lora = read_lora(weights(std::move(tensors)), model(), LoraNames::kFlux2);
    return lora.ok() ? "(it was read)" : lora.error().message;
  };
  const StoredTensor up = tensor(path + ".lora_B.weight", {2, 1});
  const StoredTensor down = tensor(path + ".lora_A.weight", {1, 3});

  EXPECT_NE(message({up}).find("has no half A"), std::string::npos);
  EXPECT_NE(message({down}).find("has no half B"), std::string::npos);
  EXPECT_NE(message({up, tensor(path + ".lora_A.weight", {2, 3})}).find("no pair [rows, rank]"),
            std::string::npos);
  EXPECT_NE(
      message({up, tensor(path + ".lora_A.weight", {1, 4})}).find("changes a matrix [2, 4]; "),
      std::string::npos);
  EXPECT_NE(message({up, down, tensor(path + ".alpha", {2})}).find("no single number"),
            std::string::npos);
  EXPECT_NE(message({up, down, tensor(path + ".hada_w1_a", {2, 1})}).find("holds LoHa"),
            std::string::npos);
  EXPECT_NE(message({up, down, tensor(path + ".diff", {2, 1})}).find("whole differences"),
            std::string::npos);
  EXPECT_NE(message({up, down, tensor(path + ".dora_scale", {2, 1})}).find("holds DoRA"),
            std::string::npos);
  EXPECT_NE(message({up, down, tensor("position_ids", {2})}).find("no part of a LoRA"),
            std::string::npos);
  EXPECT_NE(message({up, down, tensor("single_blocks.0.linear2.lora_B.weight", {2, 1}),
                     tensor("single_blocks.0.linear2.lora_A.weight", {1, 3})})
                .find("changed twice"),
            std::string::npos);
}

}  // namespace
}  // namespace plantain::model
