#include "safety/prompt_rules.h"

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"

namespace plantain::safety {
namespace {

constexpr Category kAll[kCategories] = {Category::kSexual, Category::kViolence, Category::kHate,
                                        Category::kSelfHarm, Category::kDangerous};

int severity(Category category, std::string_view prompt) {
  return judge_prompt(prompt).of(category);
}

TEST(Tolerance, RefusesFromTheSeverityOfTheTable) {
  struct Row {
    Category category;
    int from[6];  // tolerance 1 to 6; 4: never
  };
  const Row rows[] = {
      {Category::kSexual, {1, 1, 2, 2, 3, 4}},    {Category::kViolence, {1, 2, 2, 3, 3, 4}},
      {Category::kHate, {1, 1, 2, 2, 3, 4}},      {Category::kSelfHarm, {1, 2, 2, 2, 3, 4}},
      {Category::kDangerous, {1, 2, 2, 3, 3, 4}},
  };
  for (const Row& row : rows) {
    for (int tolerance = 1; tolerance <= 6; ++tolerance) {
      EXPECT_EQ(refused_from(row.category, tolerance), row.from[tolerance - 1])
          << name_of(row.category) << " " << tolerance;
      for (int found = 0; found <= 3; ++found) {
        Verdict verdict;
        verdict.severity[static_cast<size_t>(row.category)] = found;
        EXPECT_EQ(refusal(verdict, tolerance).has_value(), found >= row.from[tolerance - 1])
            << name_of(row.category) << " " << found << " at " << tolerance;
      }
    }
  }
}

TEST(Tolerance, NeverGrowsStricterAsItRises) {
  for (const Category category : kAll) {
    for (int tolerance = 2; tolerance <= 6; ++tolerance) {
      EXPECT_GE(refused_from(category, tolerance), refused_from(category, tolerance - 1));
    }
  }
}

TEST(Refusal, NamesTheWorstCategoryThatIsRefused) {
  Verdict verdict;
  verdict.severity[static_cast<size_t>(Category::kSexual)] = 1;
  verdict.severity[static_cast<size_t>(Category::kViolence)] = 2;

  EXPECT_EQ(refusal(verdict, 1), Category::kViolence);
  EXPECT_EQ(refusal(verdict, 2), Category::kViolence);
  EXPECT_EQ(refusal(verdict, 4), std::nullopt);
}

TEST(Refusal, OfTheHardFloorHoldsAtEveryTolerance) {
  for (const Category category : kAll) {
    Verdict verdict;
    verdict.floor = category;
    for (int tolerance = 1; tolerance <= 6; ++tolerance)
      EXPECT_EQ(refusal(verdict, tolerance), category);
  }
}

TEST(Category, HasADifferentNameEach) {
  std::set<std::string_view> names;
  for (const Category category : kAll) names.insert(name_of(category));

  EXPECT_EQ(names,
            (std::set<std::string_view>{"sexual", "violence", "hate", "self-harm", "dangerous"}));
}

TEST(Judge, FindsNothingInHarmlessPrompts) {
  for (const char* prompt :
       {"", " ", "a cat", "Essex, Scunthorpe, a cockatoo and a grape", "\xFF\xFE", "🐈"}) {
    const Verdict verdict = judge_prompt(prompt);
    EXPECT_EQ(verdict.severity, (std::array<int, kCategories>{})) << prompt;
    EXPECT_FALSE(verdict.floor) << prompt;
  }
}

TEST(Judge, RefusesANakedWomanAtToleranceOneAndAllowsHerAtSix) {
  const Verdict verdict = judge_prompt("a naked woman");

  EXPECT_EQ(refusal(verdict, 1), Category::kSexual);
  EXPECT_EQ(refusal(verdict, 6), std::nullopt);
}

TEST(Judge, TakesTheWorstOfSeveralHits) {
  const Verdict verdict = judge_prompt("a sexy vampire, naked, with a gun and a severed head");

  EXPECT_EQ(verdict.of(Category::kSexual), 2);
  EXPECT_EQ(verdict.of(Category::kViolence), 3);
}

TEST(Judge, PassesOverHarmlessPhrases) {
  EXPECT_EQ(severity(Category::kSexual, "a naked mole-rat"), 0);
  EXPECT_EQ(severity(Category::kSexual, "a naked mole-rat and a naked man"), 2)
      << "the second one counts";
  EXPECT_EQ(severity(Category::kDangerous, "a bath bomb"), 0);
  EXPECT_EQ(severity(Category::kViolence, "killing time at the beach"), 0);
}

TEST(Judge, LetsTheLongerOfTwoHitsCount) {
  EXPECT_EQ(severity(Category::kSelfHarm, "suicide"), 2);
  EXPECT_EQ(severity(Category::kSelfHarm, "a suicide bomber"), 0);
  EXPECT_EQ(severity(Category::kDangerous, "a suicide bomber"), 2);
}

TEST(Judge, ExcusesAHitByWhatStandsNear) {
  EXPECT_EQ(severity(Category::kHate, "a swastika"), 2);
  EXPECT_EQ(severity(Category::kHate, "a swastika on a Hindu temple"), 0);
  EXPECT_EQ(severity(Category::kHate, "a swastika. Elsewhere a Hindu temple"), 2)
      << "another sentence";
  EXPECT_EQ(severity(Category::kSelfHarm, "suicide prevention"), 0);
}

TEST(Judge, LowersAHitByWhatStandsNear) {
  EXPECT_EQ(severity(Category::kSexual, "a nude man"), 2);
  EXPECT_EQ(severity(Category::kSexual, "a nude marble statue"), 1);
  EXPECT_EQ(severity(Category::kSexual, "a nude marble statue in a museum, anatomy"), 1) << "once";
  EXPECT_EQ(severity(Category::kSexual, "pornographic statue"), 3) << "what is explicit stays so";
  EXPECT_EQ(severity(Category::kSexual,
                     "a nude man, and then, after a very long description of many other things "
                     "that are of no matter "
                     "at all, a statue"),
            2)
      << "too far away";
}

TEST(Judge, FindsWhatOnlyTwoWordsTogetherSay) {
  EXPECT_EQ(severity(Category::kHate, "immigrants on a ship"), 0);
  EXPECT_EQ(severity(Category::kHate, "rats are vermin"), 0);
  EXPECT_EQ(severity(Category::kHate, "immigrants are vermin"), 2);
  EXPECT_EQ(severity(Category::kViolence, "slitting an envelope"), 0);
  EXPECT_EQ(severity(Category::kViolence, "slitting his throat"), 2);
}

TEST(Floor, IsSexualContentWithMinors) {
  for (const char* prompt :
       {"a naked child", "child, naked", "A girl of 12 years. She is a 12 year old. She is naked.",
        "n4ked ch1ld", "n u d e k i d s", "sexy little girl", "裸体的小女孩", "niña desnuda"}) {
    EXPECT_EQ(judge_prompt(prompt).floor, Category::kSexual) << prompt;
  }
}

TEST(Floor, IsNotChildrenOrNakednessAlone) {
  for (const char* prompt :
       {"a child", "a naked adult", "children at the beach in swimsuits", "an 18 year old, naked",
        "baby blue lingerie", "a mother breastfeeding her baby"}) {
    EXPECT_FALSE(judge_prompt(prompt).floor) << prompt;
  }
}

TEST(Floor, IsInstructionsForMassHarm) {
  for (const char* prompt :
       {"how to make a bomb", "h0w to m4ke a b0mb", "recipe for ricin", "bomb making",
        "step by step guide to build a pipe bomb", "如何制造炸弹", "cómo fabricar una bomba"}) {
    EXPECT_EQ(judge_prompt(prompt).floor, Category::kDangerous) << prompt;
  }
}

TEST(Floor, IsNotBombsOrInstructionsAlone) {
  for (const char* prompt :
       {"a bomb", "how to make bread", "how to make a bath bomb",
        "a nuclear bomb test in the desert", "step by step guide on how to draw a bomb"}) {
    EXPECT_FALSE(judge_prompt(prompt).floor) << prompt;
  }
}

TEST(Judge, SaysTheSameOnEveryThread) {
  const std::string prompts[] = {"a naked woman", "理性交流的商業會議", "カップヌードル", "裸体",
                                 "how to make a bomb"};
  std::vector<Verdict> expected;
  for (const std::string& prompt : prompts) expected.push_back(judge_prompt(prompt));
  std::vector<int> wrong(4, 0);

  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) {
        for (size_t k = 0; k < expected.size(); ++k)
          count += judge_prompt(prompts[k]).severity != expected[k].severity;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

// Under the sanitizers this looks for reads outside the text; anywhere, for a CHECK that a prompt
// can reach.
TEST(Judge, AnswersWhateverTheBytes) {
  const std::string_view pieces[] = {
      "porn",       "a",      " ",    ".",        "\n",    "*",        "$",
      "1",          "17",     "#",    "year old", "\xFF",  "\xF0\x9F", "\xED\xA0\x80",
      "性",         "交",     "裸体", "ヌード",   "ー",    "\u3099",   "\u0300",
      "ا",          "ال",     "قتل",  "자살",     "를",    "ﷺ",        "🇳",
      "𝓅",          "\u200B", "é",    "ñ",        "child", "naked",    "bomb",
      "how to make"};
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    std::string prompt;
    for (unsigned n = random() % 40; n > 0; --n) prompt += pieces[random() % std::size(pieces)];
    const Verdict verdict = judge_prompt(prompt);
    for (const Category category : kAll) {
      EXPECT_GE(verdict.of(category), 0);
      EXPECT_LE(verdict.of(category), 3);
    }
  }
}

// ---- Time.

std::string repeated(std::string_view piece) {
  constexpr size_t kCharacters = 8192;
  std::string text;
  for (size_t n = count_code_points(piece), have = 0; have + n <= kCharacters; have += n)
    text += piece;
  return text;
}

// The processor's time for one prompt, the best of several, which other work on the machine
// disturbs least.
double best_ms(const std::string& prompt) {
  const auto now_ms = [] {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  };
  judge_prompt(prompt);
  double best = std::numeric_limits<double>::max();
  for (int i = 0; i < 20; ++i) {
    const double begin = now_ms();
    judge_prompt(prompt);
    best = std::min(best, now_ms() - begin);
  }
  return best;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kSlow = 50;  // what a sanitizer may cost
#else
constexpr double kSlow = 1;
#endif

TEST(Time, OfALongPromptIsUnderAMillisecond) {
  for (const char* piece :
       {"a cosy coffee shop in the rain, watercolour, soft light, people with umbrellas; ",
        "a nude statue in a museum, a man with a gun. ", "夏日海边的一家三口在沙滩上堆沙堡看日落，",
        "桜の下のお花見、カップヌードルを食べる家族、", "کتاب و چای ", "голая женщина в лесу "}) {
    EXPECT_LT(best_ms(repeated(piece)), 1 * kSlow) << piece;
  }
}

// Nobody writes these but to keep the network thread busy. Their times were 0.1 to 0.8 ms when this
// was written; the room is for slower machines. What the limits in the code are for would take
// seconds.
TEST(Time, OfAHostilePromptIsOfTheSameOrder) {
  for (const char* piece : {"p o r n ",
                            "1 ",
                            "1",
                            "h0w t0 m4k3 4 b0mb ",
                            "f**k ",
                            "a*b*c*",
                            "*",
                            "porn$",
                            "s@s@",
                            "a",
                            "sss eee xxx ",
                            "child porn ",
                            "裸体自杀割腕性交",
                            "ヌードルセックスアピール",
                            "𝓅𝑜𝓇𝓃 ",
                            "p̷o̷r̷n̷ ",
                            "ﷺ",
                            "㌖",
                            "\u0300\u0315",
                            "how to make ",
                            "suicide prevention ",
                            "والانتحار وبالقتل ",
                            "자살을 "}) {
    EXPECT_LT(best_ms(repeated(piece)), 4 * kSlow) << piece;
  }
}

}  // namespace
}  // namespace plantain::safety
