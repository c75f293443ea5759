// The fields of a scene that single words set: place, time, weather, shot, light, style.
#pragma once

#include <string_view>
#include <vector>

#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

// Collects what was said; what was said first counts, and what is only implied gives way.
class Stage {
 public:
  // `effects` is the value of a `set` sense: "place=beach time?=day".
  void apply(std::string_view effects);
  // The effects under "no": what must not be there.
  static std::vector<std::string> excluded(std::string_view effects);
  void finish(Scene& scene) const;
  // Nothing was said of `key` but what other words imply.
  bool is_implied(std::string_view key) const;

 private:
  struct Effect {
    std::string_view key, value;
    bool implied = false;
  };
  static std::vector<Effect> effects_in(std::string_view text);
  std::string_view first(std::string_view key) const;
  std::vector<std::string_view> all(std::string_view key) const;

  std::vector<Effect> said_;  // views into the word table, which lasts
};

}  // namespace plantain::engine::sketch
