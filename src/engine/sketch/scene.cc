#include "engine/sketch/scene.h"

#include <cmath>

#include "engine/sketch/scene_names.h"

namespace plantain::engine::sketch {
namespace {

JsonArray texts(const std::vector<std::string>& list) {
  JsonArray out;
  for (const std::string& text : list) out.emplace_back(text);
  return out;
}

template <class Value>
JsonArray named(const std::vector<Value>& list) {
  JsonArray out;
  for (const Value value : list) out.emplace_back(name_of(value));
  return out;
}

void put(JsonObject& object, std::string_view key, std::string_view value) {
  if (!value.empty()) object[key] = value;
}

JsonObject to_json(const Person& person) {
  JsonObject out;
  put(out, "noun", person.noun);
  put(out, "trade", person.trade);
  put(out, "sex", person.sex);
  put(out, "age", person.age);
  put(out, "tone", person.tone);
  put(out, "hair", person.hair);
  if (person.beard) out["beard"] = true;
  if (person.glasses) out["glasses"] = true;
  put(out, "top", person.top_word);
  put(out, "bottom", person.bottom_word);
  return out;
}

JsonArray to_json(const std::vector<Tie>& ties) {
  JsonArray out;
  for (const Tie& tie : ties)
    out.push_back(JsonObject{{"relation", name_of(tie.relation)}, {"relative_to", tie.to}});
  return out;
}

JsonObject to_json(const Actor& actor) {
  JsonObject out;
  out["part"] = actor.part;
  out["words"] = actor.words;
  out["kind"] = name_of(actor.kind);
  out["count"] = actor.count;
  out["height_m"] = std::round(double{actor.height_m} * 1000) / 1000;
  put(out, "colour", actor.colour_word);
  if (actor.relation != Relation::kNone) {
    out["relation"] = name_of(actor.relation);
    if (actor.relative_to >= 0) out["relative_to"] = actor.relative_to;
  }
  if (!actor.ties.empty()) out["ties"] = to_json(actor.ties);
  if (actor.bust) out["bust"] = true;
  put(out, "pose", actor.pose);
  if (actor.person) out["person"] = to_json(*actor.person);
  return out;
}

}  // namespace

JsonObject to_json(const Scene& scene) {
  JsonObject out;
  JsonArray actors;
  for (const Actor& actor : scene.actors) actors.emplace_back(to_json(actor));
  out["actors"] = std::move(actors);
  put(out, "place", name_of(scene.place));
  out["other_places"] = named(scene.other_places);
  put(out, "place_name", scene.place_name);
  put(out, "time", name_of(scene.time));
  out["weather"] = named(scene.weather);
  put(out, "season", name_of(scene.season));
  put(out, "shot", name_of(scene.shot));
  out["lights"] = named(scene.lights);
  put(out, "style", name_of(scene.style));
  out["shallow_focus"] = scene.shallow_focus;
  out["wet_ground"] = scene.wet_ground;
  out["lettering"] = texts(scene.lettering);
  out["without"] = texts(scene.without);
  out["understood"] = texts(scene.understood);
  out["ignored"] = texts(scene.ignored);
  return out;
}

}  // namespace plantain::engine::sketch
