#include "engine/sketch/likeness_head.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/sketch/maths.h"

namespace plantain::engine::sketch {
namespace {

float hump(float x, float y, float cx, float cy, float sx, float sy) {
  return exp_of(-0.5f * (square((x - cx) / sx) + square((y - cy) / sy)));
}

// What the features add to the bare head.
float features(const Look& look, const Head& head, float x, float y) {
  const float s = std::fabs(x);
  float z = 0;
  z += 8 * hump(s, y, 21, head.nose_y - 8, 10, 9);
  z -= 17 * hump(s, y, head.eye_x - 2, head.eye_y - 2, 40, 24);
  z += 11 * hump(s, y, head.eye_x, head.eye_y, 25, 16);
  z += 6 * hump(s, y, head.eye_x + 4, head.brow_y + 6, 46, 12);
  z += 9 * hump(s, y, 96, 426, 44, 34);
  z -= 6 * hump(s, y, 84, 486, 30, 36);
  z += (look.woman ? 11.0f : 7.0f) * (hump(x, y, 0, head.mouth_y - 9, 32, 7) +
                                      1.1f * hump(x, y, 0, head.mouth_y + 13, 28, 9)) -
       6 * hump(x, y, 0, head.mouth_y + 2, 44, 3.5f);
  z -= 5 * hump(x, y, 0, head.mouth_y + 34, 36, 9);
  z += 11 * hump(x, y, 0, head.chin - 20, 32, 20);
  return z;
}

// Round shoulders and a neck between them, below the head.
float body(float x, float y) {
  const float rise = smooth(690, 900, y), across = square(x / 470);
  const float neck = 30 * std::max(0.0f, 1 - square(x / 96)) * (1 - 0.9f * smooth(690, 800, y));
  return neck + (across < 1 ? 70 * std::sqrt(1 - across) * rise : 0);
}

// Half the width of the bare face at a height; 0 above and below it.
float face_half(const Head& head, float y) {
  if (y <= 330) return head.wide * std::sqrt(std::max(0.0f, 1 - square((y - 330) / 222)));
  const float t = (y - 330) / (head.chin - 330);
  return t < 1 ? head.wide * power(1 - power(t, 2.6f), 0.62f) : 0;
}

// Hair as a helmet, and below the cheeks as two locks that hang from it.
float hair(const Look& look, float x, float y) {
  const bool falls = look.cut == HairCut::kLong || look.cut == HairCut::kBob;
  const float end = look.cut == HairCut::kLong ? 960 : 660;
  const float in = square(x / 238) + square((std::min(y, 330.0f) - 330) / 292);
  const float helmet = in < 1 ? 122 * std::sqrt(1 - in) : 0;
  if (y < 330) return helmet;
  const float lock =
      26 * exp_of(-0.5f * square((std::fabs(x) - 218) / 30)) * smooth(end + 60, end - 420, y);
  return falls ? mix(helmet, lock, smooth(330, 560, y)) : helmet * smooth(430, 330, y);
}

}  // namespace

Head::Head(const Look& look, float yaw, float tilt_) {
  eye_y = look.child ? 366 : 342;
  eye_x = look.child ? 72 : 70;
  eye_size = look.child ? 1.26f : look.woman ? 1.14f : 0.98f;
  brow_y = eye_y - (look.woman ? 55.0f : 46.0f) * (look.child ? 1.05f : 1);
  nose_y = look.child ? 454 : 456;
  mouth_y = look.child ? 506 : 513;
  chin = look.child ? 578 : look.woman ? 598 : 616;
  jaw = look.child ? 122 : look.woman ? 104 : 130;
  wide = look.child ? 172 : look.woman ? 165 : 170;
  yaw_sin = sin_of(yaw);
  yaw_cos = cos_of(yaw);
  tilt = tilt_;
}

float Head::depth(float x, float y) const {
  const float in_head = square(x / 190) + square((y - 345) / 305);
  float z = in_head < 1 ? 150 * std::sqrt(1 - in_head) : -60 * smooth(1, 1.9f, in_head);
  const float along = clamp01((y - eye_y + 20) / (nose_y - 14 - eye_y + 20));
  if (y > eye_y - 50 && y < nose_y + 30)
    z += mix(4, 34, square(along)) *
         hump(x, y, 0, std::clamp(y, eye_y - 20, nose_y - 14), mix(10, 17, along), 11);
  return z;
}

float Head::front_x(float turned, float y) const {
  float x = turned;
  for (int i = 0; i < 6; ++i) x = mix(x, (turned - depth(x, y) * yaw_sin) / yaw_cos, 0.7f);
  return x;
}

Field likeness_relief(const Look& look, const Head& head, float half, bool mirrored) {
  Field field(256, 260);
  const float c = cos_of(head.tilt), s = sin_of(head.tilt), flip = mirrored ? -1.0f : 1.0f;
  for (int j = 0; j < field.height; ++j) {
    for (int i = 0; i < field.width; ++i) {
      const float u =
          ((static_cast<float>(i) + 0.5f) / static_cast<float>(field.width) * 2 - 1) * half * flip;
      const float v =
          (static_cast<float>(j) + 0.5f) / static_cast<float>(field.height) * Head::kHigh;
      // Upright again, then turned to the front.
      const float seen = u * c + (v - Head::kNape) * s,
                  y = Head::kNape - u * s + (v - Head::kNape) * c;
      const float turn = 92 * head.yaw_sin * smooth(440, head.chin, y);
      const float wide = face_half(head, y),
                  inside = wide > 0 ? smooth(1.10f, 0.90f, std::fabs(seen - turn) / wide) : 0;
      float z = std::max(body(u, v), hair(look, seen, y));
      if (inside > 0) {
        const float x = head.front_x(seen, y);
        const float face =
            (std::max(head.depth(x, y), 0.0f) + features(look, head, x, y)) * head.yaw_cos -
            0.5f * x * head.yaw_sin;
        const bool under_hair = y < 260 && look.cut != HairCut::kNone;
        z = mix(
            z,
            under_hair ? mix(face, std::max(z, face), smooth(215, 150, y)) : std::max(face, 20.0f),
            inside);
      }
      field.row(j)[i] = z / (2 * half);
    }
  }
  blur(field, 1.3f);
  return field;
}

void FacePen::spot(float x, float y, float rx, float ry, const Rgb& c, float alpha) const {
  if (!goes_on()) return;
  cairo_save(pen_);
  cairo_translate(pen_, at(x, y), y);
  cairo_scale(pen_, rx * std::max(narrowing(x, y), 0.5f), ry);
  cairo_pattern_t* p = cairo_pattern_create_radial(0, 0, 0, 0, 0, 1);
  for (int i = 0; i <= 6; ++i) {
    const float t = static_cast<float>(i) / 6;
    cairo_pattern_add_color_stop_rgba(p, t, to_srgb(c.r), to_srgb(c.g), to_srgb(c.b),
                                      alpha * square(1 - t * t));
  }
  cairo_set_source(pen_, p);
  cairo_arc(pen_, 0, 0, 1, 0, 2 * static_cast<double>(kPi));
  cairo_fill(pen_);
  cairo_pattern_destroy(p);
  cairo_restore(pen_);
}

void FacePen::through(const float* points, int n) const {
  const auto x = [&](int i) { return points[2 * std::clamp(i, 0, n - 1)]; };
  const auto y = [&](int i) { return points[2 * std::clamp(i, 0, n - 1) + 1]; };
  for (int i = 0; i + 1 < n; ++i) {
    curve(x(i) + (x(i + 1) - x(i - 1)) / 6, y(i) + (y(i + 1) - y(i - 1)) / 6,
          x(i + 1) - (x(i + 2) - x(i)) / 6, y(i + 1) - (y(i + 2) - y(i)) / 6, x(i + 1), y(i + 1));
  }
}

void FacePen::trace(const Dot curve[4], Dot* out, int pieces) const {
  for (int i = 0; i < pieces; ++i) {
    const float u = static_cast<float>(i) / static_cast<float>(pieces), v = 1 - u;
    const float p = v * v * v, q = 3 * v * v * u, r = 3 * v * u * u, s = u * u * u;
    const float x = p * curve[0].x + q * curve[1].x + r * curve[2].x + s * curve[3].x,
                y = p * curve[0].y + q * curve[1].y + r * curve[2].y + s * curve[3].y;
    double device_x = at(x, y), device_y = y;
    cairo_user_to_device(pen_, &device_x, &device_y);
    out[i] = {static_cast<float>(device_x), static_cast<float>(device_y)};
  }
}

void FacePen::strand(const float* points, int n, const Rgb& c, float width, float alpha) const {
  constexpr int kPieces = 6;
  if (!goes_on()) return;
  const auto dot = [&](int i) {
    const int k = std::clamp(i, 0, n - 1);
    return Dot{points[2 * k], points[2 * k + 1]};
  };
  std::vector<Dot> dots(static_cast<size_t>((n - 1) * kPieces + 1));
  for (int i = 0; i + 1 < n; ++i) {
    const Dot before = dot(i - 1), from = dot(i), to = dot(i + 1), after = dot(i + 2);
    const Dot curve[4] = {from,
                          {from.x + (to.x - before.x) / 6, from.y + (to.y - before.y) / 6},
                          {to.x - (after.x - from.x) / 6, to.y - (after.y - from.y) / 6},
                          to};
    trace(curve, dots.data() + i * kPieces, kPieces);
  }
  const Dot end = dot(n - 1), last[4] = {end, end, end, end};
  trace(last, &dots.back(), 1);
  sheet_->ribbon(dots.data(), static_cast<int>(dots.size()), width * scale_, c, alpha);
}

void FacePen::hair(Dot from, Dot a, Dot b, Dot to, const Rgb& c, float width, float alpha) const {
  constexpr int kPieces = 10;
  if (!goes_on()) return;
  const Dot curve[4] = {from, a, b, to}, last[4] = {to, to, to, to};
  Dot dots[kPieces + 1];
  trace(curve, dots, kPieces);
  trace(last, dots + kPieces, 1);
  sheet_->ribbon(dots, kPieces + 1, width * scale_, c, alpha);
}

}  // namespace plantain::engine::sketch
