#include "engine/sketch/likeness.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/text.h"
#include "engine/sketch/light_plan.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"

namespace plantain::engine::sketch {
namespace {

// The likeness is drawn in units of a thousandth of its height, x from the middle of the face.
constexpr float kHigh = 1000;
constexpr float kHalf = kHigh * kLikenessAspect / 2;
constexpr float kNape = 640;  // the head turns about this height

enum class Cut { kLong, kBob, kShort, kNone };

struct Look {
  bool woman = true, child = false, old = false, beard = false, curly = false;
  Cut cut = Cut::kLong;
  Rgb skin, hair, iris, lips, coat, shirt;
  float part_x = 30;  // where the hair is parted
};

bool says(std::string_view part, std::string_view word) { return part.find(word) != std::string_view::npos; }

// "…+hair=2b2523+top=d32f2f": the colour behind a key, if it is there.
std::optional<Rgb> dyed(std::string_view part, std::string_view key) {
  const size_t at = part.find(concat("+", key, "="));
  if (at == std::string_view::npos) return std::nullopt;
  uint32_t hex = 0;
  for (const char c : part.substr(at + key.size() + 2, 6)) {
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
    hex = hex * 16 + static_cast<uint32_t>(digit);
  }
  return rgb(hex);
}

Rgb skin_of(std::string_view part, Chance& chance) {
  if (says(part, "medium-light-skin")) return rgb(0xe2ab84);
  if (says(part, "medium-dark-skin")) return rgb(0x96623e);
  if (says(part, "medium-skin")) return rgb(0xc68c62);
  if (says(part, "light-skin")) return rgb(0xf2c9ac);
  if (says(part, "dark-skin")) return rgb(0x5f3c28);
  static const Rgb kAny[] = {rgb(0xecbd99), rgb(0xe2ab84), rgb(0xd39c70), rgb(0xf0c6a6), rgb(0xa8714a)};
  return kAny[chance.below(5)];
}

Rgb hair_of(std::string_view part, const Look& look, Chance& chance) {
  if (const std::optional<Rgb> dye = dyed(part, "hair")) return *dye;
  if (says(part, "blond")) return rgb(0xd9a850);
  if (says(part, "red-hair")) return rgb(0xa8431c);
  if (says(part, "white-hair")) return rgb(0xdcdcdc);
  if (look.old) return rgb(0xb9b7b4);
  if (luminance(look.skin) < 0.25f) return rgb(0x211815);
  static const Rgb kAny[] = {rgb(0x4b2e1e), rgb(0x6b4226), rgb(0x2c1d17), rgb(0x83562f), rgb(0x38221a)};
  return kAny[chance.below(5)];
}

Look look_of(std::string_view part, uint64_t seed) {
  Chance chance(seed, "look");
  Look look;
  look.woman = says(part, "woman") || says(part, "girl") || (!says(part, "man") && !says(part, "boy") && chance.odds(0.5f));
  look.child = says(part, "girl") || says(part, "boy") || says(part, "child");
  look.old = says(part, "old");
  look.beard = says(part, "beard");
  look.curly = says(part, "curly");
  look.cut = says(part, "bald") ? Cut::kNone : !look.woman ? Cut::kShort : look.old ? Cut::kBob : chance.odds(0.75f) ? Cut::kLong : Cut::kBob;
  look.skin = skin_of(part, chance);
  look.hair = hair_of(part, look, chance);
  static const Rgb kIris[] = {rgb(0x4d7fa6), rgb(0x5e4630), rgb(0x6f8050), rgb(0x7a5a36), rgb(0x3f6f78)};
  look.iris = luminance(look.skin) < 0.3f ? rgb(0x4a2e1c) : kIris[chance.below(5)];
  look.lips = look.woman && !look.child ? mix(look.skin * Rgb{0.85f, 0.4f, 0.4f}, rgb(0xb8404f), 0.45f) : look.skin * Rgb{0.80f, 0.55f, 0.52f};
  static const Rgb kCoat[] = {rgb(0x2b3a4a), rgb(0x8a6c46), rgb(0x23252b), rgb(0x5e2730), rgb(0x2f4a3e), rgb(0x4a4652)};
  look.coat = dyed(part, "top").value_or(kCoat[chance.below(6)]);
  look.shirt = chance.odds(0.5f) ? rgb(0xe8e4dc) : rgb(0x33333a);
  look.part_x = chance.sign() * chance.between(18, 55);
  return look;
}

class Painter {
 public:
  Painter(const Look& look, uint64_t seed, const Sheet& sheet) : look_(look), chance_(seed, "likeness"), sheet_(sheet), pen_(sheet.pen()) {
    eye_y_ = look.child ? 372 : 345;
    chin_ = look.child ? 590 : look.woman ? 604 : 626;
    jaw_ = look.child ? 130 : look.woman ? 112 : 134;
    eye_size_ = look.child ? 1.25f : look.woman ? 1.12f : 0.98f;
  }

  void paint(float tilt) {
    cairo_save(pen_);
    lean(tilt);
    hair_behind();
    cairo_restore(pen_);
    shirt();
    neck();
    coat();
    lean(tilt);
    if (look_.cut == Cut::kShort || look_.cut == Cut::kNone) ears();
    face();
    shade_face();
    if (look_.old) wrinkles();
    if (look_.beard) beard();
    for (const float side : {-1.0f, 1.0f}) {
      eye(side);
      brow(side);
    }
    nose();
    mouth();
    hair_in_front();
  }

 private:
  // The head leans about the nape; the shoulders stay.
  void lean(float tilt) {
    cairo_translate(pen_, 0, kNape);
    cairo_rotate(pen_, tilt);
    cairo_translate(pen_, 0, -kNape);
  }
  void move(float x, float y) { cairo_move_to(pen_, x, y); }
  void line(float x, float y) { cairo_line_to(pen_, x, y); }
  void curve(float a, float b, float c, float d, float e, float f) { cairo_curve_to(pen_, a, b, c, d, e, f); }

  // A soft spot: full in the middle, nothing at its rim.
  void spot(float x, float y, float rx, float ry, const Rgb& c, float alpha) {
    cairo_save(pen_);
    cairo_translate(pen_, x, y);
    cairo_scale(pen_, rx, ry);
    cairo_pattern_t* p = cairo_pattern_create_radial(0, 0, 0, 0, 0, 1);
    for (int i = 0; i <= 6; ++i) {
      const float t = static_cast<float>(i) / 6;
      cairo_pattern_add_color_stop_rgba(p, t, to_srgb(c.r), to_srgb(c.g), to_srgb(c.b), alpha * square(1 - t * t));
    }
    cairo_set_source(pen_, p);
    cairo_arc(pen_, 0, 0, 1, 0, 2 * static_cast<double>(kPi));
    cairo_fill(pen_);
    cairo_pattern_destroy(p);
    cairo_restore(pen_);
  }

  void face_path() {
    const float top = 150, wide = look_.child ? 174 : look_.woman ? 168 : 172;
    move(0, top - 40);
    curve(wide * 0.75f, top - 40, wide, top + 70, wide, 330);
    curve(wide, 430, wide * 0.93f, 480, jaw_, chin_ - 62);
    curve(jaw_ * 0.72f, chin_ - 18, 46, chin_, 0, chin_);
    curve(-46, chin_, -jaw_ * 0.72f, chin_ - 18, -jaw_, chin_ - 62);
    curve(-wide * 0.93f, 480, -wide, 430, -wide, 330);
    curve(-wide, top + 70, -wide * 0.75f, top - 40, 0, top - 40);
    cairo_close_path(pen_);
  }

  void face() {
    face_path();
    sheet_.fill(look_.skin);
  }

  void neck() {
    const float half = look_.child ? 58 : look_.woman ? 66 : 88;
    const Rgb skin = look_.skin * Rgb{0.86f, 0.80f, 0.78f};
    move(-half, 520);
    curve(-half, 640, -half - 6, 690, -half - 60, 728);
    line(0, look_.woman ? 862.0f : 800.0f);
    line(half + 60, 728);
    curve(half + 6, 690, half, 640, half, 520);
    cairo_close_path(pen_);
    sheet_.fill(skin);
    spot(0, chin_ + 20, 120, 95, look_.skin * Rgb{0.25f, 0.15f, 0.13f}, 0.75f);
    for (const float side : {-1.0f, 1.0f}) spot(side * 40, 742, 46, 12, look_.skin * 0.4f, 0.4f);
  }

  void ears() {
    for (const float side : {-1.0f, 1.0f}) {
      sheet_.ellipse(side * 168, 372, 22, 46);
      sheet_.fill(look_.skin * Rgb{0.88f, 0.78f, 0.75f});
      spot(side * 170, 374, 13, 32, look_.skin * Rgb{0.4f, 0.22f, 0.2f}, 0.6f);
    }
  }

  void coat_path(float side) {
    move(0, 1010);
    line(side * kHalf * 0.985f, 1010);
    curve(side * kHalf * 0.97f, 880, side * 395, 800, side * 250, 764);
    curve(side * 180, 745, side * 135, 730, side * 112, 690);
    line(side * 20, 905);
    line(0, 905);
    cairo_close_path(pen_);
  }

  void shirt() {
    move(-150, 700);
    line(0, 800);
    line(150, 700);
    line(200, 1010);
    line(-200, 1010);
    cairo_close_path(pen_);
    sheet_.fill(look_.shirt);
  }

  // Two fronts, and a collar that stands up around the neck and folds into lapels.
  void coat() {
    for (const float side : {-1.0f, 1.0f}) {
      coat_path(side);
      sheet_.fill(look_.coat);
      for (int i = 0; i < 5; ++i) spot(side * chance_.between(190, 400), chance_.between(850, 1000), chance_.between(50, 110), chance_.between(18, 40), look_.coat * 0.35f, 0.35f);
      move(side * 330, 1010);
      curve(side * 318, 950, side * 322, 900, side * 330, 880);
      sheet_.stroke(look_.coat * 0.35f, 6, 0.6f);
      move(side * 92, 668);
      curve(side * 150, 690, side * 190, 735, side * 232, 790);
      line(side * 150, 812);
      line(side * 176, 850);
      line(side * 36, 1010);
      line(side * 4, 1010);
      curve(side * 30, 900, side * 82, 790, side * 92, 668);
      sheet_.fill(look_.coat * 1.22f + Rgb{0.012f, 0.012f, 0.014f});
      move(side * 92, 668);
      curve(side * 150, 690, side * 190, 735, side * 232, 790);
      line(side * 150, 812);
      line(side * 176, 850);
      line(side * 36, 1010);
      sheet_.stroke(look_.coat * 0.4f, 4, 0.8f);
    }
  }

  void shade_face() {
    cairo_save(pen_);
    face_path();
    cairo_clip(pen_);
    const Rgb dark = look_.skin * Rgb{0.50f, 0.32f, 0.28f}, rose = look_.skin * Rgb{0.95f, 0.45f, 0.40f}, bright = mix(look_.skin, Rgb{1, 0.95f, 0.9f}, 0.5f);
    for (const float side : {-1.0f, 1.0f}) {
      spot(side * 178, 400, 70, 220, dark, 0.55f);
      spot(side * 100, 452, 74, 54, rose, look_.woman || look_.child ? 0.50f : 0.28f);
      spot(side * 76, eye_y_ - 6, 66, 40, dark, 0.34f);
      spot(side * 30, eye_y_ - 4, 22, 40, dark, 0.30f);
      spot(side * 70, eye_y_ + 38, 44, 14, dark, 0.16f);
      spot(side * 94, 420, 44, 22, bright, 0.35f);
      spot(side * 27, 462, 24, 20, dark, 0.16f);
    }
    spot(0, 200, 120, 60, bright, 0.28f);
    spot(0, 425, 14, 70, bright, 0.42f);
    spot(0, 478, 34, 12, dark, 0.34f);
    spot(0, 566, 46, 13, dark, 0.36f);
    spot(0, chin_ - 26, 36, 18, bright, 0.25f);
    spot(0, 120, 210, 60, dark, 0.6f);
    cairo_restore(pen_);
  }

  void wrinkles() {
    const Rgb line_colour = look_.skin * Rgb{0.45f, 0.3f, 0.26f};
    for (int i = 0; i < 3; ++i) {
      const float y = 218 + 24 * static_cast<float>(i);
      move(-78, y + 4);
      curve(-30, y - 7, 30, y - 7, 78, y + 4);
      sheet_.stroke(line_colour, 3, 0.35f);
    }
    for (const float side : {-1.0f, 1.0f}) {
      move(side * 42, 458);
      curve(side * 66, 480, side * 74, 505, side * 72, 530);
      sheet_.stroke(line_colour, 4, 0.5f);
      for (int i = 0; i < 3; ++i) {
        move(side * 122, eye_y_ + 2 + 7 * static_cast<float>(i));
        line(side * 142, eye_y_ - 4 + 13 * static_cast<float>(i));
        sheet_.stroke(line_colour, 2.2f, 0.4f);
      }
      move(side * 48, eye_y_ + 36);
      curve(side * 66, eye_y_ + 46, side * 92, eye_y_ + 44, side * 106, eye_y_ + 32);
      sheet_.stroke(line_colour, 3, 0.4f);
    }
  }

  void beard() {
    cairo_save(pen_);
    face_path();
    cairo_clip(pen_);
    for (int i = 0; i < 900; ++i) {
      const float a = chance_.between(-1, 1), x = a * 160, low = 470 + 40 * (1 - a * a);
      const float y = chance_.between(low, chin_ + 10);
      if (std::fabs(x) < 56 && y > 492 && y < 548) continue;
      move(x, y);
      line(x + a * 8, y + chance_.between(8, 20));
      sheet_.stroke(look_.hair * chance_.between(0.5f, 1.4f), 2.6f, 0.8f);
    }
    cairo_restore(pen_);
  }

  void lid(float x, float side, float half, float up, float down) {
    // The inner corner lies lower than the outer one.
    move(x - side * half, eye_y_ + 7);
    curve(x - side * half * 0.55f, eye_y_ - up * 1.15f, x + side * half * 0.35f, eye_y_ - up * 1.30f, x + side * half, eye_y_ - 4);
    curve(x + side * half * 0.6f, eye_y_ + down * 1.05f, x - side * half * 0.45f, eye_y_ + down * 1.25f, x - side * half, eye_y_ + 7);
    cairo_close_path(pen_);
  }

  void eye(float side) {
    const float x = side * 73, half = 37 * eye_size_, up = 19 * eye_size_, down = 13 * eye_size_, r = 19.5f * eye_size_;
    cairo_save(pen_);
    lid(x, side, half, up, down);
    cairo_clip(pen_);
    sheet_.rectangle(x - half, eye_y_ - up * 2, 2 * half, up * 4);
    sheet_.fill(Rgb{0.80f, 0.77f, 0.75f});
    sheet_.ellipse(x, eye_y_ - 4, r, r);
    sheet_.fill(look_.iris * 0.35f);
    sheet_.ellipse(x, eye_y_ - 4, r * 0.88f, r * 0.88f);
    sheet_.fill(look_.iris);
    for (int i = 0; i < 28; ++i) {
      const float a = static_cast<float>(i) * 0.2244f + chance_.between(-0.06f, 0.06f), to = chance_.between(0.6f, 0.86f);
      move(x + cos_of(a) * r * 0.4f, eye_y_ - 3 + sin_of(a) * r * 0.4f);
      line(x + cos_of(a) * r * to, eye_y_ - 3 + sin_of(a) * r * to);
      sheet_.stroke(mix(look_.iris, Rgb{0.9f, 0.85f, 0.7f}, 0.45f), 1.3f, 0.55f);
    }
    sheet_.ellipse(x, eye_y_ - 4, r * 0.44f, r * 0.44f);
    sheet_.fill(Rgb{0.006f, 0.005f, 0.006f});
    spot(x, eye_y_ - up - 2, half * 1.2f, 20, Rgb{0.02f, 0.015f, 0.015f}, 0.75f);
    cairo_restore(pen_);
    lashes(x, side, half, up, down);
  }

  void lashes(float x, float side, float half, float up, float down) {
    const Rgb ink = mix(look_.hair * 0.25f, Rgb{0.012f, 0.009f, 0.009f}, 0.6f);
    move(x - side * half, eye_y_ + 7);
    curve(x - side * half * 0.55f, eye_y_ - up * 1.15f, x + side * half * 0.35f, eye_y_ - up * 1.30f, x + side * half * 1.02f, eye_y_ - 5);
    sheet_.stroke(ink, look_.woman ? 6.5f : 4.2f);
    if (look_.woman) {
      move(x + side * half * 0.6f, eye_y_ - up * 0.8f);
      curve(x + side * half * 0.9f, eye_y_ - up * 0.7f, x + side * half * 1.1f, eye_y_ - up * 0.75f, x + side * half * 1.28f, eye_y_ - up * 1.0f);
      curve(x + side * half * 1.15f, eye_y_ - up * 0.4f, x + side * half * 1.05f, eye_y_ - 2, x + side * half, eye_y_ - 2);
      sheet_.fill(ink);
      for (int i = 0; i < 5; ++i) {
        const float t = 0.42f + 0.58f * static_cast<float>(i) / 4, bx = x + side * half * mix(-0.5f, 0.95f, t), by = eye_y_ - up * (0.78f + 0.34f * sin_of(kPi * mix(0.2f, 0.85f, t)) - 0.35f * t);
        move(bx, by + 3);
        curve(bx + side * 1, by - 2, bx + side * (1 + 4 * t), by - 4, bx + side * (2 + 8 * t), by - 3 - 4 * t);
        sheet_.stroke(ink, 2.2f);
      }
    }
    move(x - side * half * 0.8f, eye_y_ + 8);
    curve(x - side * half * 0.3f, eye_y_ + down * 1.12f, x + side * half * 0.5f, eye_y_ + down * 1.0f, x + side * half * 0.95f, eye_y_);
    sheet_.stroke(look_.skin * Rgb{0.35f, 0.2f, 0.18f}, 2.6f, 0.7f);
    move(x - side * half * 0.8f, eye_y_ - up * 0.95f);
    curve(x - side * half * 0.3f, eye_y_ - up * 1.85f, x + side * half * 0.5f, eye_y_ - up * 1.8f, x + side * half * 1.1f, eye_y_ - up * 0.85f);
    sheet_.stroke(look_.skin * Rgb{0.42f, 0.25f, 0.22f}, 3, 0.65f);
  }

  void brow(float side) {
    const float y = eye_y_ - (look_.woman ? 58.0f : 50.0f) * (look_.child ? 1.1f : 1), thick = look_.woman || look_.child ? 11 : 16;
    const Rgb c = mix(look_.hair * 0.6f, Rgb{0.03f, 0.02f, 0.018f}, 0.35f);
    for (int i = 0; i < 46; ++i) {
      const float t = static_cast<float>(i) / 45, x = side * mix(32, 124, t), arch = y - 13 * sin_of(kPi * std::min(t * 0.78f + 0.06f, 1.0f)) + 17 * t * t;
      const float half = thick * 0.5f * (t < 0.25f ? 0.7f + 1.2f * t : 1 - 0.85f * (t - 0.25f) / 0.75f);
      move(x - side * 4, arch + half);
      line(x + side * (6 + 6 * t), arch - half + 3 * t);
      sheet_.stroke(c * chance_.between(0.7f, 1.3f), 3.4f, 0.75f);
    }
  }

  void nose() {
    const Rgb dark = look_.skin * Rgb{0.30f, 0.15f, 0.13f};
    for (const float side : {-1.0f, 1.0f}) {
      move(side * 8, 468);
      curve(side * 12, 461, side * 21, 461, side * 25, 468);
      curve(side * 20, 473, side * 12, 473, side * 8, 468);
      sheet_.fill(dark, 0.8f);
      move(side * 31, 447);
      curve(side * 37, 455, side * 36, 466, side * 27, 470);
      sheet_.stroke(dark, 3, 0.38f);
    }
  }

  void mouth() {
    const float y = look_.child ? 516 : 524, half = look_.child ? 40 : look_.woman ? 52 : 56, full = look_.woman ? 1 : 0.72f, smile = 8;
    const auto upper = [&] {
      move(-half, y - smile);
      curve(-half * 0.6f, y - 10 * full, -half * 0.35f, y - 18 * full, -9, y - 17 * full);
      curve(-4, y - 14 * full, 4, y - 14 * full, 9, y - 17 * full);
      curve(half * 0.35f, y - 18 * full, half * 0.6f, y - 10 * full, half, y - smile);
      curve(half * 0.5f, y + 2, half * 0.2f, y + 4, 0, y + 3);
      curve(-half * 0.2f, y + 4, -half * 0.5f, y + 2, -half, y - smile);
      cairo_close_path(pen_);
    };
    move(-half * 0.92f, y - smile + 1);
    curve(-half * 0.6f, y + 26 * full, -half * 0.3f, y + 29 * full, 0, y + 29 * full);
    curve(half * 0.3f, y + 29 * full, half * 0.6f, y + 26 * full, half * 0.92f, y - smile + 1);
    curve(half * 0.5f, y + 2, -half * 0.5f, y + 2, -half * 0.92f, y - smile + 1);
    cairo_close_path(pen_);
    sheet_.fill(look_.lips * 1.08f);
    upper();
    sheet_.fill(look_.lips * 0.74f);
    spot(-2, y + 14 * full, half * 0.5f, 8 * full, mix(look_.lips, Rgb{1, 0.9f, 0.9f}, 0.6f), 0.55f);
    move(-half - 3, y - smile - 1);
    curve(-half * 0.5f, y + 2, -half * 0.2f, y + 4, 0, y + 3);
    curve(half * 0.2f, y + 4, half * 0.5f, y + 2, half + 3, y - smile - 1);
    sheet_.stroke(look_.lips * 0.16f, 3.6f, 0.9f);
    for (const float side : {-1.0f, 1.0f}) spot(side * (half + 6), y - smile, 14, 10, look_.skin * Rgb{0.4f, 0.22f, 0.2f}, 0.5f);
  }

  float low() const { return look_.cut == Cut::kLong ? 860.0f : 575.0f; }

  void hair_behind() {
    if (look_.cut == Cut::kShort || look_.cut == Cut::kNone) return;
    const float bottom = low();
    move(0, 40);
    curve(170, 40, 222, 170, 226, 330);
    curve(232, 520, 250, bottom - 160, look_.cut == Cut::kLong ? 236.0f : 190.0f, bottom);
    curve(120, bottom + 40, -120, bottom + 40, look_.cut == Cut::kLong ? -236.0f : -190.0f, bottom);
    curve(-250, bottom - 160, -232, 520, -226, 330);
    curve(-222, 170, -170, 40, 0, 40);
    sheet_.fill(look_.hair * 0.32f);
  }

  void hair_in_front() {
    if (look_.cut == Cut::kNone) return;
    if (look_.cut == Cut::kShort) return short_hair();
    for (const float side : {-1.0f, 1.0f}) {
      curtain_shadow(side);
      curtain(side);
      locks(side);
    }
  }

  // What the hair keeps from the light on the forehead and the cheeks.
  void curtain_shadow(float side) {
    cairo_save(pen_);
    face_path();
    cairo_clip(pen_);
    for (int i = 0; i < 5; ++i) {
      move(look_.part_x, 152);
      curve(side * 124, 216, side * 152, 310, side * 154, 400);
      curve(side * 154, 480, side * 150, 540, side * 140, 600);
      sheet_.stroke(look_.skin * Rgb{0.2f, 0.1f, 0.08f}, 18 + 13 * static_cast<float>(i), 0.11f);
    }
    cairo_restore(pen_);
  }

  // One strand's way down beside the face: 0 frames the face, 1 is the outline.
  struct Fall {
    float knee_x, knee_y, a[6], b[6];
  };
  Fall fall_at(float t) const {
    static constexpr Fall kLongInner{156, 400, {157, 530, 204, 630, 188, 720}, {176, 800, 206, 860, 226, 912}};
    static constexpr Fall kLongOuter{226, 300, {240, 430, 270, 560, 242, 690}, {222, 775, 266, 840, 232, 925}};
    static constexpr Fall kBobInner{156, 400, {155, 470, 172, 540, 170, 585}, {168, 605, 162, 620, 150, 628}};
    static constexpr Fall kBobOuter{226, 300, {240, 410, 256, 510, 230, 590}, {222, 616, 206, 634, 176, 640}};
    const Fall& from = look_.cut == Cut::kLong ? kLongInner : kBobInner;
    const Fall& to = look_.cut == Cut::kLong ? kLongOuter : kBobOuter;
    Fall f{mix(from.knee_x, to.knee_x, t), mix(from.knee_y, to.knee_y, t), {}, {}};
    for (int i = 0; i < 6; ++i) {
      f.a[i] = mix(from.a[i], to.a[i], t);
      f.b[i] = mix(from.b[i], to.b[i], t);
    }
    return f;
  }

  // Continues the path down the fall, `off` to the side, `longer` at its end.
  void follow(const Fall& f, float side, float off, float longer) {
    curve(side * (f.a[0] + off), f.a[1], side * (f.a[2] + off), f.a[3], side * (f.a[4] + off), f.a[5]);
    curve(side * (f.b[0] + off), f.b[1], side * (f.b[2] + off * 0.6f), f.b[3], side * (f.b[4] + off * 0.3f), f.b[5] + longer);
  }

  void curtain(float side) {
    const Fall outer = fall_at(1), inner = fall_at(0);
    move(look_.part_x, 48);
    curve(look_.part_x + side * 110, 30, side * 208, 95, side * outer.knee_x, outer.knee_y);
    follow(outer, side, 0, 0);
    line(side * inner.b[4], inner.b[5]);
    curve(side * inner.b[2], inner.b[3], side * inner.b[0], inner.b[1], side * inner.a[4], inner.a[5]);
    curve(side * inner.a[2], inner.a[3], side * inner.a[0], inner.a[1], side * inner.knee_x, inner.knee_y);
    curve(side * 154, 310, side * 128, 214, look_.part_x, 150);
    cairo_close_path(pen_);
    sheet_.fill(look_.hair * 0.55f);
  }

  void locks(float side) {
    const int n = 230;
    for (int i = 0; i < n; ++i) {
      const float t = (static_cast<float>(i) + chance_.uniform()) / n;
      const Fall f = fall_at(t);
      const float off = look_.curly ? chance_.between(-26, 26) : chance_.between(-5, 5);
      move(look_.part_x + side * chance_.between(0, 5), mix(150, 46, t) + chance_.between(-4, 4));
      curve(look_.part_x + side * mix(66, 112, t), mix(182, 28, t), side * mix(150, 210, t), mix(270, 105, t), side * f.knee_x, f.knee_y);
      follow(f, side, off, chance_.between(-34, 12));
      const float tone = chance_.between(0.45f, 1.25f) + (chance_.odds(0.12f) ? 0.55f : 0);
      sheet_.stroke(look_.hair * tone + Rgb{0.008f, 0.006f, 0.005f} * tone, chance_.between(1.4f, 4.6f), 0.62f);
    }
    shine(side);
    for (int i = 0; i < 5; ++i) {
      const Fall f = fall_at(1.06f);
      move(side * chance_.between(196, 214), chance_.between(160, 240));
      curve(side * 222, 260, side * (f.knee_x + 4), 280, side * f.knee_x, f.knee_y + 20);
      follow(f, side, chance_.between(0, 7), chance_.between(-60, 0));
      sheet_.stroke(look_.hair * 0.9f, 1.1f, 0.6f);
    }
  }

  // The band of light that lies across combed hair.
  void shine(float side) {
    const Rgb bright = mix(look_.hair * 1.6f, Rgb{1, 0.96f, 0.9f}, 0.30f);
    for (int i = 0; i < 230; ++i) {
      const float t = (static_cast<float>(i) + chance_.uniform()) / 230, a = mix(0.30f, 1.3f, t), off = chance_.between(-1, 1) * chance_.uniform();
      const float x = side * sin_of(a) * (204 + 14 * off) + (1 - t) * look_.part_x * 0.5f, y = 318 - cos_of(a) * 205 - 26 * off, reach = chance_.between(22, 64);
      move(x - side * cos_of(a) * reach * 0.4f, y - sin_of(a) * reach * 0.55f);
      curve(x, y - 4, x + side * 2, y + 4, x + side * cos_of(a) * reach * 0.5f, y + sin_of(a) * reach);
      sheet_.stroke(bright, chance_.between(0.9f, 2.4f), 0.13f);
    }
  }

  void short_hair() {
    move(-170, 345);
    curve(-182, 300, -196, 210, -178, 150);
    curve(-150, 60, -60, 30, 20, 36);
    curve(120, 38, 178, 90, 184, 170);
    curve(194, 230, 184, 300, 172, 345);
    curve(164, 300, 160, 260, 148, 225);
    curve(110, 200, 60, 190, look_.part_x, 168);
    curve(-60, 196, -112, 205, -146, 228);
    curve(-160, 262, -164, 300, -170, 345);
    cairo_close_path(pen_);
    sheet_.fill(look_.hair * 0.6f);
    for (int i = 0; i < 420; ++i) {
      const float a = chance_.between(-1.45f, 1.45f), r = std::sqrt(chance_.uniform());
      const float x = sin_of(a) * mix(110, 180, r), y = 232 - cos_of(a) * mix(70, 186, r);
      const float lean = look_.curly ? chance_.between(-24, 24) : mix(8, 26, r) * (x > look_.part_x ? 1.0f : -1.0f);
      move(x, y);
      curve(x + lean * 0.4f, y - 16, x + lean, y - 12, x + lean * 1.5f, y + 10 + 14 * std::fabs(a));
      sheet_.stroke(look_.hair * chance_.between(0.45f, 1.5f) + Rgb{0.006f, 0.005f, 0.004f}, chance_.between(1.8f, 4.5f), 0.75f);
    }
  }

  const Look& look_;
  Chance chance_;
  const Sheet& sheet_;
  cairo_t* pen_;
  float eye_y_, chin_, jaw_, eye_size_;
};

float hump(float x, float y, float cx, float cy, float sx, float sy) { return exp_of(-0.5f * (square((x - cx) / sx) + square((y - cy) / sy))); }

// How far each place of the face stands out, in the drawing's units.
float volume_at(const Look& look, float x, float y) {
  const float s = std::fabs(x), eye_y = look.child ? 372 : 345;
  const float in_head = square(x / 190) + square((y - 345) / 300);
  float z = in_head < 1 ? 150 * std::sqrt(1 - in_head) : 0;
  if (y > 560) {
    const float across = x / 84;
    const float neck = across * across < 1 ? 34 * std::sqrt(1 - across * across) : 0;
    z = std::max(z, neck * smooth(830, 740, y));
  }
  const float along = clamp01((y - eye_y) / (452 - eye_y));
  if (y > eye_y - 30 && y < 490) z += mix(6, 27, along * along) * hump(x, y, 0, std::clamp(y, eye_y, 450.0f), mix(11, 19, along), 12);
  z += 9 * hump(s, y, 25, 456, 12, 11);
  z -= 20 * hump(s, y, 73, eye_y - 2, 42, 24);
  z += 12 * hump(s, y, 73, eye_y, 25, 17);
  z += 7 * hump(s, y, 78, eye_y - 46, 46, 13);
  z += 12 * hump(s, y, 98, 432, 42, 34);
  z += (look.woman ? 13.0f : 8.0f) * (hump(x, y, 0, 514, 34, 8) + 1.1f * hump(x, y, 0, 538, 30, 10)) - 8 * hump(x, y, 0, 526, 44, 4);
  z += 13 * hump(x, y, 0, 592, 34, 22);
  if (look.cut == Cut::kLong || look.cut == Cut::kBob) {
    // The hair beside the face is a lock of its own, before the neck and the coat.
    const float end = look.cut == Cut::kLong ? 925.0f : 640.0f, lean = look.cut == Cut::kLong ? 26 * smooth(500, 900, y) : 0;
    z += 34 * smooth(230, 420, y) * smooth(end + 20, end - 120, y) * exp_of(-0.5f * square((s - 196 - lean) / mix(27, 12, smooth(600, end, y))));
  }
  return z;
}

Field relief_of(const Look& look, bool mirrored, float tilt) {
  Field field(294, 300);
  for (int y = 0; y < field.height; ++y) {
    for (int x = 0; x < field.width; ++x) {
      const float u = ((static_cast<float>(x) + 0.5f) / static_cast<float>(field.width) * 2 - 1) * kHalf * (mirrored ? -1.0f : 1.0f), v = (static_cast<float>(y) + 0.5f) / static_cast<float>(field.height) * kHigh;
      const float c = cos_of(tilt), s = sin_of(tilt);
      field.row(y)[x] = volume_at(look, u * c + (v - kNape) * s, kNape - u * s + (v - kNape) * c) / (2 * kHalf);
    }
  }
  blur(field, 1.2f);
  return field;
}

// Pores and freckles: skin is not plastic.
void texture(Canvas& canvas, uint32_t salt) {
  const float unit = kHigh / static_cast<float>(canvas.height);
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      Pixel& p = canvas.row(y)[x];
      if (p.a() <= 0) continue;
      const float u = static_cast<float>(x) * unit, v = static_cast<float>(y) * unit;
      const float k = 0.955f + 0.05f * noise(u * 0.45f, v * 0.45f, salt) + 0.04f * noise(u * 0.12f, v * 0.12f, salt + 1);
      p = Pixel(p.r() * k, p.g() * k, p.b() * k, p.a());
    }
  }
}

}  // namespace

bool has_likeness(std::string_view part) {
  std::string_view name = part.substr(0, part.find('+'));
  for (const std::string_view tone : {"-medium-light-skin-tone", "-medium-dark-skin-tone", "-light-skin-tone", "-medium-skin-tone", "-dark-skin-tone"}) {
    if (name.ends_with(tone)) {
      name.remove_suffix(tone.size());
      break;
    }
  }
  for (const std::string_view hair : {"-blond-hair", "-red-hair", "-white-hair", "-curly-hair", "-bald", "-beard"}) {
    if (name.ends_with(hair)) name.remove_suffix(hair.size());
  }
  for (const std::string_view plain : {"woman", "man", "person", "girl", "boy", "child", "old-woman", "old-man", "older-person"}) {
    if (name == plain) return true;
  }
  return false;
}

Figure paint_likeness(const Placed& placed, const Stage& stage, int height) {
  static_cast<void>(stage);
  const Look look = look_of(placed.part, placed.chance);
  const float scale = static_cast<float>(height) / kHigh;
  const Sheet sheet(-kHalf, 0, 2 * kHalf - 1, kHigh - 1, scale);
  if (placed.mirrored) cairo_scale(sheet.pen(), -1, 1);
  Painter(look, placed.chance, sheet).paint(placed.tilt);
  Figure figure;
  figure.colours = sheet.canvas();
  figure.painted = true;
  figure.relief = relief_of(look, placed.mirrored, placed.tilt);
  texture(figure.colours, static_cast<uint32_t>(placed.chance));
  const float eye_y = look.child ? 372 : 345;
  const float c = cos_of(placed.tilt), s = sin_of(placed.tilt), flip = placed.mirrored ? -1.0f : 1.0f;
  const auto glint = [&](float x, float y, float radius, const Rgb& light) {
    const float up = y - kNape, tx = x * c - up * s, ty = x * s + up * c + kNape;
    figure.glints.push_back({(flip * tx + kHalf) / (2 * kHalf), ty / kHigh, radius / kHigh, light});
  };
  for (const float side : {-1.0f, 1.0f}) {
    glint(side * 73 - 6.5f, eye_y - 10, 5.4f, Rgb{1.4f, 1.4f, 1.5f});
    glint(side * 73 + 7.5f, eye_y + 4, 3.0f, Rgb{0.6f, 0.5f, 0.6f});
  }
  return figure;
}

}  // namespace plantain::engine::sketch
