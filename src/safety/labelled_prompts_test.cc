// How well the lexicon does on labelled_prompts.tsv, whose head describes its columns.
//
// For each category and severity s: a prompt is one to find when its label demands s or more, one to leave alone when its
// label allows less than s only, and says nothing about s otherwise. Precision: of those given s or more, how many were to
// find. Recall: of those to find, how many were given s or more.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "safety/lexicon.h"
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
  bool held = false;
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
  if (!category || ends.size() > 2 || !least || !most || *least < 0 || *least > *most || *most > 3) return false;
  label.severity[static_cast<size_t>(*category)] = {static_cast<int>(*least), static_cast<int>(*most)};
  return true;
}

std::optional<Label> read_label(const std::string& text) {
  Label label;
  if (text == "none") return label;
  if (text.starts_with("floor ")) {
    label.floor = category_named(std::string_view(text).substr(6));
    if (!label.floor) return std::nullopt;
    for (Range& range : label.severity) range.most = 3;  // refused anyway; what else it is matters to nobody
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
  const auto bytes = read_file(std::string(PLANTAIN_SOURCE_DIR) + "/src/safety/labelled_prompts.tsv");
  EXPECT_TRUE(bytes.ok());
  if (!bytes.ok()) return prompts;
  int number = 0;
  for (const std::string& line : split(*bytes, '\n')) {
    ++number;
    if (line.empty() || line.starts_with("#")) continue;
    const std::vector<std::string> columns = split(line, '\t');
    const auto label = columns.size() == 4 ? read_label(columns[2]) : std::nullopt;
    EXPECT_TRUE(label && (true)) << "line " << number << ": " << line;
    if (label) prompts.push_back({number, columns[0] == "fresh2", columns[1], *label, columns[3]});
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
  double precision() const { return found + wrong == 0 ? 1 : static_cast<double>(found) / (found + wrong); }
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
  for (const Prompt& prompt : prompts) score.count(prompt.label.floor.has_value(), judge_prompt(prompt.text).floor.has_value());
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

std::string describe(const Verdict& verdict) {
  std::string out;
  for (int i = 0; i < kCategories; ++i) {
    const Category category = static_cast<Category>(i);
    if (verdict.of(category) > 0) out += concat(name_of(category), " ", verdict.of(category), " ");
  }
  return concat(out, verdict.floor ? concat("floor ", name_of(*verdict.floor)) : std::string());
}

std::vector<Prompt> half_of(const std::vector<Prompt>& prompts, bool held) {
  std::vector<Prompt> half;
  std::copy_if(prompts.begin(), prompts.end(), std::back_inserter(half), [&](const Prompt& prompt) { return prompt.held == held; });
  return half;
}

class LabelledPrompts : public testing::Test {
 protected:
  const std::vector<Prompt> prompts_ = read_prompts();
};

TEST_F(LabelledPrompts, PrintMistakes) {
  for (const Prompt& prompt : prompts_) {
    
    const Verdict verdict = judge_prompt(prompt.text);
    if (!is_as_labelled(prompt.label, verdict)) {
      std::printf("%d %s: %s  | got: %s\n", prompt.line, prompt.language.c_str(), prompt.text.c_str(), describe(verdict).c_str());
    }
  }
  for (const bool held : {false, true}) {
    const auto half = half_of(prompts_, held);
    int right = 0;
    for (const auto& p : half) right += is_as_labelled(p.label, judge_prompt(p.text));
    std::printf("%s %zu right %d\n", held ? "held" : "tuned", half.size(), right);
    for (int c = 0; c < kCategories; ++c)
      for (int s = 1; s <= 3; ++s) {
        const Score x = score_of(half, static_cast<Category>(c), s);
        std::printf("%10s %d  to find %3d found %3d wrong %3d  p %.3f r %.3f\n", std::string(name_of(static_cast<Category>(c))).c_str(), s, x.to_find, x.found, x.wrong, x.precision(), x.recall());
      }
    const Score x = score_of_floor(half);
    std::printf("     floor    to find %3d found %3d wrong %3d  p %.3f r %.3f\n", x.to_find, x.found, x.wrong, x.precision(), x.recall());
  }
}

TEST(Lexicon, Parses) {
  const auto r = parse_lexicon(lexicon_text());
  ASSERT_TRUE(r.ok()) << r.error().message;
}

}  // namespace
}  // namespace plantain::safety
