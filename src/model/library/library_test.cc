#include "model/library/library.h"

#include <gtest/gtest.h>

#include "model/library/choice.h"
#include "model/weights/weights_fixture.h"

namespace plantain::model {
namespace {

std::vector<std::string> chosen(const std::vector<std::string>& paths,
                                const std::vector<std::string>& only = {}) {
  Result<std::vector<size_t>> indexes = choose_files(paths, only);
  if (!indexes.ok()) return {indexes.error().message};
  std::vector<std::string> names;
  for (const size_t i : *indexes) names.push_back(paths[i]);
  return names;
}

TEST(Choice, ADiffusersFolderIsTakenOnceAndWithoutPickles) {
  EXPECT_EQ(chosen({".gitattributes", "LICENSE.md", "README.md", "flux.safetensors",
                    "model_index.json", "plantain-model.json", "teaser.png",
                    "transformer/config.json", "transformer/diffusion_pytorch_model.safetensors",
                    "transformer/diffusion_pytorch_model.fp16.safetensors",
                    "vae/diffusion_pytorch_model.bin",
                    "text_encoder/model-00001-of-00002.safetensors", "tokenizer/merges.txt"}),
            (std::vector<std::string>{
                "LICENSE.md", "README.md", "model_index.json", "transformer/config.json",
                "transformer/diffusion_pytorch_model.safetensors",
                "text_encoder/model-00001-of-00002.safetensors", "tokenizer/merges.txt"}));
}

TEST(Choice, OfSeveralQuantisedFilesOneMustBeNamed) {
  const std::vector<std::string> paths = {"README.md", "m-Q4_K.gguf", "m-Q8_0.gguf", "m.ckpt"};

  EXPECT_NE(chosen(paths)[0].find("name the one to use with --file: m-Q4_K.gguf, m-Q8_0.gguf"),
            std::string::npos);
  EXPECT_EQ(chosen(paths, {"m-Q8_0.gguf"}), (std::vector<std::string>{"README.md", "m-Q8_0.gguf"}));
  EXPECT_NE(chosen(paths, {"m-Q2_K.gguf"})[0].find("no file m-Q2_K.gguf"), std::string::npos);
  EXPECT_NE(chosen(paths, {"m.ckpt"})[0].find("pickled"), std::string::npos);
  EXPECT_NE(chosen({"README.md", "a.bin"})[0].find("no .safetensors or .gguf"), std::string::npos);
}

class Library : public WeightFiles {
 protected:
  const ModelLibrary library_{folder_ / "models"};
};

TEST_F(Library, AModelIsFoundAsItWasSaved) {
  const Path weights = write("elsewhere/w.safetensors", "abc");
  InstalledModel model{"local/mine", weights.parent_path(), "", "apache-2.0", {"LoRA"}, {}};
  model.files.push_back(measure_file(model.folder, "w.safetensors", nullptr).value());

  ASSERT_TRUE(library_.list().value().empty());
  ASSERT_TRUE(library_.save(model).ok());
  const std::vector<InstalledModel> all = library_.list().value();

  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "local/mine");
  EXPECT_EQ(all[0].folder, model.folder);
  EXPECT_EQ(all[0].licence, "apache-2.0");
  EXPECT_EQ(all[0].files[0].sha256,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(library_.find("local/other").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(library_.find("../x").error().code, ErrorCode::kInvalidInput);
}

TEST_F(Library, EveryKindOfDamageIsSeen) {
  const Path file = write("m/f", "abc");
  const InstalledFile entry = measure_file(folder_ / "m", "f", nullptr).value();
  const auto state = [&] { return check_file(folder_ / "m", entry, nullptr).value(); };

  EXPECT_EQ(state(), FileState::kRight);
  write("m/f", "abd");
  EXPECT_EQ(state(), FileState::kOtherContents);
  write("m/f", "ab");
  EXPECT_EQ(state(), FileState::kOtherSize);
  std::filesystem::remove(file);
  EXPECT_EQ(state(), FileState::kMissing);
}

TEST_F(Library, AMissingOrShortFileIsToldByItsSizeAlone) {
  write("m/f", "abc");
  const InstalledModel model{
      "local/m", folder_ / "m", "", "", {}, {measure_file(folder_ / "m", "f", nullptr).value()}};

  EXPECT_TRUE(check_sizes(model).ok());
  write("m/f", "ab");
  EXPECT_EQ(check_sizes(model).error().message,
            "f of local/m is of another size than when it was installed");
  std::filesystem::remove(folder_ / "m/f");
  EXPECT_EQ(check_sizes(model).error().message, "f of local/m is missing");
}

TEST_F(Library, AManifestThatIsBrokenIsSaidSo) {
  write("models/a/b/plantain-model.json", "{}");

  EXPECT_EQ(library_.list().error().code, ErrorCode::kCorrupt);
}

TEST_F(Library, WeightsAreDescribedByWhatIsInThem) {
  const Path lora =
      write("l.safetensors",
            safetensors(R"({"x.lora_A.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                        "abcd"));
  const Path other =
      write("o.safetensors",
            safetensors(R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "abcd"));

  EXPECT_EQ(describe_weights(lora).value(), std::vector<std::string>{"LoRA"});
  EXPECT_EQ(describe_weights(other).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(describe_weights(Path(PLANTAIN_SOURCE_DIR) / "tests/golden/klein/model").value().size(),
            3u);
}

}  // namespace
}  // namespace plantain::model
