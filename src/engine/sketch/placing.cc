#include "engine/sketch/placing.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "base/text.h"
#include "engine/sketch/backdrop.h"
#include "engine/sketch/figure.h"
#include "engine/sketch/likeness.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/parts.h"

namespace plantain::engine::sketch {
namespace {

bool one_of(std::string_view part, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return part.starts_with(name); });
}

// The half figure of a person whose drawing stands: "man-standing-light-skin-tone" ->
// "man-light-skin-tone".
std::string half_figure(std::string part) {
  static constexpr std::string_view kStanding = "-standing";
  const size_t at = part.find(kStanding);
  if (at == std::string::npos) return part;
  std::string half = part;
  half.erase(at, kStanding.size());
  return part_svg(half) ? half : part;
}

// What somebody holds who does this.
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

// The height of a seat, as a share of the drawing's height.
float seat_of(std::string_view part, Kind kind) {
  static constexpr std::pair<std::string_view, float> kSeats[] = {
      {"couch-and-lamp", 0.25f}, {"chair", 0.45f}, {"bed", 0.42f},
      {"bench", 0.5f},           {"seat", 0.4f},   {"table", 0.97f},
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
  return (a.kind == Kind::kObject || a.kind == Kind::kFood || a.kind == Kind::kFlower) &&
         a.height_m <= 0.5f &&
         !one_of(a.part, {"balloon", "kite", "soccer", "basketball", "volleyball", "beach"});
}

bool is_watery(Place place) {
  return place == Place::kSea || place == Place::kLake || place == Place::kBeach;
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
  return one_of(actor.part, {"bat", "balloon", "kite", "flying-saucer", "parachute", "mage",
                             "fairy", "dragon", "comet", "rocket", "satellite"});
}

Footing footing_of(const Actor& actor, const Stage& stage) {
  if (actor.kind == Kind::kSky) return Footing::kHeaven;
  const bool floating = stage.place == Place::kSpace || stage.place == Place::kUnderwater ||
                        stage.place == Place::kSky;
  const bool rooted = actor.kind == Kind::kPlant || actor.kind == Kind::kTree ||
                      actor.kind == Kind::kFlower || actor.kind == Kind::kBuilding ||
                      actor.kind == Kind::kFurniture;
  if (floating && !(rooted && stage.place == Place::kUnderwater)) return Footing::kAir;
  if (flies(actor)) return Footing::kAir;
  if (is_watery(stage.place) &&
      (actor.kind == Kind::kBoat || actor.kind == Kind::kFish ||
       one_of(actor.part, {"duck", "swan", "goose"}) || actor.pose == "swimming"))
    return Footing::kWater;
  if (stage.place == Place::kSea && actor.kind != Kind::kBuilding) return Footing::kWater;
  return Footing::kGround;
}

// Places all individuals of one scene. Sizes are in pixels of the picture, x in 0 … width.
class Placing {
 public:
  Placing(const Scene& scene, Stage& stage)
      : scene_(scene),
        stage_(stage),
        chance_(stage.chance("placing")),
        w_(static_cast<float>(stage.width)),
        h_(static_cast<float>(stage.height)) {}

  void run() {
    choose_subject();
    if (stage_.table_y > 0) return place_at_table();
    for (size_t i = 0; i < scene_.actors.size(); ++i) {
      if (!follows(scene_.actors[i])) place_group(static_cast<int>(i));
    }
    for (size_t i = 0; i < scene_.actors.size(); ++i) {
      if (follows(scene_.actors[i])) place_related(static_cast<int>(i));
    }
    give_props();
    make_room();
    for (Placed& p : stage_.placed) keep_inside(p);
    std::stable_sort(stage_.placed.begin(), stage_.placed.end(),
                     [](const Placed& a, const Placed& b) { return a.depth_m > b.depth_m; });
  }

 private:
  const Actor& actor(int i) const { return scene_.actors[static_cast<size_t>(i)]; }

  // Whether the place of another actor decides this one's.
  bool follows(const Actor& a) const {
    if (a.relative_to < 0) return false;
    const Actor& host = actor(a.relative_to);
    if (host.kind == Kind::kSky || host.relative_to >= 0) return host.kind != Kind::kSky;
    // Nobody is in a candle.
    return a.relation != Relation::kIn || height_m(host) > 0.6f * height_m(a);
  }

  // A bust that is not a portrait is drawn with the body it lacks.
  float height_m(const Actor& a) const {
    if (a.kind == Kind::kPerson && a.bust)
      return one_of(a.part, {"girl", "boy", "child", "baby"}) ? 1.15f : 1.7f;
    return std::clamp(a.height_m, 0.01f, 200.0f);
  }

  void choose_subject() {
    subject_ = 0;
    while (subject_ < static_cast<int>(scene_.actors.size()) &&
           (actor(subject_).kind == Kind::kSky))
      ++subject_;
    const bool none = subject_ >= static_cast<int>(scene_.actors.size());
    const float subject_m = none ? 1.7f : height_m(actor(subject_));
    const bool close = is_close(scene_);
    float share = close                                            ? 0.7f
                  : scene_.shot == Shot::kWide                     ? 0.24f
                  : scene_.shot == Shot::kMedium                   ? 0.58f
                  : !none && actor(subject_).kind == Kind::kPerson ? 0.5f
                                                                   : 0.42f;
    if (!none && (actor(subject_).kind == Kind::kBuilding || actor(subject_).kind == Kind::kTree))
      share *= 1.25f;
    share *= chance_.between(0.94f, 1.06f);
    subject_px_ = std::min(share * h_, close ? 0.8f * w_ : 0.5f * w_);
    floor_ = h_ * (close ? 0.93f : chance_.between(0.83f, 0.88f));
    if (stage_.place == Place::kRoom && stage_.style != Style::kBlueprint)
      floor_ = h_ * (close ? 0.95f : 0.87f);
    if (stage_.style == Style::kBlueprint) {
      subject_px_ = std::min(0.52f * h_, 0.52f * w_);
      floor_ = 0.5f * h_ + 0.44f * subject_px_;
    }
    Camera& camera = stage_.camera;
    const float z = camera.focal * subject_m / subject_px_;
    if (camera.horizon > 0.9f * floor_) camera.horizon = 0.9f * floor_;
    camera.eye_m = std::max((floor_ - camera.horizon) * z / camera.focal, 0.02f);
    if (none) camera.eye_m = 1.7f;
    subject_m_ = subject_m;
    subject_z_ = z;
    portrait_ = !none && close && scene_.shot != Shot::kMacro &&
                (actor(subject_).kind == Kind::kPerson || actor(subject_).kind == Kind::kFace ||
                 actor(subject_).bust);
    stage_.focus_m = portrait_ ? 1.2f : z;
    if (portrait_) camera.eye_m = 1.55f;
  }

  // Nothing but a portrait is cut by the upper edge.
  void keep_inside(Placed& p) const {
    const float margin = 0.03f * h_;
    if (!p.portrait && p.base - p.height < margin) p.height = std::max(p.base - margin, 0.08f * h_);
  }

  // Distances of scale are compressed, so that a mouse and a house fit into one picture.
  float height_px(const Actor& a) const {
    const float ratio = height_m(a) / subject_m_;
    const float shown =
        ratio >= 1 ? std::min(power(ratio, 0.42f), 2.4f) : std::max(power(ratio, 0.72f), 0.11f);
    return std::min(subject_px_ * shown, 0.8f * h_);
  }

  Placed fresh(int i) {
    Placed p;
    p.actor = i;
    p.part = actor(i).part;
    p.colour = actor(i).colour;
    p.colour_word = actor(i).colour_word;
    p.footing = footing_of(actor(i), stage_);
    p.posture = posture_of(actor(i), stage_);
    p.chance = chance_.bits();
    if (actor(i).kind == Kind::kPerson) dress(p, actor(i));
    if (actor(i).count > 1 && !p.colour && p.part == "balloon")
      p.colour =
          from_hsv(fraction(0.61803f * static_cast<float>(balloons_++) + 0.02f), 0.85f, 0.85f);
    p.mirrored = actor(i).count > 1 ? chance_.odds(0.5f) : false;  // drawings look to the left
    return p;
  }

  // Clothes of their own for each of several, and the drawing that does what they do.
  void dress(Placed& p, const Actor& a) {
    static const char* const kTops[] = {"d9534f", "2f6fb5", "f0ad2e", "3c9d6b",
                                        "8e5aa8", "e07b39", "3d4f6b", "c94f7c"};
    static const char* const kHair[] = {"2b2523", "5b3a24", "8a5a33", "1f1a18", "b07a3f"};
    p.part = with_skin(p.part);
    const bool lively = a.pose == "running" || (a.pose == "playing" && p.chance % 2 == 0);
    const size_t at = p.part.find("-standing");
    if (lively && at != std::string::npos) {
      std::string runs = p.part;
      runs.replace(at, 9, "-running");
      if (part_svg(runs)) p.part = runs;
    }
    if (a.count < 2) return;
    if (p.part.find("+top=") == std::string::npos)
      p.part += concat("+top=", kTops[chance_.below(8)]);
    if (p.part.find("+hair=") == std::string::npos)
      p.part += concat("+hair=", kHair[chance_.below(5)]);
    if (p.part.starts_with("person-standing") || p.part.starts_with("person-running")) {
      const std::string sexed = concat(chance_.odds(0.5f) ? "woman" : "man", p.part.substr(6));
      if (part_svg(sexed)) p.part = sexed;
    }
  }

  // The set's people without a tone are yellow, which no person is.
  std::string with_skin(const std::string& part) {
    static const char* const kTones[] = {"-light-skin-tone", "-medium-light-skin-tone",
                                         "-medium-skin-tone", "-medium-dark-skin-tone",
                                         "-dark-skin-tone"};
    const size_t plus = std::min(part.find('+'), part.size());
    const std::string bare = part.substr(0, plus), dyes = part.substr(plus);
    const std::string tone = kTones[chance_.below(5)];
    if (bare.find("skin-tone") != std::string::npos) return part;
    const std::string toned = concat(bare, tone, dyes);
    return part_svg(toned) ? toned : part;
  }

  float width_px(int i, float height) const {
    return height * figure_aspect(actor(i).part, actor(i).kind,
                                  portrait_ ? Posture::kAsDrawn : posture_of(actor(i), stage_));
  }

  // The next free place across the picture: the subject on a third, the second thing opposite.
  float next_anchor(int count) {
    const int slot = slots_++;
    if (slot == 0) {
      first_side_ = chance_.sign();
      const bool alone = scene_.actors.size() == 1 || count > 2;
      if (stage_.style == Style::kBlueprint) return w_ * 0.5f;
      return w_ * (0.5f + first_side_ * (alone ? chance_.between(0.0f, 0.1f) : 0.14f));
    }
    static const float kSlots[] = {0.27f, 0.02f, 0.38f, 0.18f, 0.34f, 0.08f};
    const float side = slot % 2 == 1 ? -first_side_ : first_side_;
    return w_ * (0.5f + side * kSlots[(slot - 1) % 6]);
  }

  void place_group(int i) {
    const Actor& a = actor(i);
    const Footing footing = footing_of(a, stage_);
    if (i == subject_ && portrait_) return place_portrait(i);
    if (footing == Footing::kHeaven) return place_in_heaven(i);
    if (footing == Footing::kAir) return place_in_air(i);
    if (stage_.place == Place::kRoom && !stage_.tabletop && is_small_thing(a))
      return place_on_table(i);
    place_on_ground(i, next_anchor(a.count));
    if (a.kind == Kind::kPerson && count_sitting(a)) seat(i);
  }

  bool count_sitting(const Actor& a) const {
    return a.count == 1 && stage_.place == Place::kRoom &&
           (a.pose == "sitting" || a.pose == "reading" || a.pose == "writing" ||
            a.pose == "drinking");
  }

  // Gives who sits in a room a chair.
  void seat(int i) {
    Placed& p = stage_.placed.back();
    p.part = half_figure(p.part);
    p.posture = Posture::kSitting;
    Placed chair = p;
    chair.part = "chair";
    chair.posture = Posture::kAsDrawn;
    chair.colour.reset();
    chair.height = p.height * 0.66f;
    chair.depth_m = p.depth_m * 1.02f;
    chair.base = p.base - 0.015f * h_;
    chair.prop = true;
    static_cast<void>(i);
    stage_.placed.push_back(chair);
  }

  // Candles and cups stand on a table of their own size class.
  void place_on_table(int i) {
    const float x = next_anchor(actor(i).count);
    Placed table;
    table.actor = i;
    table.part = "table";
    table.prop = true;
    table.chance = chance_.bits();
    table.height = std::min(subject_px_ * power(0.75f / subject_m_, 0.5f), 0.36f * h_);
    table.depth_m = subject_z_ * 1.12f;
    table.base = base_at(table.depth_m, Footing::kGround);
    const float half =
        table.height * figure_aspect("table", Kind::kFurniture, Posture::kAsDrawn) / 2;
    table.x = std::clamp(x, std::min(half, w_ / 2), std::max(w_ - half, w_ / 2));
    stage_.placed.push_back(table);
    const int count = actor(i).count;
    for (int n = 0; n < count; ++n) {
      Placed p = fresh(i);
      p.height = std::min(height_px(actor(i)), table.height * 0.8f);
      p.x = table.x +
            half * 1.3f * ((static_cast<float>(n) + 0.5f) / static_cast<float>(count) - 0.5f);
      p.base = table.base - table.height * 0.93f;
      p.depth_m = table.depth_m * 0.99f;
      p.footing = Footing::kHeld;
      stage_.placed.push_back(p);
    }
  }

  // One who sits behind a table, and what lies on it.
  void place_at_table() {
    int things = 0;
    for (size_t n = 0; n < scene_.actors.size(); ++n) {
      const int i = static_cast<int>(n);
      if (actor(i).kind == Kind::kPerson) {
        place_sitter(i);
      } else {
        for (int k = 0; k < actor(i).count; ++k)
          lay_on_table(i, actor(i).part, actor(i).height_m, things++);
      }
    }
    stage_.focus_m = 1.3f;
    std::stable_sort(stage_.placed.begin(), stage_.placed.end(),
                     [](const Placed& a, const Placed& b) { return a.depth_m > b.depth_m; });
  }

  void place_sitter(int i) {
    Placed p = fresh(i);
    p.part = half_figure(p.part);
    p.portrait = true;
    p.posture = Posture::kAsDrawn;
    p.height = std::min(0.80f * h_, 0.95f * w_);
    p.x = w_ * 0.43f;
    p.base = stage_.table_y + 0.14f * p.height;
    p.depth_m = 1.3f;
    p.mirrored = false;
    p.tilt = chance_.between(0.02f, 0.05f);
    stage_.placed.push_back(p);
    sitter_px_ = p.height;
    const std::string_view prop = prop_of(actor(i).pose);
    if (prop.empty()) return;
    Placed thing = fresh(i);
    thing.part = prop;
    thing.prop = true;
    thing.posture = Posture::kAsDrawn;
    thing.footing = Footing::kHeld;
    thing.height = 0.30f * sitter_px_;
    thing.x = w_ * 0.45f;
    thing.base = std::min(stage_.table_y + 0.19f * h_, 0.97f * h_);
    thing.depth_m = 0.9f;
    thing.mirrored = false;
    stage_.placed.push_back(thing);
  }

  // A likeness shows about half a metre of a person; what is on the table is as large as it is.
  void lay_on_table(int i, const std::string& part, float tall_m, int n) {
    static constexpr float kPlaces[] = {0.80f, 0.12f, 0.66f, 0.24f, 0.90f};
    Placed p = fresh(i);
    p.part = part;
    p.footing = Footing::kHeld;
    p.height = std::clamp(tall_m / 0.5f, 0.12f, 0.5f) * (sitter_px_ > 0 ? sitter_px_ : 0.8f * h_);
    p.x = w_ * kPlaces[n % 5];
    p.base = stage_.table_y + h_ * (0.07f + 0.02f * static_cast<float>(n % 3));
    p.depth_m = 1.0f - 0.01f * static_cast<float>(n);
    stage_.placed.push_back(p);
  }

  // Moves apart what stands side by side and would hide one another.
  void make_room() {
    for (int round = 0; round < 10; ++round) {
      for (size_t i = 0; i < stage_.placed.size(); ++i) {
        for (size_t k = i + 1; k < stage_.placed.size(); ++k)
          part_two(stage_.placed[i], stage_.placed[k]);
      }
    }
  }

  bool stands_free(const Placed& p) const {
    const Actor& a = actor(p.actor);
    const bool tied =
        follows(a) && a.relation != Relation::kBeside && a.relation != Relation::kNone;
    return p.footing == Footing::kGround && !p.prop && !p.portrait && !tied;
  }

  void part_two(Placed& a, Placed& b) const {
    if (a.actor == b.actor || !stands_free(a) || !stands_free(b)) return;
    const auto half = [&](const Placed& p) {
      return p.height * figure_aspect(p.part, actor(p.actor).kind, p.posture) / 2;
    };
    const float ha = half(a), hb = half(b), smaller = std::min(ha, hb);
    const float lacking = (ha + hb) - 0.35f * smaller - std::fabs(a.x - b.x);
    if (lacking <= 0) return;
    const float way = a.x < b.x || (a.x == b.x && a.actor < b.actor) ? 1.0f : -1.0f;
    const auto inside = [&](float x, float h) {
      return std::clamp(x, std::min(h + 0.02f * w_, w_ / 2), std::max(w_ - h - 0.02f * w_, w_ / 2));
    };
    // The lighter one gives way more.
    const float share = hb / (ha + hb);
    a.x = inside(a.x - way * lacking * share * 0.5f, ha);
    b.x = inside(b.x + way * lacking * (1 - share) * 0.5f, hb);
  }

  // What people hold who read, drink or sing.
  void give_props() {
    std::vector<Placed> props;
    for (Placed& p : stage_.placed) {
      const Actor& a = actor(p.actor);
      const std::string_view prop = prop_of(a.pose);
      if (p.prop || p.portrait || a.kind != Kind::kPerson || prop.empty()) continue;
      p.part = half_figure(p.part);
      if (a.bust || p.part != a.part)
        p.posture = p.posture == Posture::kSitting ? Posture::kSitting : Posture::kHolding;
      Placed thing = p;
      thing.part = prop;
      thing.prop = true;
      thing.posture = Posture::kAsDrawn;
      thing.footing = Footing::kHeld;
      thing.colour.reset();
      thing.height = p.height * 0.17f;
      thing.base = p.base - p.height * 0.40f;
      thing.depth_m = p.depth_m * 0.995f;
      props.push_back(thing);
    }
    stage_.placed.insert(stage_.placed.end(), props.begin(), props.end());
  }

  // One person on a third, looking into the picture, the street's end on the other side.
  void place_portrait(int i) {
    const int count = actor(i).count;
    const float side = chance_.sign(), slim = w_ / h_;
    const float third = 0.5f + side * std::clamp(0.05f + 0.07f * slim, 0.09f, 0.2f);
    for (int n = 0; n < count; ++n) {
      Placed p = fresh(i);
      const bool painted = has_likeness(p.part);
      p.portrait = true;
      p.posture = Posture::kAsDrawn;
      const float crowd = count > 1 ? 0.84f - 0.05f * static_cast<float>(std::min(count, 6)) : 1.0f;
      p.height = std::min(h_ * (painted ? 0.88f : 0.72f), w_ * (painted ? 1.2f : 0.85f)) * crowd;
      p.x =
          count == 1 ? w_ * third : w_ * (static_cast<float>(n) + 0.5f) / static_cast<float>(count);
      p.base = h_ * 1.004f;
      p.depth_m = 1.2f + 0.25f * static_cast<float>(count - 1 - n);
      p.mirrored = count == 1 ? side > 0 : p.x > w_ / 2;
      p.tilt = (p.mirrored ? 1.0f : -1.0f) * side * chance_.between(-0.02f, 0.06f);
      stage_.placed.push_back(p);
    }
    if (count == 1) stage_.camera.centre = w_ * (0.5f - side * 0.17f);
    ++slots_;
    first_side_ = side;
  }

  void place_in_heaven(int i) {
    for (int n = 0; n < actor(i).count; ++n) {
      Placed p = fresh(i);
      p.height = stage_.side * chance_.between(0.12f, 0.2f);
      p.x = n == 0 && slots_ == 0 ? stage_.heaven.sun_x : w_ * chance_.between(0.1f, 0.9f);
      p.base = std::max(h_ * chance_.between(0.2f, 0.42f), p.height * 1.1f);
      if (p.part == "rainbow") {
        p.height = std::min(w_, h_) * 0.75f;
        p.x = w_ / 2;
        p.base = stage_.camera.horizon * 1.02f;
      }
      p.depth_m = 900 - static_cast<float>(n);
      stage_.placed.push_back(p);
    }
  }

  void place_in_air(int i) {
    const int count = actor(i).count;
    if (actor(i).kind == Kind::kBird && count >= 4) return place_flock(i);
    const float full = std::min(height_px(actor(i)) * (i == subject_ ? 1.0f : 0.75f), h_ * 0.6f) /
                       power(static_cast<float>(count), 0.38f);
    const bool everywhere = stage_.place == Place::kSpace || stage_.place == Place::kUnderwater;
    const float low = everywhere ? 0.85f * h_ : std::max(stage_.camera.horizon * 0.92f, h_ * 0.45f);
    const float anchor = next_anchor(count);
    const float turn = chance_.uniform();
    std::vector<Placed> own;
    for (int n = 0; n < count; ++n) {
      Placed p = fresh(i);
      const float size = count == 1 ? 1.0f : chance_.between(0.65f, 1.15f);
      p.height = full * size;
      if (count == 1) {
        p.x = anchor;
        p.base = mix(p.height * 1.15f, low, everywhere ? 0.62f : 0.55f + 0.2f * (turn - 0.5f));
      } else {
        find_room(p, own, low);
      }
      p.depth_m = subject_z_ * (i == subject_ ? 1 : 1.3f) / size;
      p.tilt = chance_.between(-0.12f, 0.12f);
      own.push_back(p);
    }
    stage_.placed.insert(stage_.placed.end(), own.begin(), own.end());
  }

  // Of some chance places the one that lies furthest from the others and from the sun.
  void find_room(Placed& p, const std::vector<Placed>& others, float low) {
    float best = -1;
    for (int tries = 0; tries < 14; ++tries) {
      const float x = w_ * chance_.between(0.09f, 0.91f),
                  base = mix(p.height * 1.1f, low, chance_.uniform());
      float room = 1e9f;
      if (stage_.heaven.sun)
        room = std::max(0.0f, square(x - stage_.heaven.sun_x) +
                                  square(base - p.height / 2 - stage_.heaven.sun_y) -
                                  square(p.height * 0.4f));
      for (const Placed& o : others)
        room =
            std::min(room, square(x - o.x) + square(base - p.height / 2 - o.base + o.height / 2));
      if (room <= best) continue;
      best = room;
      p.x = x;
      p.base = base;
    }
  }

  // A loose wedge, one behind the other, all going the same way.
  void place_flock(int i) {
    const int count = actor(i).count;
    const float side = chance_.sign(), cx = w_ * (0.5f - side * 0.12f),
                cy = std::max(stage_.camera.horizon * 0.5f, h_ * 0.26f);
    const float full =
        stage_.side * mix(0.15f, 0.085f, clamp01(static_cast<float>(count - 4) / 16));
    const float reach = 0.44f * w_ / static_cast<float>(count / 2 + 1);
    for (int n = 0; n < count; ++n) {
      Placed p = fresh(i);
      const float k = static_cast<float>((n + 1) / 2), wing = n % 2 == 0 ? 1.0f : -1.0f,
                  back = k / static_cast<float>(count / 2 + 1);
      p.height = full * mix(1.0f, 0.6f, back) * chance_.between(0.88f, 1.1f);
      p.x = cx + side * reach * k * (wing > 0 ? 1.0f : 0.62f) +
            chance_.between(-0.25f, 0.25f) * reach;
      p.base = std::max(cy + p.height / 2 + (wing * 0.17f - 0.04f) * h_ * back +
                            chance_.between(-0.012f, 0.012f) * h_,
                        p.height * 1.3f);
      p.depth_m = subject_z_ * (3 + 4 * back);
      p.mirrored = side < 0;
      p.tilt = 0;
      stage_.placed.push_back(p);
    }
    ++slots_;
  }

  // Individuals side by side around the anchor, in rows behind one another when they are many.
  void place_on_ground(int i, float anchor) {
    const Actor& a = actor(i);
    float height = height_px(a);
    const int rows = a.count <= 3 ? 1 : a.count <= 8 ? 2 : a.count <= 18 ? 3 : 4;
    const int per_row = (a.count + rows - 1) / rows;
    const float room = slots_ <= 1 && scene_.actors.size() == 1 ? 0.94f * w_ : 0.72f * w_;
    const float total = width_px(i, height) * 0.92f * static_cast<float>(per_row);
    if (total > room) height *= room / total;
    const float step = std::max(
        width_px(i, height) * 0.92f,
        a.kind == Kind::kPerson ? height * (a.pose.empty() || a.pose == "standing" ? 0.5f : 0.66f)
                                : 0.0f);
    const float half = step * static_cast<float>(per_row) / 2;
    anchor = std::clamp(anchor, std::min(half + 0.03f * w_, w_ / 2),
                        std::max(w_ - half - 0.03f * w_, w_ / 2));
    const float nearest = nearness(i, height);
    for (int n = 0; n < a.count; ++n) {
      const int row = n / per_row, column = n % per_row;
      const float in_row = static_cast<float>(std::min(per_row, a.count - row * per_row));
      Placed p = fresh(i);
      const float back =
          1 + 0.38f * static_cast<float>(row) + (a.count > 1 ? chance_.between(-0.06f, 0.1f) : 0);
      p.depth_m = nearest * back;
      p.height = height / back * (a.count > 1 ? chance_.between(0.92f, 1.08f) : 1);
      const float spread =
          (static_cast<float>(column) + 0.5f - in_row / 2 + (row % 2 == 1 ? 0.5f : 0.0f)) * step;
      p.x = anchor + spread / (row > 0 ? power(back, 0.5f) : 1) +
            (a.count > 1 ? chance_.between(-0.1f, 0.1f) * step : 0);
      p.base = base_at(p.depth_m, p.footing);
      if (a.count == 2) p.mirrored = n == 0;  // two look at each other
      stage_.placed.push_back(p);
    }
  }

  // How far away a thing of this size stands; large things further, so that nothing is cut.
  float nearness(int i, float height) {
    const Actor& a = actor(i);
    if (i == subject_) return subject_z_;
    const float ratio = height_m(a) / subject_m_;
    const float back = a.kind == Kind::kBuilding ? 2.6f
                       : a.kind == Kind::kTree   ? 1.7f
                       : ratio > 2               ? 1.5f
                       : ratio < 0.4f            ? 0.9f
                                                 : 1.05f;
    static_cast<void>(height);
    return subject_z_ * back * (1 + 0.03f * static_cast<float>(slots_));
  }

  float base_at(float depth, Footing footing) const {
    const Camera& c = stage_.camera;
    float base = c.horizon + (floor_ - c.horizon) * subject_z_ / depth;
    if (portrait_) base = c.y(0, depth);
    // On a beach the water begins above the sand.
    if (footing == Footing::kWater && stage_.place == Place::kBeach)
      base = mix(c.horizon, base, 0.4f);
    return base;
  }

  void place_related(int i) {
    const Actor& a = actor(i);
    std::vector<Placed> hosts;
    for (const Placed& p : stage_.placed) {
      if (p.actor == a.relative_to) hosts.push_back(p);
    }
    if (hosts.empty()) return place_group(i);
    const float own = height_px(a);
    for (int n = 0; n < a.count; ++n) {
      const Placed& host = hosts[static_cast<size_t>(n) % hosts.size()];
      const int share =
          (a.count + static_cast<int>(hosts.size()) - 1) / static_cast<int>(hosts.size());
      Placed p = fresh(i);
      set_beside_host(p, a, host, own, n / static_cast<int>(hosts.size()), share);
      stage_.placed.push_back(p);
    }
  }

  void set_beside_host(Placed& p, const Actor& a, const Placed& host, float own, int n, int of) {
    const float host_w = width_px(host.actor, host.height);
    const float along =
        of == 1 ? 0.0f : (static_cast<float>(n) + 0.5f) / static_cast<float>(of) - 0.5f;
    p.depth_m = host.depth_m * 0.98f;
    p.height = own;
    p.x = host.x + along * host_w * 0.8f;
    p.base = host.base;
    const float far_side = host.x < w_ / 2 ? 1.0f : -1.0f;
    switch (a.relation) {
      case Relation::kOn:
        place_on(p, a, host, along, of, host_w);
        break;
      case Relation::kRiding:
        place_riding(p, a, host, host_w);
        break;
      case Relation::kIn:
        p.height = std::min(own, host.height * 0.75f);
        p.base = host.base - 0.3f * host.height;
        p.depth_m = host.depth_m * 1.02f;
        p.footing = Footing::kHeld;
        break;
      case Relation::kUnder:
        p.height = std::min(own, host.height * 0.62f);
        p.depth_m = host.depth_m * (n % 2 == 0 ? 0.96f : 1.03f);
        p.base = base_at(p.depth_m, p.footing);
        p.x = host.x + (along * 0.7f + 0.13f * far_side) * host_w;
        break;
      case Relation::kHolding:
        p.height = std::clamp(own, host.height * 0.22f, host.height * 0.6f);
        p.x = host.x + far_side * (host_w * 0.45f + p.height * 0.12f);
        p.base = host.base - host.height * 0.3f;
        if (host.portrait) p.base = std::min(host.base - host.height * 0.02f, h_ * 0.97f);
        p.footing = Footing::kHeld;
        p.tilt = far_side * 0.15f;
        break;
      case Relation::kAbove:
        p.footing = Footing::kAir;
        p.base = std::max(host.base - host.height - 0.04f * h_, p.height * 1.05f);
        break;
      case Relation::kBehind:
        p.depth_m = host.depth_m * 1.5f;
        p.x = host.x + far_side * (0.45f * host_w + 0.2f * width_px(p.actor, own)) + along * host_w;
        p.base = base_at(p.depth_m, p.footing);
        break;
      case Relation::kInFrontOf:
        p.depth_m = host.depth_m * 0.8f;
        p.x = host.x + far_side * 0.25f * host_w + along * host_w;
        p.base = std::min(base_at(p.depth_m, p.footing), h_ * 0.97f);
        break;
      case Relation::kBeside:
      case Relation::kNone:
        p.x = host.x + far_side * (host_w * 0.55f +
                                   width_px(p.actor, own) * (0.55f + 0.9f * static_cast<float>(n)));
        p.depth_m = host.depth_m * 1.02f;
        p.base = base_at(p.depth_m, p.footing);
        break;
    }
    const float half = width_px(p.actor, p.height) / 2;
    p.x = std::clamp(p.x, std::min(half, w_ / 2), std::max(w_ - half, w_ / 2));
  }

  void place_on(Placed& p, const Actor& a, const Placed& host, float along, int of, float host_w) {
    const Actor& under = actor(host.actor);
    const float aspect = figure_aspect(a.part, a.kind, p.posture);
    p.height =
        std::min(p.height, std::max(host.height * 0.7f, host_w / static_cast<float>(of) / aspect));
    if (of > 1) p.height = std::min(p.height, host_w * 0.95f / static_cast<float>(of) / aspect);
    const bool furniture = under.kind == Kind::kFurniture;
    // A sofa's seat leaves its arms free, and the lamp beside it.
    if (furniture)
      p.x = host.x + (along * 0.68f - (host.part == "couch-and-lamp" ? 0.08f : 0.0f)) * host_w;
    p.base = host.base - seat_of(host.part, under.kind) * host.height;
    if (host.portrait) p.base = host.base - host.height * 0.93f;
    if (furniture && a.kind == Kind::kPerson) {
      p.part = half_figure(p.part);
      p.posture = Posture::kSitting;
      p.base += kSeatShare * p.height;
    }
    p.footing = Footing::kHeld;
  }

  void place_riding(Placed& p, const Actor& a, const Placed& host, float host_w) {
    const Actor& mount = actor(host.actor);
    const bool person = a.kind == Kind::kPerson;
    p.footing = Footing::kHeld;
    p.height = std::min(p.height, host.height * (is_straddled(mount) ? 0.95f : 0.8f));
    p.mirrored = host.mirrored;
    if (person) p.part = half_figure(p.part);
    if (is_straddled(mount)) {
      const float seat = mount.kind == Kind::kAnimal ? 0.62f : 0.72f;
      p.x = host.x + (host.mirrored ? -0.05f : 0.05f) * host_w;
      p.base = host.base - seat * host.height;
      if (person) {
        p.posture = Posture::kAstride;
        p.base += kSeatShare * p.height;
      }
      return;
    }
    // In a boat or a car: its side hides what is below.
    p.depth_m = host.depth_m * 1.01f;
    p.base = host.base - (mount.kind == Kind::kBoat ? 0.10f : 0.25f) * host.height;
  }

  const Scene& scene_;
  Stage& stage_;
  Chance chance_;
  float w_, h_;
  int subject_ = 0, slots_ = 0, balloons_ = 0;
  float sitter_px_ = 0, subject_m_ = 1, subject_px_ = 1, subject_z_ = 1, floor_ = 0,
        first_side_ = 1;
  bool portrait_ = false;
};

}  // namespace

bool is_close(const Scene& scene) {
  if (scene.shot == Shot::kCloseUp || scene.shot == Shot::kPortrait || scene.shot == Shot::kMacro)
    return true;
  // One person of whom nothing but looks is said sits for a portrait.
  if (scene.shot != Shot::kUnsaid || scene.place != Place::kUnsaid || scene.actors.size() != 1)
    return false;
  const Actor& only = scene.actors[0];
  return only.count == 1 && only.kind == Kind::kPerson && only.bust && has_likeness(only.part) &&
         prop_of(only.pose).empty();
}

bool sits_at_table(const Scene& scene) {
  if (scene.place != Place::kUnsaid && scene.place != Place::kRoom) return false;
  if (scene.shot == Shot::kWide || scene.actors.empty()) return false;
  int people = 0;
  bool busy = false;
  for (const Actor& a : scene.actors) {
    if (a.kind != Kind::kPerson) {
      if (!is_small_thing(a) || a.count > 3) return false;
      continue;
    }
    people += a.count;
    busy = (!prop_of(a.pose).empty() || a.pose == "eating") && a.pose != "singing" &&
           has_likeness(half_figure(a.part));
  }
  return people == 1 && busy;
}

bool fits_a_table(const Scene& scene) {
  return !scene.actors.empty() &&
         std::all_of(scene.actors.begin(), scene.actors.end(), is_small_thing);
}

void place_actors(const Scene& scene, Stage& stage) { Placing(scene, stage).run(); }

}  // namespace plantain::engine::sketch
