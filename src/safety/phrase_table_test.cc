#include "safety/phrase_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace plantain::safety {
namespace {

// What is found of one phrase, as it stands in the normalised text, each place once; " | " between
// places.
std::string found(std::string_view phrase, std::string_view prompt) {
  PhraseTable table;
  table.add(phrase, 7);
  table.add_particle("를");
  table.add_proclitic("ال");
  const Normalised text = normalise(prompt);
  std::string out;
  uint32_t last_end = 0;
  for (const PhraseTable::Match& match : table.find(text)) {
    EXPECT_EQ(match.id, 7u);
    if (match.end == last_end) continue;
    last_end = match.end;
    if (!out.empty()) out += " | ";
    for (uint32_t i = match.begin; i < match.end; ++i) out += to_utf8(text.text[i]);
  }
  return out;
}

TEST(PhraseTable, FindsWholeWordsAlone) {
  EXPECT_EQ(found("sex", "sex"), "sex");
  EXPECT_EQ(found("sex", "the sex of it, sex"), "sex | sex");
  EXPECT_EQ(found("sex", "Essex, Middlesex, sextant, unisex"), "");
  EXPECT_EQ(found("cunt", "Scunthorpe"), "");
  EXPECT_EQ(found("cock", "cockatoo, peacock, cockpit, Hancock"), "");
  EXPECT_EQ(found("rape", "a grape, drapes"), "");
  EXPECT_EQ(found("shooting star", "a shooting  star, shooting-star; shooting stars"),
            "shooting star | shooting star");
}

TEST(PhraseTable, FindsBeginningsWhereThePhraseIsOpen) {
  EXPECT_EQ(found("murder*", "murder, murderers, unmurdered"), "murder | murderers");
  EXPECT_EQ(found("hand job*", "hand jobs"), "hand jobs");
  EXPECT_EQ(found("裸体*", "裸体画"), "裸体");
}

TEST(PhraseTable, ReadsDigitsAndSymbolsAsLetters) {
  EXPECT_EQ(found("porn", "p0rn"), "p0rn");
  EXPECT_EQ(found("naked", "n4k3d, n@ked, NAK3D"), "n4k3d | n@ked | nak3d");
  EXPECT_EQ(found("sex", "$ex, s3x, 5ex"), "$ex | s3x | 5ex");
  EXPECT_EQ(found("kill", "k1ll, ki11, k!ll"), "k1ll | ki11 | k!ll");
  EXPECT_EQ(found("sex", "53x"), "") << "a word that is mostly digits is a number";
  EXPECT_EQ(found("boss", "8055"), "");
  EXPECT_EQ(found("porn", "porn2, 4porn"), "porn | porn")
      << "digits before and behind are no letters of it";
}

TEST(PhraseTable, ReadsHiddenLetters) {
  EXPECT_EQ(found("naked", "n*ked"), "n*ked");
  EXPECT_EQ(found("naked", "n**ed"), "n**ed");
  EXPECT_EQ(found("naked", "n***d"), "") << "two letters may be hidden, not more";
  EXPECT_EQ(found("naked", "*aked"), "");
}

TEST(PhraseTable, ReadsWordsInPieces) {
  EXPECT_EQ(found("porn", "p o r n"), "p o r n");
  EXPECT_EQ(found("porn", "p.o.r.n. p-o-r-n p_o_r_n p - o - r - n"),
            "p o r n | p o r n | p o r n | p o r n");
  EXPECT_EQ(found("porn", "po-rn"), "po rn");
  EXPECT_EQ(found("porn", "po rn"), "") << "two words";
  EXPECT_EQ(found("ass", "grade a s s b"), "a s s");
  EXPECT_EQ(found("ex", "plan e x"), "") << "too short to be told from single letters";
  EXPECT_EQ(found("porn", "pooorrrrn"), "pooorrrn");
  EXPECT_EQ(found("boob", "boooob"), "booob");
}

TEST(PhraseTable, ReadsNumbersUpToSeventeen) {
  EXPECT_EQ(found("# year old", "a 12 year old, a 12-year-old"), "12 year old | 12 year old");
  EXPECT_EQ(found("# year old", "18 year old, 0 year old, 112 year old, 1200 year old"), "");
  EXPECT_EQ(found("#yo", "a 9yo"), "9yo");
  EXPECT_EQ(found("#歳", "１２歳の猫"), "12歳");
}

TEST(PhraseTable, DemandsTheAccentsOfAPhrase) {
  EXPECT_EQ(found("mörder", "der Mörder"), "morder");
  EXPECT_EQ(found("mörder", "morder a maçã"), "");
  EXPECT_EQ(found("gore", "Turkish göre, Danish gøre"), "") << "other words";
  EXPECT_EQ(found("naked", "nakéd"), "naked") << "no other word is near";
}

TEST(PhraseTable, FindsWordsOfScriptsWithoutSpaces) {
  EXPECT_EQ(found("性交", "男女性交的画"), "性交");
  EXPECT_EQ(found("性交", "理性交流的商業會議"), "") << "理性|交流";
  EXPECT_EQ(found("割腕", "割腕自殺的女孩"), "割腕") << "the dictionary holds 割腕自殺 as one word";
  EXPECT_EQ(found("ヌード", "女性のヌード写真"), "ヌード");
  EXPECT_EQ(found("ヌード", "カップヌードルの広告"), "");
  EXPECT_EQ(found("フェラ", "赤いフェラーリ"), "");
}

TEST(PhraseTable, PassesOverWhatIsGluedToAWord) {
  EXPECT_EQ(found("자살", "자살를"), "자살");
  EXPECT_EQ(found("자살", "자살골"), "");
  EXPECT_EQ(found("قتل", "القتل"), "قتل");
  EXPECT_EQ(found("قتل", "مقتل"), "");
}

TEST(PhraseTable, GivesEveryIdOfAPhrase) {
  PhraseTable table;
  table.add("bomb", 1);
  table.add("bomb", 2);
  table.add("bomb making", 3);

  std::vector<uint32_t> ids;
  for (const PhraseTable::Match& match : table.find(normalise("bomb making")))
    ids.push_back(match.id);

  EXPECT_EQ(ids, (std::vector<uint32_t>{1, 2, 3}));
}

}  // namespace
}  // namespace plantain::safety
