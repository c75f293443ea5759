#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "engine/sketch/backdrop.h"
#include "engine/sketch/figure.h"
#include "engine/sketch/light_plan.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"
#include "engine/sketch/relief.h"

namespace plantain::engine::sketch {
namespace {

constexpr float kStorey_m = 3.3f;
constexpr float kRoadHalf_m = 3.2f;
constexpr float kWindow_m = 1.9f;

// One house of a row: where it begins and ends along the street, how tall, what colour.
struct House {
  float near_m, far_m, tall_m;
  Rgb wall, shop;
  uint32_t salt;
  bool awning;
};

std::vector<House> row_of_houses(const Stage& stage, std::string_view side) {
  Chance chance = stage.chance(side);
  static const Rgb kDay[] = {rgb(0xc98b6b), rgb(0xe3cfa8), rgb(0xb9c4c9), rgb(0xd9a38f),
                             rgb(0xa7b59a), rgb(0xefe3d0), rgb(0x9c6f63), rgb(0xd6c1d0)};
  static const Rgb kShops[] = {{1.0f, 0.62f, 0.26f}, {0.6f, 0.8f, 1.0f},   {1.0f, 0.36f, 0.26f},
                               {1.0f, 0.76f, 0.42f}, {0.3f, 0.85f, 0.85f}, {1.0f, 0.40f, 0.62f}};
  std::vector<House> houses;
  float z = 0.5f;
  while (z < kStreetEnd_m) {
    House house;
    house.near_m = z;
    house.far_m = z + chance.between(5.5f, 10.5f);
    house.tall_m =
        kStorey_m * static_cast<float>(stage.neon ? 3 + chance.below(6) : 2 + chance.below(3)) +
        1.2f;
    house.wall = kDay[chance.below(8)];
    house.shop = kShops[chance.below(6)];
    house.salt = static_cast<uint32_t>(chance.bits());
    house.awning = chance.odds(stage.neon ? 0.3f : 0.75f);
    z = house.far_m + 0.15f;
    houses.push_back(house);
  }
  return houses;
}

const House& house_at(const std::vector<House>& houses, float z) {
  for (const House& house : houses) {
    if (z < house.far_m) return house;
  }
  return houses.back();
}

// 1 inside a band, 0 outside, with an edge as wide as what one pixel covers.
float inside(float x, float from, float to, float soft) {
  return clamp01((x - from) / soft + 0.5f) * clamp01((to - x) / soft + 0.5f);
}

class Canyon {
 public:
  explicit Canyon(const Stage& stage)
      : stage_(stage),
        left_(row_of_houses(stage, "left houses")),
        right_(row_of_houses(stage, "right houses")),
        night_(stage.time == TimeOfDay::kNight) {
    neon_left_ = stage.neon ? neon_colour(stage, 0) * (night_ ? 1.0f : 0.2f) : Rgb{};
    neon_right_ = stage.neon ? neon_colour(stage, 1) * (night_ ? 1.0f : 0.2f) : Rgb{};
    sky_ = stage.light.sky_light;
    for (const Lamp& lamp : stage.light.lamps) {
      key_ = key_ + lamp.colour * std::max(0.0f, lamp.y) * 0.3f;
      sun_left_ =
          sun_left_ + lamp.colour * (0.55f * std::max(0.0f, lamp.x));  // a left wall faces right
      sun_right_ = sun_right_ + lamp.colour * (0.55f * std::max(0.0f, -lamp.x));
    }
    if (stage.neon)
      sun_left_ = sun_right_ = key_ = Rgb{0.02f, 0.02f, 0.03f} * (night_ ? 1.0f : 12.0f);
  }

  // What all places of one wall column share: its house, and how far away it is.
  struct Column {
    const House* house = nullptr;  // none: the street's open end
    bool left = false;
    float z = 0, soft_z = 0, soft_y = 0, haze = 0;
  };

  Column column(float x) const {
    const Camera& c = stage_.camera;
    const float dx = x - c.centre;
    Column column;
    column.left = dx < 0;
    column.z = c.focal * kStreetHalf_m / std::max(std::fabs(dx), 1e-3f);
    if (column.z > kStreetEnd_m) return column;
    column.house = &house_at(column.left ? left_ : right_, column.z);
    column.soft_z = std::max(column.z * column.z / (c.focal * kStreetHalf_m), 0.02f) * 1.2f;
    column.soft_y = std::max(column.z / c.focal, 0.02f) * 1.2f;
    column.haze = stage_.haze_at(column.z * 1.6f);
    return column;
  }

  // The light from the wall, or nothing where heaven or the ground shows.
  bool wall(const Column& at, float y, Pixel& out) const {
    const Camera& c = stage_.camera;
    if (at.house == nullptr) return false;
    const float y_m = c.eye_m - (y - c.horizon) * at.z / c.focal;
    if (y_m > at.house->tall_m || y_m < 0) return false;
    out = mix(surface(*at.house, at.left, y_m, at.z, at.soft_y, at.soft_z),
              Pixel(stage_.light.haze * (night_ ? 1.0f : 1.1f)), at.haze);
    return true;
  }

  // The ground at (x_m, z) without its mirror image.
  Pixel ground(float x_m, float z, float pixel_m) const {
    const float side = std::fabs(x_m), fine = smooth(0.25f, 0.02f, pixel_m);
    float grain = 0.5f;
    if (fine > 0)
      grain =
          mix(0.5f, 0.5f * noise(x_m * 38, z * 38, 11) + 0.5f * noise(x_m * 9, z * 9, 12), fine);
    const float stain = noise(x_m * 0.7f, z * 0.5f, 13);
    Rgb c = Rgb{0.105f, 0.105f, 0.115f} * (0.62f + 0.4f * grain + 0.45f * stain);
    if (side > kRoadHalf_m) {
      const float soft = std::max(pixel_m * 1.5f, 0.02f);
      const float joint = std::max(inside(fraction(x_m / 0.6f), 0, 0.05f, soft / 0.6f),
                                   inside(fraction(z / 0.6f), 0, 0.05f, soft * 3 / 0.6f)) *
                          smooth(0.35f, 0.05f, pixel_m);
      const float tile = hash01(floor_of(x_m / 0.6f), floor_of(z / 0.6f), 5);
      c = Rgb{0.23f, 0.215f, 0.20f} * (0.75f + 0.25f * tile * fine + 0.25f * grain) *
          (1 - 0.5f * joint);
      const float curb = inside(side, kRoadHalf_m, kRoadHalf_m + 0.22f, soft);
      c = mix(c, Rgb{0.42f, 0.42f, 0.42f} * (0.8f + 0.2f * grain), curb);
    } else {
      const float soft = std::max(pixel_m * 1.2f, 0.015f),
                  worn = 0.55f + 0.45f * smooth(0.3f, 0.5f, noise(x_m * 5, z * 4, 15));
      float paint = inside(side, kRoadHalf_m - 0.42f, kRoadHalf_m - 0.28f, soft);
      paint =
          std::max(paint, inside(x_m, -0.07f, 0.07f, soft) *
                              inside(fraction(z / 5), 0.1f, 0.6f, soft) * (z > 12 ? 1.0f : 0.0f));
      // A crossing lies before the viewer.
      const float bar = inside(fraction((x_m + 0.25f) / 1.0f), 0.12f, 0.62f, soft) *
                        inside(z, 5.2f, 8.6f, soft * 4) * inside(side, 0, kRoadHalf_m - 0.5f, soft);
      c = mix(c, Rgb{0.62f, 0.62f, 0.6f}, std::max(paint, bar) * worn * 0.9f);
    }
    const Rgb light = sky_ * 0.75f + key_ + (sun_left_ + sun_right_) * 0.35f;
    // Shop windows and signs light the pavement before them.
    const Rgb spill = mix(neon_left_, neon_right_, clamp01(x_m / kStreetHalf_m * 0.5f + 0.5f)) *
                      (0.5f * square(side / kStreetHalf_m));
    return Pixel(c * (light + spill));
  }

 private:
  Pixel surface(const House& house, bool left, float y, float z, float soft_y, float soft_z) const {
    const float along = z - house.near_m, width = house.far_m - house.near_m;
    const Rgb day = left ? sun_left_ : sun_right_;
    const Rgb spill =
        (left ? neon_right_ * 0.5f + neon_left_ * 0.8f : neon_left_ * 0.5f + neon_right_ * 0.8f) *
        (0.30f * exp_of(-std::fabs(y - 4.5f) * 0.16f));
    const Rgb light = sky_ * (0.55f + 0.03f * y) + day + spill;
    const float rough = 0.85f + 0.3f * noise(z * 3, y * 3, house.salt);
    const float plate =
        inside(y, kStorey_m * static_cast<float>(floor_of(y / kStorey_m)),
               kStorey_m * static_cast<float>(floor_of(y / kStorey_m)) + 0.22f, soft_y);
    Rgb c =
        house.wall * (stage_.neon && night_ ? 0.22f : 0.9f) * rough * (1 - 0.25f * plate) * light;
    if (y < kStorey_m) return Pixel(shop(house, c, light, along, width, y, soft_y, soft_z));
    if (y > house.tall_m - 0.5f) return Pixel(house.wall * light * 0.6f);
    const float column = along / kWindow_m, floor = y / kStorey_m;
    const int i = floor_of(column), j = floor_of(floor);
    const float pane = inside(fraction(column), 0.2f, 0.8f, soft_z / kWindow_m) *
                       inside(fraction(floor), 0.30f, 0.78f, soft_y / kStorey_m) *
                       inside(along, 0.3f, width - 0.3f, soft_z);
    const float luck = hash01(i, j, house.salt), warm = hash01(i, j, house.salt + 1);
    Rgb glass = sky_ * Rgb{0.22f, 0.28f, 0.34f} + stage_.heaven.middle * 0.25f;
    if (night_ && luck < 0.5f)
      glass = mix(Rgb{1.0f, 0.68f, 0.34f}, Rgb{0.62f, 0.8f, 1.0f}, warm * warm) *
              (0.2f + 1.5f * square(luck * 2));
    return Pixel(mix(c, glass, pane));
  }

  Rgb shop(const House& house, const Rgb& wall, const Rgb& light, float along, float width, float y,
           float soft_y, float soft_z) const {
    const float open =
        inside(along, 0.35f, width - 0.35f, soft_z) * inside(y, 0.25f, 2.55f, soft_y);
    const float post = inside(fraction(along / 2.1f), 0, 0.07f, soft_z / 2.1f);
    const float goods = 0.45f + 0.9f * noise(along * 2.2f, y * 2.6f, house.salt + 7);
    const float shelf = 0.75f + 0.25f * inside(fraction(y / 0.6f), 0.1f, 0.9f, soft_y / 0.6f);
    const Rgb tint = from_hsv(
        hash01(static_cast<int>(along * 1.6f), static_cast<int>(y * 1.7f), house.salt), 0.4f, 1);
    Rgb inner = house.shop * (tint * 0.5f + Rgb{0.5f, 0.5f, 0.5f}) *
                (goods * goods * shelf *
                 (night_        ? 0.45f
                  : stage_.neon ? 0.6f
                                : 0.42f));
    if (!night_) inner = inner * 0.7f + sky_ * 0.05f;
    Rgb c = mix(wall, inner, open * (1 - 0.8f * post));
    const float band = inside(y, 2.62f, 3.25f, soft_y) * inside(along, 0.2f, width - 0.2f, soft_z);
    if (house.awning) {
      const float stripe = inside(fraction(along / 0.9f), 0, 0.5f, soft_z / 0.9f),
                  fold = inside(y, 2.25f, 3.1f, soft_y) * inside(along, 0.2f, width - 0.2f, soft_z);
      const Rgb cloth =
          mix(from_hsv(hash01(3, 1, house.salt), 0.75f, 0.75f), Rgb{0.9f, 0.88f, 0.82f}, stripe);
      return mix(c,
                 cloth * (light * 0.9f + house.shop * (night_ ? 0.25f : 0.0f)) *
                     (0.6f + 0.4f * (y - 2.2f)),
                 fold);
    }
    const Rgb fascia = from_hsv(hash01(5, 2, house.salt), 0.8f, 1) * (night_ ? 0.9f : 0.35f);
    return mix(c, fascia * (night_ ? 1.0f : 0.8f) + light * 0.05f, band * 0.85f);
  }

  const Stage& stage_;
  std::vector<House> left_, right_;
  bool night_;
  Rgb neon_left_, neon_right_, sky_, key_, sun_left_, sun_right_;
};

struct Passer {
  float x_m, z_m, tall_m;
  int kind;
};

// An umbrella of eight panels, the light behind it shining through.
void draw_umbrella(const Sheet& sheet, const Rgb& cloth, float x, float y, float r, float hand) {
  cairo_t* pen = sheet.pen();
  cairo_move_to(pen, x, hand);
  cairo_line_to(pen, x, y - r * 0.5f);
  sheet.stroke(Rgb{0.04f, 0.04f, 0.045f}, r * 0.05f);
  const auto rib = [&](float t) { return x + r * t; };
  const float ribs[] = {-1, -0.72f, -0.26f, 0.26f, 0.72f, 1};
  for (int i = 0; i < 5; ++i) {
    cairo_move_to(pen, x, y - r * 0.72f);
    cairo_curve_to(pen, mix(x, rib(ribs[i]), 0.6f), y - r * 0.70f, rib(ribs[i]), y - r * 0.36f,
                   rib(ribs[i]), y);
    cairo_curve_to(pen, mix(rib(ribs[i]), rib(ribs[i + 1]), 0.3f), y - r * 0.10f,
                   mix(rib(ribs[i]), rib(ribs[i + 1]), 0.7f), y - r * 0.10f, rib(ribs[i + 1]), y);
    cairo_curve_to(pen, rib(ribs[i + 1]), y - r * 0.36f, mix(x, rib(ribs[i + 1]), 0.6f),
                   y - r * 0.70f, x, y - r * 0.72f);
    sheet.fill(cloth * (i % 2 == 0 ? 0.72f : 1.0f));
  }
}

// A passer-by: a drawing of the set in a coat of the seed's, under an umbrella where it rains.
void draw_passer(Canvas& canvas, const Stage& stage, const Passer& p, Chance& chance) {
  static const char* const kPeople[] = {"man-walking", "woman-walking", "man-standing",
                                        "woman-standing", "person-walking"};
  static const char* const kTones[] = {"-light-skin-tone", "-medium-light-skin-tone",
                                       "-medium-skin-tone", "-medium-dark-skin-tone"};
  static const char* const kCoats[] = {"2b3a55", "6b2d3a", "8a6c46", "2f4a3e",
                                       "3b3b44", "b0563a", "4f5f78", "c2a26a"};
  const Camera& c = stage.camera;
  const float h = c.focal * p.tall_m / p.z_m, x = c.x(p.x_m, p.z_m), base = c.y(0, p.z_m);
  const bool night = stage.time == TimeOfDay::kNight;
  Placed person;
  person.part =
      concat(kPeople[chance.below(5)], kTones[chance.below(4)], "+top=", kCoats[chance.below(8)]);
  person.mirrored = chance.odds(0.5f);
  Figure figure =
      make_figure(person, Kind::kPerson, std::max(6, static_cast<int>(h * canvas.scale)));
  light_figure(figure, stage.light, 0.7f);
  if (night) {
    for (Pixel& pixel : figure.colours.pixels)
      pixel = Pixel(pixel.r() * 0.42f, pixel.g() * 0.42f, pixel.b() * 0.45f, pixel.a());
  }
  lay_over(canvas, figure.colours, static_cast<int>(x * canvas.scale) - figure.colours.width / 2,
           static_cast<int>(base * canvas.scale) - figure.colours.height);
  if (stage.falling.rain <= 0) return;
  const float r = h * 0.36f, ux = x + h * (person.mirrored ? 0.08f : -0.08f), uy = base - h * 0.93f;
  const Sheet sheet(ux - r * 1.1f, uy - r, r * 2.2f, r * 2.2f, canvas.scale);
  const Rgb glow = night ? Rgb{0.42f, 0.40f, 0.44f} : stage.light.sky_light + Rgb{0.2f, 0.2f, 0.2f};
  const Rgb cloth =
      chance.odds(0.3f) ? Rgb{0.5f, 0.55f, 0.6f} : from_hsv(chance.uniform(), 0.7f, 0.65f);
  draw_umbrella(sheet, cloth * glow, ux, uy, r, base - h * 0.55f);
  sheet.lay_on(canvas);
}

void draw_car(Canvas& canvas, const Stage& stage, const char* part, float x_m, float z_m) {
  const Camera& c = stage.camera;
  const float h = c.focal * 1.5f / z_m;
  Placed placed;
  placed.part = part;
  Figure car = make_figure(placed, Kind::kVehicle, std::max(8, static_cast<int>(h * canvas.scale)));
  light_figure(car, stage.light, 0.6f);
  const bool night = stage.time == TimeOfDay::kNight;
  if (night) {
    for (Pixel& p : car.colours.pixels) p = Pixel(p.r() * 0.5f, p.g() * 0.5f, p.b() * 0.5f, p.a());
  }
  lay_over(canvas, car.colours,
           static_cast<int>(c.x(x_m, z_m) * canvas.scale) - car.colours.width / 2,
           static_cast<int>(c.y(0, z_m) * canvas.scale) - car.colours.height);
}

void paint_traffic(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("traffic");
  static const char* const kCars[] = {"oncoming-taxi", "oncoming-automobile", "oncoming-bus",
                                      "oncoming-automobile"};
  std::vector<Passer> passers;
  const int n = stage.crowd ? (stage.falling.rain > 0 ? 13 : 14) : 0;
  for (int i = 0; i < n; ++i) {
    const bool on_road = i % 4 == 3;
    const float x =
        on_road ? chance.between(-2.8f, 2.8f) : chance.sign() * chance.between(3.4f, 5.0f);
    passers.push_back({x, chance.between(8.5f, 15) * (1 + 1.4f * chance.uniform()),
                       chance.between(1.5f, 1.82f), 0});
  }
  std::sort(passers.begin(), passers.end(),
            [](const Passer& a, const Passer& b) { return a.z_m > b.z_m; });
  const int first = chance.below(4);
  if (stage.neon) {
    draw_car(canvas, stage, kCars[first], 1.9f, 34);
    draw_car(canvas, stage, kCars[(first + 1) % 4], -1.9f, 22);
  }
  for (const Passer& p : passers) {
    if (!watch.row(60'000)) return;
    draw_passer(canvas, stage, p, chance);
  }
}

// The end of the street: towers in the haze, and the landmark the town is known by.
void paint_far_end(Canvas& canvas, const Stage& stage, Watch& watch) {
  paint_skyline(canvas, stage, watch, 0.26f);
  const char* part = stage.place_name == "tokyo"      ? "tokyo-tower"
                     : stage.place_name == "new-york" ? "statue-of-liberty"
                                                      : nullptr;
  if (part == nullptr) return;
  Placed placed;
  placed.part = part;
  const float h = stage.camera.horizon * 0.62f;
  Figure tower =
      make_figure(placed, Kind::kBuilding, std::max(8, static_cast<int>(h * canvas.scale)));
  const float glow = stage.time == TimeOfDay::kNight ? 1.1f : 0.8f;
  for (Pixel& p : tower.colours.pixels) p = Pixel(p.r() * glow, p.g() * glow, p.b() * glow, p.a());
  lay_over(canvas, tower.colours,
           static_cast<int>((stage.camera.centre + stage.side * 0.035f) * canvas.scale) -
               tower.colours.width / 2,
           static_cast<int>(stage.camera.horizon * canvas.scale) - tower.colours.height);
}

}  // namespace

void paint_skyline(Canvas& canvas, const Stage& stage, Watch& watch, float tallest) {
  Chance chance = stage.chance("skyline");
  const bool night = stage.time == TimeOfDay::kNight;
  const float w = static_cast<float>(stage.width), horizon = stage.camera.horizon;
  for (int layer = 0; layer < 3; ++layer) {
    const float near = static_cast<float>(layer) / 2;
    const Rgb wall =
        mix(stage.light.haze, night ? Rgb{0.012f, 0.014f, 0.03f} : Rgb{0.20f, 0.24f, 0.30f},
            0.3f + 0.5f * near);
    const Sheet sheet(0, 0, w, horizon, canvas.scale);
    const Sheet lights(0, 0, w, horizon, canvas.scale);
    float x = -chance.uniform() * 0.05f * w;
    while (x < w && watch.row(4000)) {
      const float width = stage.side * chance.between(0.035f, 0.085f) * (0.7f + 0.5f * near);
      const float tall =
          stage.side * tallest * chance.between(0.35f, 1.0f) * (1.05f - 0.35f * near);
      const int roof = chance.below(4);
      sheet.rectangle(x, horizon - tall, width, tall);
      if (roof == 1)
        sheet.rectangle(x + width * 0.2f, horizon - tall * 1.06f, width * 0.6f, tall * 0.1f);
      if (roof == 2)
        sheet.rectangle(x + width * 0.47f, horizon - tall * 1.16f, width * 0.05f, tall * 0.2f);
      if (roof == 3) {
        cairo_move_to(sheet.pen(), x, horizon - tall);
        cairo_line_to(sheet.pen(), x + width / 2, horizon - tall * 1.12f);
        cairo_line_to(sheet.pen(), x + width, horizon - tall);
      }
      sheet.fill(wall * chance.between(0.85f, 1.15f));
      const float step = stage.side * 0.0085f;
      for (float wy = horizon - tall + step; wy < horizon; wy += step * 1.25f) {
        for (float wx = x + step * 0.7f; wx < x + width - step; wx += step) {
          if (chance.odds(night ? 0.62f : 0.1f)) continue;
          lights.rectangle(wx, wy, step * 0.5f, step * 0.62f);
          lights.fill(night ? mix(Rgb{1, 0.7f, 0.36f}, Rgb{0.6f, 0.8f, 1}, chance.uniform())
                            : mix(stage.heaven.middle, wall, 0.55f),
                      night ? 1.0f : 0.6f);
        }
      }
      x += width * chance.between(0.9f, 1.15f);
    }
    sheet.lay_on(canvas, &watch);
    Canvas lit = lights.canvas();
    if (night) {
      for (Pixel& p : lit.pixels) p = Pixel(p.v * four(0.7f + 0.6f * near));
    }
    lay_over(canvas, lit, lights.left(), lights.top());
  }
}

void paint_street(Canvas& canvas, const Stage& stage, Watch& watch) {
  paint_far_end(canvas, stage, watch);
  const Canyon canyon(stage);
  const Camera& c = stage.camera;
  std::vector<Canyon::Column> columns;
  for (int x = 0; x < canvas.width; ++x) columns.push_back(canyon.column(canvas.x_of(x)));
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 4); ++y) {
    const float py = canvas.y_of(y);
    const bool ground = py > c.y(0, kStreetEnd_m);
    const float z = c.distance_of_ground(py), haze = ground ? stage.haze_at(z * 1.6f) : 0;
    Pixel* row = canvas.row(y);
    for (int x = 0; x < canvas.width; ++x) {
      if (canyon.wall(columns[static_cast<size_t>(x)], py, row[x]) || !ground) continue;
      row[x] = mix(
          canyon.ground((canvas.x_of(x) - c.centre) * z / c.focal, z, z / (c.focal * canvas.scale)),
          Pixel(stage.light.haze), haze);
    }
  }
  paint_traffic(canvas, stage, watch);
}

}  // namespace plantain::engine::sketch
