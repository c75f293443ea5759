#include "model/weights/parts.h"

#include <gtest/gtest.h>

#include <cmath>

#include "model/weights/decode.h"
#include "model/weights/names.h"
#include "model/weights/quantised.h"
#include "model/weights/weights_fixture.h"

namespace plantain::model {
namespace {

// Tensors made in memory; each element is a number of its own.
class Maker {
 public:
  Maker& add(const std::string& name, Shape shape) {
    std::vector<float>& values = *owned_.emplace_back(std::make_shared<std::vector<float>>());
    for (uint64_t i = 0; i < elements_of(shape).value(); ++i) values.push_back(next_++);
    tensors_.push_back(
        {name, StoredType::kF32, std::move(shape), std::as_bytes(std::span(values))});
    return *this;
  }
  Weights make() const {
    return Weights::make("w", tensors_, {}, {owned_.begin(), owned_.end()}).value();
  }

 private:
  std::vector<StoredTensor> tensors_;
  std::vector<std::shared_ptr<std::vector<float>>> owned_;
  float next_ = 0;
};

std::vector<float> values_of(const StoredTensor& tensor) {
  std::vector<float> values(elements_of(tensor.shape).value());
  read_f32(tensor, values);
  return values;
}

Maker original_flux2(const std::string& prefix) {
  Maker maker;
  maker.add(prefix + "img_in.weight", {2, 3});
  maker.add(prefix + "double_stream_modulation_img.lin.weight", {12, 2});
  maker.add(prefix + "double_blocks.0.img_attn.qkv.weight", {6, 2});
  maker.add(prefix + "double_blocks.0.img_attn.norm.query_norm.scale", {2});
  maker.add(prefix + "double_blocks.11.txt_mlp.2.weight", {2, 2});
  maker.add(prefix + "single_blocks.19.linear1.weight", {4, 2});
  maker.add(prefix + "final_layer.adaLN_modulation.1.weight", {4, 1});
  return maker;
}

TEST(Parts, AnOriginalFlux2FileGetsDiffusersNamesWhateverItsPrefix) {
  for (const char* prefix : {"", "model.diffusion_model."}) {
    const Weights original = original_flux2(prefix).make();

    Result<std::vector<ModelPart>> parts = parts_of(original);

    ASSERT_TRUE(parts.ok()) << parts.error().message;
    ASSERT_EQ(parts->size(), 1u);
    const Weights& w = (*parts)[0].weights;
    EXPECT_EQ((*parts)[0].kind, PartKind::kFlux2Transformer);
    EXPECT_EQ((*parts)[0].description, "FLUX.2 transformer, 12 + 20 blocks, width 2");
    const std::vector<float> fused =
        values_of(*original.find(std::string(prefix) + "double_blocks.0.img_attn.qkv.weight"));
    const std::vector<float> q =
        values_of(*w.get("transformer_blocks.0.attn.to_q.weight", {2, 2}).value());
    const std::vector<float> v =
        values_of(*w.get("transformer_blocks.0.attn.to_v.weight", {2, 2}).value());
    EXPECT_EQ(q, std::vector<float>(fused.begin(), fused.begin() + 4));
    EXPECT_EQ(v, std::vector<float>(fused.begin() + 8, fused.end()));
    EXPECT_TRUE(w.get("transformer_blocks.0.attn.norm_q.weight", {2}).ok());
    EXPECT_TRUE(w.get("transformer_blocks.11.ff_context.linear_out.weight", {2, 2}).ok());
    EXPECT_TRUE(w.get("single_transformer_blocks.19.attn.to_qkv_mlp_proj.weight", {4, 2}).ok());
    const std::vector<float> shift_scale =
        values_of(*original.find(std::string(prefix) + "final_layer.adaLN_modulation.1.weight"));
    EXPECT_EQ(values_of(*w.find("norm_out.linear.weight")),
              (std::vector<float>{shift_scale[2], shift_scale[3], shift_scale[0], shift_scale[1]}));
    EXPECT_EQ(w.elements(), original.elements());
  }
}

TEST(Parts, AFileWithDenoiserEncoderAndAutoencoderIsThreeParts) {
  Maker maker = original_flux2("model.diffusion_model.");
  maker.add("text_encoders.qwen3_4b.transformer.model.layers.0.self_attn.q_norm.weight", {2});
  maker.add("text_encoders.qwen3_4b.transformer.model.embed_tokens.weight", {8, 5});
  maker.add("vae.decoder.conv_norm_out.weight", {2})
      .add("vae.decoder.conv_in.weight", {2, 32, 3, 3});
  maker.add("vae.bn.running_mean", {128});

  Result<std::vector<ModelPart>> parts = parts_of(maker.make());

  ASSERT_TRUE(parts.ok()) << parts.error().message;
  std::vector<std::string> words;
  for (const ModelPart& part : *parts) words.push_back(part.description);
  std::sort(words.begin(), words.end());
  EXPECT_EQ(words, (std::vector<std::string>{"FLUX.2 autoencoder, 32 latent channels",
                                             "FLUX.2 transformer, 12 + 20 blocks, width 2",
                                             "Qwen3 text encoder, 1 layers, width 5"}));
}

TEST(Parts, EveryLayoutOfAnEncoderHasTheSameNames) {
  const auto first_norm = [](const Maker& maker) {
    Result<std::vector<ModelPart>> parts = parts_of(maker.make());
    return parts.ok() && parts->at(0).kind == PartKind::kQwen3Encoder &&
           parts->at(0).weights.find("model.layers.0.self_attn.q_norm.weight") != nullptr &&
           parts->at(0).weights.find("model.embed_tokens.weight") != nullptr;
  };

  EXPECT_TRUE(first_norm(Maker()
                             .add("model.layers.0.self_attn.q_norm.weight", {2})
                             .add("model.embed_tokens.weight", {8, 2})));
  EXPECT_TRUE(first_norm(
      Maker().add("layers.0.self_attn.q_norm.weight", {2}).add("embed_tokens.weight", {8, 2})));
  EXPECT_TRUE(
      first_norm(Maker().add("blk.0.attn_q_norm.weight", {2}).add("token_embd.weight", {8, 2})));
}

TEST(Parts, ZImagesFusedAttentionIsTakenApart) {
  Maker maker;
  maker.add("cap_pad_token", {1, 2}).add("x_embedder.weight", {2, 4}).add("x_embedder.bias", {2});
  maker.add("layers.3.attention.qkv.weight", {6, 2})
      .add("context_refiner.1.attention.k_norm.weight", {2});
  maker.add("layers.3.adaLN_modulation.0.weight", {8, 2});

  Result<std::vector<ModelPart>> parts = parts_of(maker.make());

  ASSERT_TRUE(parts.ok()) << parts.error().message;
  const Weights& w = parts->at(0).weights;
  EXPECT_EQ(parts->at(0).description, "Z-Image transformer, 4 blocks, width 2");
  EXPECT_TRUE(w.get("all_x_embedder.2-1.bias", {2}).ok());
  EXPECT_TRUE(w.get("layers.3.attention.to_k.weight", {2, 2}).ok());
  EXPECT_TRUE(w.get("context_refiner.1.attention.norm_k.weight", {2}).ok());
  EXPECT_TRUE(w.get("layers.3.adaLN_modulation.0.weight", {8, 2}).ok());
}

TEST(Parts, AnOriginalAutoencoderCountsItsUpperBlocksDownwards) {
  Maker maker;
  maker.add("decoder.norm_out.weight", {2}).add("decoder.mid.block_1.conv1.weight", {2, 2, 3, 3});
  maker.add("decoder.conv_in.weight", {2, 16, 3, 3})
      .add("decoder.mid.attn_1.q.weight", {2, 2, 1, 1});
  maker.add("decoder.up.0.block.2.nin_shortcut.weight", {2, 2, 1, 1})
      .add("decoder.up.3.upsample.conv.weight", {2, 2, 3, 3});
  maker.add("encoder.down.0.block.1.norm2.bias", {2})
      .add("decoder.post_quant_conv.weight", {16, 16, 1, 1});

  Result<std::vector<ModelPart>> parts = parts_of(maker.make());

  ASSERT_TRUE(parts.ok()) << parts.error().message;
  const Weights& w = parts->at(0).weights;
  EXPECT_EQ(parts->at(0).description, "autoencoder, 16 latent channels");
  EXPECT_TRUE(w.get("decoder.up_blocks.3.resnets.2.conv_shortcut.weight", {2, 2, 1, 1}).ok());
  EXPECT_TRUE(w.get("decoder.up_blocks.0.upsamplers.0.conv.weight", {2, 2, 3, 3}).ok());
  EXPECT_TRUE(w.get("decoder.mid_block.attentions.0.to_q.weight", {2, 2}).ok());
  EXPECT_TRUE(w.get("encoder.down_blocks.0.resnets.1.norm2.bias", {2}).ok());
  EXPECT_TRUE(w.get("post_quant_conv.weight", {16, 16, 1, 1}).ok());
  EXPECT_TRUE(w.get("decoder.conv_norm_out.weight", {2}).ok());
}

TEST(Parts, WhatCannotBeRunIsNamedAndWhatIsUnknownIsSaidSo) {
  const auto message = [](const Maker& maker) { return parts_of(maker.make()).error().message; };

  EXPECT_EQ(
      message(Maker().add("model.diffusion_model.double_blocks.0.img_mod.lin.weight", {2, 2})),
      "w: is a FLUX.1 transformer, which this program cannot run");
  EXPECT_EQ(message(Maker().add("cap_embedder.0.weight", {2})),
            "w: is a Lumina transformer, which this program cannot run");
  EXPECT_EQ(message(Maker().add("something", {2})), "w: holds no model that this program knows");
}

TEST(Parts, AFusedTensorThatIsNotThreeEqualPartsIsRefused) {
  Maker maker = original_flux2("");
  maker.add("double_blocks.1.img_attn.qkv.weight", {7, 2});

  EXPECT_NE(parts_of(maker.make()).error().message.find("F32 [7, 2], which is not 3 equal parts"),
            std::string::npos);
}

class Quantised : public WeightFiles {
 protected:
  Result<Weights> open(const std::string& header, const std::string& data) {
    return open_weights(write("q.safetensors", safetensors(header, data)));
  }
};

TEST_F(Quantised, AScaleBesideAnEightBitFloatIsMultipliedIn) {
  // 0x38 is 1, 0xC0 is -2.
  const std::string data =
      std::string("\x38\xC0", 2) + f32_bytes({0.5f}) + f32_bytes({7}) + std::string("\x00", 1);
  for (const char* name : {"weight_scale", "scale_weight"}) {
    Result<Weights> weights = open(
        concat(
            R"({"l.weight":{"dtype":"F8_E4M3","shape":[1,2],"data_offsets":[0,2]},"l.)", name,
            R"(":{"dtype":"F32","shape":[],"data_offsets":[2,6]},"l.scale_input":{"dtype":"F32","shape":[],"data_offsets":[6,10]},"scaled_fp8":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[10,11]}})"),
        data);

    ASSERT_TRUE(weights.ok()) << weights.error().message;
    EXPECT_EQ(weights->all().size(), 1u);
    EXPECT_EQ(values_of(*weights->find("l.weight")), (std::vector<float>{0.5f, -1}));
  }
}

std::string with_format(std::string_view json) {
  return concat(
      R"({"l.weight":{"dtype":"I8","shape":[2,4],"data_offsets":[0,8]},"l.weight_scale":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},"l.comfy_quant":{"dtype":"U8","shape":[)",
      json.size(), R"(],"data_offsets":[16,)", 16 + json.size(), "]}}");
}
constexpr std::string_view kRotated =
    R"({"format":"int8_tensorwise","convrot":true,"convrot_groupsize":4})";
const std::string kInt8 = std::string("\x02\x00\x00\x00\x00\x00\x00\x04", 8) + f32_bytes({1, 0.5f});

TEST_F(Quantised, RotatedIntegersAreScaledByRowAndRotatedBack) {
  Result<Weights> weights = open(with_format(kRotated), kInt8 + std::string(kRotated));

  ASSERT_TRUE(weights.ok()) << weights.error().message;
  // Rows 2·e1 and 4·e4 times ½ H4's rows 1 and 4, times the scales.
  EXPECT_EQ(values_of(*weights->find("l.weight")), (std::vector<float>{1, 1, 1, -1, -1, 1, 1, 1}));
}

TEST_F(Quantised, AFormatThatIsNotKnownOrDoesNotFitIsRefused) {
  const auto message = [&](std::string_view json) {
    Result<Weights> weights = open(with_format(json), kInt8 + std::string(json));
    return weights.ok() ? "(it was read)" : weights.error().message;
  };

  EXPECT_NE(message(R"({"format":"nvfp4"})").find("stored as \"nvfp4\" in I8, which is not read"),
            std::string::npos);
  EXPECT_NE(message(R"({"format":"float8_e4m3fn"})").find("not read"), std::string::npos);
  EXPECT_NE(message(R"({"format":"int8_tensorwise","convrot":true})").find("power of 4"),
            std::string::npos);
  EXPECT_NE(message(R"({"format":"int8_tensorwise","convrot":true,"convrot_groupsize":8})")
                .find("power of 4"),
            std::string::npos);
  EXPECT_NE(message(R"({"format":"int8_tensorwise","convrot":true,"convrot_groupsize":16})")
                .find("power of 4"),
            std::string::npos);
  EXPECT_NE(message("{").find("not JSON"), std::string::npos);
}

TEST_F(Quantised, AScaleThatFitsNothingIsRefused) {
  const auto message = [&](std::string_view type, std::string_view shape, const std::string& data) {
    Result<Weights> weights = open(
        concat(R"({"l.weight":{"dtype":")", type,
               R"(","shape":[2,1],"data_offsets":[0,2]},"l.weight_scale":{"dtype":"F32","shape":)",
               shape, R"(,"data_offsets":[2,)", 2 + data.size(), "]}}"),
        std::string("\x01\x01") + data);
    return weights.ok() ? "(it was read)" : weights.error().message;
  };

  EXPECT_NE(message("U8", "[]", f32_bytes({1})).find("quantised weight that is not there"),
            std::string::npos);
  EXPECT_NE(message("I8", "[3]", f32_bytes({1, 1, 1})).find("one for each of 2 rows is expected"),
            std::string::npos);
  EXPECT_NE(message("I8", "[1,2]", f32_bytes({1, 1})).find("is expected"), std::string::npos);
  EXPECT_NE(message("I8", "[]", f32_bytes({0})).find("scales are above 0"), std::string::npos);
  EXPECT_NE(message("I8", "[]", f32_bytes({INFINITY})).find("scales are above 0"),
            std::string::npos);
}

TEST(Rotate, IsItsOwnInverseAndKeepsLengths) {
  std::vector<float> group(64);
  for (size_t i = 0; i < group.size(); ++i) group[i] = static_cast<float>(i * i % 17) - 8;
  const std::vector<float> before = group;
  const auto length = [](const std::vector<float>& v) {
    double sum = 0;
    for (const float x : v) sum += double{x} * x;
    return sum;
  };

  rotate(group);
  const std::vector<float> once = group;
  rotate(group);

  EXPECT_NE(once, before);
  EXPECT_NEAR(length(once), length(before), 1e-3);
  for (size_t i = 0; i < group.size(); ++i) EXPECT_NEAR(group[i], before[i], 1e-4);
}

}  // namespace
}  // namespace plantain::model
