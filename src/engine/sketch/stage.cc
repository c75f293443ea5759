#include "engine/sketch/stage.h"

#include <algorithm>
#include <cmath>

#include "engine/sketch/light_plan.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/placing.h"
#include "engine/sketch/placing_kinds.h"
#include "engine/sketch/style.h"

namespace plantain::engine::sketch {
namespace {

bool says(const std::vector<Weather>& said, Weather weather) {
  return std::find(said.begin(), said.end(), weather) != said.end();
}
bool says(const std::vector<Light>& said, Light light) {
  return std::find(said.begin(), said.end(), light) != said.end();
}

bool is_candle_lit(const Scene& scene) {
  return says(scene.lights, Light::kCandle) ||
         std::any_of(scene.actors.begin(), scene.actors.end(),
                     [](const Actor& a) { return a.part == "candle"; });
}

bool holds(const std::vector<Place>& places, Place place) {
  return std::find(places.begin(), places.end(), place) != places.end();
}

bool is_country(Place place) {
  return place == Place::kField || place == Place::kMountains || place == Place::kLake ||
         place == Place::kSnowfield || place == Place::kForest || place == Place::kDesert ||
         place == Place::kBeach;
}

bool is_in_glass(const Scene& scene, const Actor& actor) {
  return actor.relation == Relation::kIn && actor.relative_to >= 0 &&
         is_vessel(scene.actors[static_cast<size_t>(actor.relative_to)].part);
}

// Where a scene happens that does not say so: where its things are at home.
Place place_of(const Scene& scene, Chance& chance) {
  // A town amid mountains is a village there; a city with them behind it says so by its name.
  if (scene.place == Place::kCity && scene.place_name.empty() && !scene.other_places.empty() &&
      is_country(scene.other_places[0]) && !says(scene.lights, Light::kNeon))
    return scene.other_places[0];
  // Mountains by a lake are seen over it; a lighthouse on a cliff is by the water.
  const bool by_water = holds(scene.other_places, Place::kLake) ||
                        std::any_of(scene.actors.begin(), scene.actors.end(),
                                    [](const Actor& a) { return a.part == "lighthouse"; });
  if (scene.place == Place::kMountains && by_water) return Place::kLake;
  if (scene.place != Place::kUnsaid) return scene.place;
  if (says(scene.lights, Light::kStudio)) return Place::kRoom;
  if (sits_at_table(scene)) return Place::kRoom;
  const bool town = !scene.place_name.empty() && scene.place_name != "red-sun";
  if (town || says(scene.lights, Light::kNeon)) return Place::kStreet;
  for (const Actor& actor : scene.actors) {
    if (is_in_glass(scene, actor)) return Place::kRoom;
    if (actor.kind == Kind::kFish) return Place::kUnderwater;
    if (actor.kind == Kind::kTree || actor.part == "bench") return Place::kGarden;
    if (actor.kind == Kind::kBoat) return Place::kSea;
    if (actor.kind == Kind::kFurniture) return Place::kRoom;
    if (actor.part.find("astronaut") != std::string::npos || actor.part == "rocket" ||
        actor.part == "ringed-planet")
      return Place::kSpace;
    if (actor.kind == Kind::kVehicle) return Place::kStreet;
    if (actor.kind == Kind::kAircraft) return Place::kSky;
    if (actor.kind == Kind::kFood) return Place::kRoom;
  }
  if (says(scene.weather, Weather::kSnow)) return Place::kSnowfield;
  if (scene.actors.empty()) {
    const Place lovely[] = {Place::kMountains, Place::kLake, Place::kField, Place::kSea};
    return lovely[chance.below(4)];
  }
  return scene.actors[0].kind == Kind::kObject ? Place::kRoom : Place::kField;
}

TimeOfDay time_of(const Scene& scene, Place place, Chance& chance) {
  if (scene.time != TimeOfDay::kUnsaid) return scene.time;
  if (says(scene.lights, Light::kNeon) || says(scene.lights, Light::kMoon) || is_candle_lit(scene))
    return TimeOfDay::kNight;
  if (says(scene.lights, Light::kSunset) || says(scene.lights, Light::kGolden))
    return TimeOfDay::kSunset;
  if (scene.actors.empty() && scene.place == Place::kUnsaid && chance.odds(0.4f))
    return TimeOfDay::kSunset;
  if (place == Place::kSpace) return TimeOfDay::kNight;
  return TimeOfDay::kDay;
}

// Eye height and distance follow from how large the subject shall be; see place_actors().
void set_camera(const Scene& scene, Stage& stage) {
  Chance chance = stage.chance("camera");
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height);
  Camera& camera = stage.camera;
  camera.focal = 1.05f * stage.side * chance.between(0.92f, 1.08f);
  camera.centre = w * (0.5f + chance.sign() * chance.between(0.04f, 0.16f));
  float horizon = chance.between(0.46f, 0.54f);
  if (scene.shot == Shot::kWide) horizon = chance.between(0.52f, 0.62f);
  if (scene.shot == Shot::kFromAbove) horizon = chance.between(0.1f, 0.16f);
  // Water from straight above mirrors nothing: it is seen from a hill.
  if (scene.shot == Shot::kFromAbove && (stage.place == Place::kLake || stage.place == Place::kSea))
    horizon = chance.between(0.28f, 0.34f);
  if (stage.place == Place::kRoom) horizon = chance.between(0.5f, 0.56f);
  if (stage.place == Place::kSky) horizon = 0.92f;
  if (stage.tabletop && scene.shot == Shot::kFromAbove) horizon = -0.25f;
  if (w > 1.9f * h) horizon -= 0.04f;
  camera.horizon = h * horizon;
  camera.eye_m = 1.6f;
}

// Something lies in the middle distance only where people pass.
bool wants_crowd(const Scene& scene, const Stage& stage) {
  for (const std::string& word : scene.without) {
    if (word == "people" || word == "person" || word == "kPerson" || word == "crowd") return false;
  }
  return stage.place == Place::kStreet || stage.place == Place::kCity;
}

// What the stage shows beyond its place.
void set_marks(const Scene& scene, Stage& stage) {
  stage.lunar = stage.place == Place::kSpace && scene.place_name == "moon";
  stage.studio = stage.place == Place::kRoom && scene.place == Place::kUnsaid &&
                 says(scene.lights, Light::kStudio);
  stage.village = is_country(stage.place) &&
                  (scene.place == Place::kCity || holds(scene.other_places, Place::kCity));
  stage.road = holds(scene.other_places, Place::kStreet);
  stage.lightning = says(scene.weather, Weather::kStorm);
  stage.rainbow = std::any_of(scene.actors.begin(), scene.actors.end(),
                              [](const Actor& a) { return a.part == "rainbow"; });
  stage.fireworks = std::any_of(scene.actors.begin(), scene.actors.end(),
                                [](const Actor& a) { return a.part == "fireworks"; });
  stage.aerial =
      scene.shot == Shot::kFromAbove && scene.actors.empty() && stage.place_name == "river";
}

}  // namespace

float Stage::blur_at(float z_m) const {
  if (blur_px <= 0) return 0;
  return blur_px * std::fabs(1 - focus_m / std::max(z_m, 0.2f));
}

float Stage::haze_at(float z_m) const {
  // What is looked at is never lost in the air, however far away its size puts it.
  constexpr float kClear_m = 12;
  const float nearer = std::min(1.0f, kClear_m / std::max(focus_m, 0.1f));
  return 1 - exp_of(-z_m * nearer * light.haze_per_m);
}

Stage stage(const Scene& scene, int width, int height, int64_t seed) {
  Stage stage;
  stage.width = width;
  stage.height = height;
  stage.seed = static_cast<uint64_t>(seed);
  stage.side = std::sqrt(static_cast<float>(width) * static_cast<float>(height));
  Chance chance = stage.chance("place");
  stage.place = place_of(scene, chance);
  stage.place_name = scene.place_name;
  stage.time = time_of(scene, stage.place, chance);
  stage.season = scene.season;
  stage.style = scene.style;
  const bool town = stage.place == Place::kStreet || stage.place == Place::kCity;
  stage.neon = says(scene.lights, Light::kNeon) || (town && stage.time == TimeOfDay::kNight);
  // A neon night needs asphalt that shines.
  stage.wet = scene.wet_ground || (stage.neon && town && stage.time == TimeOfDay::kNight) ||
              says(scene.weather, Weather::kRain) || says(scene.weather, Weather::kStorm);
  stage.tabletop = stage.place == Place::kRoom && fits_a_table(scene);
  if (stage.place == Place::kRoom && sits_at_table(scene) && stage.style != Style::kBlueprint)
    stage.table_y = 0.74f * static_cast<float>(height);
  stage.candle = is_candle_lit(scene);
  set_marks(scene, stage);
  stage.home = std::any_of(scene.actors.begin(), scene.actors.end(),
                           [](const Actor& a) { return a.part.starts_with("globe"); });
  set_camera(scene, stage);
  plan_light(scene, stage);
  const bool close = is_close(scene);
  if (stage.table_y > 0) {
    stage.blur_px = stage.side * 0.004f;
  } else if (scene.shallow_focus) {
    stage.blur_px = stage.side * (close ? 0.011f : 0.009f);
  } else if (close) {
    stage.blur_px = stage.side * 0.007f;
  }
  if (is_drawn(stage.style) && stage.style != Style::kOil) stage.blur_px = 0;
  stage.crowd = wants_crowd(scene, stage);
  place_actors(scene, stage);
  hang_signs(scene, stage);
  return stage;
}

}  // namespace plantain::engine::sketch
