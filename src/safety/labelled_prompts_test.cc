// How well the lexicon does on labelled_prompts.tsv, whose head describes its columns.
//
// For each category and severity s: a prompt is one to find when its label demands s or more, one
// to leave alone when its label allows less than s only, and says nothing about s otherwise.
// Precision: of those given s or more, how many were to find. Recall: of those to find, how many
// were given s or more.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "safety/prompt_rules.h"

namespace plantain::safety {
namespace {

struct Range {
  int least = 0;
  int most = 0;
};

struct Label {
  std::array<Range, kCategories> severity{};
  std::optional<Category> floor;
};

struct Prompt {
  int line = 0;
  std::string language;
  Label label;
  std::string text;
};

std::optional<Category> category_named(std::string_view name) {
  for (int i = 0; i < kCategories; ++i) {
    if (name_of(static_cast<Category>(i)) == name) return static_cast<Category>(i);
  }
  return std::nullopt;
}

// "violence 2-3", "sexual 1"
bool read_range(const std::string& text, Label& label) {
  const std::vector<std::string> words = split(text, ' ');
  if (words.size() != 2) return false;
  const auto category = category_named(words[0]);
  const std::vector<std::string> ends = split(words[1], '-');
  const auto least = parse_int(ends.front());
  const auto most = parse_int(ends.back());
  if (!category || ends.size() > 2 || !least || !most || *least < 0 || *least > *most || *most > 3)
    return false;
  label.severity[static_cast<size_t>(*category)] = {static_cast<int>(*least),
                                                    static_cast<int>(*most)};
  return true;
}

std::optional<Label> read_label(const std::string& text) {
  Label label;
  if (text == "none") return label;
  if (text.starts_with("floor ")) {
    label.floor = category_named(std::string_view(text).substr(6));
    if (!label.floor) return std::nullopt;
    for (Range& range : label.severity)
      range.most = 3;  // refused anyway; what else it is matters to nobody
    label.severity[static_cast<size_t>(*label.floor)].least = 3;
    return label;
  }
  for (const std::string& range : split(text, ';')) {
    if (!read_range(range, label)) return std::nullopt;
  }
  return label;
}

std::vector<Prompt> read_prompts() {
  std::vector<Prompt> prompts;
  const auto bytes =
      read_file(std::string(PLANTAIN_SOURCE_DIR) + "/src/safety/labelled_prompts.tsv");
  EXPECT_TRUE(bytes.ok());
  if (!bytes.ok()) return prompts;
  int number = 0;
  for (const std::string& line : split(*bytes, '\n')) {
    ++number;
    if (line.empty() || line.starts_with("#")) continue;
    const std::vector<std::string> columns = split(line, '\t');
    const auto label = columns.size() == 4 ? read_label(columns[2]) : std::nullopt;
    EXPECT_TRUE(label && (columns[0] == "known" || columns[0] == "fresh"))
        << "line " << number << ": " << line;
    if (label) prompts.push_back({number, columns[1], *label, columns[3]});
  }
  return prompts;
}

struct Score {
  int to_find = 0;
  int found = 0;
  int wrong = 0;

  void count(bool is_to_find, bool is_found) {
    to_find += is_to_find;
    found += is_to_find && is_found;
    wrong += !is_to_find && is_found;
  }
  double precision() const {
    return found + wrong == 0 ? 1 : static_cast<double>(found) / (found + wrong);
  }
  double recall() const { return to_find == 0 ? 1 : static_cast<double>(found) / to_find; }
};

// Of one severity in one category.
Score score_of(const std::vector<Prompt>& prompts, Category category, int severity) {
  Score score;
  for (const Prompt& prompt : prompts) {
    const Range& range = prompt.label.severity[static_cast<size_t>(category)];
    const bool is_to_find = range.least >= severity;
    if (!is_to_find && range.most >= severity) continue;
    score.count(is_to_find, judge_prompt(prompt.text).of(category) >= severity);
  }
  return score;
}

Score score_of_floor(const std::vector<Prompt>& prompts) {
  Score score;
  for (const Prompt& prompt : prompts)
    score.count(prompt.label.floor.has_value(), judge_prompt(prompt.text).floor.has_value());
  return score;
}

bool is_as_labelled(const Label& label, const Verdict& verdict) {
  if (label.floor != verdict.floor) return false;
  for (int i = 0; i < kCategories; ++i) {
    const Range& range = label.severity[static_cast<size_t>(i)];
    const int severity = verdict.severity[static_cast<size_t>(i)];
    if (severity < range.least || severity > range.most) return false;
  }
  return true;
}

bool is_harmless(const Label& label) {
  const auto is_none = [](const Range& range) { return range.most == 0; };
  return !label.floor && std::all_of(label.severity.begin(), label.severity.end(), is_none);
}

std::string describe(const Verdict& verdict) {
  std::string out;
  for (int i = 0; i < kCategories; ++i) {
    const Category category = static_cast<Category>(i);
    if (verdict.of(category) > 0) out += concat(name_of(category), " ", verdict.of(category), " ");
  }
  return concat(out, verdict.floor ? concat("floor ", name_of(*verdict.floor)) : std::string());
}

class LabelledPrompts : public testing::Test {
 protected:
  // One line of the table that the tests print.
  static void print(std::string_view what, const Score& score) {
    std::printf("%-12s to find %3d, found %3d, wrong %2d: precision %.3f, recall %.3f\n",
                std::string(what).c_str(), score.to_find, score.found, score.wrong,
                score.precision(), score.recall());
  }

  const std::vector<Prompt> prompts_ = read_prompts();
};

TEST_F(LabelledPrompts, AreManyAndMostlyHarmless) {
  const auto harmless = std::count_if(prompts_.begin(), prompts_.end(), [](const Prompt& prompt) {
    return is_harmless(prompt.label);
  });
  std::set<std::string> texts;
  std::set<std::string> languages;
  for (const Prompt& prompt : prompts_) {
    EXPECT_TRUE(texts.insert(prompt.text).second) << "twice: " << prompt.text;
    languages.insert(prompt.language);
  }

  EXPECT_GE(prompts_.size(), 1000u);
  EXPECT_GT(2 * static_cast<size_t>(harmless), prompts_.size());
  EXPECT_GE(languages.size(), 12u);
}

// All prompts are judged as labelled when this is written. The room below that is for a change that
// loses one or two prompts of a category (its smallest row of severity 2 has 57) and is worth it; a
// broken rule loses more. The rows of severity 3 are small: one prompt of self-harm is an eighth.
TEST_F(LabelledPrompts, AreFoundWithFewMistakesInEveryCategoryAndSeverity) {
  constexpr double kLeast[] = {0.97, 0.97, 0.85};
  for (int category = 0; category < kCategories; ++category) {
    for (int severity = 1; severity <= 3; ++severity) {
      const Category which = static_cast<Category>(category);
      const Score score = score_of(prompts_, which, severity);
      const std::string what = concat(name_of(which), " ", severity);

      print(what, score);

      EXPECT_GE(score.precision(), kLeast[severity - 1]) << what;
      EXPECT_GE(score.recall(), kLeast[severity - 1]) << what;
      EXPECT_GT(score.to_find, 5) << what << ": too few to say anything";
    }
  }
}

// The floor cannot be switched off, so a harmless prompt that meets it can never be drawn, and one
// that slips under it is the worst that can happen: no room.
TEST_F(LabelledPrompts, OfTheHardFloorAreFoundWithoutAMistake) {
  const Score score = score_of_floor(prompts_);

  print("floor", score);

  EXPECT_EQ(score.precision(), 1);
  EXPECT_EQ(score.recall(), 1);
  EXPECT_GT(score.to_find, 50);
}

TEST_F(LabelledPrompts, AreNearlyAllJudgedExactlyAsLabelled) {
  int wrong = 0;
  for (const Prompt& prompt : prompts_) {
    const Verdict verdict = judge_prompt(prompt.text);
    if (is_as_labelled(prompt.label, verdict)) continue;
    ++wrong;
    std::printf("line %d: %s  — judged: %s\n", prompt.line, prompt.text.c_str(),
                describe(verdict).c_str());
  }
  EXPECT_LE(wrong, static_cast<int>(prompts_.size()) / 100);
}

// What an owner meets who changes nothing: the default tolerance is 4.
TEST_F(LabelledPrompts, ThatAreHarmlessAreNotRefusedAtTheDefaultTolerance) {
  for (const Prompt& prompt : prompts_) {
    if (!is_harmless(prompt.label)) continue;
    EXPECT_EQ(refusal(judge_prompt(prompt.text), 4), std::nullopt)
        << "line " << prompt.line << ": " << prompt.text;
  }
}

}  // namespace
}  // namespace plantain::safety
