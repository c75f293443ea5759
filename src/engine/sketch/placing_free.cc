#include <algorithm>
#include <cmath>

#include "engine/sketch/figure.h"
#include "engine/sketch/likeness.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/placer.h"

namespace plantain::engine::sketch {

// The next free place across the picture: the subject on a third, the second thing opposite.
float Placer::next_anchor(int count) {
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

void Placer::place_free(int i) {
  const Actor& a = actor(i);
  const Footing footing = footing_of(a, stage_);
  if (i == subject_ && portrait_) return place_portrait(i);
  if (footing == Footing::kHeaven) return place_in_heaven(i);
  if (footing == Footing::kAir) return place_in_air(i);
  if (stage_.place == Place::kRoom && !stage_.tabletop && is_small_thing(a))
    return place_on_table(i);
  place_on_ground(i, next_anchor(a.count));
  const bool sits =
      a.pose == "sitting" || a.pose == "reading" || a.pose == "writing" || a.pose == "drinking";
  if (a.kind == Kind::kPerson && a.count == 1 && stage_.place == Place::kRoom && sits) {
    const Placed sitter = stage_.placed.back();
    stage_.placed.pop_back();
    seat(sitter);
  }
}

// One person on a third, looking into the picture, the street's end on the other side.
void Placer::place_portrait(int i) {
  const int count = actor(i).count;
  const float side = chance_.sign(), slim = w_ / h_;
  const float third = 0.5f + side * std::clamp(0.05f + 0.07f * slim, 0.09f, 0.2f);
  for (int n = 0; n < count; ++n) {
    Placed p = fresh(i);
    p.part = half_figure(p.part);
    const bool painted = has_likeness(p.part);
    p.portrait = true;
    p.posture = Posture::kAsDrawn;
    const float crowd = count > 1 ? 0.84f - 0.05f * static_cast<float>(std::min(count, 6)) : 1.0f;
    p.height = std::min(h_ * (painted ? 0.88f : 0.72f), w_ * (painted ? 1.2f : 0.85f)) * crowd;
    p.x = count == 1 ? w_ * third : w_ * (static_cast<float>(n) + 0.5f) / static_cast<float>(count);
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

void Placer::place_in_heaven(int i) {
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

void Placer::place_in_air(int i) {
  const int count = actor(i).count;
  if (actor(i).kind == Kind::kBird && count >= 4) return place_flock(i);
  const float full = std::min(height_px(actor(i)) * (i == subject_ ? 1.0f : 0.75f), h_ * 0.6f) /
                     power(static_cast<float>(count), 0.38f);
  const bool everywhere = stage_.place == Place::kSpace || stage_.place == Place::kUnderwater;
  const float low = everywhere ? 0.78f * h_ : std::max(stage_.camera.horizon * 0.92f, h_ * 0.45f);
  const float anchor = next_anchor(count);
  const float turn = chance_.uniform();
  std::vector<Placed> own;
  for (int n = 0; n < count; ++n) {
    Placed p = fresh(i);
    const float size = count == 1 ? 1.0f : chance_.between(0.65f, 1.15f);
    p.height = full * size;
    if (count == 1) {
      p.x = anchor;
      p.base = mix(p.height * 1.15f, low, everywhere ? 0.5f : 0.55f + 0.2f * (turn - 0.5f));
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
void Placer::find_room(Placed& p, const std::vector<Placed>& others, float low) {
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
      room = std::min(room, square(x - o.x) + square(base - p.height / 2 - o.base + o.height / 2));
    if (room <= best) continue;
    best = room;
    p.x = x;
    p.base = base;
  }
}

// A loose wedge, one behind the other, all going the same way.
void Placer::place_flock(int i) {
  const int count = actor(i).count;
  const float side = chance_.sign(), cx = w_ * (0.5f - side * 0.12f),
              cy = std::max(stage_.camera.horizon * 0.5f, h_ * 0.26f);
  const float full = stage_.side * mix(0.15f, 0.085f, clamp01(static_cast<float>(count - 4) / 16));
  const float reach = 0.44f * w_ / static_cast<float>(count / 2 + 1);
  for (int n = 0; n < count; ++n) {
    Placed p = fresh(i);
    const float k = static_cast<float>((n + 1) / 2), wing = n % 2 == 0 ? 1.0f : -1.0f,
                back = k / static_cast<float>(count / 2 + 1);
    p.height = full * mix(1.0f, 0.6f, back) * chance_.between(0.88f, 1.1f);
    p.x =
        cx + side * reach * k * (wing > 0 ? 1.0f : 0.62f) + chance_.between(-0.25f, 0.25f) * reach;
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

namespace {

bool is_wooded(Place place) {
  return place == Place::kField || place == Place::kForest || place == Place::kGarden;
}

}  // namespace

// Individuals side by side around the anchor, in rows behind one another when they are many.
void Placer::place_on_ground(int i, float anchor) {
  const Actor& a = actor(i);
  float height = height_px(a);
  const int rows = a.count <= 3 ? 1 : a.count <= 8 ? 2 : a.count <= 18 ? 3 : a.count <= 40 ? 4 : 6;
  const int per_row = (a.count + rows - 1) / rows;
  const float room = slots_ <= 1 && scene_.actors.size() == 1 ? 0.94f * w_ : 0.72f * w_;
  const float total = width_px(i, height) * 0.92f * static_cast<float>(per_row);
  if (total > room) height *= room / total;
  const float step = std::max(width_px(i, height) * 0.92f,
                              a.kind == Kind::kPerson
                                  ? height * (a.pose.empty() || a.pose == "standing" ? 0.5f : 0.66f)
                                  : 0.0f);
  const float half = step * static_cast<float>(per_row) / 2;
  anchor = std::clamp(anchor, std::min(half + 0.03f * w_, w_ / 2),
                      std::max(w_ - half - 0.03f * w_, w_ / 2));
  const float nearest = nearness(i);
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
    p.x = anchor + spread / (row > 0 && rows < 4 ? power(back, 0.5f) : 1) +
          (a.count > 1 ? chance_.between(-0.1f, 0.1f) * step : 0);
    p.base = base_at(p.depth_m, p.footing);
    if (a.count == 2) p.mirrored = n == 0;  // two look at each other
    if (a.kind == Kind::kBird && a.count == 1 && a.pose == "sitting" && is_wooded(stage_.place)) {
      p.bough = true;
      p.footing = Footing::kHeld;
      p.base = 0.66f * h_;
    }
    stage_.placed.push_back(p);
  }
  const bool open = stage_.place == Place::kField || stage_.place == Place::kGarden;
  if (a.kind == Kind::kFlower && a.count >= 3 && open && scene_.shot != Shot::kMacro)
    fill_meadow(i, height);
}

// Flowers said in plural on open land grow all over it: rows behind those that count.
void Placer::fill_meadow(int i, float height) {
  constexpr int kRows = 7;
  for (int row = 0; row < kRows; ++row) {
    const float back =
        1.9f + 0.75f * static_cast<float>(row) * (1 + 0.12f * static_cast<float>(row));
    const float own = height / back, step = std::max(width_px(i, own) * 1.1f, 0.02f * w_);
    const int count = static_cast<int>(w_ / step) + 2;
    for (int n = 0; n < count; ++n) {
      Placed p = fresh(i);
      p.prop = true;
      p.depth_m = nearness(i) * back * chance_.between(0.96f, 1.04f);
      p.height = own * chance_.between(0.88f, 1.1f);
      p.x = (static_cast<float>(n) + chance_.between(-0.3f, 0.3f)) * step;
      p.base = base_at(p.depth_m, p.footing);
      stage_.placed.push_back(p);
    }
  }
}

// How far away a thing of this size stands; large things further, so that nothing is cut.
float Placer::nearness(int i) const {
  const Actor& a = actor(i);
  if (i == subject_) return subject_z_;
  const float ratio = height_m(a) / subject_m_;
  const float back = a.kind == Kind::kBuilding ? 2.6f
                     : a.kind == Kind::kTree   ? 1.7f
                     : ratio > 2               ? 1.5f
                     : ratio < 0.4f            ? 0.9f
                                               : 1.05f;
  return subject_z_ * back * (1 + 0.03f * static_cast<float>(slots_));
}

// Moves apart what stands side by side and would hide one another.
void Placer::make_room() {
  for (int round = 0; round < 10; ++round) {
    for (size_t i = 0; i < stage_.placed.size(); ++i) {
      for (size_t k = i + 1; k < stage_.placed.size(); ++k)
        part_two(stage_.placed[i], stage_.placed[k]);
    }
  }
}

bool Placer::stands_free(const Placed& p) const {
  const Anchor& a = anchor(p.actor);
  const bool tied = a.host >= 0 && a.relation != Relation::kBeside;
  return p.footing == Footing::kGround && !p.prop && !p.portrait && !tied;
}

void Placer::part_two(Placed& a, Placed& b) const {
  if (a.actor == b.actor || !stands_free(a) || !stands_free(b)) return;
  const float ha = width_px(a) / 2, hb = width_px(b) / 2, smaller = std::min(ha, hb);
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

}  // namespace plantain::engine::sketch
