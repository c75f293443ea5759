#include "engine/sketch/words.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "engine/sketch/pack_file.h"
#include "engine/sketch/parts.h"
#include "engine/sketch/scene_names.h"
#include "engine/sketch/words_text.h"
#include "engine/sketch/words_tokens.h"

namespace plantain::engine::sketch {
namespace {

bool means(std::string_view phrase, std::string_view language, std::string_view kind,
           std::string_view value) {
  for (const Sense& sense : senses_of(phrase)) {
    if (sense.language == language && sense.kind == kind && sense.value == value) return true;
  }
  return false;
}

TEST(WordTable, NamesOneThingInManyLanguages) {
  constexpr std::pair<std::string_view, std::string_view> kCats[] = {
      {"en", "cat"},   {"zh_Hant", "貓"}, {"zh", "猫"},     {"ja", "猫"},    {"es", "gato"},
      {"de", "katze"}, {"fr", "chat"},    {"ko", "고양이"}, {"it", "gatto"}, {"pt", "gato"},
      {"nl", "kat"},   {"ru", "кошка"},   {"uk", "кіт"},    {"pl", "kot"},   {"tr", "kedi"},
      {"ar", "قطة"},   {"hi", "बिल्ली"},   {"th", "แมว"},    {"vi", "mèo"},   {"id", "kucing"},
      {"sv", "katt"},  {"el", "γάτα"},    {"he", "חתול"},
  };
  for (const auto& [language, word] : kCats) {
    EXPECT_TRUE(means(fold_words(word), language, "thing", "cat")) << language << " " << word;
  }
}

TEST(WordTable, KnowsEnglishKindsAndSynonyms) {
  constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
      {"labrador", "dog"},         {"great dane", "dog"},          {"pekinese", "dog"},
      {"siamese cat", "cat"},      {"skiff", "sailboat"},          {"tugboat", "sailboat"},
      {"limousine", "automobile"}, {"oak", "deciduous-tree"},      {"magpie", "bird"},
      {"anemone", "blossom"},      {"alcazar", "castle"},          {"armchair", "chair"},
      {"kestrel", "eagle"},        {"great white shark", "shark"},
  };
  for (const auto& [word, drawing] : kKinds)
    EXPECT_TRUE(means(word, "en", "thing", drawing)) << word;
  EXPECT_TRUE(means("brook", "en", "set", "place=lake"));
  EXPECT_TRUE(means("vienna", "en", "set", "place?=city name=vienna"));
  EXPECT_TRUE(means("blacksmith", "en", "noun", "person"));
  EXPECT_TRUE(means("violinist", "en", "trade", "singer"));
}

TEST(WordTable, LeavesTheOtherSensesOfAWordAlone) {
  EXPECT_FALSE(means("bullet", "en", "thing", "spiral-shell"));  // a shell of another kind
  EXPECT_FALSE(means("continent", "en", "thing", "globe-showing-americas"));
  EXPECT_FALSE(means("lone wolf", "en", "noun", "person"));
  EXPECT_FALSE(means("young man", "en", "noun", "man"));  // "young" must be heard
  EXPECT_TRUE(senses_of("zzyzx").empty());
  EXPECT_TRUE(senses_of("").empty());
}

TEST(WordTable, CountsAndColoursInLanguagesWithoutALexicon) {
  EXPECT_TRUE(means("due", "it", "number", "2"));
  EXPECT_TRUE(means("três", "pt", "number", "3"));
  EXPECT_TRUE(means("twee", "nl", "number", "2"));
  EXPECT_TRUE(means("rosso", "it", "colour", "#d32f2f red"));
  EXPECT_TRUE(means("svart", "sv", "colour", "#17171a black"));
}

TEST(WordTable, SimplifiedChineseFollowsFromTraditional) {
  EXPECT_TRUE(means("紅色", "zh_Hant", "colour", "#d32f2f red"));
  EXPECT_TRUE(means("红色", "zh", "colour", "#d32f2f red"));
}

TEST(WordTable, TellsWhetherAPhraseGoesOn) {
  EXPECT_TRUE(any_begins_with("shallow depth "));
  EXPECT_FALSE(any_begins_with("shallow zzyzx "));
}

TEST(Facts, TellTheKindAndTheSizeOfADrawing) {
  const std::optional<PartFacts> cat = facts_of("cat");
  ASSERT_TRUE(cat.has_value());
  EXPECT_EQ(cat->kind, Kind::kAnimal);
  EXPECT_NEAR(cat->height_m, 0.35, 0.01);
  EXPECT_EQ(cat->face, "cat-face");
  EXPECT_FALSE(cat->bust);
  EXPECT_TRUE(facts_of("fox")->bust);
  EXPECT_EQ(facts_of("basket")->holds, Relation::kIn);
  EXPECT_EQ(facts_of("table")->holds, Relation::kOn);
  EXPECT_TRUE(facts_of("top-hat")->worn);
  EXPECT_FALSE(facts_of("no-such-thing").has_value());
}

// --- the whole table

struct Line {
  std::string phrase, languages, kind, value;
};

std::vector<Line> whole_table() {
  const std::string_view section = pack_section(Section::kWords);
  const auto count = entry_at<uint32_t>(section, 0);
  std::vector<Line> lines;
  for (const std::string& line :
       split(section.substr((size_t{count} + 1) * sizeof(uint32_t)), '\n')) {
    const std::vector<std::string> cells = split(line, '\t');
    if (cells.size() == 4) lines.push_back({cells[0], cells[1], cells[2], cells[3]});
  }
  EXPECT_EQ(lines.size(), count);
  return lines;
}

bool is_scene_effect(const std::string& effect) {
  const size_t equals = effect.find('=');
  if (equals == std::string::npos) return false;
  std::string key = effect.substr(0, equals);
  if (key.ends_with('?')) key.pop_back();
  const std::string value = effect.substr(equals + 1);
  if (key == "place") return value_named<Place>(value).has_value();
  if (key == "time") return value_named<TimeOfDay>(value).has_value();
  if (key == "weather") return value_named<Weather>(value).has_value();
  if (key == "season") return value_named<Season>(value).has_value();
  if (key == "shot") return value_named<Shot>(value).has_value();
  if (key == "light") return value_named<Light>(value).has_value();
  if (key == "style") return value_named<Style>(value).has_value();
  return !value.empty() && (key == "name" || key == "focus" || key == "wet" || key == "without");
}

bool is_colour(const std::string& value) {
  return value == "rainbow rainbow" || (value.size() > 8 && value[0] == '#' && value[7] == ' ');
}

bool is_sound(const Line& line) {
  const std::vector<std::string> words = split(line.value, ' ');
  if (line.kind == "thing")
    return facts_of(words.front()).has_value() && part_exists(words.front());
  if (line.kind == "garment") return words.size() < 2 || facts_of(words[1]).has_value();
  if (line.kind == "number") return parse_int(line.value).value_or(0) > 0;
  if (line.kind == "colour") return is_colour(line.value);
  if (line.kind == "relation" || line.kind == "locative")
    return line.value == "wearing" || value_named<Relation>(line.value).has_value();
  if (line.kind == "set") return std::all_of(words.begin(), words.end(), is_scene_effect);
  if (line.kind == "part") return value_named<Kind>(words.front()).has_value();
  static const std::set<std::string> kOthers = {
      "noun",   "trade",  "measure",  "shade",   "size",    "age",     "tone", "hair",
      "nation", "act",    "hairs",    "beard",   "glasses", "feature", "with", "and",
      "or",     "negate", "have",     "the",     "it",      "body",    "of",   "sign",
      "kind",   "word",   "contains", "quality", "plural"};
  return kOthers.contains(line.kind);
}

// The reader CHECKs what it takes from the table, so that a wrong line would stop the program.
TEST(WordTable, EveryLineIsOfAKnownClassAndHasASoundValue) {
  for (const Line& line : whole_table()) {
    EXPECT_TRUE(is_sound(line)) << line.phrase << " | " << line.languages << " | " << line.kind
                                << " | " << line.value;
  }
}

TEST(WordTable, IsSortedSoThatSearchFindsEveryPhrase) {
  const std::vector<Line> lines = whole_table();
  for (size_t i = 1; i < lines.size(); ++i) ASSERT_LE(lines[i - 1].phrase, lines[i].phrase);
  for (size_t i = 0; i < lines.size(); i += 997)
    EXPECT_FALSE(senses_of(lines[i].phrase).empty()) << lines[i].phrase;
}

// --- how words are compared and cut

TEST(Folding, MakesFormsOfOneWordEqual) {
  EXPECT_EQ(fold_words("Café"), fold_words("CAFE\u0301"));
  EXPECT_EQ(fold_words("ＡＢＣ"), "abc");
  EXPECT_EQ(fold_words("STRASSE"), fold_words("straße"));
  EXPECT_EQ(to_simplified("紅色的貓"), "红色的猫");
}

std::vector<std::string> texts_of(std::string_view prompt) {
  std::vector<std::string> out;
  for (const Token& token : tokenise(prompt)) out.push_back(token.text);
  return out;
}

using Texts = std::vector<std::string>;

TEST(Tokens, AreWordsCharactersAndMarks) {
  EXPECT_EQ(texts_of("A red-haired girl, 8K. f/1.8"),
            (Texts{"a", "red-haired", "girl", ",", "8k", ".", "f/1.8"}));
  EXPECT_EQ(texts_of("三隻cats"), (Texts{"三", "隻", "cats"}));
  EXPECT_EQ(texts_of("海,山。"), (Texts{"海", ",", "山", "."}));
  EXPECT_EQ(texts_of(""), Texts{});
  EXPECT_EQ(texts_of("  \t "), Texts{});
}

TEST(Tokens, OfEveryKindOfQuotationMarkAreLettering) {
  for (const char* prompt : {"\"Open\"", "“Open”", "'Open'", "‘Open’", "«Open»", "„Open“",
                             "「Open」", "『Open』", "《Open》"}) {
    const std::vector<Token> tokens = tokenise(prompt);
    ASSERT_EQ(tokens.size(), 1u) << prompt;
    EXPECT_EQ(tokens[0].kind, Token::Kind::kLettering) << prompt;
    EXPECT_EQ(tokens[0].shown, "Open") << prompt;
  }
}

TEST(Tokens, AnApostropheOpensNoQuotation) {
  EXPECT_EQ(texts_of("the cats' toys and dogs' bones"),
            (Texts{"the", "cats", "toys", "and", "dogs", "bones"}));
  EXPECT_EQ(texts_of("a bird’s nest"), (Texts{"a", "bird's", "nest"}));
}

TEST(Tokens, AStrayQuotationMarkSwallowsNothing) {
  EXPECT_EQ(texts_of("a 5\" cat and a dog"), (Texts{"a", "5", "cat", "and", "a", "dog"}));
}

}  // namespace
}  // namespace plantain::engine::sketch
