#include <algorithm>
#include <cmath>

#include "engine/sketch/figure.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/placer.h"

namespace plantain::engine::sketch {
namespace {

// Where a standing person's hand is, as shares of the height: beside the middle, above the ground.
constexpr float kHandOut = 0.19f, kHandUp = 0.41f;

}  // namespace

// Which of all that share the hosts in the same way this one is.
Placer::Share Placer::share_of(int i, int n, size_t hosts) const {
  int before = 0, all = 0;
  for (int k = 0; k < static_cast<int>(anchors_.size()); ++k) {
    if (anchor(k).host != anchor(i).host || anchor(k).relation != anchor(i).relation) continue;
    if (is_hat(actor(k).part) != is_hat(actor(i).part)) continue;
    if (k < i) before += actor(k).count;
    all += actor(k).count;
  }
  const int of = (all + static_cast<int>(hosts) - 1) / static_cast<int>(hosts),
            k = (before + n) / static_cast<int>(hosts);
  return {before + n, k, of, (static_cast<float>(k) + 0.5f) / static_cast<float>(of) - 0.5f};
}

void Placer::place_tied(int i) {
  const Actor& a = actor(i);
  std::vector<Placed> hosts;
  for (const Placed& p : stage_.placed) {
    if (p.actor == anchor(i).host && !p.prop) hosts.push_back(p);
  }
  if (hosts.empty()) return place_free(i);
  for (int n = 0; n < a.count; ++n) {
    const Share share = share_of(i, n, hosts.size());
    const Placed& host = hosts[static_cast<size_t>(share.rank) % hosts.size()];
    Placed p = fresh(i);
    p.height = height_px(a);
    p.depth_m = host.depth_m * 0.98f;
    p.x = host.x;
    p.base = host.base;
    set_tied(p, a, host, share);
    if (p.height > 0) stage_.placed.push_back(p);
  }
}

void Placer::set_tied(Placed& p, const Actor& a, const Placed& host, const Share& share) {
  const float host_w = width_px(host), far_side = host.x < w_ / 2 ? 1.0f : -1.0f;
  switch (anchor(p.actor).relation) {
    case Relation::kHolding:
      return set_held(p, a, host, share);
    case Relation::kRiding:
      if (anchor(p.actor).held) return set_mount(p, host);
      set_riding(p, a, host);
      break;
    case Relation::kOn:
      set_on(p, a, host, share);
      break;
    case Relation::kIn:
      set_in(p, a, host, share);
      break;
    case Relation::kUnder:
      p.height = std::min(p.height, host.height * 0.62f);
      p.depth_m = host.depth_m * (share.k % 2 == 0 ? 0.96f : 0.94f);
      p.base = base_at(p.depth_m, p.footing);
      p.x = host.x + (share.of > 1 ? share.along * 1.1f : 0.13f * far_side) * host_w;
      break;
    case Relation::kAbove:
      p.footing = Footing::kAir;
      p.base = std::max(host.base - host.height - 0.04f * h_, p.height * 1.05f);
      p.x = host.x + share.along * host_w * 1.4f;
      break;
    case Relation::kBehind:
      p.depth_m = host.depth_m * 1.5f;
      p.x = host.x + share.along * host_w +
            far_side * ((actor(host.actor).kind == Kind::kTree ? 0.18f : 0.45f) * host_w +
                        0.2f * width_px(p));
      p.base = base_at(p.depth_m, p.footing);
      break;
    case Relation::kInFrontOf:
      p.depth_m = host.depth_m * 0.8f;
      p.x = host.x + far_side * 0.25f * host_w + share.along * host_w;
      p.base = std::min(base_at(p.depth_m, p.footing), h_ * 0.97f);
      break;
    case Relation::kBeside:
    case Relation::kNone:
      set_beside(p, host, share);
      break;
  }
  clamp_x(p);
}

// Many stand on both sides; one stands where there is more room.
void Placer::set_beside(Placed& p, const Placed& host, const Share& share) {
  const float own = width_px(p), far_side = host.x < w_ / 2 ? 1.0f : -1.0f;
  const float side = share.k % 2 == 0 ? far_side : -far_side;
  const float rank = static_cast<float>(share.k / 2);
  if (p.footing == Footing::kAir) {
    p.x = host.x + side * (width_px(host) * 0.55f + own * (0.6f + rank));
    p.base = std::max(host.base - host.height * (0.5f + 0.3f * chance_.uniform()), p.height * 1.1f);
    return;
  }
  p.x = host.x + side * (width_px(host) * 0.52f + own * (0.56f + 1.05f * rank));
  p.depth_m = host.depth_m * (1.02f + 0.04f * rank);
  p.base = base_at(p.depth_m, p.footing);
  if (share.of > 1 || p.part.find("+") == std::string::npos)
    p.mirrored = side > 0 ? p.mirrored : !p.mirrored;
}

void Placer::set_held(Placed& p, const Actor& a, const Placed& host, const Share& share) {
  p.footing = Footing::kHeld;
  if (host.portrait) {
    p.height = std::clamp(p.height, host.height * 0.22f, host.height * 0.6f);
    p.x = host.x + (host.x < w_ / 2 ? 1.0f : -1.0f) * width_px(host) * 0.42f;
    p.base = std::min(host.base - host.height * 0.02f, h_ * 0.97f);
    return clamp_x(p);
  }
  if (actor(host.actor).kind == Kind::kPerson) {
    set_held_by_person(p, a, host, share);
    return clamp_x(p);
  }
  // An animal holds it before its mouth or its chest.
  const bool sits = host.posture != Posture::kAsDrawn;
  p.height = std::clamp(p.height, host.height * 0.26f, host.height * 0.45f);
  p.x = host.x + (sits ? 0.0f : (host.mirrored ? 0.3f : -0.3f) * width_px(host));
  p.base = host.base - host.height * (sits ? 0.10f : 0.28f);
  clamp_x(p);
}

void Placer::set_held_by_person(Placed& p, const Actor& a, const Placed& host, const Share& share) {
  const float tall = host.height, side = host.x < w_ / 2 ? 1.0f : -1.0f;
  const float hand_x = host.x + side * kHandOut * tall, hand_y = host.base - kHandUp * tall;
  const bool string = a.part == "balloon" || a.part == "kite";
  if (string) {
    const bool kite = a.part == "kite";
    p.height = std::clamp(p.height, 0.3f * tall, kite ? 0.7f * tall : 0.42f * tall);
    p.x = hand_x + side * (kite ? 0.75f : 0.08f) * tall +
          share.along * 0.24f * tall * static_cast<float>(share.of);
    p.base = host.base - tall * (kite ? 1.35f : 1.0f + 0.17f * static_cast<float>(share.k % 3));
    p.base = std::max(p.base, p.height + 0.04f * h_);
    p.depth_m = host.depth_m * 1.01f;
    p.footing = Footing::kAir;
    p.tethered = true;
    p.hand_x = hand_x;
    p.hand_y = hand_y;
  } else if (a.part.starts_with("umbrella")) {
    p.height = 0.74f * tall;
    p.x = host.x + side * 0.15f * tall;
    p.base = host.base - 0.44f * tall;
    p.depth_m = host.depth_m * 1.01f;
  } else if (is_cuddled(a)) {
    p.height = std::clamp(p.height, 0.26f * tall, 0.40f * tall);
    p.x = host.x + side * 0.06f * tall;
    p.base = host.base - 0.30f * tall;
    if (a.kind == Kind::kPerson) p.posture = Posture::kAsDrawn;
  } else if (p.height > 0.5f * tall) {
    p.height = std::min(p.height, 0.62f * tall);
    p.x = host.x + side * 0.15f * tall;
    p.base = host.base - 0.17f * tall;
    p.tilt = side * 0.2f;
  } else {
    p.height = std::clamp(p.height, 0.17f * tall, 0.30f * tall);
    p.x = hand_x + share.along * 0.3f * tall;
    p.base = hand_y + 0.3f * p.height;
  }
}

// What carries its rider through the air or over the snow: below, a little longer than it seems.
void Placer::set_mount(Placed& p, const Placed& rider) {
  p.height = rider.height * (p.part.starts_with("broom") ? 0.75f : 0.5f);
  p.footing = rider.footing == Footing::kAir ? Footing::kAir : Footing::kGround;
  p.x = rider.x;
  p.depth_m = rider.depth_m * 1.01f;
  p.base = rider.footing == Footing::kAir ? rider.base + 0.1f * rider.height : rider.base;
  for (Placed& other : stage_.placed) {
    if (other.actor != rider.actor) continue;
    other.part = half_figure(other.part);
    other.posture =
        actor(rider.actor).bust || other.part != rider.part ? Posture::kAstride : other.posture;
    if (rider.footing != Footing::kAir) other.base -= 0.28f * p.height;
  }
}

void Placer::set_worn(Placed& p, const Placed& host) {
  const Actor& wearer = actor(host.actor);
  const bool person = wearer.kind == Kind::kPerson, upright = person || wearer.bust ||
                                                              wearer.part.starts_with("penguin") ||
                                                              wearer.part.starts_with("snowman");
  const float host_w = width_px(host), head_w = person ? 0.30f * host.height : 0.5f * host_w;
  // Drawings look to the left: the head is there.
  const float across = upright ? 0.5f : 0.30f;
  p.footing = Footing::kHeld;
  p.depth_m = host.depth_m * 0.97f;
  p.x = host.x + (across - 0.5f) * host_w * (host.mirrored ? -1.0f : 1.0f);
  const float aspect = figure_aspect(p.part, actor(p.actor).kind, p.posture);
  if (is_scarf(p.part)) {
    p.height = head_w * 0.95f / aspect;
    p.base = host.base - 0.42f * host.height;
    return;
  }
  p.height = std::min(head_w * 0.95f / aspect, 0.4f * host.height);
  p.base = host.base - host.height * (1 - ink_top(host.part, across)) +
           (upright ? 0.22f : 0.45f) * p.height;
  if (host.posture != Posture::kAsDrawn) p.base = host.base - 0.95f * host.height;
}

void Placer::set_on_seat(Placed& p, const Actor& a, const Placed& host, const Share& share) {
  // A sofa's seat leaves its arms free, and the lamp beside it.
  const float aside = host.part == "couch-and-lamp" ? 0.08f : 0.0f;
  p.x = host.x + (share.along * 0.68f - aside) * width_px(host);
  p.base = host.base - seat_of(host.part, actor(host.actor).kind) * host.height;
  if (a.kind != Kind::kPerson) return;
  p.part = half_figure(p.part);
  p.posture = Posture::kSitting;
  p.height *= 0.86f;
  p.base += kSeatShare * p.height;
}

void Placer::set_on(Placed& p, const Actor& a, const Placed& host, const Share& share) {
  const Actor& under = actor(host.actor);
  if (is_hat(a.part) || is_scarf(a.part)) return set_worn(p, host);
  const float host_w = width_px(host), of = static_cast<float>(share.of);
  const float aspect = figure_aspect(p.part, a.kind, p.posture);
  p.footing = Footing::kHeld;
  p.height = std::min(p.height, std::max(host.height * 0.7f, host_w / of / aspect));
  if (share.of > 1) p.height = std::min(p.height, host_w * 0.92f / of / aspect);
  if (host.portrait) {
    p.base = host.base - host.height * 0.93f;
  } else if (host.part.starts_with("bookcase")) {
    p.height = std::min(p.height, host.height * 0.27f);
    p.x = host.x + (share.k % 2 == 0 ? -0.12f : 0.14f) * host_w;
    p.base = host.base - host.height * (share.k % 2 == 0 ? 0.655f : 0.355f);
  } else if (under.kind == Kind::kFurniture) {
    set_on_seat(p, a, host, share);
  } else if (host.part.starts_with("fork-and-knife") || host.part.starts_with("plate")) {
    p.height = std::min(p.height, host.height * 0.42f);
    p.x = host.x + share.along * 0.5f * host_w;
    p.base = host.base - host.height * (0.34f + 0.12f * static_cast<float>(share.k % 2));
  } else if (under.kind == Kind::kFlower || under.kind == Kind::kPlant) {
    p.height = std::min(p.height, 0.42f * host.height);
    p.x = host.x + share.along * 0.5f * host_w;
    p.base = host.base - 0.55f * host.height;
  } else {
    const float across = 0.5f + share.along * 0.7f;
    p.x = host.x + (across - 0.5f) * host_w;
    const float top = ink_top(host.part, host.mirrored ? 1 - across : across);
    p.base = host.base - host.height * (1 - top) + 0.05f * host.height;
  }
}

void Placer::set_riding(Placed& p, const Actor& a, const Placed& host) {
  const Actor& mount = actor(host.actor);
  const bool person = a.kind == Kind::kPerson;
  p.footing = Footing::kHeld;
  p.height = std::min(p.height, host.height * (is_straddled(mount) ? 0.95f : 0.8f));
  p.mirrored = host.mirrored;
  if (person) p.part = half_figure(p.part);
  if (is_straddled(mount)) {
    const float seat = mount.kind == Kind::kAnimal ? 0.62f : 0.72f;
    p.x = host.x + (host.mirrored ? -0.05f : 0.05f) * width_px(host);
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

void Placer::set_in(Placed& p, const Actor& a, const Placed& host, const Share& share) {
  const Actor& around = actor(host.actor);
  const float host_w = width_px(host);
  p.footing = Footing::kHeld;
  if (host.part.starts_with("jar")) {  // of glass: what is in it is seen through its wall
    p.height = std::min(p.height, host.height * 0.4f);
    p.x = host.x + share.along * 0.4f * host_w;
    p.base = host.base - 0.18f * host.height;
  } else if (host.part.starts_with("basket")) {  // heaped above the rim
    p.height = std::min(p.height, host.height * 0.36f);
    p.x = host.x + share.along * 0.62f * host_w;
    p.base = host.base - (share.k % 2 == 0 ? 0.50f : 0.62f) * host.height;
    p.depth_m = host.depth_m * (share.k % 2 == 0 ? 0.97f : 0.98f);
  } else if (is_vessel(host.part)) {  // stuck into its mouth
    p.height = std::clamp(p.height, host.height * 0.4f, host.height * 0.62f);
    p.x = host.x + share.along * 1.3f * host_w;
    p.base = host.base - (0.90f - 0.25f * std::fabs(share.along)) * host.height;
    p.depth_m = host.depth_m * (1.02f + 0.01f * std::fabs(share.along));
  } else if (around.kind == Kind::kFurniture) {
    set_on(p, a, host, share);
  } else if (around.kind == Kind::kBuilding || around.kind == Kind::kTree) {
    p.depth_m = host.depth_m * 0.9f;
    p.footing = Footing::kGround;
    p.x = host.x + share.along * host_w;
    p.base = base_at(p.depth_m, p.footing);
  } else if (host.part == "canoe") {
    p.height = host.height * 1.3f;
    p.part = half_figure(p.part);
    p.posture = Posture::kHolding;
    p.x = host.x + (share.of > 1 ? share.along * 0.5f : 0.08f) * host_w;
    p.base = host.base - 0.26f * host.height;
    p.depth_m = host.depth_m * 1.02f;
  } else {  // in a boat or a car: its side hides what is below
    p.height = std::min(p.height, host.height * 0.75f);
    if (a.kind == Kind::kPerson) p.part = half_figure(p.part);
    p.x = host.x + (share.of > 1 ? share.along : 0.22f) * host_w * 0.8f;
    p.base = host.base - 0.08f * host.height;
    p.depth_m = host.depth_m * 1.02f;
  }
}

}  // namespace plantain::engine::sketch
