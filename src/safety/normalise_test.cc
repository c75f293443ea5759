#include "safety/normalise.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace plantain::safety {
namespace {

std::string read(std::string_view prompt) {
  std::string out;
  for (const char32_t c : normalise(prompt).text) out += to_utf8(c);
  return out;
}

// The character with a mark, or '-' without one, for each character of the normalised text.
std::string marked(std::string_view prompt, Mark mark) {
  const Normalised text = normalise(prompt);
  std::string out;
  for (size_t i = 0; i < text.text.size(); ++i)
    out += text.has(i, mark) ? to_utf8(text.text[i]) : "-";
  return out;
}

TEST(Normalise, BringsSpellingsOfOneWordTogether) {
  const std::pair<const char*, const char*> cases[] = {
      {"Nude", "nude"},
      {"ＮＵＤＥ", "nude"},                      // full width
      {"nüdé", "nude"},                          // accents
      {"nu\u0308de\u0301", "nude"},              // … in pieces
      {"n\u0337u\u0337d\u0337e\u0337", "nude"},  // … struck through
      {"n\u200Bu\u200Dd\u00ADe\uFEFF", "nude"},  // cannot be seen
      {"nudе", "nude"},                          // Cyrillic е
      {"ѕех", "sex"},                            // Cyrillic throughout
      {"ηυde", "nude"},                          // Greek
      {"𝓷𝓾𝓭𝓮", "nude"},                          // mathematical letters
      {"ⓝⓤⓓⓔ", "nude"},                          // in circles
      {"🅝🅤🅓🅔", "nude"},                          // … white on black
      {"🅽🆄🅳🅴", "nude"},                          // in squares
      {"🇳🇺🇩🇪", "nude"},                          // of flags
      {"ɴᴜᴅᴇ", "nude"},                          // small capitals
      {"nuuuuuude", "nuuude"},                   // a long run, of which three are left
      {"straße", "strasse"},
      {"œuvre", "oeuvre"},
      {"Æther", "aether"},
      {"smørrebrød", "smorrebrod"},
      {"año", "año"},  // not ano
      {"１２ 歳", "12歳"},
      {"١٢", "12"},          // Arabic digits
      {"१२", "12"},          // Devanagari digits
      {"إباحية", "اباحية"},  // hamza
      {"كـــلمة", "كلمة"},   // stretched
      {"हिन्दी", "हिन्दी"},    // marks that are letters
      {"ガラス", "ガラス"},
      {"ｶﾞﾗｽ", "ガラス"},  // half width
      {"ёлка", "eлka"},    // consistent for lexicon and prompt
  };
  for (const auto& [prompt, expected] : cases) EXPECT_EQ(read(prompt), expected) << prompt;
}

TEST(Normalise, MakesOneSpaceOfWhatSeparatesWords) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"  ", ""},
      {"...", ""},
      {" a  b\t\nc ", "a b c"},
      {"mole-rat, digging", "mole rat digging"},
      {"(masterpiece:1.2)", "masterpiece 1 2"},
      {"rock'n'roll", "rock n roll"},
      {"a\xFFz", "a z"},          // not UTF-8
      {"a\xED\xA0\x80z", "a z"},  // a surrogate
      {"cat 🐈 dog", "cat dog"},
      {"100%", "100"},
      {"色 情", "色情"},  // nobody writes spaces there but to hide
      {"色.情", "色情"},
      {"色、情", "色 情"},
      {"色  情", "色 情"},
      {"ﷺ salam", "salam"},  // grows eighteenfold, so it is not read
  };
  for (const auto& [prompt, expected] : cases) EXPECT_EQ(read(prompt), expected) << prompt;
}

TEST(Normalise, KeepsSymbolsThatMayBeLetters) {
  EXPECT_EQ(read("n@ked"), "n@ked");
  EXPECT_EQ(read("$ex"), "$ex");
  EXPECT_EQ(read("a$$"), "a$$");
  EXPECT_EQ(read("f*ck, f**k"), "f*ck f**k");
  EXPECT_EQ(read("sh!t!"), "sh!t");
  EXPECT_EQ(read("costs $ 5"), "costs 5");
  EXPECT_EQ(read("*bold* text"), "bold text");

  EXPECT_EQ(marked("f*ck", kHidden), "-*--");
  EXPECT_EQ(marked("n@ked", kSymbol), "-@---");
}

TEST(Normalise, MarksGapsThatMayOnlySplitLetters) {
  EXPECT_EQ(marked("p o r n", kJoint), "- - - -");
  EXPECT_EQ(marked("p - o", kJoint), "- -");
  EXPECT_EQ(marked("po-rn", kJoint), "-- --");
  EXPECT_EQ(marked("po rn", kJoint), "-----");
  EXPECT_EQ(marked("a cat", kJoint), "-----");
}

TEST(Normalise, MarksTheEndsOfSentences) {
  EXPECT_EQ(marked("a girl. A man", kSentence), "------ -----");
  EXPECT_EQ(marked("one\ntwo", kSentence), "--- ---");
  EXPECT_EQ(marked("女孩。男人", kSentence), "-- --");
  EXPECT_EQ(marked("a.b, c", kSentence), "-----");
}

TEST(Normalise, MarksAccentsOfLatinLettersAlone) {
  EXPECT_EQ(marked("gøre é ñ", kAccent), "-o---e--");
  EXPECT_EQ(marked("nudе", kAccent), "----");                    // a look-alike is no accent
  EXPECT_EQ(marked("g\u0337o\u0337r\u0337e", kAccent), "----");  // nor is decoration
}

TEST(Normalise, MarksScriptsWithoutSpaces) {
  EXPECT_EQ(marked("猫 cat ネコ", kUnspaced), "猫---ネコ");
}

// So that the time for a prompt is bounded by its length.
TEST(Normalise, NeverGrowsACharacterToMoreThanFour) {
  for (char32_t c = 1; c < 0x30000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    EXPECT_LE(normalise(to_utf8(c)).text.size(), 4u) << static_cast<uint32_t>(c);
  }
}

TEST(Normalise, OfALongRunOfMarksIsWhatAFewMarksGive) {
  std::string prompt = "n";
  for (int i = 0; i < 4000; ++i) prompt += i % 2 == 0 ? "\u0300" : "\u0315";

  EXPECT_EQ(read(prompt + "ude"), "nude");
}

}  // namespace
}  // namespace plantain::safety
