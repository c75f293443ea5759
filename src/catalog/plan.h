// What a completed input of the picture models asks for, decided: how many pictures, how large,
// with which seeds. One place for the meaning of num_images, seed, aspect_ratio, resolution and
// limit_generations, whatever engine draws. Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace plantain::catalog {

struct Size {
  int width = 0;
  int height = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

// The contract's pixel table (section 6); nothing for a ratio or resolution that is not in it.
std::optional<Size> pixels_of(std::string_view ratio, std::string_view resolution);
const std::vector<std::string>& ratios();       // the ten, as in the schema, without "auto"
const std::vector<std::string>& resolutions();  // "0.5K" … "4K"

// What "auto" means for a prompt, first match: a literal one of the ten in it; size words (phone
// wallpaper, banner, square …, in several languages); the nearest shape of `reference`; "1:1".
// With `reference_first` (edits) the reference comes before the words.
std::string auto_ratio(std::string_view prompt, std::optional<Size> reference,
                       bool reference_first);

// A negative seed asks for a drawn one: puts it in its place, once, to be kept with the request.
void draw_seed(JsonObject& completed);

// How many pictures a prompt asks for in so many words ("three variations of a fox"): 1 to 4.
int pictures_asked_for(std::string_view prompt);

struct PlannedPicture {
  int64_t seed = 0;
};

struct Plan {
  std::string ratio;  // the chosen one, never "auto"; empty: the model has other words for shapes
  Size size;          // 0 by 0 where the ratio is empty: whoever makes it decides
  std::vector<PlannedPicture> pictures;  // ordered by round, then picture of the round
  std::vector<PlannedPicture> rounds;    // the first picture of each round
};

// Picture k of round r has seed `seed + r + k * num_images`; at most limits::kPicturesMax in all.
// Inputs named otherwise than the table of pixels has them ("720p", "adaptive") leave ratio and
// size open. CHECKs what check_input() has already made true.
Plan plan_pictures(const JsonObject& completed, std::optional<Size> reference);
// The most pictures this input can make: what is reserved.
int most_pictures(const JsonObject& completed);

}  // namespace plantain::catalog
