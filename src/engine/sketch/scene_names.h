// The names of a scene's values: in the word table, in JSON and in tests.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

template <class Value>
struct Named {
  Value value;
  std::string_view name;
};

std::span<const Named<Place>> names(Place);
std::span<const Named<TimeOfDay>> names(TimeOfDay);
std::span<const Named<Weather>> names(Weather);
std::span<const Named<Season>> names(Season);
std::span<const Named<Shot>> names(Shot);
std::span<const Named<Light>> names(Light);
std::span<const Named<Style>> names(Style);
std::span<const Named<Kind>> names(Kind);
std::span<const Named<Relation>> names(Relation);

// "" for the value that nothing is said of.
template <class Value>
std::string_view name_of(Value value) {
  for (const Named<Value>& row : names(Value{})) {
    if (row.value == value) return row.name;
  }
  return "";
}

template <class Value>
std::optional<Value> value_named(std::string_view name) {
  for (const Named<Value>& row : names(Value{})) {
    if (row.name == name) return row.value;
  }
  return std::nullopt;
}

}  // namespace plantain::engine::sketch
