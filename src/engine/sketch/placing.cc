#include "engine/sketch/placing.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "engine/sketch/figure.h"
#include "engine/sketch/likeness.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/parts.h"
#include "engine/sketch/placer.h"
#include "engine/sketch/sights.h"

namespace plantain::engine::sketch {

Placer::Placer(const Scene& scene, Stage& stage)
    : scene_(scene),
      stage_(stage),
      anchors_(anchors_of(scene)),
      chance_(stage.chance("placing")),
      w_(static_cast<float>(stage.width)),
      h_(static_cast<float>(stage.height)) {}

void Placer::run() {
  choose_subject();
  if (stage_.table_y > 0) return place_at_table();
  for (const int i : hosts_first(anchors_)) {
    if (!is_shown(i)) continue;
    if (anchor(i).host >= 0 && is_shown(anchor(i).host)) {
      place_tied(i);
    } else {
      place_free(i);
    }
  }
  give_props();
  make_room();
  for (Placed& p : stage_.placed) keep_inside(p);
  std::stable_sort(stage_.placed.begin(), stage_.placed.end(),
                   [](const Placed& a, const Placed& b) { return a.depth_m > b.depth_m; });
}

// A picture of a table's top shows no table's legs, and a room has a window of its own.
bool Placer::is_shown(int i) const {
  if (stage_.place != Place::kRoom || stage_.style == Style::kBlueprint) return true;
  if (stage_.tabletop && is_tabletop(actor(i))) return false;
  return actor(i).part != "window" || scene_.actors.size() == 1;
}

namespace {

// The share of the picture's height that the subject has, were it alone.
float wished_share(const Scene& scene, const Actor* subject, bool close) {
  if (close) return 0.7f;
  if (scene.shot == Shot::kWide) return 0.24f;
  if (scene.shot == Shot::kMedium) return 0.58f;
  if (subject == nullptr) return 0.42f;
  if (subject->kind == Kind::kBuilding || subject->kind == Kind::kTree) return 0.53f;
  return subject->kind == Kind::kPerson ? 0.5f : 0.42f;
}

// A tree in blossom where one flower would be as large as a house.
void blossom(Placed& p) {
  p.part = "deciduous-tree";
  p.colour = rgb(0xf4a6c0);
  p.colour_word = "pink";
}

}  // namespace

void Placer::choose_subject() {
  const int count = static_cast<int>(scene_.actors.size());
  subject_ = 0;
  while (subject_ < count && (actor(subject_).kind == Kind::kSky || !is_shown(subject_)))
    ++subject_;
  // On a table, what lies on a plate or in a basket is seen with it.
  while (stage_.tabletop && subject_ < count && anchor(subject_).host >= 0 &&
         is_shown(anchor(subject_).host))
    subject_ = anchor(subject_).host;
  const Actor* const subject = subject_ < count ? &actor(subject_) : nullptr;
  subject_m_ = subject != nullptr ? height_m(*subject) : 1.7f;
  const bool close = is_close(scene_);
  const float share = wished_share(scene_, subject, close) * chance_.between(0.94f, 1.06f);
  subject_px_ = std::min(share * h_, close ? 0.8f * w_ : 0.5f * w_);
  portrait_ = subject != nullptr && close && scene_.shot != Shot::kMacro &&
              (subject->kind == Kind::kPerson || subject->kind == Kind::kFace || subject->bust);
  if (!portrait_) fit_the_largest();
  aim_camera(close);
  if (subject == nullptr) stage_.camera.eye_m = 1.7f;
}

// The subject gives way to what is much larger and belongs to it, as far as it stays to be seen.
void Placer::fit_the_largest() {
  float largest = 1;
  for (int i = 0; i < static_cast<int>(scene_.actors.size()); ++i) {
    if (is_shown(i) && actor(i).kind != Kind::kSky)
      largest = std::max(largest, shown(height_m(actor(i)) / subject_m_));
  }
  subject_px_ = std::max(std::min(subject_px_, 0.78f * h_ / largest), 0.15f * h_);
}

void Placer::aim_camera(bool close) {
  floor_ = h_ * (close ? 0.93f : chance_.between(0.83f, 0.88f));
  if (stage_.place == Place::kRoom && stage_.style != Style::kBlueprint)
    floor_ = h_ * (close ? 0.95f : 0.87f);
  if (scene_.shot == Shot::kFromAbove) floor_ = 0.78f * h_;
  if (stage_.style == Style::kBlueprint) {
    subject_px_ = std::min(0.52f * h_, 0.52f * w_);
    floor_ = 0.5f * h_ + 0.44f * subject_px_;
  }
  Camera& camera = stage_.camera;
  subject_z_ = camera.focal * subject_m_ / subject_px_;
  if (camera.horizon > 0.9f * floor_) camera.horizon = 0.9f * floor_;
  camera.eye_m = std::max((floor_ - camera.horizon) * subject_z_ / camera.focal, 0.02f);
  stage_.focus_m = portrait_ ? 1.2f : subject_z_;
  if (portrait_) camera.eye_m = 1.55f;
}

// Nothing but a portrait is cut by the upper edge.
void Placer::keep_inside(Placed& p) const {
  const float margin = 0.03f * h_;
  if (!p.portrait && p.base - p.height < margin) p.height = std::max(p.base - margin, 0.08f * h_);
}

void Placer::clamp_x(Placed& p) const {
  const float half = width_px(p) / 2;
  p.x = std::clamp(p.x, std::min(half, w_ / 2), std::max(w_ - half, w_ / 2));
}

// How a difference of size is shown: nearly as it is between things of a kind, drawn together
// beyond, so that a mouse and a house fit into one picture.
float Placer::shown(float ratio) const {
  if (ratio < 0.35f) return std::max(0.46f * power(ratio / 0.35f, 0.55f), 0.09f);
  if (ratio < 2.5f) return power(ratio, 0.74f);
  return std::min(power(2.5f, 0.74f) * power(ratio / 2.5f, 0.32f), 4.2f);
}

float Placer::height_px(const Actor& a) const {
  // What is named once is there to be seen.
  const bool small = a.kind == Kind::kInsect || is_small_thing(a) || a.count > 1;
  const float least = small ? 0 : 0.17f * std::min(w_, h_);
  const bool canoe =
      a.part == "sailboat" && carries_people(static_cast<int>(&a - scene_.actors.data()));
  const float tall_m = canoe ? 1.0f : height_m(a);
  return std::clamp(subject_px_ * shown(tall_m / subject_m_), least, 0.8f * h_);
}

float Placer::width_px(const Placed& p) const {
  return p.height * figure_aspect(p.part, actor(p.actor).kind, p.posture);
}

float Placer::width_px(int i, float height) const {
  return height * figure_aspect(actor(i).part, actor(i).kind,
                                portrait_ ? Posture::kAsDrawn : posture_of(actor(i), stage_));
}

float Placer::base_at(float depth, Footing footing) const {
  const Camera& c = stage_.camera;
  float base = c.horizon + (floor_ - c.horizon) * subject_z_ / depth;
  if (portrait_) base = c.y(0, depth);
  // On a beach the water begins above the sand.
  if (footing == Footing::kWater && stage_.place == Place::kBeach)
    base = mix(c.horizon, base, 0.4f);
  return base;
}

Placed Placer::fresh(int i) {
  Placed p;
  p.actor = i;
  p.part = actor(i).part;
  p.colour = actor(i).colour;
  p.colour_word = actor(i).colour_word;
  p.footing = footing_of(actor(i), stage_);
  p.posture = posture_of(actor(i), stage_);
  p.chance = chance_.bits();
  if (actor(i).kind == Kind::kPerson) dress(p, actor(i));
  if (p.part == "tokyo-tower" && stage_.place_name == "paris")
    p.part = concat(kEiffelTower, stage_.time == TimeOfDay::kNight ? "+lit" : "");
  if (p.part == "sailboat" && carries_people(i)) p.part = "canoe";
  const bool gay = p.part == "balloon" || actor(i).kind == Kind::kVehicle;
  if (actor(i).count > 1 && !p.colour && gay)
    p.colour = from_hsv(fraction(0.61803f * static_cast<float>(balloons_++) + 0.02f), 0.85f, 0.85f);
  if (p.part == "cherry-blossom" && scene_.shot != Shot::kMacro && stage_.place != Place::kRoom)
    blossom(p);
  p.mirrored = actor(i).count > 1 ? chance_.odds(0.5f) : false;  // drawings look to the left
  return p;
}

// People are seen in an open boat, and not behind a sail.
bool Placer::carries_people(int i) const {
  for (int k = 0; k < static_cast<int>(anchors_.size()); ++k) {
    if (actor(k).kind == Kind::kPerson && anchor(k).host == i &&
        (anchor(k).relation == Relation::kIn || anchor(k).relation == Relation::kOn ||
         anchor(k).relation == Relation::kRiding))
      return true;
  }
  return false;
}

// Clothes of their own for each of several, and the drawing that does what they do.
void Placer::dress(Placed& p, const Actor& a) {
  static const char* const kTops[] = {"d9534f", "2f6fb5", "f0ad2e", "3c9d6b",
                                      "8e5aa8", "e07b39", "3d4f6b", "c94f7c"};
  static const char* const kHair[] = {"2b2523", "5b3a24", "8a5a33", "1f1a18", "b07a3f"};
  p.part = with_skin(p.part);
  p.attire = attire_of(a);
  if (p.part.find("+top=") == std::string::npos) p.part += clothes_for(p.attire);
  if (is_child(a)) dress_child(p, a);
  const bool lively = a.pose == "running" || (a.pose == "playing" && p.chance % 2 == 0);
  const size_t at = p.part.find("-standing");
  if (lively && at != std::string::npos) {
    std::string runs = p.part;
    runs.replace(at, 9, "-running");
    if (part_svg(runs)) p.part = runs;
  }
  if (a.count < 2) return;
  if (p.part.find("+top=") == std::string::npos) p.part += concat("+top=", kTops[chance_.below(8)]);
  if (p.part.find("+hair=") == std::string::npos)
    p.part += concat("+hair=", kHair[chance_.below(5)]);
  if (p.part.starts_with("person-standing") || p.part.starts_with("person-running")) {
    const std::string sexed = concat(chance_.odds(0.5f) ? "woman" : "man", p.part.substr(6));
    if (part_svg(sexed)) p.part = sexed;
  }
}

// The set's standing people are grown up; children are drawn with the heads it has of them.
void Placer::dress_child(Placed& p, const Actor& a) {
  const size_t at = p.part.find("-standing");
  if (at == std::string::npos || portrait_ || stage_.style == Style::kBlueprint) return;
  const bool girl = a.person->noun == "girl" || (a.person->noun == "child" && p.chance % 2 == 0);
  const std::string child = concat(girl ? "girl" : "boy", p.part.substr(at + 9));
  if (!part_svg(child)) return;
  p.part = child;
  p.posture = Posture::kStanding;
}

// The set's people without a tone are yellow, which no person is.
std::string Placer::with_skin(const std::string& part) {
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

// Whether it was said how somebody's face looks.
static bool is_described(const Actor& a) {
  return a.person && (a.person->glasses || a.person->beard || !a.person->hair.empty());
}

bool is_close(const Scene& scene) {
  if (scene.shot == Shot::kCloseUp || scene.shot == Shot::kPortrait || scene.shot == Shot::kMacro)
    return true;
  // One person of whom nothing but looks is said sits for a portrait.
  if (scene.shot != Shot::kUnsaid || scene.place != Place::kUnsaid || scene.actors.size() != 1)
    return false;
  const Actor& only = scene.actors[0];
  return only.count == 1 && only.kind == Kind::kPerson && has_likeness(half_figure(only.part)) &&
         (only.bust || (only.pose.empty() && is_described(only))) && prop_of(only.pose).empty();
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
  const auto fits = [](const Actor& a) { return is_small_thing(a) || is_tabletop(a); };
  return std::any_of(scene.actors.begin(), scene.actors.end(), is_small_thing) &&
         std::all_of(scene.actors.begin(), scene.actors.end(), fits);
}

void place_actors(const Scene& scene, Stage& stage) { Placer(scene, stage).run(); }

}  // namespace plantain::engine::sketch
