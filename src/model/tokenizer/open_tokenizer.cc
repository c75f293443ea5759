#include <algorithm>
#include <span>

#include "base/embedded.h"
#include "base/model_limits.h"
#include "base/text.h"
#include "model/tokenizer/tokenizer.h"
#include "model/weights/model_folder.h"
#include "model/weights/weights.h"

namespace plantain::embedded {
std::span<const EmbeddedFile> vocabularies();
}

namespace plantain::model {
namespace {

constexpr std::string_view kWordEnd = "</w>";
constexpr std::string_view kEndOfText = "<|endoftext|>";
constexpr std::string_view kStartOfText = "<|startoftext|>";

// The splitting patterns that split.h writes out, as tokenizer.json spells them.
constexpr std::string_view kQwenPattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kClipPatterns[] = {
    R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)",
    R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)",
};

Error corrupt(std::string message) { return Error{ErrorCode::kCorrupt, std::move(message)}; }

using Vocabulary = std::unordered_map<std::string, TokenId>;

Result<TokenId> read_id(const Json& value, std::string_view token) {
  if (!value.is_int64() || value.get_int64() < 0 ||
      value.get_int64() >= static_cast<int64_t>(limits::kVocabularyMax_tokens)) {
    return corrupt(concat("the token \"", shown(token), "\" has no id from 0 to ",
                          limits::kVocabularyMax_tokens - 1));
  }
  return static_cast<TokenId>(value.get_int64());
}

Result<Vocabulary> read_vocabulary(const Json* json) {
  if (!json || !json->is_object()) return corrupt("the vocabulary is no object");
  if (json->get_object().size() > limits::kVocabularyMax_tokens) {
    return corrupt(
        concat("the vocabulary has more than ", limits::kVocabularyMax_tokens, " tokens"));
  }
  Vocabulary vocabulary;
  vocabulary.reserve(json->get_object().size());
  for (const auto& [key, value] : json->get_object()) {
    const std::string_view token(key.data(), key.size());
    if (token.size() > limits::kTokenMax_bytes) {
      return corrupt(concat("the token \"", shown(token), "\" has more than ",
                            limits::kTokenMax_bytes, " bytes"));
    }
    Result<TokenId> id = read_id(value, token);
    if (!id.ok()) return id.error();
    vocabulary.emplace(token, *id);
  }
  return vocabulary;
}

Result<void> add_merge_line(Bpe& bpe, std::string_view line) {
  const size_t space = line.find(' ');
  if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
    return corrupt(concat("the merge \"", shown(line), "\" is no pair"));
  }
  return bpe.add_merge(line.substr(0, space), line.substr(space + 1));
}

// Either form: "a b" or ["a", "b"].
Result<void> add_merges(Bpe& bpe, const Json* merges) {
  if (!merges || !merges->is_array()) return corrupt("the merges are no list");
  if (merges->get_array().size() > limits::kVocabularyMax_tokens) {
    return corrupt(concat("there are more than ", limits::kVocabularyMax_tokens, " merges"));
  }
  for (const Json& merge : merges->get_array()) {
    const JsonArray* pair = merge.is_array() ? &merge.get_array() : nullptr;
    Result<void> added;
    if (merge.is_string()) {
      added = add_merge_line(bpe, view(merge.get_string()));
    } else if (pair && pair->size() == 2 && (*pair)[0].is_string() && (*pair)[1].is_string()) {
      added = bpe.add_merge(view((*pair)[0].get_string()), view((*pair)[1].get_string()));
    } else {
      added = corrupt("a merge is neither text nor a pair of texts");
    }
    if (!added.ok()) return added;
  }
  return {};
}

Result<void> add_merge_file(Bpe& bpe, std::string_view text) {
  bool first = true;
  for (const std::string& raw : split(text, '\n')) {
    const std::string_view line =
        raw.ends_with('\r') ? std::string_view(raw).substr(0, raw.size() - 1) : raw;
    const bool version = first && line.starts_with("#version");
    first = false;
    if (version || line.empty()) continue;
    Result<void> added = add_merge_line(bpe, line);
    if (!added.ok()) return added;
  }
  return {};
}

Error unknown_kind(std::string_view what) {
  return invalid(concat("this tokenizer ", what,
                        "; only those of Qwen2, Qwen3 and CLIP are known to this program"));
}

// All the "type"s and patterns of a normalizer or pre_tokenizer, in order.
std::vector<std::string> describe(const Json* step, std::string_view list) {
  if (!step || !step->is_object()) return {};
  const Json* steps = find(*step, list);
  std::vector<std::string> words;
  if (steps && steps->is_array()) {
    for (const Json& inner : steps->get_array()) {
      for (std::string& word : describe(&inner, list)) words.push_back(std::move(word));
    }
    return words;
  }
  words.push_back(text_or(*step, "type", ""));
  if (const Json* pattern = find(*step, "pattern")) words.push_back(text_or(*pattern, "Regex", ""));
  return words;
}

Result<void> check_steps(const Json& json, TokenizerKind kind) {
  using Words = std::vector<std::string>;
  const Words normal = describe(find(json, "normalizer"), "normalizers");
  const Words before = describe(find(json, "pre_tokenizer"), "pretokenizers");
  const Words expected =
      kind == TokenizerKind::kQwen ? Words{"NFC"} : Words{"NFC", "Replace", R"(\s+)", "Lowercase"};
  if (normal != expected) return unknown_kind("normalises text in another way");
  if (before.size() != 3 || before[0] != "Split" || before[2] != "ByteLevel") {
    return unknown_kind("splits text in another way");
  }
  const bool same = kind == TokenizerKind::kQwen
                        ? before[1] == kQwenPattern
                        : std::find(std::begin(kClipPatterns), std::end(kClipPatterns),
                                    before[1]) != std::end(kClipPatterns);
  if (!same) return unknown_kind("splits text by another pattern");
  return {};
}

// Options of a BPE model that change ids and that none of the known tokenizers uses.
Result<void> check_model(const Json& model) {
  if (text_or(model, "type", "BPE") != "BPE") return unknown_kind("is no byte-pair encoding");
  const Json* dropout = find(model, "dropout");
  if ((dropout && !dropout->is_null()) || bool_or(model, "byte_fallback", false) ||
      bool_or(model, "ignore_merges", false) ||
      !text_or(model, "continuing_subword_prefix", "").empty()) {
    return unknown_kind("uses dropout, byte_fallback, ignore_merges or a subword prefix");
  }
  return {};
}

}  // namespace

// Collects what the files say, then makes the tokenizer whole.
class TokenizerBuilder {
 public:
  static Result<TokenizerBuilder> from_json(const Json& json) {
    const Json* model = find(json, "model");
    if (!model || !model->is_object()) return corrupt("tokenizer.json: has no object \"model\"");
    Result<void> known = check_model(*model);
    if (!known.ok()) return known.error();
    const std::string suffix = text_or(*model, "end_of_word_suffix", "");
    if (!suffix.empty() && suffix != kWordEnd) return unknown_kind("ends words in another way");
    const TokenizerKind kind = suffix.empty() ? TokenizerKind::kQwen : TokenizerKind::kClip;
    known = check_steps(json, kind);
    if (!known.ok()) return known.error();
    Result<TokenizerBuilder> builder = start(find(*model, "vocab"), kind);
    if (!builder.ok()) return builder;
    Result<void> merged = add_merges(builder->tokenizer_.bpe_, find(*model, "merges"));
    if (!merged.ok()) return merged.error();
    const Json* added = find(json, "added_tokens");
    if (added && added->is_array()) {
      for (const Json& token : added->get_array()) {
        const Json* id = find(token, "id");
        Result<void> done = builder->add(token, id ? *id : Json(nullptr));
        if (!done.ok()) return done.error();
      }
    }
    return builder;
  }

  static Result<TokenizerBuilder> from_lists(const Json& vocabulary, std::string_view merges) {
    const bool clip = find(vocabulary, concat("a", kWordEnd)) != nullptr;
    Result<TokenizerBuilder> builder =
        start(&vocabulary, clip ? TokenizerKind::kClip : TokenizerKind::kQwen);
    if (!builder.ok()) return builder;
    Result<void> merged = add_merge_file(builder->tokenizer_.bpe_, merges);
    if (!merged.ok()) return merged.error();
    return builder;
  }

  // added_tokens.json: {content: id}.
  Result<void> add_list(const Json& list) {
    if (!list.is_object()) return corrupt("added_tokens.json: no object");
    for (const auto& [key, id] : list.get_object()) {
      Result<void> added = add(Json(JsonString(key)), id);
      if (!added.ok()) return added;
    }
    return {};
  }

  // tokenizer_config.json.
  Result<void> add_config(const Json& config) {
    if (const Json* decoder = find(config, "added_tokens_decoder");
        decoder && decoder->is_object()) {
      for (const auto& [key, token] : decoder->get_object()) {
        const std::optional<int64_t> id = parse_int({key.data(), key.size()});
        Result<void> added = add(token, id ? Json(*id) : Json(nullptr));
        if (!added.ok()) return added;
      }
    }
    for (const char* role : {"bos_token", "eos_token", "unk_token", "pad_token"}) {
      const Json* token = find(config, role);
      if (!token || token->is_null()) continue;
      Result<void> added = add_special(*token, std::string_view(role) == "pad_token");
      if (!added.ok()) return added;
    }
    return {};
  }

  Result<Tokenizer> finish() && {
    const std::optional<TokenId> end = id_of(kEndOfText);
    if (!end) return corrupt(concat("the tokenizer has no token ", kEndOfText));
    tokenizer_.end_ = *end;
    tokenizer_.padding_ = padding_.value_or(*end);
    if (tokenizer_.kind_ == TokenizerKind::kClip) {
      const std::optional<TokenId> begin = id_of(kStartOfText);
      if (!begin) return corrupt(concat("the tokenizer has no token ", kStartOfText));
      tokenizer_.start_ = *begin;
    }
    for (std::vector<AddedToken>* list : {&tokenizer_.raw_, &tokenizer_.normalized_}) {
      std::stable_sort(list->begin(), list->end(), [](const AddedToken& a, const AddedToken& b) {
        return a.content.size() > b.content.size();
      });
    }
    return std::move(tokenizer_);
  }

 private:
  explicit TokenizerBuilder(Tokenizer tokenizer) : tokenizer_(std::move(tokenizer)) {}

  static Result<TokenizerBuilder> start(const Json* vocabulary, TokenizerKind kind) {
    Result<Vocabulary> tokens = read_vocabulary(vocabulary);
    if (!tokens.ok()) return tokens.error();
    Result<Bpe> bpe =
        Bpe::make(std::move(*tokens), std::string(kind == TokenizerKind::kClip ? kWordEnd : ""));
    if (!bpe.ok()) return bpe.error();
    return TokenizerBuilder(Tokenizer(kind, std::move(*bpe)));
  }

  // An added token that was seen before stays as it was said first.
  const AddedToken* find_added(std::string_view content) const {
    for (const std::vector<AddedToken>* list : {&tokenizer_.raw_, &tokenizer_.normalized_}) {
      for (const AddedToken& token : *list) {
        if (token.content == content) return &token;
      }
    }
    return nullptr;
  }

  std::optional<TokenId> id_of(std::string_view content) const {
    if (const AddedToken* added = find_added(content)) return added->id;
    return tokenizer_.bpe_.find(content);
  }

  // `token`: its text, or an object with "content" and options.
  Result<void> add(const Json& token, const Json& id) {
    const std::string content =
        token.is_string() ? std::string(view(token.get_string())) : text_or(token, "content", "");
    if (content.empty() || content.size() > limits::kTokenMax_bytes) {
      return corrupt("an added token has no text or too much");
    }
    if (find_added(content)) return {};
    Result<TokenId> number = read_id(id, content);
    if (!number.ok()) return number.error();
    for (const char* option : {"single_word", "lstrip", "rstrip"}) {
      if (bool_or(token, option, false)) {
        return unknown_kind(concat("has an added token \"", shown(content), "\" with ", option));
      }
    }
    const bool normalized = bool_or(token, "normalized", false);
    std::vector<AddedToken>& list = normalized ? tokenizer_.normalized_ : tokenizer_.raw_;
    if (list.size() >= limits::kAddedTokensMax) {
      return corrupt(concat("there are more than ", limits::kAddedTokensMax, " added tokens"));
    }
    list.push_back({content, *number, normalized});
    return {};
  }

  Result<void> add_special(const Json& token, bool is_padding) {
    const std::string content =
        token.is_string() ? std::string(view(token.get_string())) : text_or(token, "content", "");
    const std::optional<TokenId> id = id_of(content);
    if (!id) return corrupt(concat("tokenizer_config.json: \"", shown(content), "\" is no token"));
    if (is_padding) padding_ = *id;
    return add(token, Json(int64_t{*id}));
  }

  Tokenizer tokenizer_;
  std::optional<TokenId> padding_;
};

namespace {

Result<TokenizerBuilder> open_lists(const Path& folder) {
  Result<Json> vocabulary = read_json_file(folder / "vocab.json");
  if (!vocabulary.ok()) {
    if (vocabulary.error().code != ErrorCode::kNotFound) return vocabulary.error();
    return Error{ErrorCode::kNotFound,
                 concat(folder.filename().string(),
                        ": neither tokenizer.json nor vocab.json and merges.txt")};
  }
  Result<std::shared_ptr<const MappedFile>> merges = MappedFile::open(folder / "merges.txt");
  if (!merges.ok()) return merges.error();
  const Bytes text = (*merges)->bytes();
  if (text.size() > limits::kModelConfigMax_bytes) {
    return corrupt(concat("merges.txt: has more than ", limits::kModelConfigMax_bytes, " bytes"));
  }
  Result<TokenizerBuilder> builder = TokenizerBuilder::from_lists(
      *vocabulary, {reinterpret_cast<const char*>(text.data()), text.size()});
  if (!builder.ok()) return builder;
  Result<Json> added = read_json_file(folder / "added_tokens.json");
  if (!added.ok()) {
    if (added.error().code != ErrorCode::kNotFound) return added.error();
    return builder;
  }
  Result<void> done = builder->add_list(*added);
  if (!done.ok()) return done.error();
  return builder;
}

Result<TokenizerBuilder> open_json(const Path& folder) {
  Result<Json> json = read_json_file(folder / "tokenizer.json");
  if (json.ok()) return TokenizerBuilder::from_json(*json);
  if (json.error().code != ErrorCode::kNotFound) return json.error();
  return open_lists(folder);
}

}  // namespace

Result<Tokenizer> open_tokenizer(const Path& folder) {
  Result<TokenizerBuilder> builder = open_json(folder);
  if (!builder.ok()) return builder.error();
  Result<Json> config = read_json_file(folder / "tokenizer_config.json");
  if (config.ok()) {
    Result<void> added = builder->add_config(*config);
    if (!added.ok()) return added.error();
  } else if (config.error().code != ErrorCode::kNotFound) {
    return config.error();
  }
  return std::move(*builder).finish();
}

Result<Tokenizer> parse_tokenizer(const Json& tokenizer_json) {
  Result<TokenizerBuilder> builder = TokenizerBuilder::from_json(tokenizer_json);
  if (!builder.ok()) return builder.error();
  return std::move(*builder).finish();
}

Result<Tokenizer> builtin_tokenizer(TokenizerKind kind) {
  const std::string_view name = kind == TokenizerKind::kClip ? "clip.json" : "qwen3.json";
  for (const EmbeddedFile& file : embedded::vocabularies()) {
    if (file.path != name) continue;
    Result<Json> json = parse_json(file.bytes);
    if (!json.ok()) return json.error();
    return parse_tokenizer(*json);
  }
  CHECK(false);
}

}  // namespace plantain::model
