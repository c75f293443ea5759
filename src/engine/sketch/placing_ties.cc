#include "engine/sketch/placing_ties.h"

#include <algorithm>

#include "engine/sketch/placing_kinds.h"

namespace plantain::engine::sketch {
namespace {

class Tying {
 public:
  explicit Tying(const Scene& scene) : scene_(scene), anchors_(scene.actors.size()) {}

  std::vector<Anchor> all() {
    for (int i = 0; i < count(); ++i) each_tie(i, [&](const Tie& tie) { hold(i, tie); });
    for (int i = 0; i < count(); ++i) each_tie(i, [&](const Tie& tie) { follow(i, tie); });
    return anchors_;
  }

 private:
  int count() const { return static_cast<int>(scene_.actors.size()); }
  const Actor& actor(int i) const { return scene_.actors[static_cast<size_t>(i)]; }

  template <class Visit>
  void each_tie(int i, const Visit& visit) const {
    const Actor& a = actor(i);
    if (a.relative_to >= 0) visit(Tie{a.relation, a.relative_to});
    for (const Tie& tie : a.ties) visit(tie);
  }

  void tie(int i, int host, Relation relation, bool held) {
    Anchor& anchor = anchors_[static_cast<size_t>(i)];
    if (anchor.host >= 0) return;
    for (int at = host; at >= 0; at = anchors_[static_cast<size_t>(at)].host) {
      if (at == i) return;
    }
    anchor = {host, relation, held};
  }

  void hold(int i, const Tie& t) {
    if (t.relation == Relation::kHolding) tie(t.to, i, Relation::kHolding, true);
    const bool rides = t.relation == Relation::kRiding || t.relation == Relation::kOn;
    if (rides && actor(i).kind == Kind::kPerson && is_ridden_thing(actor(t.to)))
      tie(t.to, i, Relation::kRiding, true);
  }

  void follow(int i, const Tie& t) {
    const Actor &own = actor(i), &host = actor(t.to);
    if (t.relation == Relation::kHolding || t.relation == Relation::kNone) return;
    if (host.kind == Kind::kSky) return;
    if (t.relation == Relation::kBeside || t.relation == Relation::kIn) {
      // Amid flowers or trees: they stand around it.
      const bool amid =
          host.count > 2 && own.count == 1 && t.relation == Relation::kIn &&
          (host.kind == Kind::kFlower || host.kind == Kind::kTree || host.kind == Kind::kPlant);
      // Many gather around one; else the later word stands beside the earlier.
      const bool later = own.count == host.count ? t.to > i : own.count < host.count;
      if (amid || (t.relation == Relation::kBeside && later))
        return tie(t.to, i, Relation::kBeside, false);
    }
    // What people stand under and is smaller than they are hangs above them.
    if (t.relation == Relation::kUnder && height_m(host) < 0.8f * height_m(own))
      return tie(t.to, i, Relation::kAbove, false);
    // Nobody is in a candle.
    if (t.relation == Relation::kIn && height_m(host) < 0.5f * height_m(own) &&
        !is_vessel(host.part))
      return tie(i, t.to, Relation::kBeside, false);
    tie(i, t.to, t.relation, false);
  }

  const Scene& scene_;
  std::vector<Anchor> anchors_;
};

}  // namespace

std::vector<Anchor> anchors_of(const Scene& scene) { return Tying(scene).all(); }

std::vector<int> hosts_first(const std::vector<Anchor>& anchors) {
  std::vector<int> order(anchors.size()), depth(anchors.size());
  for (size_t i = 0; i < anchors.size(); ++i) {
    order[i] = static_cast<int>(i);
    for (int at = anchors[i].host; at >= 0; at = anchors[static_cast<size_t>(at)].host) ++depth[i];
  }
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return depth[static_cast<size_t>(a)] < depth[static_cast<size_t>(b)];
  });
  return order;
}

}  // namespace plantain::engine::sketch
