#include "engine/sketch/likeness.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "engine/sketch/light_plan.h"
#include "engine/sketch/likeness_clothes.h"
#include "engine/sketch/likeness_face.h"
#include "engine/sketch/likeness_hair.h"
#include "engine/sketch/likeness_head.h"
#include "engine/sketch/likeness_look.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"

namespace plantain::engine::sketch {
namespace {

constexpr float kHalf = Head::kHigh * kLikenessAspect / 2;

// The person on four transparent sheets, so that nothing has to be clipped while it is painted:
// what is behind the head and below it, the face, the hair that falls behind the shoulder, what is
// before all. Clipping by hundreds of strokes costs more than two masks.
Canvas painted(const Look& look, const Head& head, const Placed& placed, float scale,
               Watch& watch) {
  const auto fresh = [&] {
    auto sheet = std::make_unique<Sheet>(-kHalf, 0, 2 * kHalf - 1, Head::kHigh - 1, scale);
    if (placed.mirrored) cairo_scale(sheet->pen(), -1, 1);
    return sheet;
  };
  auto sheet = fresh();
  FacePen pen(*sheet, head, watch, scale);
  Face face(look, head, pen, placed.chance);
  Garment garment(look, head, pen, placed.chance);
  Hair hair(look, head, pen, placed.chance);
  const auto next = [&] {
    sheet = fresh();
    pen.take(*sheet);
  };
  pen.lean(true);
  hair.behind();
  pen.lean(false);
  garment.paint();
  pen.lean(true);
  if (!hair.falls()) face.ears();
  face.outline();
  Canvas whole = sheet->canvas(&watch);

  next();
  pen.lean(true);
  face.outline();
  const auto face_mask = std::move(sheet);
  next();
  pen.lean(true);
  face.skin();
  hair.shadow_on_face();
  sheet->lay_within(whole, face_mask.get(), false, &watch);

  if (hair.falls()) {
    next();
    garment.far_outline();
    const auto front_mask = std::move(sheet);
    next();
    pen.lean(true);
    hair.locks(head.far_side());
    sheet->lay_within(whole, front_mask.get(), true, &watch);
  }
  next();
  pen.lean(true);
  face.over_all();
  hair.locks(-head.far_side());
  hair.top();
  sheet->lay_within(whole, nullptr, false, &watch);
  return whole;
}

// Pores and freckles: skin is not plastic.
void texture(Canvas& canvas, uint32_t salt, Watch& watch) {
  const float scale = std::min(1.0f, 1.2f * Head::kHigh / static_cast<float>(canvas.height));
  Canvas grain(std::max(1, static_cast<int>(static_cast<float>(canvas.width) * scale)),
               std::max(1, static_cast<int>(static_cast<float>(canvas.height) * scale)));
  const float unit = Head::kHigh / static_cast<float>(grain.height);
  for (int y = 0; y < grain.height && watch.row(2 * grain.width); ++y) {
    for (int x = 0; x < grain.width; ++x) {
      grain.row(y)[x] = Pixel(1, 1, 1);
      const int at_x = static_cast<int>(static_cast<float>(x) / scale),
                at_y = static_cast<int>(static_cast<float>(y) / scale);
      if (canvas.row(std::min(at_y, canvas.height - 1))[std::min(at_x, canvas.width - 1)].a() <= 0)
        continue;
      const float u = static_cast<float>(x) * unit, v = static_cast<float>(y) * unit;
      const float fine = noise(u * 0.5f, v * 0.5f, salt) - 0.5f,
                  broad = noise(u * 0.09f, v * 0.09f, salt + 1) - 0.5f;
      const float k = 1 + 0.075f * fine;
      grain.row(y)[x] = Pixel(k + 0.03f * broad, k - 0.05f * broad, k - 0.05f * broad);
    }
  }
  Enlarged grains(grain, canvas.width, scale);
  for (int y = 0; y < canvas.height && watch.row(canvas.width); ++y) {
    const Pixel* k = grains.row(y);
    Pixel* row = canvas.row(y);
    for (int x = 0; x < canvas.width; ++x) row[x] = row[x] * k[x];
  }
}

// Rain on hair and shoulders: each drop holds a lamp.
void add_drops(Figure& figure, const Stage& stage, uint64_t seed) {
  Chance chance(seed, "drops");
  for (int i = 0; i < 80; ++i) {
    const float x = chance.uniform(),
                y = chance.odds(0.7f) ? chance.between(0.79f, 1) : chance.between(0.05f, 0.3f);
    const Rgb lamp = stage.neon ? neon_colour(stage, x < 0.5f ? 0 : 1) : stage.light.sky_light;
    figure.glints.push_back({x, y, chance.between(0.0006f, 0.0016f),
                             lamp * chance.between(0.2f, 0.7f) + Rgb{0.1f, 0.1f, 0.12f}});
  }
}

}  // namespace

bool has_likeness(std::string_view part) {
  std::string_view name = part.substr(0, part.find('+'));  // dyes and marks stand behind
  for (const std::string_view look :
       {"-blond-hair", "-red-hair", "-white-hair", "-curly-hair", "-bald", "-beard",
        "-medium-light-skin-tone", "-medium-dark-skin-tone", "-light-skin-tone",
        "-medium-skin-tone", "-dark-skin-tone"}) {
    if (name.ends_with(look)) name.remove_suffix(look.size());
  }
  for (const std::string_view plain :
       {"woman", "man", "person", "girl", "boy", "child", "old-woman", "old-man", "older-person"}) {
    if (name == plain) return true;
  }
  return false;
}

Figure paint_likeness(const Placed& placed, const Stage& stage, int height, Watch& watch) {
  const Look look = look_of(placed.part, placed.chance);
  Chance chance(placed.chance, "pose");
  const Head head(look, chance.between(0.16f, 0.30f), placed.tilt);
  const float scale = static_cast<float>(height) / Head::kHigh;
  Figure figure;
  figure.colours = painted(look, head, placed, scale, watch);
  if (watch.stopped()) return figure;
  figure.painted = true;
  figure.relief = likeness_relief(look, head, kHalf, placed.mirrored);
  texture(figure.colours, static_cast<uint32_t>(placed.chance), watch);
  if (stage.falling.rain > 0) add_drops(figure, stage, placed.chance);
  const float c = cos_of(placed.tilt), s = sin_of(placed.tilt),
              flip = placed.mirrored ? -1.0f : 1.0f;
  const auto glint = [&](float x, float y, float radius, const Rgb& light) {
    const float turned = head.turned_x(x, y), up = y - Head::kNape, tx = turned * c - up * s,
                ty = turned * s + up * c + Head::kNape;
    figure.glints.push_back(
        {(flip * tx + kHalf) / (2 * kHalf), ty / Head::kHigh, radius / Head::kHigh, light});
  };
  for (const float side : {-1.0f, 1.0f}) {
    const float x = side * head.eye_x - 20 * head.yaw_sin;
    glint(x - 6.5f, head.eye_y - 9, 3.9f * head.eye_size, Rgb{1.5f, 1.5f, 1.6f});
    glint(x + 7.5f, head.eye_y + 4, 2.6f, Rgb{0.6f, 0.5f, 0.6f});
  }
  return figure;
}

}  // namespace plantain::engine::sketch
