#include "engine/sketch/figure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/sketch/maths.h"
#include "engine/sketch/parts.h"
#include "engine/sketch/sights.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {
namespace {

constexpr int kProbe_px = 96;
constexpr float kBodyHead = 0.40f;  // the bust's share of a whole figure's height
constexpr float kBodyWide = 1.12f;  // the whole figure's width, in busts
constexpr float kFlyingAspect = 1.5f;

std::string svg_of(const std::string& part) {
  if (std::optional<std::string> svg = part_svg(part)) return *svg;
  return part_svg("sparkles")
      .value_or(
          "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='8'><circle cx='4' cy='4' "
          "r='3'/></svg>");
}

struct Ink {
  Box box;
  std::vector<float> tops;  // of each column, as a share of the ink's height
};

// Measured once for each drawing: staging asks again and again.
const Ink& ink_known(const std::string& part) {
  static thread_local std::unordered_map<std::string, Ink> known;
  const std::string drawing = part.substr(0, part.find('+'));  // dyes do not move the ink
  const auto found = known.find(drawing);
  if (found != known.end()) return found->second;
  Ink ink;
  const std::optional<Canvas> probe = draw_svg(svg_of(drawing), kProbe_px, false, &ink.box);
  for (int x = 0; probe && x < probe->width; ++x) {
    int y = 0;
    while (y < probe->height && probe->row(y)[x].a() < 0.5f) ++y;
    ink.tops.push_back(static_cast<float>(y) / static_cast<float>(probe->height));
  }
  return known[drawing] = ink;
}

Box ink_of_part(const std::string& part) { return ink_known(part).box; }

// The drawing's ink, `height` pixels high.
Canvas ink_drawing(const std::string& part, int height, bool mirrored, Watch* watch) {
  const Box box = ink_of_part(part);
  const int side = std::max(8, static_cast<int>(std::lround(static_cast<float>(height) /
                                                            std::max(box.bottom - box.top, 0.1f))));
  std::optional<Canvas> drawing = draw_svg(svg_of(part), side, mirrored, nullptr, watch);
  return drawing ? std::move(*drawing) : Canvas(1, std::max(1, height));
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
  const size_t best =
      static_cast<size_t>(std::max_element(weight.begin(), weight.end()) - weight.begin());
  return weight[best] > 0 ? sum[best] * (1 / weight[best]) : Rgb{0.5f, 0.5f, 0.5f};
}

// Turns what has the dominant hue into the wished colour and leaves eyes, glass and shadows alone.
class Dye {
 public:
  // Looks for what the drawing's colour is in its rows above `last_row`.
  Dye(const Canvas& drawing, const Rgb& wish, int last_row)
      : wish_(wish),
        old_(to_hsv(dominant(drawing, 0, last_row))),
        y_from_(std::max(luminance(dominant(drawing, 0, last_row)), 0.02f)),
        pale_(to_hsv(wish).s < 0.2f),
        dark_(luminance(wish) < 0.03f) {}

  Rgb dyed(const Rgb& c) const {
    const Hsv hsv = to_hsv(c);
    float apart = std::fabs(hsv.h - old_.h);
    apart = std::min(apart, 1 - apart);
    const float share = old_.s < 0.25f
                            ? smooth(0.5f, 0.3f, hsv.s) * smooth(0.01f, 0.06f, luminance(c))
                            : smooth(0.085f, 0.05f, apart) * smooth(0.15f, 0.35f, hsv.s);
    if (share <= 0) return c;
    const float y = luminance(c) / y_from_;
    Rgb turned = wish_ * std::min(y, 1.3f);
    if (y > 1)
      turned = mix(turned, Rgb{1, 1, 1}, clamp01((y - 1) * y_from_ * (pale_ ? 0.4f : 0.25f)));
    if (dark_) turned = turned + Rgb{0.01f, 0.01f, 0.012f} * y;
    return mix(c, turned, share);
  }

 private:
  Rgb wish_;
  Hsv old_;
  float y_from_;
  bool pale_, dark_;
};

// A vehicle's colour is that of what is above its wheels.
void recolour(Canvas& drawing, const Rgb& wish, Kind kind, Watch* watch) {
  const Dye dye(drawing, wish, kind == Kind::kVehicle ? drawing.height * 62 / 100 : drawing.height);
  // Drawings are flat: most pixels are what the one before was.
  Pixel last, last_dyed;
  for (int y = 0; y < drawing.height && (watch == nullptr || watch->row(drawing.width)); ++y) {
    for (int x = 0; x < drawing.width; ++x) {
      Pixel& p = drawing.row(y)[x];
      const float a = p.a();
      if (a <= 0) continue;
      if (p.v[0] != last.v[0] || p.v[1] != last.v[1] || p.v[2] != last.v[2] || a != last.v[3]) {
        last = p;
        const Rgb done = dye.dyed({p.r() / a, p.g() / a, p.b() / a});
        last_dyed = Pixel(done.r * a, done.g * a, done.b * a, a);
      }
      p = last_dyed;
    }
  }
}

// Fur and feathers have quieter colours than the set's, which has to be told apart in small.
void mute(Canvas& drawing) {
  for (Pixel& p : drawing.pixels) {
    const float grey = luminance(p), a = p.a();
    p = Pixel((four(grey) + (p.v - four(grey)) * four(0.86f)) * four(0.94f));
    p.v[3] = a;
  }
}

// The colour of a person's face: the brightest of the warm colours above the chest.
Rgb skin_of(const Canvas& bust) {
  Rgb best{0.75f, 0.45f, 0.3f};
  float most = 0;
  const int step = std::max(1, bust.width / 80);
  for (int y = bust.height * 4 / 10; y < bust.height * 7 / 10; y += step) {
    for (int x = bust.width * 4 / 10; x < bust.width * 6 / 10; x += step) {
      const Pixel p = bust.row(y)[x];
      const Hsv hsv = to_hsv({p.r(), p.g(), p.b()});
      const bool warm = hsv.h < 0.13f && hsv.s > 0.25f && hsv.s < 0.9f && p.a() > 0.9f;
      if (!warm || luminance(p) < most) continue;
      most = luminance(p);
      best = {p.r(), p.g(), p.b()};
    }
  }
  return best;
}

// The colour that a drawing's name wishes for clothes: "boy-dark-skin-tone+top=d9534f".
std::optional<Rgb> dye_of(std::string_view part, std::string_view key) {
  const size_t at = part.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string hex(part.substr(at + key.size(), 6));
  return hex.size() == 6
             ? std::optional(rgb(static_cast<uint32_t>(std::strtoul(hex.c_str(), nullptr, 16))))
             : std::nullopt;
}

bool are_near(const Rgb& a, const Rgb& b) {
  const Hsv p = to_hsv(a), q = to_hsv(b);
  const float apart = std::fabs(p.h - q.h);
  return std::min(apart, 1 - apart) < 0.06f && std::fabs(p.s - q.s) < 0.3f;
}

// Drawings that end at the chin.
bool is_head(std::string_view part) {
  return part.starts_with("man-") || part.starts_with("woman-") || part.starts_with("boy") ||
         part.starts_with("girl") || part.starts_with("child") || part.starts_with("person-") ||
         part.starts_with("old") || part.starts_with("baby");
}

struct Clothes {
  Rgb top, bottom;
};

// What somebody wears below the bust: as said, else as the bust shows it, else, where the drawing
// is a head alone, what chance finds in the wardrobe.
Clothes clothes_of(const Placed& placed, const Canvas& bust) {
  static const uint32_t kTops[] = {0xc8503f, 0x2f6fb5, 0xe0a030, 0x3c8d6b,
                                   0x7d5aa0, 0xd07038, 0x3d5f7b, 0xb8486c};
  static const uint32_t kBottoms[] = {0x2d3a55, 0x3a3f47, 0x5a4632, 0x26313f};
  Chance chance(placed.chance, "clothes");
  const Rgb shown = dominant(bust, bust.height * 9 / 10, bust.height),
            top = rgb(kTops[chance.below(8)]), bottom = rgb(kBottoms[chance.below(4)]);
  const bool bare = are_near(shown, skin_of(bust)) || is_head(placed.part);
  return {dye_of(placed.part, "+top=").value_or(bare ? top : shown),
          dye_of(placed.part, "+bottom=")
              .value_or(luminance(shown) > 0.5f && !bare ? shown * 0.7f : bottom)};
}

// The rest of a person below the bust, which is drawn over it. Lengths are pixels of the sheet.
class PersonBody {
 public:
  PersonBody(const Sheet& sheet, const Canvas& bust, const Clothes& clothes, float middle,
             float height)
      : sheet_(sheet),
        middle_(middle),
        h_(height),
        bust_h_(static_cast<float>(bust.height)),
        bust_w_(static_cast<float>(bust.width)),
        cloth_(clothes.top),
        trousers_(clothes.bottom),
        skin_(skin_of(bust)) {}

  void draw(Posture posture) const {
    const bool sits = posture == Posture::kSitting, rides = posture == Posture::kAstride,
               holds = posture == Posture::kHolding || sits;
    if (!sits && !rides) {
      for (const float side : {-1.0f, 1.0f}) leg(side);
    }
    if (!holds && !rides) {
      for (const float side : {-1.0f, 1.0f}) hanging_arm(side);
    }
    trunk();
    if (sits) lap();
    if (rides) leg_over_the_flank();
    if (holds || rides) {
      for (const float side : {-1.0f, 1.0f}) bent_arm(side, rides ? 0.10f : 0.02f);
    }
  }

 private:
  float hip() const { return h_ * (1 - kSeatShare); }
  float thick() const { return bust_w_ * 0.17f; }

  void shoe(float x, float y) const {
    sheet_.ellipse(x, y, thick() * 0.72f, thick() * 0.34f);
    sheet_.fill(Rgb{0.03f, 0.025f, 0.025f});
  }

  void leg(float side) const {
    const float foot = h_ * 0.965f, leg = thick();
    sheet_.rectangle(middle_ + side * leg * 0.75f - leg / 2, hip() - leg, leg, foot - hip() + leg,
                     leg * 0.4f);
    sheet_.fill(trousers_);
    shoe(middle_ + side * leg * 0.95f, foot - leg * 0.06f);
  }

  // Thighs towards the viewer, shins hanging from the knees.
  void lap() const {
    const float leg = thick() * 1.15f;
    for (const float side : {-1.0f, 1.0f}) {
      const float x = middle_ + side * leg * 0.80f;
      sheet_.rectangle(x - leg * 0.5f, hip() + leg * 0.2f, leg, h_ * 0.94f - hip(), leg * 0.45f);
      sheet_.fill(trousers_ * 0.72f);
      sheet_.ellipse(x, hip() + leg * 0.30f, leg * 0.62f, leg * 0.62f);
      sheet_.fill(trousers_ * 1.1f);
      shoe(x + side * leg * 0.1f, h_ * 0.965f);
    }
  }

  void leg_over_the_flank() const {
    const float leg = thick() * 1.1f;
    cairo_move_to(sheet_.pen(), middle_, hip() - leg * 0.3f);
    cairo_curve_to(sheet_.pen(), middle_ - leg * 0.9f, hip() + leg * 0.2f, middle_ - leg * 1.1f,
                   hip() + leg * 0.9f, middle_ - leg * 0.75f, h_ * 0.92f);
    sheet_.stroke(trousers_, leg);
    sheet_.ellipse(middle_ - leg * 0.95f, h_ * 0.95f, leg * 0.75f, leg * 0.40f);
    sheet_.fill(Rgb{0.03f, 0.025f, 0.025f});
  }

  void hanging_arm(float side) const {
    const float arm = bust_w_ * 0.125f;
    cairo_move_to(sheet_.pen(), middle_ + side * bust_w_ * 0.33f, bust_h_ * 0.97f);
    cairo_curve_to(sheet_.pen(), middle_ + side * bust_w_ * 0.42f, bust_h_ * 1.15f,
                   middle_ + side * bust_w_ * 0.42f, h_ * 0.55f, middle_ + side * bust_w_ * 0.38f,
                   h_ * 0.64f);
    sheet_.stroke(cloth_ * 0.82f, arm);
    sheet_.ellipse(middle_ + side * bust_w_ * 0.375f, h_ * 0.66f, arm * 0.55f, arm * 0.62f);
    sheet_.fill(skin_);
  }

  // Elbow out, hand before the chest.
  void bent_arm(float side, float apart) const {
    const float arm = bust_w_ * 0.125f, hand_x = middle_ + side * bust_w_ * (0.12f + apart),
                hand_y = mix(bust_h_, hip(), 0.62f);
    cairo_move_to(sheet_.pen(), middle_ + side * bust_w_ * 0.33f, bust_h_ * 0.98f);
    cairo_curve_to(sheet_.pen(), middle_ + side * bust_w_ * 0.46f, mix(bust_h_, hip(), 0.5f),
                   middle_ + side * bust_w_ * 0.42f, mix(bust_h_, hip(), 0.95f), hand_x, hand_y);
    sheet_.stroke(cloth_ * 0.80f, arm);
    sheet_.ellipse(hand_x, hand_y, arm * 0.62f, arm * 0.58f);
    sheet_.fill(skin_);
  }

  void trunk() const {
    sheet_.rectangle(middle_ - bust_w_ * 0.31f, bust_h_ * 0.92f, bust_w_ * 0.62f,
                     hip() - bust_h_ * 0.92f, bust_w_ * 0.12f);
    sheet_.fill(cloth_);
  }

  const Sheet& sheet_;
  float middle_, h_, bust_h_, bust_w_;
  Rgb cloth_, trousers_, skin_;
};

// A sitting body below an animal's head, in its own colours.
void draw_animal_body(const Sheet& sheet, const Canvas& head, float middle, float h) {
  const float head_h = static_cast<float>(head.height), head_w = static_cast<float>(head.width),
              top = head_h * 0.62f;
  const Rgb fur = dominant(head, head.height * 3 / 10, head.height * 6 / 10);
  sheet.ellipse(middle + head_w * 0.37f, h * 0.86f, head_w * 0.17f, h * 0.085f);
  sheet.fill(fur * 0.85f);
  sheet.ellipse(middle, (top + h) / 2, head_w * 0.37f, (h - top) / 2);
  sheet.fill(fur);
  sheet.ellipse(middle, h * 0.80f, head_w * 0.2f, h * 0.16f);
  sheet.fill(mix(fur, Rgb{1, 0.95f, 0.88f}, 0.72f));
  for (const float side : {-1.0f, 1.0f}) {
    sheet.ellipse(middle + side * head_w * 0.14f, h * 0.955f, head_w * 0.12f, h * 0.045f);
    sheet.fill(fur * 0.62f);
  }
}

// A box on two wheels, for the heads of machines.
void draw_machine_body(const Sheet& sheet, const Canvas& head, float middle, float h) {
  const float head_h = static_cast<float>(head.height), head_w = static_cast<float>(head.width),
              top = head_h * 0.97f, low = h * 0.93f, wide = head_w * 0.62f;
  const Rgb metal = dominant(head, 0, head.height);
  for (const float side : {-1.0f, 1.0f}) {
    sheet.rectangle(middle + side * wide * 0.28f - wide * 0.11f, low - h * 0.06f, wide * 0.22f,
                    h * 0.1f, wide * 0.05f);
    sheet.fill(metal * 0.5f);
    sheet.rectangle(middle + side * wide * 0.62f - wide * 0.09f, top + h * 0.03f, wide * 0.18f,
                    (low - top) * 0.7f, wide * 0.09f);
    sheet.fill(metal * 0.7f);
    sheet.ellipse(middle + side * wide * 0.3f, h * 0.965f, wide * 0.22f, h * 0.034f);
    sheet.fill(Rgb{0.03f, 0.03f, 0.035f});
  }
  sheet.rectangle(middle - wide / 2, top, wide, low - top - h * 0.02f, wide * 0.12f);
  sheet.fill(metal);
  sheet.rectangle(middle - wide * 0.32f, top + h * 0.06f, wide * 0.64f, (low - top) * 0.42f,
                  wide * 0.05f);
  sheet.fill(metal * 0.45f);
  const Rgb lights[] = {{0.9f, 0.15f, 0.1f}, {0.95f, 0.7f, 0.1f}, {0.15f, 0.8f, 0.3f}};
  for (int i = 0; i < 3; ++i) {
    sheet.ellipse(middle + wide * 0.19f * static_cast<float>(i - 1),
                  top + h * 0.06f + (low - top) * 0.21f, wide * 0.06f, wide * 0.06f);
    sheet.fill(lights[i]);
  }
}

Canvas completed(const Canvas& bust, const Placed& placed, Kind kind, int height) {
  const float h = static_cast<float>(height), w = static_cast<float>(bust.width) * kBodyWide;
  const Sheet sheet(0, 0, w - 1, h - 1, 1);
  if (kind == Kind::kPerson) {
    PersonBody(sheet, bust, clothes_of(placed, bust), w / 2, h).draw(placed.posture);
  } else if (placed.part.starts_with("robot") || placed.part.starts_with("alien-monster")) {
    draw_machine_body(sheet, bust, w / 2, h);
  } else {
    draw_animal_body(sheet, bust, w / 2, h);
  }
  Canvas whole = sheet.canvas();
  lay_over(whole, bust, static_cast<int>(w / 2 - static_cast<float>(bust.width) / 2), 0);
  return whole;
}

float bust_share(Kind kind) { return kind == Kind::kPerson ? kBodyHead : 0.62f; }

// A small bird on the wing, seen from the side: the beat differs from one to the next.
Canvas flying_bird(const Placed& placed, int height) {
  Chance chance(placed.chance, "wings");
  const float h = static_cast<float>(height), w = h * kFlyingAspect,
              lift = chance.odds(0.25f) ? chance.between(-0.7f, -0.3f) : chance.between(0.4f, 1.1f);
  const Sheet sheet(0, 0, w - 1, h - 1, 1);
  cairo_t* pen = sheet.pen();
  if (placed.mirrored) {
    cairo_translate(pen, w, 0);
    cairo_scale(pen, -1, 1);
  }
  const Rgb back = placed.colour.value_or(Rgb{0.10f, 0.22f, 0.42f}),
            belly = mix(back, Rgb{0.85f, 0.87f, 0.9f}, 0.7f);
  const float x = w * 0.42f, y = h * 0.55f;
  const auto wing = [&](float root, float reach, float up, const Rgb& c) {
    const float tip_x = root + reach, tip_y = y - up * h * 0.48f;
    cairo_move_to(pen, root - w * 0.07f, y - h * 0.02f);
    cairo_curve_to(pen, root - w * 0.03f, y - up * h * 0.30f - h * 0.06f, tip_x - w * 0.10f,
                   tip_y - h * 0.02f, tip_x, tip_y);
    cairo_curve_to(pen, tip_x - w * 0.02f, tip_y + h * 0.14f, root + w * 0.14f, y - h * 0.02f,
                   root + w * 0.12f, y + h * 0.03f);
    cairo_close_path(pen);
    sheet.fill(c);
  };
  wing(x - w * 0.01f, w * 0.22f, lift * 0.9f, back * 0.6f);
  cairo_move_to(pen, w * 0.06f, y + h * 0.02f);
  cairo_curve_to(pen, w * 0.14f, y - h * 0.16f, w * 0.30f, y - h * 0.11f, w * 0.64f, y + h * 0.02f);
  cairo_line_to(pen, w * 0.86f, y + h * 0.02f);
  cairo_line_to(pen, w * 0.80f, y + h * 0.10f);
  cairo_curve_to(pen, w * 0.60f, y + h * 0.12f, w * 0.26f, y + h * 0.22f, w * 0.12f, y + h * 0.09f);
  cairo_close_path(pen);
  sheet.fill(back);
  sheet.ellipse(w * 0.32f, y + h * 0.085f, w * 0.17f, h * 0.055f);
  sheet.fill(belly);
  cairo_move_to(pen, w * 0.075f, y - h * 0.01f);
  cairo_line_to(pen, 0, y + h * 0.035f);
  cairo_line_to(pen, w * 0.08f, y + h * 0.06f);
  sheet.fill(Rgb{0.85f, 0.45f, 0.06f});
  sheet.ellipse(w * 0.125f, y - h * 0.015f, h * 0.022f, h * 0.022f);
  sheet.fill(Rgb{0.01f, 0.01f, 0.012f});
  wing(x, w * 0.34f, lift, back * 1.25f);
  return sheet.canvas();
}

bool is_flying_bird(const Placed& placed) {
  return placed.part == "bird" && placed.footing == Footing::kAir;
}

}  // namespace

Posture posture_of(const Actor& actor, const Stage& stage) {
  if (!actor.bust || stage.style == Style::kBlueprint) return Posture::kAsDrawn;
  return actor.kind == Kind::kPerson || actor.kind == Kind::kAnimal ? Posture::kStanding
                                                                    : Posture::kAsDrawn;
}

float figure_aspect(const std::string& part, Kind kind, Posture posture) {
  if (part.starts_with(kEiffelTower)) return kEiffelAspect;
  const Box box = ink_of_part(part);
  const float aspect = (box.right - box.left) / std::max(box.bottom - box.top, 0.05f);
  return posture == Posture::kAsDrawn ? aspect : aspect * bust_share(kind) * kBodyWide;
}

float ink_top(const std::string& part, float across) {
  const std::vector<float>& tops = ink_known(part).tops;
  if (tops.empty()) return 0;
  const float column = clamp01(across) * static_cast<float>(tops.size() - 1);
  return tops[static_cast<size_t>(column)];
}

Figure make_figure(const Placed& placed, Kind kind, int height, Watch* watch) {
  Figure figure;
  if (is_flying_bird(placed)) {
    figure.colours = flying_bird(placed, height);
    return figure;
  }
  const bool bust = placed.posture != Posture::kAsDrawn;
  const int drawn =
      bust ? std::max(8, static_cast<int>(static_cast<float>(height) * bust_share(kind))) : height;
  if (placed.part.starts_with(kEiffelTower)) {
    figure.colours = draw_eiffel_tower(height, placed.part != kEiffelTower);
    return figure;
  }
  figure.colours = ink_drawing(placed.part, drawn, placed.mirrored, watch);
  if (placed.colour) recolour(figure.colours, *placed.colour, kind, watch);
  if (watch != nullptr && !watch->row(4 * figure.colours.width * figure.colours.height))
    return figure;
  if (kind == Kind::kAnimal || kind == Kind::kBird) mute(figure.colours);
  if (bust) figure.colours = completed(figure.colours, placed, kind, height);
  if (!placed.portrait) put_on(figure.colours, placed.attire);
  return figure;
}

}  // namespace plantain::engine::sketch
