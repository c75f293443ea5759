#include "engine/sketch/likeness_face.h"

#include <algorithm>
#include <cmath>

#include "engine/sketch/maths.h"

namespace plantain::engine::sketch {

void Face::outline() {
  const float w = head_.wide, jaw = head_.jaw, chin = head_.chin, top = 110;
  // The outline stays where it is; jaw and chin follow the turn.
  const float turn = 92 * head_.yaw_sin, low = 40 * head_.yaw_sin;
  const bool was = pen_.turned;
  pen_.turned = false;
  pen_.move(0, top);
  pen_.curve(w * 0.75f, top, w, 220, w, 330);
  pen_.curve(w, 425, w * 0.94f + low * 0.5f, 476, jaw + low, chin - 66);
  pen_.curve(jaw * 0.74f + turn, chin - 20, 42 + turn, chin, turn, chin);
  pen_.curve(-42 + turn, chin, -jaw * 0.74f + turn, chin - 20, -jaw + low, chin - 66);
  pen_.curve(-w * 0.94f + low * 0.5f, 476, -w, 425, -w, 330);
  pen_.curve(-w, 220, -w * 0.75f, top, 0, top);
  pen_.close();
  pen_.turned = was;
  pen_.fill(look_.skin);
}

void Face::skin() {
  shade();
  if (look_.old) wrinkles();
  nose();
  for (const float side : {-1.0f, 1.0f}) {
    eye(side);
    brow(side);
  }
  mouth();
  if (look_.beard) beard();
}

void Face::over_all() {
  if (look_.beard) whiskers();
  if (look_.glasses) glasses();
}

void Face::ears() {
  for (const float side : {-1.0f, 1.0f}) {
    if (side == far_ && std::fabs(head_.yaw_sin) > 0.12f) continue;
    const float x = side * (head_.wide + 1);
    pen_.ellipse(x, 368, 23, 46);
    pen_.fill(look_.skin * Rgb{0.90f, 0.80f, 0.77f});
    pen_.spot(x + side * 2, 370, 14, 33, look_.skin * Rgb{0.4f, 0.22f, 0.2f}, 0.55f);
    pen_.move(x - side * 2, 336);
    pen_.curve(x + side * 22, 330, x + side * 22, 380, x + side * 3, 404);
    pen_.stroke(look_.skin * 1.1f, 5, 0.5f);
  }
}

void Face::shade() {
  const Rgb dark = look_.skin * Rgb{0.50f, 0.32f, 0.28f},
            rose = look_.skin * Rgb{0.98f, 0.56f, 0.50f},
            bright = mix(look_.skin, Rgb{1, 0.95f, 0.9f}, 0.45f);
  const float ey = head_.eye_y, ex = head_.eye_x;
  for (const float side : {-1.0f, 1.0f}) {
    pen_.spot(side * 172, 420, 60, 210, dark, 0.42f);
    pen_.spot(side * 104, 448, 70, 46, rose, look_.woman || look_.child ? 0.36f : 0.20f);
    pen_.spot(side * (ex + 2), ey - 8, 62, 38, dark, 0.26f);
    pen_.spot(side * 27, ey - 4, 18, 34, dark, 0.30f);
    pen_.spot(side * ex, ey + 34, 42, 10, dark, 0.15f);
    pen_.spot(side * 92, 412, 44, 20, bright, 0.30f);
    pen_.spot(side * 88, 500, 26, 40, dark, 0.13f);
  }
  pen_.spot(0, 222, 120, 60, bright, 0.20f);
  pen_.spot(0, 590, 70, 22, dark, 0.25f);
  pen_.spot(0, head_.mouth_y + 41, 42, 11, dark, 0.34f);
  pen_.spot(0, head_.chin - 26, 34, 17, bright, 0.20f);
  for (int i = 0; i < 26; ++i) {
    const float side = chance_.sign();
    pen_.spot(side * chance_.between(20, 120), chance_.between(395, 470),
              chance_.between(1.2f, 2.4f), chance_.between(1.2f, 2.2f), dark, 0.35f);
  }
}

void Face::wrinkles() {
  const Rgb ink = look_.skin * Rgb{0.45f, 0.3f, 0.26f};
  for (int i = 0; i < 3; ++i) {
    const float y = 218 + 24 * static_cast<float>(i);
    pen_.move(-78, y + 4);
    pen_.curve(-30, y - 7, 30, y - 7, 78, y + 4);
    pen_.stroke(ink, 3, 0.3f);
  }
  for (const float side : {-1.0f, 1.0f}) {
    for (int i = 0; i < 3; ++i) {
      pen_.move(side * 38, 450);
      pen_.curve(side * 62, 472, side * 70, 496, side * 68, 522);
      pen_.stroke(ink, 3 + 6 * static_cast<float>(i), 0.2f);
    }
    for (int i = 0; i < 3; ++i) {
      pen_.move(side * 118, head_.eye_y + 2 + 7 * static_cast<float>(i));
      pen_.line(side * 140, head_.eye_y - 4 + 13 * static_cast<float>(i));
      pen_.stroke(ink, 2.2f, 0.35f);
    }
    pen_.move(side * 46, head_.eye_y + 34);
    pen_.curve(side * 64, head_.eye_y + 45, side * 90, head_.eye_y + 43, side * 104,
               head_.eye_y + 30);
    pen_.stroke(ink, 3, 0.4f);
  }
}

void Face::beard() {
  for (int i = 0; i < 1100; ++i) {
    const float a = chance_.between(-1, 1), x = a * 165, low = 468 + 34 * (1 - a * a);
    const float y = chance_.between(low, head_.chin + 10);
    if (std::fabs(x) < 52 && y > head_.mouth_y - 16 && y < head_.mouth_y + 26) continue;
    pen_.move(x, y);
    pen_.line(x + a * 9, y + chance_.between(9, 24));
    pen_.stroke(look_.hair * chance_.between(0.45f, 1.35f), chance_.between(1.6f, 3.4f), 0.75f);
  }
}

// The beard's rim hangs over chin and jaw.
void Face::whiskers() {
  for (int i = 0; i < 420; ++i) {
    const float a = chance_.between(-1, 1), x = a * 128,
                y = head_.chin - 10 - 62 * a * a + chance_.between(-26, 6);
    pen_.move(x, y);
    pen_.curve(x + a * 4, y + 14, x + a * 8, y + 24, x + a * 3, y + chance_.between(24, 58));
    pen_.stroke(look_.hair * chance_.between(0.45f, 1.3f), chance_.between(1.6f, 3.6f), 0.7f);
  }
}

void Face::glasses() {
  const Rgb frame{0.02f, 0.018f, 0.02f};
  for (const float side : {-1.0f, 1.0f}) {
    pen_.ellipse(side * (head_.eye_x + 2), head_.eye_y + 4, 54, 46);
    pen_.fill(Rgb{0.8f, 0.9f, 1.0f}, 0.10f);
    pen_.ellipse(side * (head_.eye_x + 2), head_.eye_y + 4, 54, 46);
    pen_.stroke(frame, 6);
    pen_.move(side * (head_.eye_x + 54), head_.eye_y - 4);
    pen_.line(side * (head_.wide + 2), head_.eye_y - 14);
    pen_.stroke(frame, 6);
    pen_.move(side * (head_.eye_x - 26), head_.eye_y - 22);
    pen_.line(side * (head_.eye_x - 4), head_.eye_y - 34);
    pen_.stroke(Rgb{1, 1, 1}, 5, 0.35f);
  }
  pen_.move(-20, head_.eye_y - 4);
  pen_.curve(-10, head_.eye_y - 14, 10, head_.eye_y - 14, 20, head_.eye_y - 4);
  pen_.stroke(frame, 6);
}

void Face::upper_lid(const Eye& e, float raise) {
  // The inner corner lies lower than the outer one.
  pen_.curve(e.x - e.side * e.half * 0.55f, head_.eye_y - e.up * 1.15f - raise * 0.5f,
             e.x + e.side * e.half * 0.35f, head_.eye_y - e.up * 1.32f - raise,
             e.x + e.side * e.half, head_.eye_y - 4 - raise * 0.6f);
}

void Face::opening(const Eye& e) {
  pen_.move(e.x - e.side * e.half, head_.eye_y + 7);
  upper_lid(e, 0);
  pen_.curve(e.x + e.side * e.half * 0.6f, head_.eye_y + e.down * 1.05f,
             e.x - e.side * e.half * 0.45f, head_.eye_y + e.down * 1.25f, e.x - e.side * e.half,
             head_.eye_y + 7);
  pen_.close();
}

void Face::eye(float side) {
  const float size = head_.eye_size;
  const Eye e{side * head_.eye_x, side, 36 * size, 16.8f * size, 12.0f * size};
  cairo_save(pen_.cairo());
  opening(e);
  cairo_clip(pen_.cairo());
  pen_.spot(e.x, head_.eye_y, e.half * 3, e.up * 8, Rgb{0.78f, 0.75f, 0.74f}, 1);
  for (const float corner : {-1.0f, 1.0f})
    pen_.spot(e.x + corner * e.half, head_.eye_y + 2, 17, 20, Rgb{0.34f, 0.17f, 0.15f}, 0.65f);
  pen_.ellipse(e.x - side * (e.half - 5), head_.eye_y + 6, 6, 5);
  pen_.fill(Rgb{0.66f, 0.30f, 0.28f}, 0.8f);
  iris(e);
  for (int i = 0; i < 3; ++i) {
    pen_.move(e.x - side * e.half, head_.eye_y + 7);
    upper_lid(e, 0);
    pen_.stroke(Rgb{0.015f, 0.012f, 0.014f}, 6 + 8 * static_cast<float>(i), 0.26f);
  }
  cairo_restore(pen_.cairo());
  lashes(e);
}

void Face::iris(const Eye& e) {
  const float r = 19.5f * head_.eye_size, y = head_.eye_y - 3, x = e.x - 20 * head_.yaw_sin;
  pen_.ellipse(x, y, r, r);
  pen_.fill(look_.iris * 0.22f);
  pen_.ellipse(x, y, r * 0.89f, r * 0.89f);
  pen_.fill(look_.iris * 0.6f);
  pen_.spot(x, y + r * 0.35f, r * 0.8f, r * 0.6f,
            mix(look_.iris * 1.5f, Rgb{0.8f, 0.7f, 0.5f}, 0.25f), 0.6f);
  for (int i = 0; i < 24; ++i) {
    const float a = static_cast<float>(i) * 0.2618f + chance_.between(-0.06f, 0.06f),
                to = chance_.between(0.6f, 0.87f);
    pen_.move(x + cos_of(a) * r * 0.4f, y + sin_of(a) * r * 0.4f);
    pen_.line(x + cos_of(a) * r * to, y + sin_of(a) * r * to);
    pen_.stroke(i % 2 == 0 ? mix(look_.iris, Rgb{0.9f, 0.85f, 0.7f}, 0.5f) : look_.iris * 0.3f,
                1.2f, 0.5f);
  }
  pen_.ellipse(x, y, r * 0.42f, r * 0.42f);
  pen_.fill(Rgb{0.005f, 0.004f, 0.005f});
}

void Face::lashes(const Eye& e) {
  const Rgb ink = mix(look_.hair * 0.25f, Rgb{0.010f, 0.008f, 0.008f}, 0.7f);
  const float thick = look_.woman ? 8.0f : 4.0f;
  // The upper edge swells towards the outer corner.
  pen_.move(e.x - e.side * e.half, head_.eye_y + 7);
  upper_lid(e, 0);
  pen_.line(e.x + e.side * (e.half + (look_.woman ? 6.0f : 2.0f)),
            head_.eye_y - (look_.woman ? 9.0f : 6.0f));
  pen_.curve(e.x + e.side * e.half * 0.55f, head_.eye_y - e.up * 1.28f - thick * 0.6f,
             e.x - e.side * e.half * 0.45f, head_.eye_y - e.up * 1.2f - thick * 0.3f,
             e.x - e.side * e.half, head_.eye_y + 7);
  pen_.fill(ink, 0.95f);
  if (look_.woman || look_.child) {
    for (int i = 0; i < 17; ++i) {
      const float t = mix(0.25f, 1.0f, static_cast<float>(i) / 16), v = 1 - t;
      // A point of the lid's own curve.
      const float bx =
          e.x + e.side * e.half *
                    (-v * v * v - 0.55f * 3 * v * v * t + 0.35f * 3 * v * t * t + t * t * t);
      const float by = head_.eye_y + 7 * v * v * v -
                       e.up * (1.15f * 3 * v * v * t + 1.32f * 3 * v * t * t) - 4 * t * t * t;
      const float length = mix(5, look_.woman ? 13.0f : 8.0f, t) * chance_.between(0.8f, 1.15f),
                  out = e.side * mix(-0.1f, 0.95f, t);
      pen_.move(bx, by + 1);
      pen_.curve(bx + out * length * 0.4f, by - 1, bx + out * length * 0.8f, by - length * 0.45f,
                 bx + out * length, by - length * mix(1.0f, 0.75f, t));
      pen_.stroke(ink, 1.5f, 0.85f);
    }
  }
  pen_.move(e.x - e.side * e.half * 0.7f, head_.eye_y + 9.5f);
  pen_.curve(e.x - e.side * e.half * 0.3f, head_.eye_y + e.down * 1.14f,
             e.x + e.side * e.half * 0.5f, head_.eye_y + e.down * 1.02f,
             e.x + e.side * e.half * 0.95f, head_.eye_y);
  pen_.stroke(look_.skin * Rgb{0.35f, 0.2f, 0.18f}, 2.2f, 0.6f);
  // The fold above the lid, softer outwards, and the lid's own gleam.
  for (int i = 0; i < 3; ++i) {
    pen_.move(e.x - e.side * e.half * 0.85f, head_.eye_y - e.up * 0.85f);
    pen_.curve(e.x - e.side * e.half * 0.35f, head_.eye_y - e.up * 1.95f,
               e.x + e.side * e.half * 0.5f, head_.eye_y - e.up * 1.95f,
               e.x + e.side * e.half * 1.1f, head_.eye_y - e.up * 0.85f);
    pen_.stroke(look_.skin * Rgb{0.38f, 0.22f, 0.19f}, 2 + 4 * static_cast<float>(i), 0.24f);
  }
  pen_.spot(e.x, head_.eye_y - e.up * 1.35f, e.half * 0.7f, 6,
            mix(look_.skin, Rgb{1, 0.9f, 0.85f}, 0.5f), 0.4f);
}

void Face::brow(float side) {
  const float y = head_.brow_y, thick = look_.woman || look_.child ? 11 : 16;
  const Rgb c = mix(look_.hair * 0.55f, Rgb{0.03f, 0.02f, 0.018f}, 0.35f);
  pen_.spot(side * 76, y, 58, thick * 0.9f, c, 0.35f);
  for (int i = 0; i < 40; ++i) {
    const float t = static_cast<float>(i) / 39, x = side * mix(30, 120, t),
                arch = y - 12 * sin_of(kPi * std::min(t * 0.78f + 0.06f, 1.0f)) + 16 * t * t;
    const float half =
        thick * 0.5f * (t < 0.25f ? 0.75f + 1.0f * t : 1 - 0.8f * (t - 0.25f) / 0.75f);
    pen_.move(x - side * 4, arch + half);
    pen_.line(x + side * (6 + 6 * t), arch - half + 3 * t);
    pen_.stroke(c * chance_.between(0.6f, 1.4f), chance_.between(2.0f, 3.8f), 0.7f);
  }
}

void Face::nose() {
  const Rgb dark = look_.skin * Rgb{0.34f, 0.17f, 0.15f},
            bright = mix(look_.skin, Rgb{1, 0.96f, 0.92f}, 0.6f);
  const float y = head_.nose_y;
  // The wing on the far side hides the cheek behind it, so the ridge has an edge there.
  pen_.spot(far_ * 22, y - 62, 12, 58, dark, 0.24f);
  pen_.spot(-far_ * 24, y - 40, 12, 46, dark, 0.10f);
  pen_.spot(0, y - 52, 8, 56, bright, 0.30f);
  pen_.spot(-far_ * 1, y - 17, 11, 9, bright, 0.55f);
  pen_.spot(0, y + 10, 40, 12, dark, 0.40f);
  for (const float side : {-1.0f, 1.0f}) {
    pen_.spot(side * 15, y + 1, 11, 6, dark, 0.95f);
    pen_.move(side * 7, y + 2);
    pen_.curve(side * 11, y - 5, side * 20, y - 5, side * 23, y + 1);
    pen_.curve(side * 18, y + 5, side * 11, y + 5, side * 7, y + 2);
    pen_.fill(dark * 0.4f, 0.75f);
    for (int i = 0; i < 3; ++i) {
      pen_.move(side * 28, y - 18);
      pen_.curve(side * 36, y - 11, side * 34, y + 1, side * 24, y + 4);
      pen_.stroke(dark, 2 + 4 * static_cast<float>(i), 0.16f);
    }
  }
}

void Face::mouth() {
  const float y = head_.mouth_y,
              half = look_.child   ? 38
                     : look_.woman ? 49
                                   : 54,
              full = look_.woman ? 1 : 0.7f, smile = 8;
  const auto lower = [&] {
    pen_.move(-half * 0.92f, y - smile + 1);
    pen_.curve(-half * 0.62f, y + 24 * full, -half * 0.3f, y + 29 * full, 0, y + 29 * full);
    pen_.curve(half * 0.3f, y + 29 * full, half * 0.62f, y + 24 * full, half * 0.92f,
               y - smile + 1);
    pen_.curve(half * 0.5f, y + 2, -half * 0.5f, y + 2, -half * 0.92f, y - smile + 1);
    pen_.close();
  };
  const auto upper = [&] {
    pen_.move(-half, y - smile);
    pen_.curve(-half * 0.6f, y - 11 * full, -half * 0.35f, y - 18 * full, -9, y - 17 * full);
    pen_.curve(-4, y - 13 * full, 4, y - 13 * full, 9, y - 17 * full);
    pen_.curve(half * 0.35f, y - 18 * full, half * 0.6f, y - 11 * full, half, y - smile);
    pen_.curve(half * 0.5f, y + 2, half * 0.2f, y + 4, 0, y + 3);
    pen_.curve(-half * 0.2f, y + 4, -half * 0.5f, y + 2, -half, y - smile);
    pen_.close();
  };
  lower();
  pen_.stroke(look_.lips, 5, 0.3f);
  upper();
  pen_.stroke(look_.lips, 4, 0.25f);
  lower();
  pen_.fill(look_.lips * 1.05f);
  upper();
  pen_.fill(look_.lips * 0.70f);
  cairo_save(pen_.cairo());
  lower();
  upper();
  cairo_clip(pen_.cairo());
  for (int i = 0; i < 26; ++i) {
    const float x = mix(-half, half, (static_cast<float>(i) + chance_.uniform()) / 26);
    pen_.move(x * 0.8f, y - 16 * full);
    pen_.curve(x, y, x * 1.05f, y + 10 * full, x * 0.9f, y + 28 * full);
    pen_.stroke(i % 2 == 0 ? look_.lips * 0.45f : look_.lips * 1.5f, 1.2f, 0.22f);
  }
  pen_.spot(-6, y + 13 * full, half * 0.42f, 7 * full, mix(look_.lips, Rgb{1, 0.92f, 0.92f}, 0.65f),
            0.55f);
  pen_.spot(18, y + 15 * full, half * 0.2f, 5 * full, mix(look_.lips, Rgb{1, 0.92f, 0.92f}, 0.65f),
            0.45f);
  cairo_restore(pen_.cairo());
  for (int i = 0; i < 2; ++i) {
    pen_.move(-half - 3, y - smile - 1);
    pen_.curve(-half * 0.5f, y + 2, -half * 0.2f, y + 4, 0, y + 3);
    pen_.curve(half * 0.2f, y + 4, half * 0.5f, y + 2, half + 3, y - smile - 1);
    pen_.stroke(look_.lips * 0.14f, 2.4f + 4 * static_cast<float>(i), i == 0 ? 0.85f : 0.2f);
  }
  for (const float side : {-1.0f, 1.0f})
    pen_.spot(side * (half + 5), y - smile, 13, 10, look_.skin * Rgb{0.4f, 0.22f, 0.2f}, 0.5f);
}

}  // namespace plantain::engine::sketch
