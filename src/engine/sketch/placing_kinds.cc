#include "engine/sketch/placing_kinds.h"

#include <algorithm>

#include "engine/sketch/parts.h"

namespace plantain::engine::sketch {

bool one_of(std::string_view part, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return part.starts_with(name); });
}

std::string half_figure(std::string part) {
  static constexpr std::string_view kStanding = "-standing";
  const size_t at = part.find(kStanding);
  if (at == std::string::npos) return part;
  std::string half = part;
  half.erase(at, kStanding.size());
  return part_svg(half) ? half : part;
}

std::string_view prop_of(std::string_view pose) {
  static constexpr std::pair<std::string_view, std::string_view> kProps[] = {
      {"reading", "open-book"},
      {"drinking", "hot-beverage"},
      {"singing", "microphone"},
      {"painting", "artist-palette"},
      {"writing", "memo"}};
  for (const auto& [name, part] : kProps) {
    if (pose == name) return part;
  }
  return "";
}

float seat_of(std::string_view part, Kind kind) {
  static constexpr std::pair<std::string_view, float> kSeats[] = {
      {"couch-and-lamp", 0.21f}, {"chair", 0.45f}, {"bed", 0.42f},
      {"bench", 0.42f},          {"seat", 0.4f},   {"table", 0.97f},
      {"piano", 0.95f},          {"toilet", 0.45f}};
  for (const auto& [name, seat] : kSeats) {
    if (part.starts_with(name)) return seat;
  }
  return kind == Kind::kFurniture  ? 0.4f
         : kind == Kind::kBoat     ? 0.22f
         : kind == Kind::kVehicle  ? 0.95f
         : kind == Kind::kBuilding ? 0.97f
         : kind == Kind::kAnimal   ? 0.72f
                                   : 0.9f;
}

bool is_straddled(const Actor& a) {
  return a.kind == Kind::kAnimal || one_of(a.part, {"bicycle", "motor", "kick", "horse"});
}

bool is_small_thing(const Actor& a) {
  return (a.kind == Kind::kObject || a.kind == Kind::kFood || a.kind == Kind::kFlower ||
          a.part == "potted-plant") &&
         a.height_m <= 0.6f &&
         !one_of(a.part, {"balloon", "kite", "soccer", "basketball", "volleyball", "beach",
                          "umbrella", "window", "broom"});
}

bool is_tabletop(const Actor& a) { return a.part == "table" || a.part == "window"; }

bool is_cuddled(const Actor& a) {
  return (a.kind == Kind::kAnimal && a.height_m < 1) || a.part == "teddy-bear" ||
         (a.kind == Kind::kPerson && a.part.starts_with("baby"));
}

bool is_hat(std::string_view part) {
  return one_of(part, {"top-hat", "crown", "graduation-cap", "billed-cap", "womans-hat",
                       "military-helmet", "rescue-worker", "straw-hat"});
}

bool is_scarf(std::string_view part) { return one_of(part, {"scarf", "necktie", "ribbon"}); }

bool is_vessel(std::string_view part) {
  return one_of(part, {"amphora", "basket", "potted", "jar", "bucket", "shopping-cart", "wrapped",
                       "bathtub", "nest", "bowl", "pot-of", "cup"});
}

bool is_ridden_thing(const Actor& a) {
  return one_of(a.part, {"broom", "sled", "skateboard", "snowboard", "skis", "kick-scooter"});
}

bool is_child(const Actor& a) {
  return a.person &&
         (a.person->age == "child" || a.person->noun == "child" || a.person->noun == "girl" ||
          a.person->noun == "boy" || a.person->noun == "baby");
}

bool flies(const Actor& actor) {
  if (actor.pose == "flying") return true;
  if (actor.pose == "sitting" || actor.pose == "standing") return false;
  if (actor.kind == Kind::kAircraft) return true;
  if (actor.kind == Kind::kBird) {
    return !one_of(actor.part,
                   {"duck", "swan", "penguin", "chicken", "rooster", "turkey", "peacock", "owl",
                    "flamingo", "dodo", "goose", "baby-chick", "hatching", "front-facing"});
  }
  if (actor.kind == Kind::kInsect)
    return one_of(actor.part,
                  {"butterfly", "monarch", "honeybee", "fly", "mosquito", "bug", "lady"});
  return one_of(actor.part, {"bat", "balloon", "kite", "flying-saucer", "parachute", "fairy",
                             "comet", "rocket", "satellite", "hot-air"});
}

namespace {

bool is_watery(Place place) {
  return place == Place::kSea || place == Place::kLake || place == Place::kBeach;
}

bool is_rooted(const Actor& actor) {
  return actor.kind == Kind::kPlant || actor.kind == Kind::kTree || actor.kind == Kind::kFlower ||
         actor.kind == Kind::kBuilding || actor.kind == Kind::kFurniture ||
         actor.part.starts_with("coral") || actor.part.starts_with("treasure");
}

}  // namespace

Footing footing_of(const Actor& actor, const Stage& stage) {
  if (actor.kind == Kind::kSky) return Footing::kHeaven;
  const bool floating = (stage.place == Place::kSpace && !stage.lunar) ||
                        stage.place == Place::kUnderwater || stage.place == Place::kSky;
  if (floating && !(is_rooted(actor) && stage.place == Place::kUnderwater)) return Footing::kAir;
  if (flies(actor)) return Footing::kAir;
  if (is_watery(stage.place) &&
      (actor.kind == Kind::kBoat || actor.kind == Kind::kFish ||
       one_of(actor.part, {"duck", "swan", "goose"}) || actor.pose == "swimming"))
    return Footing::kWater;
  if (is_watery(stage.place) && actor.part == "lighthouse" && stage.place != Place::kBeach)
    return Footing::kWater;
  if (stage.place == Place::kSea && actor.kind != Kind::kBuilding) return Footing::kWater;
  return Footing::kGround;
}

float height_m(const Actor& a) {
  if (a.kind == Kind::kPerson && a.part.starts_with("baby")) return 0.7f;
  if (a.kind == Kind::kPerson && is_child(a)) return std::min(a.height_m, 1.15f);
  if (a.kind == Kind::kPerson && a.bust) return 1.7f;
  return std::clamp(a.height_m, 0.01f, 200.0f);
}

}  // namespace plantain::engine::sketch
