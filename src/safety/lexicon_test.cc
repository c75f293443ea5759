#include "safety/lexicon.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace plantain::safety {
namespace {

std::string fault_of(std::string_view text) {
  const Result<Lexicon> read = parse_lexicon(text);
  return read.ok() ? "none" : read.error().message;
}

TEST(Lexicon, BuiltInIsRead) {
  const Result<Lexicon> read = parse_lexicon(lexicon_text());

  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_GT(read->entries.size(), 3000u);
  EXPECT_GT(read->pairs.size(), 10u);
}

TEST(Lexicon, BuiltInHasHitsInEveryCategoryAndSeverity) {
  const Result<Lexicon> read = parse_lexicon(lexicon_text());
  ASSERT_TRUE(read.ok());
  int hits[kCategories][kFloor + 1] = {};
  for (const Lexicon::Entry& entry : read->entries) {
    if (entry.kind == Lexicon::Kind::kHit) ++hits[static_cast<int>(entry.category)][entry.severity];
  }

  for (int category = 0; category < kCategories; ++category) {
    for (int severity = 1; severity <= 3; ++severity) {
      EXPECT_GT(hits[category][severity], 0)
          << name_of(static_cast<Category>(category)) << " " << severity;
    }
  }
}

TEST(Lexicon, ReadsEveryKindOfLine) {
  const Result<Lexicon> read = parse_lexicon(
      "# a comment\n"
      "\n"
      "group temple any: temple*\n"
      "group minor en: child, # year old\n"
      "safe en: shooting star\n"
      "sexual 2 en: naked\n"
      "hate 2 en unless temple: swastika\n"
      "pair sexual floor: minor + sexual 2 anywhere\n"
      "pair hate 3: minor + temple next\n"
      "lower sexual 2: temple\n"
      "particle ko: 를\n"
      "proclitic ar: ال\n");

  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->groups, (std::vector<std::string>{"temple", "minor"}));
  ASSERT_EQ(read->entries.size(), 6u);
  EXPECT_EQ(read->entries[2].phrase, "# year old");
  EXPECT_EQ(read->entries[2].group, 1u);
  EXPECT_EQ(read->entries[5].phrase, "swastika");
  EXPECT_EQ(read->entries[5].category, Category::kHate);
  EXPECT_EQ(read->entries[5].unless, 0u);
  ASSERT_EQ(read->pairs.size(), 2u);
  EXPECT_EQ(read->pairs[0].severity, kFloor);
  EXPECT_FALSE(read->pairs[0].right.is_group);
  EXPECT_EQ(read->pairs[1].reach, Lexicon::Reach::kNext);
  ASSERT_EQ(read->lowers.size(), 1u);
  EXPECT_EQ(read->particles, std::vector<std::string>{"를"});
  EXPECT_EQ(read->proclitics, std::vector<std::string>{"ال"});
}

TEST(Lexicon, RefusesABadLineAndSaysWhichAndWhy) {
  const std::pair<const char*, const char*> cases[] = {
      {"nonsense", "has no ': '"},
      {"#comment", "has no ': '"},
      {"sexual 2 en:naked", "has no ': '"},
      {"sexual 4 en: x", "a severity is 1, 2, 3 or floor"},
      {"sexual 0 en: x", "a severity is 1, 2, 3 or floor"},
      {"sexual two en: x", "a severity is 1, 2, 3 or floor"},
      {"lewd 2 en: x", "'lewd' is no category"},
      {"sexual 2 xx: x", "'xx' is no language of this file"},
      {"sexual 2 en unless nobody: x", "'nobody' is no group above this line"},
      {"sexual en: x", "'sexual' is no kind of line"},
      {"safe 1 2 en: x", "does not begin like a line of this file"},
      {"sexual 2 en: naked, naked", "'naked' stands twice"},
      {"sexual 2 en: ", "'' is no phrase"},
      {"sexual 2 en: naked, ", "'' is no phrase"},
      {"sexual 2 en: two  spaces", "'two  spaces' is no phrase"},
      {"sexual 2 en: na*ked", "'na*ked' is no phrase"},
      {"sexual 2 en: *naked", "'*naked' is no phrase"},
      {"sexual 2 en: ...", "'...' is no phrase"},
      {"sexual 2 en: \xFF", "'\xFF' is no phrase"},
      {"sexual 2 en: # year old", "only groups hold '#'"},
      {"group Minor en: child", "a group's name has small letters and is no category"},
      {"group hate en: child", "a group's name has small letters and is no category"},
      {"pair sexual: a + b near", "a pair has a category and a severity"},
      {"pair sexual 2: a", "a pair is 'side + side', then anywhere, near, beside or next"},
      {"pair sexual 2: hate 1 + sexual 1 far", "a pair ends in anywhere, near, beside or next"},
      {"pair sexual 2: nobody + sexual 1 near",
       "a side of a pair is a group above it, or a category and a severity"},
      {"pair sexual 2: sexual floor + sexual 1 near",
       "a side of a pair is a group above it, or a category and a severity"},
      {"lower sexual floor: art", "lower is 'lower CATEGORY SEVERITY: GROUP', the group above it"},
      {"lower sexual 2: nobody", "lower is 'lower CATEGORY SEVERITY: GROUP', the group above it"},
      {"particle ko: ", "'' is no word"},
  };
  for (const auto& [line, why] : cases) {
    EXPECT_EQ(fault_of(concat("safe en: shooting star\n", line, "\n")),
              concat("lexicon, line 2: ", why));
  }
}

}  // namespace
}  // namespace plantain::safety
