#include "engine/sketch/placing.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "engine/sketch/figure.h"
#include "engine/sketch/likeness.h"
#include "engine/sketch/light_plan.h"
#include "base/text.h"
#include "engine/sketch/backdrop.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/parts.h"

namespace plantain::engine::sketch {
namespace {

bool one_of(std::string_view part, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return part.starts_with(name); });
}

bool is_watery(Place place) { return place == Place::kSea || place == Place::kLake || place == Place::kBeach; }

bool flies(const Actor& actor) {
  if (actor.pose == "flying") return true;
  if (actor.pose == "sitting" || actor.pose == "standing") return false;
  if (actor.kind == Kind::kAircraft) return true;
  if (actor.kind == Kind::kBird) {
    return !one_of(actor.part, {"duck", "swan", "penguin", "chicken", "rooster", "turkey", "peacock", "owl", "flamingo", "dodo", "goose", "baby-chick", "hatching", "front-facing"});
  }
  if (actor.kind == Kind::kInsect) return one_of(actor.part, {"butterfly", "monarch", "honeybee", "fly", "mosquito", "bug", "lady"});
  return one_of(actor.part, {"bat", "balloon", "kite", "flying-saucer", "parachute", "mage", "fairy", "dragon", "comet", "rocket", "satellite"});
}

Footing footing_of(const Actor& actor, const Stage& stage) {
  if (actor.kind == Kind::kSky) return Footing::kHeaven;
  const bool floating = stage.place == Place::kSpace || stage.place == Place::kUnderwater || stage.place == Place::kSky;
  const bool rooted = actor.kind == Kind::kPlant || actor.kind == Kind::kTree || actor.kind == Kind::kFlower || actor.kind == Kind::kBuilding || actor.kind == Kind::kFurniture;
  if (floating && !(rooted && stage.place == Place::kUnderwater)) return Footing::kAir;
  if (flies(actor)) return Footing::kAir;
  if (is_watery(stage.place) && (actor.kind == Kind::kBoat || actor.kind == Kind::kFish || one_of(actor.part, {"duck", "swan", "goose"}) || actor.pose == "swimming")) return Footing::kWater;
  if (stage.place == Place::kSea && actor.kind != Kind::kBuilding) return Footing::kWater;
  return Footing::kGround;
}

// Places all individuals of one scene. Sizes are in pixels of the picture, x in 0 … width.
class Placing {
 public:
  Placing(const Scene& scene, Stage& stage)
      : scene_(scene), stage_(stage), chance_(stage.chance("placing")), w_(static_cast<float>(stage.width)), h_(static_cast<float>(stage.height)) {}

  void run() {
    choose_subject();
    for (size_t i = 0; i < scene_.actors.size(); ++i) {
      if (scene_.actors[i].relative_to < 0) place_group(static_cast<int>(i));
    }
    for (size_t i = 0; i < scene_.actors.size(); ++i) {
      if (scene_.actors[i].relative_to >= 0) place_related(static_cast<int>(i));
    }
    for (Placed& p : stage_.placed) keep_inside(p);
    std::stable_sort(stage_.placed.begin(), stage_.placed.end(), [](const Placed& a, const Placed& b) { return a.depth_m > b.depth_m; });
  }

 private:
  const Actor& actor(int i) const { return scene_.actors[static_cast<size_t>(i)]; }

  // A bust that is not a portrait is drawn with the body it lacks.
  float height_m(const Actor& a) const {
    if (a.kind == Kind::kPerson && a.bust) return one_of(a.part, {"girl", "boy", "child", "baby"}) ? 1.15f : 1.7f;
    return std::clamp(a.height_m, 0.01f, 200.0f);
  }

  void choose_subject() {
    subject_ = 0;
    while (subject_ < static_cast<int>(scene_.actors.size()) && (actor(subject_).kind == Kind::kSky)) ++subject_;
    const bool none = subject_ >= static_cast<int>(scene_.actors.size());
    const float subject_m = none ? 1.7f : height_m(actor(subject_));
    const bool close = scene_.shot == Shot::kCloseUp || scene_.shot == Shot::kPortrait || scene_.shot == Shot::kMacro;
    float share = close ? 0.7f : scene_.shot == Shot::kWide ? 0.24f : scene_.shot == Shot::kMedium ? 0.55f : 0.42f;
    if (!none && (actor(subject_).kind == Kind::kBuilding || actor(subject_).kind == Kind::kTree)) share *= 1.25f;
    share *= chance_.between(0.94f, 1.06f);
    subject_px_ = std::min(share * h_, close ? 0.8f * w_ : 0.5f * w_);
    floor_ = h_ * (close ? 0.93f : chance_.between(0.83f, 0.88f));
    if (stage_.place == Place::kRoom) floor_ = h_ * (close ? 0.95f : 0.87f);
    Camera& camera = stage_.camera;
    const float z = camera.focal * subject_m / subject_px_;
    camera.eye_m = std::max((floor_ - camera.horizon) * z / camera.focal, 0.02f);
    if (none) camera.eye_m = 1.7f;
    subject_m_ = subject_m;
    subject_z_ = z;
    portrait_ = !none && close && scene_.shot != Shot::kMacro && (actor(subject_).kind == Kind::kPerson || actor(subject_).kind == Kind::kFace || actor(subject_).bust);
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
    const float shown = ratio >= 1 ? std::min(power(ratio, 0.42f), 2.4f) : std::max(power(ratio, 0.62f), 0.13f);
    return std::min(subject_px_ * shown, 0.8f * h_);
  }

  Placed fresh(int i) {
    Placed p;
    p.actor = i;
    p.part = actor(i).part;
    p.colour = actor(i).colour;
    p.colour_word = actor(i).colour_word;
    p.footing = footing_of(actor(i), stage_);
    p.chance = chance_.bits();
    if (actor(i).kind == Kind::kPerson) p.part = with_skin(p.part);
    p.mirrored = actor(i).count > 1 ? chance_.odds(0.5f) : false;
    return p;
  }

  // The set's people without a tone are yellow, which no person is.
  std::string with_skin(const std::string& part) {
    static const char* const kTones[] = {"-light-skin-tone", "-medium-light-skin-tone", "-medium-skin-tone", "-medium-dark-skin-tone", "-dark-skin-tone"};
    const size_t plus = std::min(part.find('+'), part.size());
    const std::string bare = part.substr(0, plus), dyes = part.substr(plus);
    const std::string tone = kTones[chance_.below(5)];
    if (bare.find("skin-tone") != std::string::npos) return part;
    const std::string toned = concat(bare, tone, dyes);
    return part_svg(toned) ? toned : part;
  }

  float width_px(int i, float height) const { return height * figure_aspect(actor(i).part, actor(i).kind, needs_body(actor(i), stage_) && !portrait_); }

  // The next free place across the picture: the subject on a third, the second thing opposite.
  float next_anchor(int count) {
    const int slot = slots_++;
    if (slot == 0) {
      first_side_ = chance_.sign();
      const bool alone = scene_.actors.size() == 1 || count > 2;
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
    place_on_ground(i, next_anchor(a.count));
  }

  void place_portrait(int i) {
    const int count = actor(i).count;
    const bool wide = w_ > 1.2f * h_;
    for (int n = 0; n < count; ++n) {
      Placed p = fresh(i);
      p.portrait = true;
      p.height = std::min(h_ * 0.95f, w_ * 1.3f) * (count > 1 ? 0.86f - 0.05f * static_cast<float>(std::min(count, 6)) : 1.0f);
      if (!has_likeness(p.part)) p.height = std::min(h_ * 0.72f, w_ * 0.85f) * (count > 1 ? 0.8f : 1.0f);
      const float third = wide ? chance_.sign() * chance_.between(0.12f, 0.17f) : chance_.sign() * chance_.between(0.015f, 0.05f);
      p.x = count == 1 ? w_ * (0.5f + third) : w_ * (static_cast<float>(n) + 0.5f) / static_cast<float>(count);
      p.base = has_likeness(p.part) ? h_ * 0.12f + p.height * (1 - 0.04f) : h_ * 1.01f;
      p.base = std::max(p.base, h_ * 1.002f);
      p.depth_m = 1.2f + 0.25f * static_cast<float>(count - 1 - n);
      p.tilt = chance_.between(-0.05f, 0.05f);
      p.mirrored = chance_.odds(0.5f);
      stage_.placed.push_back(p);
    }
    ++slots_;
    first_side_ = 1;
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
    const float full = std::min(height_px(actor(i)) * (i == subject_ ? 1.0f : 0.75f), h_ * 0.6f) / power(static_cast<float>(count), 0.38f);
    const bool everywhere = stage_.place == Place::kSpace || stage_.place == Place::kUnderwater;
    const float low = everywhere ? 0.85f * h_ : std::max(stage_.camera.horizon * 0.92f, h_ * 0.45f);
    const float anchor = next_anchor(count);
    const float turn = chance_.uniform();
    for (int n = 0; n < count; ++n) {
      Placed p = fresh(i);
      const float size = count == 1 ? 1.0f : chance_.between(0.6f, 1.15f);
      p.height = full * size;
      if (count == 1) {
        p.x = anchor;
        p.base = mix(p.height * 1.15f, low, everywhere ? 0.62f : 0.55f + 0.2f * (turn - 0.5f));
      } else {
        // A low-discrepancy scatter: even, and without rows.
        const float u = fraction(turn + 0.7548777f * static_cast<float>(n + 1)), v = fraction(turn * 3 + 0.5698403f * static_cast<float>(n + 1));
        p.x = w_ * mix(0.08f, 0.92f, u);
        p.base = mix(p.height * 1.1f, low, v);
      }
      p.depth_m = subject_z_ * (i == subject_ ? 1 : 1.3f) / size;
      p.tilt = chance_.between(-0.12f, 0.12f);
      stage_.placed.push_back(p);
    }
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
    const float step = std::max(width_px(i, height) * 0.92f, a.kind == Kind::kPerson ? height * 0.5f : 0.0f);
    const float half = step * static_cast<float>(per_row) / 2;
    anchor = std::clamp(anchor, std::min(half + 0.03f * w_, w_ / 2), std::max(w_ - half - 0.03f * w_, w_ / 2));
    const float nearest = nearness(i, height);
    for (int n = 0; n < a.count; ++n) {
      const int row = n / per_row, column = n % per_row;
      const float in_row = static_cast<float>(std::min(per_row, a.count - row * per_row));
      Placed p = fresh(i);
      const float back = 1 + 0.38f * static_cast<float>(row) + (a.count > 1 ? chance_.between(-0.06f, 0.1f) : 0);
      p.depth_m = nearest * back;
      p.height = height / back * (a.count > 1 ? chance_.between(0.92f, 1.08f) : 1);
      const float spread = (static_cast<float>(column) + 0.5f - in_row / 2 + (row % 2 == 1 ? 0.5f : 0.0f)) * step;
      p.x = anchor + spread / (row > 0 ? power(back, 0.5f) : 1) + (a.count > 1 ? chance_.between(-0.1f, 0.1f) * step : 0);
      p.base = base_at(p.depth_m, p.footing);
      stage_.placed.push_back(p);
    }
  }

  // How far away a thing of this size stands; large things further, so that nothing is cut.
  float nearness(int i, float height) {
    const Actor& a = actor(i);
    if (i == subject_) return subject_z_;
    const float ratio = height_m(a) / subject_m_;
    const float back = a.kind == Kind::kBuilding ? 2.6f : a.kind == Kind::kTree ? 1.7f : ratio > 2 ? 1.5f : ratio < 0.4f ? 0.9f : 1.05f;
    static_cast<void>(height);
    return subject_z_ * back * (1 + 0.03f * static_cast<float>(slots_));
  }

  float base_at(float depth, Footing footing) const {
    const Camera& c = stage_.camera;
    float base = c.horizon + (floor_ - c.horizon) * subject_z_ / depth;
    if (portrait_) base = c.y(0, depth);
    // On a beach the water begins above the sand.
    if (footing == Footing::kWater && stage_.place == Place::kBeach) base = mix(c.horizon, base, 0.4f);
    return base;
  }

  void place_related(int i) {
    const Actor& a = actor(i);
    std::vector<Placed> hosts;
    for (const Placed& p : stage_.placed) {
      if (p.actor == a.relative_to) hosts.push_back(p);
    }
    if (hosts.empty()) return place_group(i);
    const Kind host_kind = actor(a.relative_to).kind;
    const float own = height_px(a);
    for (int n = 0; n < a.count; ++n) {
      const Placed& host = hosts[static_cast<size_t>(n) % hosts.size()];
      const int share = (a.count + static_cast<int>(hosts.size()) - 1) / static_cast<int>(hosts.size());
      Placed p = fresh(i);
      set_beside_host(p, a, host, host_kind, own, n / static_cast<int>(hosts.size()), share);
      stage_.placed.push_back(p);
    }
  }

  void set_beside_host(Placed& p, const Actor& a, const Placed& host, Kind host_kind, float own, int n, int of) {
    const float host_w = width_px(host.actor, host.height);
    const float along = of == 1 ? 0.0f : (static_cast<float>(n) + 0.5f) / static_cast<float>(of) - 0.5f;
    p.depth_m = host.depth_m * 0.98f;
    p.height = own;
    p.x = host.x + along * host_w * 0.8f;
    p.base = host.base;
    const float far_side = host.x < w_ / 2 ? 1.0f : -1.0f;
    switch (a.relation) {
      case Relation::kOn:
      case Relation::kRiding: {
        p.height = std::min(own, std::max(host.height * 0.7f, host_w / static_cast<float>(of) / figure_aspect(a.part, a.kind, a.bust)));
        if (of > 1) p.height = std::min(p.height, host_w * 0.95f / static_cast<float>(of) / figure_aspect(a.part, a.kind, a.bust));
        const float seat = host_kind == Kind::kFurniture ? 0.33f : a.relation == Relation::kRiding ? 0.45f : host_kind == Kind::kBoat ? 0.25f : 0.9f;
        if (host_kind == Kind::kFurniture) p.x = host.x + (along * 0.68f - 0.08f) * host_w;
        p.base = host.base - seat * host.height;
        p.footing = Footing::kHeld;
        if (host.portrait) p.base = host.base - host.height * 0.93f;
        break;
      }
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
        p.x = host.x + far_side * (host_w * 0.55f + width_px(p.actor, own) * (0.55f + 0.9f * static_cast<float>(n)));
        p.depth_m = host.depth_m * 1.02f;
        p.base = base_at(p.depth_m, p.footing);
        break;
    }
    const float half = width_px(p.actor, p.height) / 2;
    p.x = std::clamp(p.x, std::min(half, w_ / 2), std::max(w_ - half, w_ / 2));
  }

  const Scene& scene_;
  Stage& stage_;
  Chance chance_;
  float w_, h_;
  int subject_ = 0, slots_ = 0;
  float subject_m_ = 1, subject_px_ = 1, subject_z_ = 1, floor_ = 0, first_side_ = 1;
  bool portrait_ = false;
};

}  // namespace

void place_actors(const Scene& scene, Stage& stage) { Placing(scene, stage).run(); }

void hang_signs(const Scene& scene, Stage& stage) {
  static const char* const kJapanese[] = {"ラーメン", "居酒屋", "カラオケ", "喫茶", "酒場", "寿司", "薬局", "ホテル", "焼鳥", "映画", "書店"};
  static const char* const kPlain[] = {"CAFE", "HOTEL", "BAR", "OPEN", "CINEMA", "BOOKS", "PIZZA", "DINER", "MUSIC", "MARKET"};
  Chance chance = stage.chance("signs");
  const bool japanese = scene.place_name == "tokyo" || scene.place_name == "japan" || scene.place_name == "kyoto" || scene.place_name == "osaka";
  const int n = stage.neon ? 14 : 5;
  // The nearest hang where the picture's edges still show them.
  const float nearest = 1.05f * stage.side * (kStreetHalf_m - 0.9f) / (0.40f * static_cast<float>(stage.width));
  const int first = chance.below(japanese ? 11 : 10);
  for (int i = 0; i < n; ++i) {
    Sign sign;
    const bool said = static_cast<size_t>(i) < scene.lettering.size();
    sign.text = said ? scene.lettering[static_cast<size_t>(i)] : japanese ? kJapanese[(first + i) % 11] : kPlain[(first + i) % 10];
    sign.upright = japanese || chance.odds(0.5f);
    if (said && sign.text.size() > 12) sign.upright = false;
    sign.colour = neon_colour(stage, i);
    const float side = i % 2 == 0 ? -1.0f : 1.0f;
    sign.z_m = nearest * power(stage.neon ? 1.11f : 1.3f, static_cast<float>(i)) * chance.between(0.96f, 1.04f);
    sign.width_m = sign.upright ? chance.between(0.95f, 1.25f) : chance.between(2.2f, 2.8f);
    sign.height_m = sign.upright ? sign.width_m * chance.between(2.7f, 3.4f) : sign.width_m * 0.42f;
    static constexpr float kLevels[] = {0, 3.9f, 1.9f};
    sign.low_m = chance.between(2.6f, 3.3f) + kLevels[(i / 2) % 3];
    sign.x_m = side * (kStreetHalf_m - sign.width_m * 0.5f - 0.2f);
    stage.signs.push_back(sign);
  }
}

}  // namespace plantain::engine::sketch
