#include "engine/sketch/figure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "engine/sketch/maths.h"
#include "engine/sketch/parts.h"

namespace plantain::engine::sketch {
namespace {

constexpr int kProbe_px = 96;
constexpr float kBodyHead = 0.40f;  // the bust's share of a whole figure's height

std::string svg_of(const std::string& part) {
  if (std::optional<std::string> svg = part_svg(part)) return *svg;
  return part_svg("sparkles").value_or("<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'><circle cx='4' cy='4' r='3'/></svg>");
}

Canvas cropped(const Canvas& from, const Box& box) {
  const int left = static_cast<int>(box.left * static_cast<float>(from.width));
  const int top = static_cast<int>(box.top * static_cast<float>(from.height));
  const int right = static_cast<int>(std::ceil(box.right * static_cast<float>(from.width)));
  const int bottom = static_cast<int>(std::ceil(box.bottom * static_cast<float>(from.height)));
  Canvas cut(std::max(1, right - left), std::max(1, bottom - top), from.scale);
  lay_over(cut, from, -left, -top);
  return cut;
}

Box ink_of_part(const std::string& part) {
  const std::optional<Canvas> probe = draw_svg(svg_of(part), kProbe_px, kProbe_px, false);
  return probe ? ink_of(*probe) : Box{};
}

// The drawing's ink, `height` pixels high.
Canvas ink_drawing(const std::string& part, int height, bool mirrored) {
  const Box box = ink_of_part(part);
  const int side = std::max(8, static_cast<int>(std::lround(static_cast<float>(height) / std::max(box.bottom - box.top, 0.1f))));
  std::optional<Canvas> drawing = draw_svg(svg_of(part), side, side, mirrored);
  if (!drawing) return Canvas(1, std::max(1, height));
  return cropped(*drawing, ink_of(*drawing));
}

// The colour most of the drawing has, among colours that are colours.
Rgb dominant(const Canvas& drawing, int first_row, int last_row) {
  std::array<float, 13> weight{};
  std::array<Rgb, 13> sum{};
  const int step = std::max(1, drawing.width / 120);
  for (int y = first_row; y < last_row; y += step) {
    for (int x = 0; x < drawing.width; x += step) {
      const Pixel p = drawing.row(y)[x];
      if (p.a() < 0.9f) continue;
      const Rgb c{p.r(), p.g(), p.b()};
      const Hsv hsv = to_hsv(c);
      const size_t bin = hsv.s < 0.25f ? 12 : std::min<size_t>(11, static_cast<size_t>(hsv.h * 12));
      const float much = bin == 12 ? 0.5f : 0.4f + hsv.s;
      weight[bin] += much;
      sum[bin] = sum[bin] + c * much;
    }
  }
  const size_t best = static_cast<size_t>(std::max_element(weight.begin(), weight.end()) - weight.begin());
  return weight[best] > 0 ? sum[best] * (1 / weight[best]) : Rgb{0.5f, 0.5f, 0.5f};
}

// Turns what has the dominant hue into the wished colour and leaves eyes, glass and shadows alone.
void recolour(Canvas& drawing, const Rgb& wish) {
  const Rgb from = dominant(drawing, 0, drawing.height);
  const Hsv old = to_hsv(from), fresh = to_hsv(wish);
  const float y_from = std::max(luminance(from), 0.02f), y_wish = std::max(luminance(wish), 0.015f);
  for (Pixel& p : drawing.pixels) {
    if (p.a() <= 0) continue;
    const float inv = 1 / p.a();
    const Rgb c{p.r() * inv, p.g() * inv, p.b() * inv};
    const Hsv hsv = to_hsv(c);
    float apart = std::fabs(hsv.h - old.h);
    apart = std::min(apart, 1 - apart);
    float share = old.s < 0.25f ? smooth(0.5f, 0.3f, hsv.s) * smooth(0.01f, 0.06f, luminance(c)) : smooth(0.085f, 0.05f, apart) * smooth(0.15f, 0.35f, hsv.s);
    if (share <= 0) continue;
    const float y = luminance(c) / y_from;
    Rgb turned = wish * std::min(y * 1.0f, 1.3f);
    if (y > 1) turned = mix(turned, Rgb{1, 1, 1}, clamp01((y - 1) * y_from * (fresh.s < 0.2f ? 0.4f : 0.25f)));
    if (y_wish < 0.03f) turned = turned + Rgb{0.01f, 0.01f, 0.012f} * y;
    const Rgb done = mix(c, turned, share);
    p = Pixel(done.r * p.a(), done.g * p.a(), done.b * p.a(), p.a());
  }
}

// Legs, trunk and arms below a bust, or a sitting body below an animal's head, in its own colours.
Canvas with_body_below(const Canvas& bust, Kind kind, int height) {
  const float h = static_cast<float>(height);
  const bool person = kind == Kind::kPerson;
  const float bust_h = static_cast<float>(bust.height), bust_w = static_cast<float>(bust.width);
  const float w = person ? bust_w * 1.12f : bust_w * 1.12f;
  const Sheet sheet(0, 0, w - 1, h - 1, 1);
  const float middle = w / 2;
  const Rgb cloth = dominant(bust, bust.height * (person ? 9 : 3) / 10, bust.height * (person ? 10 : 6) / 10);
  if (person) {
    const Rgb trousers = cloth * 0.35f + Rgb{0.02f, 0.025f, 0.05f};
    const float hip = h * 0.70f, foot = h * 0.965f, leg = bust_w * 0.17f;
    for (const float side : {-1.0f, 1.0f}) {
      sheet.rectangle(middle + side * leg * 0.75f - leg / 2, hip - leg, leg, foot - hip + leg, leg * 0.4f);
      sheet.fill(trousers);
      sheet.ellipse(middle + side * leg * 0.95f, foot - leg * 0.06f, leg * 0.72f, leg * 0.34f);
      sheet.fill(Rgb{0.03f, 0.025f, 0.025f});
      const float arm = bust_w * 0.125f;
      cairo_move_to(sheet.pen(), middle + side * bust_w * 0.33f, bust_h * 0.97f);
      cairo_curve_to(sheet.pen(), middle + side * bust_w * 0.42f, bust_h * 1.15f, middle + side * bust_w * 0.42f, h * 0.55f, middle + side * bust_w * 0.38f, h * 0.64f);
      sheet.stroke(cloth * 0.82f, arm);
      sheet.ellipse(middle + side * bust_w * 0.375f, h * 0.66f, arm * 0.55f, arm * 0.62f);
      sheet.fill(Rgb{0.75f, 0.45f, 0.3f});
    }
    sheet.rectangle(middle - bust_w * 0.31f, bust_h * 0.92f, bust_w * 0.62f, hip - bust_h * 0.92f, bust_w * 0.12f);
    sheet.fill(cloth);
  } else {
    const float body_top = bust_h * 0.62f;
    sheet.ellipse(middle + bust_w * 0.4f, h * 0.86f, bust_w * 0.2f, h * 0.09f);
    sheet.fill(cloth * 0.85f);
    sheet.ellipse(middle, (body_top + h) / 2, bust_w * 0.37f, (h - body_top) / 2);
    sheet.fill(cloth);
    sheet.ellipse(middle, h * 0.80f, bust_w * 0.2f, h * 0.16f);
    sheet.fill(mix(cloth, Rgb{1, 0.95f, 0.88f}, 0.72f));
    for (const float side : {-1.0f, 1.0f}) {
      sheet.ellipse(middle + side * bust_w * 0.14f, h * 0.955f, bust_w * 0.12f, h * 0.045f);
      sheet.fill(cloth * 0.62f);
    }
  }
  Canvas whole = sheet.canvas();
  lay_over(whole, bust, static_cast<int>(middle - bust_w / 2), 0);
  return whole;
}

float bust_share(Kind kind) { return kind == Kind::kPerson ? kBodyHead : 0.62f; }

}  // namespace

bool needs_body(const Actor& actor, const Stage& stage) {
  if (!actor.bust || stage.style == Style::kBlueprint) return false;
  return actor.kind == Kind::kPerson || actor.kind == Kind::kAnimal;
}

float figure_aspect(const std::string& part, Kind kind, bool bust_with_body) {
  const Box box = ink_of_part(part);
  const float aspect = (box.right - box.left) / std::max(box.bottom - box.top, 0.05f);
  return bust_with_body ? aspect * bust_share(kind) * 1.12f : aspect;
}

Figure make_figure(const Placed& placed, Kind kind, bool with_body, int height) {
  Figure figure;
  const int bust = with_body ? std::max(8, static_cast<int>(static_cast<float>(height) * bust_share(kind))) : height;
  figure.colours = ink_drawing(placed.part, bust, placed.mirrored);
  if (placed.colour) recolour(figure.colours, *placed.colour);
  if (with_body) figure.colours = with_body_below(figure.colours, kind, height);
  return figure;
}

}  // namespace plantain::engine::sketch
