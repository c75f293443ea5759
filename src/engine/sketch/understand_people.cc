#include "engine/sketch/understand_people.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/text.h"
#include "engine/sketch/parts.h"
#include "engine/sketch/words.h"

namespace plantain::engine::sketch {
namespace {

// The tone of people whose skin the prompt does not mention; the yellow of the set is no skin.
constexpr std::string_view kToneUnsaid = "medium-light";

// What the drawings of a face, a half and a whole figure show, in metres.
constexpr float kFaceHeight_m = 0.45f;
constexpr float kHalfFigureHeight_m = 0.8f;

struct Figure {
  std::string_view noun;
  std::string_view sex;
  float height_m;
};
constexpr Figure kFigures[] = {
    {"woman", "woman", 1.66f},  {"man", "man", 1.78f},
    {"girl", "woman", 1.3f},    {"boy", "man", 1.3f},
    {"person", "person", 1.7f}, {"child", "person", 1.1f},
    {"baby", "", 0.5f},         {"old-woman", "woman", 1.58f},
    {"old-man", "man", 1.68f},  {"older-person", "person", 1.63f},
};

struct Act {
  std::string_view act;
  std::string_view drawing;  // {sex} before it unless it is whole
  bool whole;
  float height_m;  // of a grown person in that pose
};
constexpr Act kActs[] = {
    {"walking", "walking", false, 1.7f},
    {"running", "running", false, 1.65f},
    {"dancing", "dancing", false, 1.7f},
    {"biking", "biking", false, 1.7f},
    {"mountain-biking", "mountain-biking", false, 1.7f},
    {"swimming", "swimming", false, 0.6f},
    {"surfing", "surfing", false, 1.7f},
    {"rowing-boat", "rowing-boat", false, 1.3f},
    {"climbing", "climbing", false, 2.2f},
    {"in-lotus-position", "in-lotus-position", false, 0.95f},
    {"kneeling", "kneeling", false, 1.2f},
    {"cartwheeling", "cartwheeling", false, 1.5f},
    {"juggling", "juggling", false, 1.2f},
    {"golfing", "golfing", false, 1.7f},
    {"lifting-weights", "lifting-weights", false, 1.9f},
    {"bouncing-ball", "bouncing-ball", false, 1.7f},
    {"horse-racing", "horse-racing", true, 2.4f},
    {"skiing", "skier", true, 1.6f},
    {"snowboarding", "snowboarder", true, 1.6f},
    {"sleeping", "person-in-bed", true, 0.9f},
};

// Trades that are drawn from head to foot; of all others the set shows the upper half.
constexpr std::string_view kWholeTrades[] = {
    "fairy",          "mermaid",      "merman",        "genie",
    "superhero",      "supervillain", "ballet-dancer", "woman-dancing",
    "person-fencing", "skier",        "snowboarder",   "person-in-suit-levitating",
};

const Figure& figure_of(std::string_view noun) {
  for (const Figure& figure : kFigures) {
    if (figure.noun == noun) return figure;
  }
  CHECK(false);
}

const Act* act_named(std::string_view act) {
  for (const Act& row : kActs) {
    if (row.act == act) return &row;
  }
  return nullptr;
}

// `name` in the skin tone, if it is drawn in tones; hair follows the tone in the set's names.
std::string toned(const std::string& name, const Person& person) {
  const std::string with_tone =
      concat(name, "-", person.tone.empty() ? kToneUnsaid : person.tone, "-skin-tone");
  return part_exists(with_tone) ? with_tone : name;
}

// The set draws one mark of a face: the beard, or else the hair.
std::string face_drawing(const std::string& noun, const Person& person) {
  const std::string plain = toned(noun, person);
  for (const std::string& mark : {std::string(person.beard ? "beard" : ""), person.hair}) {
    const std::string marked = concat(plain, "-", mark);
    if (!mark.empty() && part_exists(marked)) return marked;
  }
  return plain;
}

// A trade's drawing: "woman-astronaut" where the sex is known and drawn, else "astronaut".
std::string trade_drawing(const Person& person, std::string_view sex) {
  std::string name = person.trade;
  if (!sex.empty() && sex != "person") {
    const std::string sexed =
        name.starts_with("person-") ? concat(sex, name.substr(6)) : concat(sex, "-", name);
    if (part_exists(sexed)) name = sexed;
  }
  return toned(name, person);
}

std::string act_drawing(const Act& act, std::string_view sex, const Person& person) {
  if (act.whole) return toned(std::string(act.drawing), person);
  std::string name = concat(sex.empty() ? "person" : sex, "-", act.drawing);
  if (!part_exists(name)) name = concat("woman-", act.drawing);
  return toned(name, person);
}

std::string hex_of(const Rgb& colour) {
  const auto channel = [](float linear) {
    const float encoded =
        linear <= 0.0031308f ? 12.92f * linear : 1.055f * std::pow(linear, 1 / 2.4f) - 0.055f;
    return static_cast<char>(
        static_cast<unsigned char>(std::lround(std::clamp(encoded, 0.0f, 1.0f) * 255)));
  };
  return to_hex(std::string{channel(colour.r), channel(colour.g), channel(colour.b)});
}

struct Dye {
  std::string_view hair;
  std::string_view hex;
  std::string_view colours;  // the names of the colours that are called so, between spaces
};
constexpr Dye kDyes[] = {
    {"blond-hair", "e3b34f", " yellow golden cream "},
    {"red-hair", "b4532a", " red orange copper dark-red coral "},
    {"white-hair", "dcdcdc", " white grey silver "},
    {"black-hair", "2b2523", " black charcoal "},
    {"brown-hair", "6b4630", " brown tan wooden "},
    {"pink-hair", "ee7fb4", " pink magenta "},
    {"blue-hair", "3f7fd9", " blue sky-blue navy turquoise teal "},
    {"green-hair", "4ca35a", " green mint lime olive "},
    {"purple-hair", "8a55c4", " purple lavender "},
};

// What the drawing itself does not show is told to part_svg() behind a '+' (see parts.h).
std::string dyed(const std::string& drawing, const Person& person) {
  std::string out = drawing;
  std::string_view hair;
  for (const Dye& dye : kDyes) {
    if (dye.hair == person.hair) hair = dye.hex;
  }
  if (person.hair.empty() && person.noun.starts_with("old")) hair = "dcdcdc";
  const bool shown = !person.hair.empty() && drawing.ends_with(person.hair);
  const bool grey_already = drawing.starts_with("old");
  if (!hair.empty() && !shown && !grey_already) out += concat("+hair=", hair);
  if (person.top) out += concat("+top=", hex_of(*person.top));
  if (person.bottom) out += concat("+bottom=", hex_of(*person.bottom));
  if (person.beard && !drawing.ends_with("beard")) out += "+beard=1";
  if (person.glasses) out += "+glasses=1";
  return out;
}

void draw_plain_person(const Person& person, bool close, Actor& actor) {
  const std::string noun = person.noun.empty() ? "person" : person.noun;
  const Figure& figure = figure_of(noun);
  const Act* act = act_named(actor.pose);
  if (close || noun == "baby") {
    actor.part = dyed(face_drawing(noun, person), person);
    actor.height_m = kFaceHeight_m;
    actor.bust = true;
  } else if (act != nullptr) {
    actor.part = dyed(act_drawing(*act, figure.sex, person), person);
    actor.height_m = act->height_m * figure.height_m / 1.7f;
  } else {
    actor.part = dyed(toned(concat(figure.sex, "-standing"), person), person);
    actor.height_m = figure.height_m;
  }
}

}  // namespace

void draw_person(bool close, Actor& actor) {
  CHECK(actor.person.has_value());
  const Person& person = *actor.person;
  actor.kind = Kind::kPerson;
  if (person.trade.empty()) {
    draw_plain_person(person, close, actor);
    return;
  }
  const std::string_view sex = !person.sex.empty()   ? std::string_view(person.sex)
                               : person.noun.empty() ? std::string_view()
                                                     : figure_of(person.noun).sex;
  actor.part = trade_drawing(person, sex);
  const bool whole = std::find(std::begin(kWholeTrades), std::end(kWholeTrades), person.trade) !=
                     std::end(kWholeTrades);
  actor.bust = !whole;
  actor.height_m = whole ? 1.7f : close ? kFaceHeight_m : kHalfFigureHeight_m;
}

std::string noun_for_age(const Person& person) {
  if (person.age != "old" || !person.trade.empty()) return person.noun;
  if (person.noun == "woman") return "old-woman";
  if (person.noun == "man") return "old-man";
  if (person.noun == "person" || person.noun.empty()) return "older-person";
  return person.noun;
}

std::string_view hair_of_colour(std::string_view colour) {
  // "dark brown" is brown.
  const std::string_view base = colour.substr(colour.rfind(' ') + 1);
  for (const Dye& dye : kDyes) {
    if (dye.colours.find(concat(" ", base, " ")) != std::string_view::npos) return dye.hair;
  }
  return "";
}

Rgb linear_rgb(std::string_view hex) {
  const std::optional<std::string> bytes = from_hex(hex.substr(1));
  CHECK(bytes && bytes->size() == 3);
  const auto channel = [&](size_t at) {
    const float encoded = static_cast<float>(static_cast<unsigned char>((*bytes)[at])) / 255;
    return encoded <= 0.04045f ? encoded / 12.92f : std::pow((encoded + 0.055f) / 1.055f, 2.4f);
  };
  return {channel(0), channel(1), channel(2)};
}

}  // namespace plantain::engine::sketch
