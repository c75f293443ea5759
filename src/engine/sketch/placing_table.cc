#include <algorithm>

#include "engine/sketch/figure.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/placer.h"

namespace plantain::engine::sketch {

// One who sits behind a table, and what lies on it.
void Placer::place_at_table() {
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

void Placer::place_sitter(int i) {
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
void Placer::lay_on_table(int i, const std::string& part, float tall_m, int n) {
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

// Candles and cups stand on a table of their own size class.
void Placer::place_on_table(int i) {
  const float x = next_anchor(actor(i).count);
  Placed table;
  table.actor = i;
  table.part = "table";
  table.prop = true;
  table.chance = chance_.bits();
  table.height = std::min(subject_px_ * power(0.75f / subject_m_, 0.5f), 0.36f * h_);
  table.depth_m = subject_z_ * 1.12f;
  table.base = base_at(table.depth_m, Footing::kGround);
  const float half = table.height * figure_aspect("table", Kind::kFurniture, Posture::kAsDrawn) / 2;
  table.x = std::clamp(x, std::min(half, w_ / 2), std::max(w_ - half, w_ / 2));
  stage_.placed.push_back(table);
  const int count = actor(i).count;
  for (int n = 0; n < count; ++n) {
    Placed p = fresh(i);
    p.height = std::min(height_px(actor(i)), table.height * 0.8f);
    p.x =
        table.x + half * 1.3f * ((static_cast<float>(n) + 0.5f) / static_cast<float>(count) - 0.5f);
    p.base = table.base - table.height * 0.93f;
    p.depth_m = table.depth_m * 0.99f;
    p.footing = Footing::kHeld;
    stage_.placed.push_back(p);
  }
}

// Gives who sits in a room a chair.
void Placer::seat(Placed p) {
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
  stage_.placed.push_back(chair);
  stage_.placed.push_back(p);
}

// What people hold who read, drink or sing.
void Placer::give_props() {
  std::vector<Placed> props;
  for (Placed& p : stage_.placed) {
    const Actor& a = actor(p.actor);
    const std::string_view prop = prop_of(a.pose);
    const bool full = std::any_of(anchors_.begin(), anchors_.end(), [&](const Anchor& tied) {
      return tied.held && tied.host == p.actor;
    });
    if (full || p.prop || p.portrait || a.kind != Kind::kPerson || prop.empty()) continue;
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

}  // namespace plantain::engine::sketch
