#include "catalog/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/crypto.h"
#include "base/limits.h"
#include "base/text.h"
#include "catalog/numbers.h"
#include "catalog/picture_words.h"

namespace plantain::catalog {
namespace {

struct Row {
  std::string_view ratio;
  Size sizes[4];  // 0.5K, 1K, 2K, 4K
};
constexpr Row kPixels[] = {
    {"21:9", {{792, 336}, {1584, 672}, {3168, 1344}, {6336, 2688}}},
    {"16:9", {{688, 384}, {1376, 768}, {2752, 1536}, {5504, 3072}}},
    {"3:2", {{632, 424}, {1264, 848}, {2528, 1696}, {5056, 3392}}},
    {"4:3", {{600, 448}, {1200, 896}, {2400, 1792}, {4800, 3584}}},
    {"5:4", {{576, 464}, {1152, 928}, {2304, 1856}, {4608, 3712}}},
    {"1:1", {{512, 512}, {1024, 1024}, {2048, 2048}, {4096, 4096}}},
    {"4:5", {{464, 576}, {928, 1152}, {1856, 2304}, {3712, 4608}}},
    {"3:4", {{448, 600}, {896, 1200}, {1792, 2400}, {3584, 4800}}},
    {"2:3", {{424, 632}, {848, 1264}, {1696, 2528}, {3392, 5056}}},
    {"9:16", {{384, 688}, {768, 1376}, {1536, 2752}, {3072, 5504}}},
};

constexpr std::string_view kFallbackRatio = "1:1";
constexpr std::string_view kDefaultResolution = "1K";

// The first literal ratio. Numbers around it make it something else: 10:16:9 is a time, 1.4:3 and
// 3,16:9 are measures; a comma or full stop after no digit only separates. With an "x" only the
// unmistakable ones count, because 4x5 is also a camera or a grid.
std::optional<std::string> literal_ratio(std::string_view prompt) {
  static const RE2 kColon(
      R"((?:^|[^0-9:：.,]|(?:^|[^0-9])[.,])(21|16|9|5|4|3|2|1) ?[:：] ?(16|9|5|4|3|2|1)(?:$|[^0-9:：.,]|[.,](?:[^0-9]|$)))");
  static const RE2 kCross(
      R"((?i)(?:^|[^0-9a-z:：.,]|(?:^|[^0-9])[.,])(21|16|9) ?[x×] ?(16|9)(?:$|[^0-9a-z:：.,]|[.,](?:[^0-9]|$)))");
  std::optional<std::string> first;
  size_t first_at = prompt.size();
  for (const RE2* form : {&kColon, &kCross}) {
    // One match may end with the sign the next begins with, so each search goes on inside the last.
    re2::StringPiece rest(prompt.data(), prompt.size());
    re2::StringPiece groups[3];
    while (form->Match(rest, 0, rest.size(), RE2::UNANCHORED, groups, 3)) {
      const size_t at = static_cast<size_t>(groups[1].data() - prompt.data());
      const std::string ratio = concat(std::string(groups[1]), ":", std::string(groups[2]));
      if (pixels_of(ratio, kDefaultResolution) && at < first_at) {
        first = ratio;
        first_at = at;
      }
      rest.remove_prefix(static_cast<size_t>(groups[2].data() + groups[2].size() - rest.data()));
    }
  }
  return first;
}

// `prompt` folded, without the phrases that only look like words of ours.
std::string without_others(std::string_view prompt) {
  std::string text = fold(prompt);
  for (const std::string& phrase : picture_words().other) {
    for (size_t at; (at = find_word(text, phrase)) != std::string::npos;)
      text.replace(at, phrase.size(), 1, '-');
  }
  return text;
}

std::optional<std::string> worded_ratio(std::string_view prompt) {
  const std::string text = without_others(prompt);
  for (const auto& [word, ratio] : picture_words().ratios) {
    if (find_word(text, word) != std::string::npos) return ratio;
  }
  return std::nullopt;
}

std::string nearest_ratio(Size reference) {
  CHECK(reference.width > 0 && reference.height > 0);
  const double wanted = std::log(static_cast<double>(reference.width) / reference.height);
  std::string_view nearest = kFallbackRatio;
  double least = std::numeric_limits<double>::infinity();
  for (const Row& row : kPixels) {
    const size_t colon = row.ratio.find(':');
    const double shape = static_cast<double>(*parse_int(row.ratio.substr(0, colon))) /
                         static_cast<double>(*parse_int(row.ratio.substr(colon + 1)));
    const double distance = std::fabs(std::log(shape) - wanted);
    if (distance < least) {
      least = distance;
      nearest = row.ratio;
    }
  }
  return std::string(nearest);
}

// How many pictures one round makes.
int pictures_per_round(const JsonObject& completed) {
  if (bool_or(completed, "limit_generations", true)) return 1;
  return pictures_asked_for(text_or(completed, "prompt", ""));
}

int rounds_of(const JsonObject& completed) {
  const int64_t rounds = int_or(completed, "num_images", 1);
  CHECK(rounds >= 1 && rounds <= limits::kPicturesMax);
  return static_cast<int>(rounds);
}

}  // namespace

std::optional<Size> pixels_of(std::string_view ratio, std::string_view resolution) {
  const auto& known = resolutions();
  const auto column = std::find(known.begin(), known.end(), resolution);
  if (column == known.end()) return std::nullopt;
  for (const Row& row : kPixels) {
    if (row.ratio == ratio) return row.sizes[column - known.begin()];
  }
  return std::nullopt;
}

const std::vector<std::string>& ratios() {
  static const std::vector<std::string> kRatios = [] {
    std::vector<std::string> out;
    for (const Row& row : kPixels) out.emplace_back(row.ratio);
    return out;
  }();
  return kRatios;
}

const std::vector<std::string>& resolutions() {
  static const std::vector<std::string> kResolutions = {"0.5K", "1K", "2K", "4K"};
  return kResolutions;
}

std::string auto_ratio(std::string_view prompt, std::optional<Size> reference,
                       bool reference_first) {
  if (const auto literal = literal_ratio(prompt)) return *literal;
  if (reference && reference_first) return nearest_ratio(*reference);
  if (const auto worded = worded_ratio(prompt)) return *worded;
  if (reference) return nearest_ratio(*reference);
  return std::string(kFallbackRatio);
}

int pictures_asked_for(std::string_view prompt) {
  const PictureWords& words = picture_words();
  const std::string text = without_others(prompt);
  const re2::StringPiece whole(text);
  for (const auto& pattern : words.patterns) {
    re2::StringPiece groups[3];
    const int count = pattern->NumberOfCapturingGroups() + 1;
    if (!pattern->Match(whole, 0, whole.size(), RE2::UNANCHORED, groups, count)) continue;
    if (count == 3 &&
        std::count(words.things.begin(), words.things.end(), std::string(groups[2])) != 0)
      continue;
    const std::string number(groups[1]);
    const auto word = words.numbers.find(number);
    const int64_t wanted = word != words.numbers.end() ? word->second : parse_int(number).value();
    return static_cast<int>(std::min<int64_t>(wanted, limits::kPicturesPerRoundMax));
  }
  return 1;
}

Plan plan_pictures(const JsonObject& completed, std::optional<Size> reference) {
  Plan plan;
  plan.ratio = text_or(completed, "aspect_ratio", "auto");
  if (plan.ratio == "auto") {
    plan.ratio = auto_ratio(text_or(completed, "prompt", ""), reference, reference.has_value());
  }
  const auto size = pixels_of(plan.ratio, text_or(completed, "resolution", kDefaultResolution));
  if (size) {
    plan.size = *size;
  } else {
    plan.ratio.clear();
  }

  const int64_t seed = int_or(completed, "seed", 0);
  CHECK(seed >= -limits::kSeedMax && seed <= limits::kSeedMax);
  const int rounds = rounds_of(completed);
  const int per_round = pictures_per_round(completed);
  for (int r = 0; r < rounds; ++r) {
    plan.rounds.push_back({seed + r});
    for (int k = 0; k < per_round; ++k) {
      if (static_cast<int>(plan.pictures.size()) == limits::kPicturesMax) return plan;
      plan.pictures.push_back({seed + r + static_cast<int64_t>(k) * rounds});
    }
  }
  return plan;
}

int most_pictures(const JsonObject& completed) {
  return std::min(rounds_of(completed) * pictures_per_round(completed), limits::kPicturesMax);
}

void draw_seed(JsonObject& completed) {
  Json* seed = completed.if_contains("seed");
  if (!seed || !seed->is_number() || real(*seed) >= 0) return;
  *seed = static_cast<int64_t>(random_below(static_cast<uint64_t>(limits::kDrawnSeedMax) + 1));
}

}  // namespace plantain::catalog
