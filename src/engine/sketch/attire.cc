#include "engine/sketch/attire.h"

#include <algorithm>
#include <utility>

#include "engine/sketch/maths.h"
#include "engine/sketch/raster.h"

namespace plantain::engine::sketch {
namespace {

// Where the head is, in pixels of the figure: what is as wide as it below its crown.
struct HeadSpot {
  float middle, half, top;

  float eyes() const { return top + 1.15f * half; }
  float chin() const { return top + 2.05f * half; }
};

HeadSpot head_in(const Canvas& figure) {
  int top = 0;
  const auto is_bare = [&](int y) {
    const Pixel* row = figure.row(y);
    return std::none_of(row, row + figure.width, [](const Pixel& p) { return p.a() > 0.5f; });
  };
  while (top + 1 < figure.height && is_bare(top)) ++top;
  const Pixel* row = figure.row(std::min(top + figure.height * 14 / 100, figure.height - 1));
  int left = 0, right = figure.width - 1;
  while (left < right && row[left].a() < 0.5f) ++left;
  while (right > left && row[right].a() < 0.5f) --right;
  return {static_cast<float>(left + right + 1) / 2, static_cast<float>(right - left + 1) / 2,
          static_cast<float>(top)};
}

class Wardrobe {
 public:
  Wardrobe(const Sheet& sheet, const HeadSpot& head, float height)
      : sheet_(sheet), pen_(sheet.pen()), x_(head.middle), r_(head.half), head_(head), h_(height) {}

  void knight() const {
    const Rgb steel = rgb(0xaab4c0), dark = rgb(0x2b3038), red = rgb(0xc23b3b);
    sword(x_ + 0.26f * h_);
    shield(x_ - 0.20f * h_, red, rgb(0xf2f2f2));
    // A plume, the helmet, its slit and its holes.
    cairo_move_to(pen_, x_, head_.top - 0.1f * r_);
    cairo_curve_to(pen_, x_ + 0.1f * r_, head_.top - 1.0f * r_, x_ + 1.3f * r_,
                   head_.top - 0.8f * r_, x_ + 1.35f * r_, head_.top + 0.3f * r_);
    cairo_curve_to(pen_, x_ + 1.0f * r_, head_.top - 0.1f * r_, x_ + 0.5f * r_, head_.top,
                   x_ + 0.1f * r_, head_.top + 0.2f * r_);
    sheet_.fill(red);
    sheet_.rectangle(x_ - 1.08f * r_, head_.top - 0.18f * r_, 2.16f * r_,
                     head_.chin() - head_.top + 0.3f * r_, 0.95f * r_);
    sheet_.fill(steel);
    sheet_.rectangle(x_ - 0.09f * r_, head_.top - 0.16f * r_, 0.18f * r_,
                     head_.chin() - head_.top + 0.25f * r_, 0.08f * r_);
    sheet_.fill(steel * 1.5f);
    sheet_.rectangle(x_ - 0.8f * r_, head_.eyes() - 0.12f * r_, 0.68f * r_, 0.2f * r_, 0.06f * r_);
    sheet_.rectangle(x_ + 0.12f * r_, head_.eyes() - 0.12f * r_, 0.68f * r_, 0.2f * r_, 0.06f * r_);
    for (int i = 0; i < 8; ++i)
      sheet_.ellipse(x_ + (static_cast<float>(i % 4) * 0.22f + (i % 4 < 2 ? -0.6f : -0.06f)) * r_,
                     head_.eyes() + (0.42f + 0.26f * static_cast<float>(i / 4)) * r_, 0.055f * r_,
                     0.055f * r_);
    sheet_.fill(dark);
  }

  void samurai() const {
    const Rgb lacquer = rgb(0x23252f), gold = rgb(0xd9a83a), red = rgb(0x9c2b2b);
    sword(x_ + 0.25f * h_);
    // Neck guards spread from a bowl; gold horns on its brow.
    for (const float side : {-1.0f, 1.0f}) {
      cairo_move_to(pen_, x_ + side * 0.75f * r_, head_.eyes() - 0.5f * r_);
      cairo_line_to(pen_, x_ + side * 1.75f * r_, head_.eyes() + 0.75f * r_);
      cairo_line_to(pen_, x_ + side * 1.0f * r_, head_.eyes() + 0.85f * r_);
      cairo_close_path(pen_);
      sheet_.fill(lacquer);
      for (const float t : {0.35f, 0.62f, 0.9f}) {
        cairo_move_to(pen_, x_ + side * mix(0.82f, 1.05f, t) * r_,
                      head_.eyes() + mix(-0.5f, 0.85f, t) * r_);
        cairo_line_to(pen_, x_ + side * mix(0.8f, 1.75f, t) * r_,
                      head_.eyes() + mix(-0.5f, 0.75f, t) * r_);
        sheet_.stroke(red, 0.09f * r_);
      }
    }
    cairo_move_to(pen_, x_ - 1.12f * r_, head_.eyes() - 0.32f * r_);
    cairo_curve_to(pen_, x_ - 1.15f * r_, head_.top - 0.75f * r_, x_ + 1.15f * r_,
                   head_.top - 0.75f * r_, x_ + 1.12f * r_, head_.eyes() - 0.32f * r_);
    cairo_curve_to(pen_, x_ + 0.5f * r_, head_.eyes() - 0.55f * r_, x_ - 0.5f * r_,
                   head_.eyes() - 0.55f * r_, x_ - 1.12f * r_, head_.eyes() - 0.32f * r_);
    sheet_.fill(lacquer * 1.6f);
    for (const float side : {-1.0f, 1.0f}) {
      cairo_move_to(pen_, x_, head_.eyes() - 0.58f * r_);
      cairo_curve_to(pen_, x_ + side * 0.7f * r_, head_.eyes() - 0.7f * r_, x_ + side * 1.05f * r_,
                     head_.top - 0.4f * r_, x_ + side * 0.85f * r_, head_.top - 0.95f * r_);
      cairo_curve_to(pen_, x_ + side * 0.7f * r_, head_.top - 0.2f * r_, x_ + side * 0.4f * r_,
                     head_.eyes() - 0.95f * r_, x_, head_.eyes() - 0.86f * r_);
      sheet_.fill(gold);
    }
    sheet_.rectangle(x_ - 0.15f * h_, 0.545f * h_ + lift(), 0.30f * h_, 0.035f * h_, 0.01f * h_);
    sheet_.fill(gold);
  }

  // A hat with a crown and a brim that turns up, or one of straw.
  void hat(const Rgb& cloth, const Rgb& band, float brim, float tall) const {
    const float y = head_.top + 0.42f * r_;
    cairo_move_to(pen_, x_ - 0.85f * r_, y);
    cairo_curve_to(pen_, x_ - 0.8f * r_, y - tall * r_, x_ - 0.35f * r_, y - 1.15f * tall * r_, x_,
                   y - 0.95f * tall * r_);
    cairo_curve_to(pen_, x_ + 0.35f * r_, y - 1.15f * tall * r_, x_ + 0.8f * r_, y - tall * r_,
                   x_ + 0.85f * r_, y);
    cairo_close_path(pen_);
    sheet_.fill(cloth);
    sheet_.rectangle(x_ - 0.85f * r_, y - 0.3f * r_, 1.7f * r_, 0.22f * r_, 0.05f * r_);
    sheet_.fill(band);
    cairo_move_to(pen_, x_ - brim * r_, y - 0.22f * r_);
    cairo_curve_to(pen_, x_ - 0.7f * brim * r_, y + 0.14f * r_, x_ + 0.7f * brim * r_,
                   y + 0.14f * r_, x_ + brim * r_, y - 0.22f * r_);
    cairo_curve_to(pen_, x_ + 0.8f * brim * r_, y + 0.34f * r_, x_ - 0.8f * brim * r_,
                   y + 0.34f * r_, x_ - brim * r_, y - 0.22f * r_);
    sheet_.fill(cloth * 0.8f);
  }

  void clown() const {
    static const uint32_t kHair[] = {0xe53935, 0xfb8c00, 0xfdd835, 0x43a047, 0x1e88e5, 0x8e24aa};
    for (int i = 0; i < 12; ++i) {
      const float side = i % 2 == 0 ? -1.0f : 1.0f, k = static_cast<float>(i / 2);
      sheet_.ellipse(x_ + side * (1.12f - 0.05f * k) * r_, head_.top + (1.5f - 0.3f * k) * r_,
                     0.42f * r_, 0.40f * r_);
      sheet_.fill(rgb(kHair[static_cast<size_t>(i / 2)]));
    }
    cairo_move_to(pen_, x_ - 0.42f * r_, head_.top + 0.1f * r_);
    cairo_line_to(pen_, x_, head_.top - 1.1f * r_);
    cairo_line_to(pen_, x_ + 0.42f * r_, head_.top + 0.1f * r_);
    cairo_close_path(pen_);
    sheet_.fill(rgb(0x3f7fd9));
    sheet_.ellipse(x_, head_.top - 1.08f * r_, 0.17f * r_, 0.17f * r_);
    sheet_.fill(rgb(0xfdd835));
    sheet_.ellipse(x_, head_.eyes() + 0.3f * r_, 0.26f * r_, 0.25f * r_);
    sheet_.fill(rgb(0xe53935));
    for (const float side : {-1.0f, 1.0f}) {
      sheet_.ellipse(x_ + side * 0.3f * r_, head_.chin() + 0.12f * r_, 0.36f * r_, 0.22f * r_);
      sheet_.fill(rgb(0xe53935));
    }
    static const uint32_t kButtons[] = {0xe53935, 0x43a047, 0x1e88e5};
    for (int i = 0; i < 3; ++i) {
      sheet_.ellipse(x_, head_.chin() + (0.65f + 0.5f * static_cast<float>(i)) * r_, 0.14f * r_,
                     0.14f * r_);
      sheet_.fill(rgb(kButtons[i]));
    }
  }

  void gown() const {
    const float waist = 0.60f * h_ + lift(), floor = 0.985f * (h_ + lift()) + 0.015f * lift();
    cairo_move_to(pen_, x_ - 0.10f * h_, waist);
    cairo_curve_to(pen_, x_ - 0.13f * h_, mix(waist, floor, 0.5f), x_ - 0.25f * h_,
                   mix(waist, floor, 0.75f), x_ - 0.27f * h_, floor);
    cairo_curve_to(pen_, x_ - 0.12f * h_, floor + 0.02f * h_, x_ + 0.12f * h_, floor + 0.02f * h_,
                   x_ + 0.27f * h_, floor);
    cairo_curve_to(pen_, x_ + 0.25f * h_, mix(waist, floor, 0.75f), x_ + 0.13f * h_,
                   mix(waist, floor, 0.5f), x_ + 0.10f * h_, waist);
    cairo_close_path(pen_);
    sheet_.fill(rgb(0xf6f3ef));
    for (const float t : {-0.6f, -0.2f, 0.2f, 0.6f}) {
      cairo_move_to(pen_, x_ + t * 0.08f * h_, waist + 0.03f * h_);
      cairo_line_to(pen_, x_ + t * 0.25f * h_, floor - 0.01f * h_);
      sheet_.stroke(rgb(0xcfc8c2), 0.006f * h_, 0.7f);
    }
  }

 private:
  // Heights of the body count from the figure's own top.
  float lift() const { return head_.top; }

  void sword(float x) const {
    const float hand = 0.64f * h_ + lift(), tip = 0.28f * h_ + lift();
    cairo_move_to(pen_, x - 0.06f * h_, hand + 0.03f * h_);
    cairo_line_to(pen_, x + 0.05f * h_, tip);
    sheet_.stroke(rgb(0xd5dbe2), 0.028f * h_);
    cairo_move_to(pen_, x - 0.115f * h_, hand - 0.035f * h_);
    cairo_line_to(pen_, x - 0.005f * h_, hand);
    sheet_.stroke(rgb(0xc9962f), 0.024f * h_);
  }

  void shield(float x, const Rgb& field, const Rgb& cross) const {
    const float top = 0.44f * h_ + lift(), low = 0.78f * h_ + lift(), half = 0.125f * h_;
    const auto shape = [&](float grow) {
      cairo_move_to(pen_, x - half * grow, top);
      cairo_line_to(pen_, x + half * grow, top);
      cairo_curve_to(pen_, x + half * grow, mix(top, low, 0.6f), x + 0.6f * half * grow,
                     mix(top, low, 0.85f), x, low);
      cairo_curve_to(pen_, x - 0.6f * half * grow, mix(top, low, 0.85f), x - half * grow,
                     mix(top, low, 0.6f), x - half * grow, top);
      cairo_close_path(pen_);
    };
    shape(1);
    sheet_.fill(field);
    sheet_.rectangle(x - 0.17f * half, top, 0.34f * half, (low - top) * 0.93f);
    sheet_.rectangle(x - 0.93f * half, mix(top, low, 0.27f), 1.86f * half, 0.34f * half);
    sheet_.fill(cross);
    shape(1);
    sheet_.stroke(rgb(0x8d949e), 0.016f * h_);
  }

  const Sheet& sheet_;
  cairo_t* pen_;
  float x_, r_;
  HeadSpot head_;
  float h_;  // of the figure without what it wears
};

bool names(std::string_view words, std::initializer_list<std::string_view> list) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view name) {
    return words.find(name) != std::string_view::npos;
  });
}

}  // namespace

Attire attire_of(const Actor& actor) {
  if (!actor.person) return Attire::kOwn;
  if (names(actor.part, {"with-veil"})) return Attire::kBride;
  if (names(actor.part, {"in-tuxedo"})) return Attire::kGroom;
  const std::string_view words = actor.words;
  if (names(words, {"knight", "ritter", "Ritter", "騎士", "骑士"})) return Attire::kKnight;
  if (names(words, {"samurai", "Samurai", "武士"})) return Attire::kSamurai;
  if (names(words, {"cowboy", "Cowboy", "牛仔"})) return Attire::kCowboy;
  if (names(words, {"fisherman", "fishermen", "Fischer", "漁夫", "渔夫"}))
    return Attire::kFisherman;
  if (names(words, {"clown", "Clown", "小丑"})) return Attire::kClown;
  return Attire::kOwn;
}

std::string_view clothes_for(Attire attire) {
  switch (attire) {
    case Attire::kKnight:
      return "+top=9aa5b3+bottom=77828f";
    case Attire::kSamurai:
      return "+top=7d2226+bottom=23252f";
    case Attire::kCowboy:
      return "+top=a8432f+bottom=35527d";
    case Attire::kFisherman:
      return "+top=d9a514+bottom=3d4f63";
    case Attire::kClown:
      return "+top=f2c230+bottom=d23f6b";
    case Attire::kBride:
      return "+top=f6f3ef+bottom=f6f3ef";
    case Attire::kGroom:
      return "+top=22252e+bottom=1b1d24";
    case Attire::kOwn:
      break;
  }
  return "";
}

void put_on(Canvas& figure, Attire attire) {
  if (attire == Attire::kOwn || attire == Attire::kGroom) return;
  const HeadSpot bare = head_in(figure);
  const float height = static_cast<float>(figure.height);
  const int above = attire == Attire::kBride ? 0 : static_cast<int>(1.2f * bare.half),
            aside = static_cast<int>(0.14f * height);
  Canvas grown(figure.width + 2 * aside, figure.height + above, figure.scale);
  lay_over(grown, figure, aside, above);
  const Sheet sheet(0, 0, static_cast<float>(grown.width - 1), static_cast<float>(grown.height - 1),
                    1);
  const HeadSpot head{bare.middle + static_cast<float>(aside), bare.half,
                      bare.top + static_cast<float>(above)};
  const Wardrobe wardrobe(sheet, head, height);
  if (attire == Attire::kKnight) wardrobe.knight();
  if (attire == Attire::kSamurai) wardrobe.samurai();
  if (attire == Attire::kCowboy) wardrobe.hat(rgb(0x7a4a25), rgb(0x2e1b10), 1.9f, 0.95f);
  if (attire == Attire::kFisherman) wardrobe.hat(rgb(0xd8b878), rgb(0x7d5a2c), 2.0f, 0.75f);
  if (attire == Attire::kClown) wardrobe.clown();
  if (attire == Attire::kBride) wardrobe.gown();
  sheet.lay_on(grown);
  figure = std::move(grown);
}

}  // namespace plantain::engine::sketch
