#include "engine/sketch/likeness_clothes.h"

#include <algorithm>
#include <cmath>

#include "engine/sketch/likeness.h"
#include "engine/sketch/maths.h"

namespace plantain::engine::sketch {
namespace {

constexpr float kHalf = Head::kHigh * kLikenessAspect / 2;

}  // namespace

void Garment::paint() {
  under();
  if (look_.clothes == Clothes::kScarf) scarf_back();
  neck();
  fronts();
  if (look_.clothes == Clothes::kScarf) scarf();
}

void Garment::far_outline() {
  path(far_);
  pen_.fill(look_.coat);
}

void Garment::neck() {
  const float half = look_.child ? 58 : look_.woman ? 70 : 92, turn = 40 * head_.yaw_sin;
  pen_.move(-half + turn * 0.5f, 500);
  pen_.curve(-half + turn * 0.4f, 640, -half - 8, 690, -half - 74, 736);
  pen_.line(0, 880);
  pen_.line(half + 74, 736);
  pen_.curve(half + 8, 690, half + turn * 0.4f, 640, half + turn * 0.5f, 500);
  pen_.close();
  pen_.fill(look_.skin * Rgb{0.88f, 0.82f, 0.80f});
  const Rgb dark = look_.skin * Rgb{0.28f, 0.16f, 0.14f};
  pen_.spot(turn, head_.chin + 12, 128, 92, dark, 0.80f);
  pen_.spot(turn, head_.chin + 30, 90, 40, dark, 0.55f);
  // The muscle that runs from the ear to the hollow of the throat, and the collar bones.
  for (const float side : {-1.0f, 1.0f}) {
    for (int i = 0; i < 4; ++i) {
      pen_.move(side * (half - 12), 618);
      pen_.curve(side * (half - 20), 690, side * 34, 740, side * 15, 764);
      pen_.stroke(side == far_ ? dark : look_.skin * 1.1f, 6 + 6 * static_cast<float>(i), 0.07f);
    }
    pen_.spot(side * 66, 768, 60, 12, dark, 0.35f);
    pen_.spot(side * 70, 756, 60, 10, look_.skin * 1.15f, 0.4f);
  }
  pen_.spot(0, 770, 15, 16, dark, 0.5f);
}

// What is worn below the coat.
void Garment::under() {
  pen_.move(-175, 712);
  pen_.line(0, 830);
  pen_.line(175, 712);
  pen_.line(240, 1010);
  pen_.line(-240, 1010);
  pen_.close();
  pen_.fill(look_.under);
  for (int i = 0; i < 7; ++i)
    pen_.spot(chance_.between(-90, 90), chance_.between(850, 1000), chance_.between(20, 60),
              chance_.between(8, 22), look_.under * 0.3f, 0.3f);
}

float Garment::reach(float side) const {
  return side == far_ ? 1 - 0.16f * std::fabs(head_.yaw_sin) * 4 : 1.0f;
}

void Garment::path(float side) {
  const float k = reach(side);
  pen_.move(0, 1010);
  pen_.line(side * kHalf * 0.985f * k, 1010);
  pen_.curve(side * kHalf * 0.965f * k, 895, side * 392 * k, 812, side * 262 * k, 776);
  pen_.curve(side * 186, 752, side * 138, 735, side * 112, 692);
  if (look_.clothes == Clothes::kTurtleneck) {
    pen_.line(0, 692);
  } else {
    pen_.line(side * 18, 915);
    pen_.line(0, 915);
  }
  pen_.close();
}

void Garment::fronts() {
  for (const float side : {far_, -far_}) {
    path(side);
    pen_.fill(look_.coat);
    cairo_save(pen_.cairo());
    path(side);
    cairo_clip(pen_.cairo());
    folds(side);
    cairo_restore(pen_.cairo());
    if (look_.clothes == Clothes::kCoat) lapel(side);
  }
  if (look_.clothes == Clothes::kTurtleneck) collar();
  if (look_.clothes == Clothes::kScarf) {
    for (const float side : {far_, -far_}) lapel(side);
  }
}

// Cloth hangs from the shoulder and gathers at the arm.
void Garment::folds(float side) {
  const Rgb dark = look_.coat * 0.22f, bright = look_.coat * 1.55f + Rgb{0.012f, 0.012f, 0.014f};
  const float k = reach(side);
  for (int i = 0; i < 6; ++i) {
    const float x = side * mix(170, 430, chance_.uniform()) * k, y = chance_.between(850, 990);
    pen_.spot(x, y, chance_.between(26, 60), chance_.between(60, 130), dark, 0.20f);
    pen_.spot(x - side * 34, y - 10, chance_.between(16, 30), chance_.between(50, 110), bright,
              0.14f);
  }
  // The sleeve's seam.
  for (int j = 0; j < 3; ++j) {
    pen_.move(side * 330 * k, 1010);
    pen_.curve(side * 312 * k, 950, side * 318 * k, 890, side * 346 * k, 822);
    pen_.stroke(dark, 22 - 8 * static_cast<float>(j), j == 2 ? 0.5f : 0.12f);
  }
}

void Garment::lapel(float side) {
  const auto outline = [&](float off) {
    pen_.move(side * 94, 672);
    pen_.curve(side * 152, 692, side * 196, 740, side * (240 + off), 796 + off);
    pen_.line(side * (152 + off), 820 + off);
    pen_.line(side * (182 + off), 858 + off);
    pen_.line(side * (36 + off), 1012);
  };
  for (int i = 0; i < 4; ++i) {
    outline(4);
    pen_.stroke(look_.coat * 0.12f, 26 - 6 * static_cast<float>(i), 0.13f);
  }
  outline(0);
  pen_.line(side * 2, 1012);
  pen_.curve(side * 30, 910, side * 84, 790, side * 94, 672);
  pen_.fill(look_.coat * 1.14f + Rgb{0.008f, 0.008f, 0.01f});
  for (int i = 0; i < 5; ++i) {
    pen_.move(side * (92 - 4 * static_cast<float>(i)), 690);
    pen_.curve(side * (80 - 4 * static_cast<float>(i)), 800, side * 34, 900, side * 8, 1000);
    pen_.stroke(look_.coat * 0.2f, 20 - 3 * static_cast<float>(i), 0.10f);
  }
  outline(-7);
  pen_.stroke(look_.coat * 0.45f, 1.6f, 0.7f);
  outline(0);
  pen_.stroke(look_.coat * 1.9f + Rgb{0.02f, 0.02f, 0.022f}, 2.0f, 0.5f);
}

// A rolled collar of knitted wool.
void Garment::collar() {
  const float half = 118, top = 640;
  pen_.move(-half + 12, top);
  pen_.curve(-60, top + 34, 60, top + 34, half - 12, top);
  pen_.curve(half + 6, top + 40, half + 4, top + 90, half + 10, top + 116);
  pen_.curve(70, top + 160, -70, top + 160, -half - 10, top + 116);
  pen_.curve(-half - 4, top + 90, -half - 6, top + 40, -half + 12, top);
  pen_.fill(look_.coat * 1.08f);
  for (int i = 0; i < 40; ++i) {
    const float x = mix(-half, half, (static_cast<float>(i) + 0.5f) / 40),
                sag = 30 * (1 - square(x / half));
    pen_.move(x * 0.92f, top + sag + 4);
    pen_.curve(x, top + sag + 40, x, top + sag + 70, x * 1.02f, top + sag + 104);
    pen_.stroke(look_.coat * (i % 2 == 0 ? 0.42f : 1.5f), 3.2f, 0.45f);
  }
  pen_.spot(0, top + 30, 130, 30, look_.coat * 0.15f, 0.55f);
  for (int i = 0; i < 3; ++i) {
    pen_.move(-half - 8, top + 120);
    pen_.curve(-70, top + 166, 70, top + 166, half + 8, top + 120);
    pen_.stroke(look_.coat * 0.15f, 18 - 6 * static_cast<float>(i), 0.22f);
  }
}

// A wide scarf, laid around twice; its back half is painted before the neck.
void Garment::scarf_back() {
  pen_.ellipse(0, 672, 152, 46);
  pen_.fill(look_.under * 0.22f);
}

void Garment::scarf() {
  const Rgb wool = look_.under;
  const auto band = [&](float y, float rx, float sag, float thick, float tone) {
    const auto line = [&](float v, float drop) {
      const float x = rx * (1 - 0.06f * square(2 * v - 1));
      pen_.move(-x, y + thick * v);
      pen_.curve(-x * 0.86f, y + thick * v + sag * drop, x * 0.86f, y + thick * v + sag * drop, x,
                 y + thick * v);
    };
    line(0, 1.25f);
    pen_.curve(rx + 14, y + thick * 0.3f, rx + 12, y + thick * 0.8f, rx * 0.94f, y + thick);
    pen_.curve(rx * 0.80f, y + thick + sag * 1.4f, -rx * 0.80f, y + thick + sag * 1.4f, -rx * 0.94f,
               y + thick);
    pen_.curve(-rx - 12, y + thick * 0.8f, -rx - 14, y + thick * 0.3f, -rx, y);
    pen_.fill(wool * tone);
    for (int i = 0; i < 24; ++i) {
      const float v = (static_cast<float>(i) + chance_.uniform()) / 24, body = sin_of(kPi * v);
      line(v, chance_.between(1.2f, 1.42f));
      pen_.stroke(wool * (tone * chance_.between(0.35f, 0.8f) * (0.6f + 0.8f * body)),
                  chance_.between(2, 7), 0.35f);
    }
    for (int i = 0; i < 4; ++i) {
      line(1, 1.4f);
      pen_.stroke(wool * 0.08f, 24 - 6 * static_cast<float>(i), 0.22f);
    }
  };
  pen_.move(-far_ * 20, 760);
  pen_.curve(-far_ * 60, 840, -far_ * 52, 920, -far_ * 70, 1012);
  pen_.line(-far_ * 178, 1012);
  pen_.curve(-far_ * 150, 920, -far_ * 140, 840, -far_ * 120, 770);
  pen_.close();
  pen_.fill(wool * 0.8f);
  for (int i = 0; i < 22; ++i) {
    const float v = (static_cast<float>(i) + 0.5f) / 22;
    pen_.move(-far_ * mix(28, 116, v), 770);
    pen_.curve(-far_ * mix(64, 140, v), 850, -far_ * mix(58, 146, v), 920, -far_ * mix(76, 172, v),
               1012);
    pen_.stroke(wool * chance_.between(0.3f, 1.1f) * (v > 0.75f ? 0.6f : 1.0f), 5, 0.35f);
  }
  band(688, 172, 66, 74, 0.80f);
  band(640, 140, 52, 70, 1.0f);
}

}  // namespace plantain::engine::sketch
