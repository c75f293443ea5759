#include "engine/sketch/understand_stage.h"

#include <algorithm>

#include "base/check.h"
#include "engine/sketch/scene_names.h"

namespace plantain::engine::sketch {
namespace {

template <class Value>
void set_named(Value& field, std::string_view name) {
  if (name.empty()) return;
  const std::optional<Value> value = value_named<Value>(name);
  CHECK(value.has_value());  // the word table names nothing else
  field = *value;
}

template <class Value>
void add_named(std::vector<Value>& field, const std::vector<std::string_view>& list) {
  for (const std::string_view name : list) {
    Value value{};
    set_named(value, name);
    if (std::find(field.begin(), field.end(), value) == field.end()) field.push_back(value);
  }
}

}  // namespace

std::vector<Stage::Effect> Stage::effects_in(std::string_view text) {
  std::vector<Effect> effects;
  while (!text.empty()) {
    const size_t space = text.find(' ');
    const std::string_view one = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    const size_t equals = one.find('=');
    CHECK(equals != std::string_view::npos);
    Effect effect{one.substr(0, equals), one.substr(equals + 1), false};
    if (effect.key.ends_with('?')) {
      effect.key.remove_suffix(1);
      effect.implied = true;
    }
    effects.push_back(effect);
  }
  return effects;
}

void Stage::apply(std::string_view effects) {
  const std::vector<Effect> fresh = effects_in(effects);
  said_.insert(said_.end(), fresh.begin(), fresh.end());
}

std::vector<std::string> Stage::excluded(std::string_view effects) {
  std::vector<std::string> out;
  for (const Effect& effect : effects_in(effects)) {
    if (!effect.implied && effect.key != "wet") out.emplace_back(effect.value);
  }
  return out;
}

bool Stage::is_implied(std::string_view key) const {
  return std::all_of(said_.begin(), said_.end(),
                     [&](const Effect& effect) { return effect.key != key || effect.implied; });
}

std::string_view Stage::first(std::string_view key) const {
  for (const bool implied : {false, true}) {
    for (const Effect& effect : said_) {
      if (effect.key == key && effect.implied == implied) return effect.value;
    }
  }
  return "";
}

// Everything that was said; what is implied only if nothing was.
std::vector<std::string_view> Stage::all(std::string_view key) const {
  std::vector<std::string_view> out;
  for (const Effect& effect : said_) {
    if (effect.key == key && !effect.implied) out.push_back(effect.value);
  }
  if (out.empty() && !first(key).empty()) out.push_back(first(key));
  return out;
}

void Stage::finish(Scene& scene) const {
  set_named(scene.place, first("place"));
  add_named(scene.other_places, all("place"));
  std::erase(scene.other_places, scene.place);
  set_named(scene.time, first("time"));
  set_named(scene.season, first("season"));
  set_named(scene.shot, first("shot"));
  set_named(scene.style, first("style"));
  scene.place_name = first("name");
  add_named(scene.weather, all("weather"));
  add_named(scene.lights, all("light"));
  scene.shallow_focus = !first("focus").empty();
  for (const std::string_view what : all("without")) scene.without.emplace_back(what);
  scene.wet_ground = !first("wet").empty();
}

}  // namespace plantain::engine::sketch
