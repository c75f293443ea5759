#include "engine/sketch/likeness_hair.h"

#include <algorithm>
#include <cmath>

#include "engine/sketch/maths.h"

namespace plantain::engine::sketch {
namespace {

Dot bezier(const Dot& a, const Dot& b, const Dot& c, const Dot& d, float u) {
  const float v = 1 - u, p = v * v * v, q = 3 * v * v * u, r = 3 * v * u * u, s = u * u * u;
  return {p * a.x + q * b.x + r * c.x + s * d.x, p * a.y + q * b.y + r * c.y + s * d.y};
}

// How a strand goes on below the temple: knee, then two curves.
struct Fall {
  Dot knee, a[3], b[3];
};
constexpr Fall kLongInner{
    {158, 400}, {{160, 520}, {192, 620}, {186, 720}}, {{180, 800}, {196, 880}, {210, 950}}};
constexpr Fall kLongOuter{
    {222, 300}, {{240, 430}, {268, 560}, {254, 690}}, {{244, 790}, {274, 860}, {262, 960}}};
constexpr Fall kBobInner{
    {158, 400}, {{158, 470}, {168, 530}, {166, 575}}, {{164, 605}, {158, 625}, {140, 640}}};
constexpr Fall kBobOuter{
    {224, 300}, {{242, 410}, {262, 500}, {244, 580}}, {{234, 620}, {212, 650}, {176, 662}}};

Dot between(const Dot& a, const Dot& b, float t) { return {mix(a.x, b.x, t), mix(a.y, b.y, t)}; }

Rgb glow_of(const Rgb& hair) { return mix(hair * 1.7f, Rgb{1, 0.95f, 0.88f}, 0.22f); }

}  // namespace

Hair::Strand Hair::strand(float side, float t, float jitter, float longer) const {
  const bool is_long = look_.cut == HairCut::kLong;
  const Fall& in = is_long ? kLongInner : kBobInner;
  const Fall& out = is_long ? kLongOuter : kBobOuter;
  const Dot root{look_.part_x * side + 3, mix(152, 44, t)};  // in the side's own direction
  const Dot knee = between(in.knee, out.knee, t);
  const Dot c1{root.x + mix(64, 112, t), mix(184, 26, t)}, c2{mix(150, 208, t), mix(272, 104, t)};
  Strand s{};
  for (int i = 0; i < kPoints; ++i) {
    const float u = static_cast<float>(i) / (kPoints - 1);
    Dot p;
    if (u < 0.36f) {
      p = bezier(root, c1, c2, knee, u / 0.36f);
    } else if (u < 0.68f) {
      p = bezier(knee, between(in.a[0], out.a[0], t), between(in.a[1], out.a[1], t),
                 between(in.a[2], out.a[2], t), (u - 0.36f) / 0.32f);
    } else {
      p = bezier(between(in.a[2], out.a[2], t), between(in.b[0], out.b[0], t),
                 between(in.b[1], out.b[1], t), between(in.b[2], out.b[2], t), (u - 0.68f) / 0.32f);
      p.y += longer * (u - 0.68f) / 0.32f;
    }
    const bool curls = look_.wave > 20;
    const float loose = curls ? smooth(0.12f, 0.4f, u) : smooth(0.3f, 0.8f, u);
    p.x += look_.wave * loose *
               sin_of(u * (curls ? 34.0f : 15.0f) + side * 1.1f + (curls ? 7.0f : 1.6f) * t) +
           jitter * smooth(0.1f, 0.7f, u);
    s[static_cast<size_t>(2 * i)] = side * p.x;
    s[static_cast<size_t>(2 * i + 1)] = p.y;
  }
  return s;
}

void Hair::draw(const Strand& s, int from, int to, const Rgb& colour, float width, float alpha) {
  pen_.strand(s.data() + 2 * from, to - from + 1, colour, width, alpha);
}

void Hair::behind() {
  if (!falls()) return;
  const float bottom = look_.cut == HairCut::kLong ? 880 : 600,
              half = look_.cut == HairCut::kLong ? 225 : 190;
  pen_.move(0, 40);
  pen_.curve(170, 40, 220, 170, 224, 330);
  pen_.curve(232, 520, 245, bottom - 160, half, bottom);
  pen_.curve(120, bottom + 40, -120, bottom + 40, -half, bottom);
  pen_.curve(-245, bottom - 160, -232, 520, -224, 330);
  pen_.curve(-220, 170, -170, 40, 0, 40);
  pen_.fill(look_.hair * 0.16f);
  for (int i = 0; i < 36; ++i) {
    const float x = chance_.between(-185, 185), sway = look_.wave * chance_.between(0.5f, 1.2f);
    const Dot end{x + sway, bottom + chance_.between(-40, 20)};
    const Rgb colour = look_.hair * chance_.between(0.16f, 0.42f);
    pen_.hair({x * 0.85f, 420}, {x + sway, 560}, {x - sway, bottom - 160}, end, colour,
              chance_.between(5, 13), 0.6f);
  }
}

void Hair::shadow_on_face() {
  if (!falls()) return;
  for (const float side : {-1.0f, 1.0f}) {
    const Strand edge = strand(side, 0, 0, 0);
    for (int i = 0; i < 6; ++i) {
      pen_.move(edge[0], edge[1]);
      pen_.through(edge.data(), 10);
      pen_.stroke(look_.skin * Rgb{0.24f, 0.12f, 0.10f}, 12 + 13 * static_cast<float>(i), 0.085f);
    }
  }
}

void Hair::mass(float side) {
  const Strand outer = strand(side, 1, 0, -6), inner = strand(side, 0, 0, -20);
  pen_.move(outer[0], outer[1]);
  pen_.through(outer.data(), kPoints);
  Strand back{};
  for (size_t i = 0; i < kPoints; ++i) {
    back[2 * i] = inner[2 * (kPoints - 1 - i)];
    back[2 * i + 1] = inner[2 * (kPoints - 1 - i) + 1];
  }
  pen_.line(back[0], back[1]);
  pen_.through(back.data(), kPoints);
  pen_.close();
  pen_.fill(look_.hair * 0.48f);
}

void Hair::locks(float side) {
  if (!falls()) return;
  mass(side);
  struct Layer {
    int strands;
    float thin, thick, dark, light, alpha;
  };
  for (const Layer& l :
       {Layer{46, 6, 13, 0.32f, 0.72f, 0.65f}, Layer{76, 2.4f, 5.5f, 0.5f, 1.15f, 0.6f},
        Layer{56, 0.9f, 2.2f, 0.8f, 1.9f, 0.5f}}) {
    for (int i = 0; i < l.strands; ++i) {
      const float t = (static_cast<float>(i) + chance_.uniform()) / static_cast<float>(l.strands);
      const float bright =
          chance_.between(l.dark, l.light) * mix(0.75f, 1.05f, smooth(0, 0.35f, t));
      draw(strand(side, t, chance_.between(-6, 6), chance_.between(-60, 26)), 0, kPoints - 1,
           look_.hair * bright + Rgb{0.006f, 0.005f, 0.004f} * bright,
           chance_.between(l.thin, l.thick), l.alpha);
    }
  }
  shine(side);
  for (int i = 0; i < 9; ++i)
    draw(strand(side, chance_.between(0.96f, 1.10f), chance_.between(-4, 14),
                chance_.between(-80, 10)),
         3, kPoints - 1, look_.hair * chance_.between(0.7f, 1.3f), chance_.between(0.7f, 1.4f),
         0.7f);
}

// The band of light that lies across combed hair.
void Hair::shine(float side) {
  const Rgb bright = glow_of(look_.hair);
  for (int i = 0; i < 64; ++i) {
    const float t = (static_cast<float>(i) + chance_.uniform()) / 64;
    const Strand s = strand(side, t, chance_.between(-4, 4), 0);
    draw(s, 1, 3 + chance_.below(2), bright, chance_.between(1.2f, 3.2f),
         0.2f * smooth(0, 0.2f, t));
    if (i % 2 == 0) draw(s, 6, 8 + chance_.below(2), bright, chance_.between(0.8f, 2.0f), 0.10f);
  }
}

void Hair::top() {
  if (look_.cut == HairCut::kShort) return short_hair();
  if (look_.fringe) fringe();
}

void Hair::fringe() {
  for (int i = 0; i < 130; ++i) {
    const float across = chance_.between(-1, 1), x = 128 * across, lift = i < 48 ? 16.0f : 0.0f;
    const float end =
        head_.brow_y - 22 - lift * 1.4f + 26 * square(across) + chance_.between(-14, 10);
    const float bright = i < 48 ? chance_.between(0.4f, 0.75f) : chance_.between(0.5f, 1.3f);
    const Dot root{look_.part_x * 0.7f + x * 0.12f,
                   54 + 16 * square(across) + chance_.between(-6, 10)};
    const Dot tip{x + chance_.between(-5, 5), end};
    pen_.hair(root, {look_.part_x * 0.4f + x * 0.75f, 84 - lift}, {x * 1.10f, 165}, tip,
              look_.hair * bright + Rgb{0.005f, 0.004f, 0.003f},
              i < 48 ? chance_.between(6, 12) : chance_.between(1.4f, 4), i < 48 ? 0.8f : 0.6f);
  }
}

void Hair::short_hair() {
  const float w = head_.wide;
  pen_.move(-w + 1, 348);
  pen_.curve(-w - 10, 300, -w - 26, 205, -w - 6, 148);
  pen_.curve(-148, 58, -60, 28, 20, 34);
  pen_.curve(122, 36, w + 10, 88, w + 14, 168);
  pen_.curve(w + 24, 232, w + 12, 300, w - 1, 348);
  pen_.curve(w - 7, 300, w - 10, 262, w - 22, 226);
  pen_.curve(110, 198, 60, 186, look_.part_x, 164);
  pen_.curve(-60, 192, -112, 204, -w + 24, 228);
  pen_.curve(-w + 10, 264, -w + 6, 300, -w + 1, 348);
  pen_.fill(look_.hair * 0.42f);
  for (int i = 0; i < 520; ++i) {
    const float a = chance_.between(-1.5f, 1.5f), r = std::sqrt(chance_.uniform());
    const float x = sin_of(a) * mix(112, w + 11, r), y = 236 - cos_of(a) * mix(72, 194, r),
                away = x > look_.part_x ? 1.0f : -1.0f;
    const float aside = 1 - 0.95f * smooth(0.6f, 1.2f, std::fabs(a));
    const float lean = (look_.wave > 20 ? chance_.between(-26, 26) : mix(12, 34, r) * away) * aside;
    const float bright = i < 180 ? chance_.between(0.35f, 0.7f) : chance_.between(0.6f, 1.4f);
    pen_.hair({x, y}, {x + lean * 0.4f, y - 17}, {x + lean, y - 13},
              {x + lean * 1.5f, y + 10 + 16 * std::fabs(a)},
              look_.hair * bright + Rgb{0.006f, 0.005f, 0.004f},
              i < 180 ? chance_.between(4, 8) : chance_.between(1.2f, 3.4f), 0.65f);
  }
  const Rgb bright = glow_of(look_.hair);
  for (int i = 0; i < 90; ++i) {
    const float a = chance_.between(-0.9f, 0.9f), x = sin_of(a) * 150,
                y = 226 - cos_of(a) * chance_.between(140, 172),
                away = x > look_.part_x ? 1.0f : -1.0f;
    pen_.hair({x, y}, {x + 8 * away, y - 6}, {x + 18 * away, y - 3}, {x + 28 * away, y + 8}, bright,
              chance_.between(0.9f, 2.0f), 0.16f);
  }
}

}  // namespace plantain::engine::sketch
