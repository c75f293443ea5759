// What a prompt means, as a value: words -> Scene -> layers -> light -> pixels.
// A Scene holds what the prompt says and nothing that the seed decides (composition, camera
// and palette are chosen when it is staged). It can be printed as JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace plantain::engine::sketch {

// Linear light, 0 … 1 for surfaces, more for lamps.
struct Rgb {
  float r = 0, g = 0, b = 0;
};

enum class Place {
  kUnsaid,
  kCity,
  kStreet,
  kBeach,
  kSea,
  kUnderwater,
  kLake,
  kForest,
  kField,
  kGarden,
  kMountains,
  kDesert,
  kSnowfield,
  kRoom,
  kSky,
  kSpace,
};
enum class TimeOfDay { kUnsaid, kDawn, kDay, kSunset, kNight };
enum class Weather { kUnsaid, kClear, kCloudy, kRain, kStorm, kSnow, kFog, kWind };
enum class Season { kUnsaid, kSpring, kSummer, kAutumn, kWinter };
enum class Shot { kUnsaid, kCloseUp, kPortrait, kMedium, kWide, kFromAbove, kMacro };
enum class Light { kUnsaid, kNeon, kSunset, kCandle, kMoon, kStudio, kGolden };
enum class Style {
  kUnsaid,
  kCinematic,
  kWatercolour,
  kInk,
  kOil,
  kPixelArt,
  kBlueprint,
  kPaperCut,
  kFlat,
  kBlackAndWhite,
  kRetroPoster,
};

// What kind of thing an actor is: decides how tall it is, where it may stand and how it moves.
enum class Kind {
  kPerson,
  kFace,
  kAnimal,
  kBird,
  kFish,
  kInsect,
  kPlant,
  kTree,
  kFlower,
  kFood,
  kVehicle,
  kBoat,
  kAircraft,
  kBuilding,
  kFurniture,
  kObject,
  kSky,
  kSymbol,
};

enum class Relation {
  kNone,
  kOn,
  kUnder,
  kBeside,
  kBehind,
  kInFrontOf,
  kHolding,
  kRiding,
  kIn,
  kAbove
};

// How a person was described, apart from the drawing that shows it as far as it can.
struct Person {
  std::string noun;   // "woman", "girl", "old-man" …; empty: told by the trade alone
  std::string trade;  // "astronaut" …; empty: none
  std::string sex;    // "woman" or "man" where the word for the trade says so
  std::string age;    // "old", "young", "child"
  std::string tone;   // "medium-dark" …; empty: unsaid
  std::string hair;   // "blond-hair", "bald" …
  bool beard = false;
  bool glasses = false;
  std::optional<Rgb> top, bottom;  // clothes
  std::string top_word, bottom_word;
};

// One thing's place by another.
struct Tie {
  Relation relation = Relation::kNone;
  int to = -1;  // index of the other actor
};

struct Actor {
  std::string part;   // the drawing's name in the pack: "cat", "woman-light-skin-tone"
  std::string words;  // the words of the prompt that named it
  Kind kind = Kind::kObject;
  int count = 1;              // 1 … 60
  float height_m = 1;         // typical height in metres of what the drawing shows
  std::optional<Rgb> colour;  // "a red car"
  std::string colour_word;    // "red"; empty when unsaid
  Relation relation = Relation::kNone;
  int relative_to = -1;   // index of the other actor; -1: none
  std::vector<Tie> ties;  // what else was said of where it is: "a woman holding a baby in a chair"
  bool bust = false;      // the drawing is a head or ends at the chest
  std::string pose;       // "sitting", "running", "flying" …; empty: unsaid
  std::optional<Person> person;  // of people only
};

struct Scene {
  std::vector<Actor> actors;  // the subject first
  Place place = Place::kUnsaid;
  std::vector<Place> other_places;  // said after it: "a lake with mountains"
  std::string place_name;           // "tokyo", "waterfall": what has its own marks; empty: none
  TimeOfDay time = TimeOfDay::kUnsaid;
  std::vector<Weather> weather;  // in the order said; empty: unsaid
  Season season = Season::kUnsaid;
  Shot shot = Shot::kUnsaid;
  std::vector<Light> lights;
  Style style = Style::kUnsaid;
  bool shallow_focus = false;           // "shallow depth of field", "bokeh"
  bool wet_ground = false;              // said, or follows from rain
  std::vector<std::string> lettering;   // quoted words, to be set on signs
  std::vector<std::string> without;     // "no people": parts and kinds that must not appear
  std::vector<std::string> understood;  // words of the prompt that had an effect
  std::vector<std::string> ignored;     // words that had none (particles left out)
};

JsonObject to_json(const Scene& scene);

// Reads a prompt. Any language may come; words that mean nothing to it land in `ignored`.
// Always gives a scene, possibly an empty stage.
Scene understand(std::string_view prompt);

}  // namespace plantain::engine::sketch
