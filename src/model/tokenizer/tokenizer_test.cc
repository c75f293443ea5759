#include "model/tokenizer/tokenizer.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "base/text.h"
#include "model/tokenizer/split.h"
#include "model/weights/model_folder.h"
#include "model/weights/weights_fixture.h"

namespace plantain::model {
namespace {

const Path kGolden = Path(PLANTAIN_SOURCE_DIR) / "tests/golden";

std::vector<Json> read_lines(const Path& path) {
  gzFile file = gzopen(path.c_str(), "rb");  // reads plain files as well
  EXPECT_NE(file, nullptr) << path;
  std::string text;
  char block[1 << 16];
  for (int got = 0; (got = gzread(file, block, sizeof block)) > 0;)
    text.append(block, static_cast<size_t>(got));
  gzclose(file);
  std::vector<Json> lines;
  for (const std::string& line : split(text, '\n')) {
    if (!line.empty()) lines.push_back(parse_json(line).value());
  }
  return lines;
}

std::vector<TokenId> ids_of(const Json& line) {
  std::vector<TokenId> ids;
  for (const Json& id : line.at("ids").as_array())
    ids.push_back(static_cast<TokenId>(id.as_int64()));
  return ids;
}

void expect_the_reference_ids(TokenizerKind kind, const char* file) {
  const std::vector<Json> lines = read_lines(kGolden / "parts" / file);
  Result<Tokenizer> tokenizer = builtin_tokenizer(kind);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  ASSERT_EQ(lines.size(), 3000u);

  for (const Json& line : lines) {
    EXPECT_EQ(tokenizer->encode(text_or(line, "text", "")), ids_of(line)) << write_json(line);
  }
}

TEST(Tokenizer, QwenGivesTheReferencesIdsOverUnicode) {
  expect_the_reference_ids(TokenizerKind::kQwen, "tokens-qwen3.jsonl.gz");
}

TEST(Tokenizer, ClipGivesTheReferencesIdsOverUnicode) {
  expect_the_reference_ids(TokenizerKind::kClip, "tokens-clip.jsonl.gz");
}

TEST(Tokenizer, PromptsAreWrappedAndPaddedAsThePipelinesDo) {
  for (const Json& line : read_lines(kGolden / "parts/prompts.jsonl")) {
    const std::string family = text_or(line, "family", "");
    Result<Tokenizer> tokenizer =
        open_tokenizer(kGolden / family / "model" / text_or(line, "tokenizer", ""));
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
    const std::string prompt = text_or(line, "text", "");
    const bool chat = family == "klein" || family == "z-image";
    const ChatTemplate form =
        family == "klein" ? ChatTemplate::kQwen3Answer : ChatTemplate::kQwen3Think;

    const Tokens tokens =
        tokenizer->encode_padded(chat ? chat_text(form, prompt) : prompt, chat ? 512 : 77);

    EXPECT_EQ(tokens.ids, ids_of(line)) << family << ": " << prompt;
    if (!chat) continue;
    EXPECT_EQ(std::count(tokens.mask.begin(), tokens.mask.end(), 1), int_or(line, "real", -1));
    EXPECT_TRUE(std::is_sorted(tokens.mask.rbegin(), tokens.mask.rend()));
  }
}

TEST(Tokenizer, AVocabularyWithMergesIsTheSameTokenizerAsItsJson) {
  Result<Tokenizer> json = open_tokenizer(kGolden / "sdxl/model/tokenizer_2");
  const Path folder =
      std::filesystem::temp_directory_path() / concat("lists-", to_hex(random_bytes(8)));
  std::filesystem::create_directories(folder);
  for (const char* name : {"vocab.json", "merges.txt", "tokenizer_config.json"}) {
    std::filesystem::copy(kGolden / "sdxl/model/tokenizer_2" / name, folder / name);
  }

  Result<Tokenizer> lists = open_tokenizer(folder);

  ASSERT_TRUE(json.ok() && lists.ok());
  EXPECT_EQ(lists->kind(), TokenizerKind::kClip);
  for (const char* text : {"a fox!", "! !!", "", "It's 42 <|endoftext|> x", "Ünïcode ſ's"}) {
    EXPECT_EQ(lists->encode_padded(text, 77).ids, json->encode_padded(text, 77).ids) << text;
  }
  std::filesystem::remove_all(folder);
}

TEST(Tokenizer, QwensFixedPiecesHaveTheirKnownIds) {
  const Tokenizer tokenizer = builtin_tokenizer(TokenizerKind::kQwen).value();

  EXPECT_EQ(tokenizer.encode(chat_text(ChatTemplate::kQwen3Answer, "\n")),
            (std::vector<TokenId>{151644, 872, 271, 151645, 198, 151644, 77091, 198, 151667, 271,
                                  151668, 271}));
  EXPECT_EQ(tokenizer.padding(), 151643);
}

TEST(Tokenizer, ClipKeepsItsEndMarkWhenALongPromptIsCut) {
  const Tokenizer tokenizer = builtin_tokenizer(TokenizerKind::kClip).value();
  std::string prompt;
  for (int i = 0; i < 200; ++i) prompt += "cat ";

  const Tokens tokens = tokenizer.encode_padded(prompt, 77);

  EXPECT_EQ(tokens.ids.size(), 77u);
  EXPECT_EQ(tokens.ids.front(), 49406);
  EXPECT_EQ(tokens.ids[75], 2368);
  EXPECT_EQ(tokens.ids.back(), 49407);
}

TEST(Tokenizer, AWordOfTensOfThousandsOfLettersIsEncodedAtOnce) {
  const Tokenizer tokenizer = builtin_tokenizer(TokenizerKind::kQwen).value();
  std::string word;
  for (int i = 0; i < 8192; ++i) word += "龍";

  const std::vector<TokenId> ids = tokenizer.encode(word);

  EXPECT_EQ(ids.size(), 8192u * (tokenizer.encode("龍龍龍龍").size() / 4));
}

TEST(Split, QwensBlanksGoWithLineEndsOrTheNextWord) {
  using Pieces = std::vector<std::u32string_view>;
  EXPECT_EQ(split_qwen(U"a  b \n\n c  "), (Pieces{U"a", U" ", U" b", U" \n\n", U" c", U"  "}));
  EXPECT_EQ(split_qwen(U"I'LL don'ſ 12"), (Pieces{U"I", U"'LL", U" don", U"'ſ", U" ", U"1", U"2"}));
  EXPECT_EQ(split_qwen(U"\t.x ?!\r\ny"), (Pieces{U"\t", U".x", U" ?!\r\n", U"y"}));
}

TEST(Split, ClipsMarksInTheTextFallApart) {
  using Pieces = std::vector<std::u32string_view>;
  EXPECT_EQ(split_clip(U"<|startoftext|>! a's 1,2"),
            (Pieces{U"<|", U"startoftext", U"|>", U"!", U"a", U"'s", U"1", U",", U"2"}));
}

class TokenizerFiles : public WeightFiles {
 protected:
  // The small klein tokenizer after `change`.
  Result<Tokenizer> open_changed(const std::function<void(JsonObject&)>& change) {
    Json json = read_json_file(kGolden / "klein/model/tokenizer/tokenizer.json").value();
    change(json.as_object());
    return parse_tokenizer(json);
  }
};

TEST_F(TokenizerFiles, AnotherKindOfTokenizerIsNeverTakenForAKnownOne) {
  const auto refused = [&](const std::function<void(JsonObject&)>& change) {
    Result<Tokenizer> tokenizer = open_changed(change);
    return !tokenizer.ok() && tokenizer.error().code == ErrorCode::kInvalidInput;
  };

  EXPECT_TRUE(open_changed([](JsonObject&) {}).ok());
  EXPECT_TRUE(refused([](JsonObject& json) { json["model"].as_object()["type"] = "Unigram"; }));
  EXPECT_TRUE(refused([](JsonObject& json) { json["model"].as_object()["byte_fallback"] = true; }));
  EXPECT_TRUE(refused([](JsonObject& json) { json["model"].as_object()["dropout"] = 0.1; }));
  EXPECT_TRUE(
      refused([](JsonObject& json) { json["model"].as_object()["end_of_word_suffix"] = "_"; }));
  EXPECT_TRUE(refused([](JsonObject& json) { json["normalizer"].as_object()["type"] = "NFKC"; }));
  EXPECT_TRUE(refused([](JsonObject& json) { json["normalizer"] = nullptr; }));
  EXPECT_TRUE(refused([](JsonObject& json) { json.erase("pre_tokenizer"); }));
  EXPECT_TRUE(refused([](JsonObject& json) {
    json["pre_tokenizer"].at("pretokenizers").at(0).at("pattern").as_object()["Regex"] = "\\w+";
  }));
  EXPECT_TRUE(
      refused([](JsonObject& json) { json["added_tokens"].at(0).as_object()["lstrip"] = true; }));
}

TEST_F(TokenizerFiles, ATokenizerThatContradictsItselfIsRefused) {
  const auto message = [&](const std::function<void(JsonObject&)>& change) {
    Result<Tokenizer> tokenizer = open_changed(change);
    EXPECT_EQ(tokenizer.error().code, ErrorCode::kCorrupt);
    return tokenizer.error().message;
  };
  const auto model = [](JsonObject& json) -> JsonObject& { return json["model"].as_object(); };

  EXPECT_NE(message([&](JsonObject& j) { j.erase("model"); }).find("\"model\""), std::string::npos);
  EXPECT_NE(message([&](JsonObject& j) { model(j)["vocab"] = 7; }).find("no object"),
            std::string::npos);
  EXPECT_NE(message([&](JsonObject& j) {
              model(j)["vocab"].as_object()["a"] = -1;
            }).find("\"a\" has no id"),
            std::string::npos);
  EXPECT_NE(
      message([&](JsonObject& j) { model(j)["vocab"].as_object().erase("a"); }).find("for byte 97"),
      std::string::npos);
  EXPECT_NE(message([&](JsonObject& j) { model(j)["merges"] = JsonArray{"ab"}; }).find("no pair"),
            std::string::npos);
  EXPECT_NE(
      message([&](JsonObject& j) { model(j)["merges"] = JsonArray{"a b c"}; }).find("no pair"),
      std::string::npos);
  EXPECT_NE(
      message([&](JsonObject& j) { model(j)["merges"] = JsonArray{"qqq zzz"}; }).find("no tokens"),
      std::string::npos);
  EXPECT_NE(message([&](JsonObject& j) { model(j)["merges"] = JsonArray{5}; }).find("neither"),
            std::string::npos);
  EXPECT_NE(message([&](JsonObject& j) { j["added_tokens"] = JsonArray(); }).find("<|endoftext|>"),
            std::string::npos);
}

TEST_F(TokenizerFiles, AFolderWithoutATokenizerSaysWhatIsMissing) {
  EXPECT_EQ(open_tokenizer(folder_).error().code, ErrorCode::kNotFound);
  write("tokenizer.json", "{");
  EXPECT_EQ(open_tokenizer(folder_).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace plantain::model
