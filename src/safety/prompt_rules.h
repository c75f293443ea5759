// May this prompt? A curated lexicon in several languages, matched on normalised whole words.
// Threads: any; read-only after the first use.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace plantain::safety {

enum class Category { kSexual, kViolence, kHate, kSelfHarm, kDangerous };
inline constexpr int kCategories = 5;
std::string_view name_of(
    Category category);  // "sexual", "violence", "hate", "self-harm", "dangerous"

// Severity 0 (none) to 3 (explicit) in each category.
struct Verdict {
  std::array<int, kCategories> severity{};
  // The hard floor: sexual content with minors, instructions for mass harm. Refused at every level.
  std::optional<Category> floor;
  int of(Category category) const { return severity[static_cast<std::size_t>(category)]; }
};

Verdict judge_prompt(std::string_view prompt);

// The least severity that is refused at this tolerance (1 strictest … 6); 4: never.
int refused_from(Category category, int tolerance);

// The category a verdict is refused for at this tolerance, or nothing. The worst one first.
std::optional<Category> refusal(const Verdict& verdict, int tolerance);

// The prompt judged and weighed: kContentPolicyViolation, naming the category alone.
Result<void> allow_prompt(std::string_view prompt, int tolerance);

}  // namespace plantain::safety
