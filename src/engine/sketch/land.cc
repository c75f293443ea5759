#include <algorithm>
#include <cmath>

#include "engine/sketch/backdrop.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/noise.h"
#include "engine/sketch/raster.h"

namespace plantain::engine::sketch {
namespace {

Rgb daylight(const Stage& stage, float up = 0.7f) {
  Rgb sum =
      stage.light.sky_light * (0.5f + 0.5f * up) + stage.light.ground_light * (0.5f - 0.5f * up);
  for (const Lamp& lamp : stage.light.lamps)
    sum = sum + lamp.colour * (std::max(0.0f, lamp.y) * 0.8f);
  return sum;
}

bool snowy(const Stage& stage) {
  return stage.place == Place::kSnowfield || stage.season == Season::kWinter ||
         stage.falling.snow > 0;
}

struct Ground {
  Rgb far, near, accent;
};

Ground ground_of(const Stage& stage) {
  if (stage.place_name == "mars") return {rgb(0xc9764a), rgb(0xa8512e), rgb(0x7d3a24)};
  if (stage.place == Place::kDesert) return {rgb(0xe8b878), rgb(0xd9a05c), rgb(0xb97a42)};
  if (snowy(stage)) return {rgb(0xc3cfe0), rgb(0xd7dfea), rgb(0x8ea9cf)};
  if (stage.season == Season::kAutumn) return {rgb(0xb79a4a), rgb(0x8c7a34), rgb(0xb5632a)};
  if (stage.season == Season::kSpring) return {rgb(0x9cc85e), rgb(0x6faa3c), rgb(0xd7e68a)};
  return {rgb(0x8fae5c), rgb(0x4f7f34), rgb(0xb4b866)};
}

// Blades at the viewer's feet, in clumps, with the light behind their tips.
void paint_grass(Canvas& canvas, const Stage& stage, Watch& watch) {
  Chance chance = stage.chance("grass");
  const Ground ground = ground_of(stage);
  const Rgb light = daylight(stage);
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height),
              unit = stage.side / 1000;
  const float top = h * 0.72f;
  const Sheet sheet(0, top, w, h - top, canvas.scale);
  const int n = 900;
  for (int i = 0; i < n && watch.row(900); ++i) {
    const float near =
        std::sqrt((static_cast<float>(i) + chance.uniform()) / static_cast<float>(n));
    const float x = chance.between(-0.02f, 1.02f) * w, y = mix(h * 0.86f, h * 1.04f, near);
    const float tall = unit * mix(10, 46, near * near) * chance.between(0.6f, 1.3f),
                lean = tall * chance.between(-0.4f, 0.5f);
    cairo_move_to(sheet.pen(), x, y);
    cairo_curve_to(sheet.pen(), x, y - tall * 0.5f, x + lean * 0.4f, y - tall * 0.8f, x + lean,
                   y - tall);
    sheet.stroke(mix(ground.near * 0.55f, ground.accent, chance.uniform() * 0.5f) * light,
                 unit * mix(1.0f, 3.2f, near) * chance.between(0.6f, 1.1f));
    if (i % 23 != 0 || (stage.season == Season::kAutumn)) continue;
    const Rgb petal =
        from_hsv(chance.odds(0.5f) ? chance.between(0.08f, 0.16f) : chance.between(0.75f, 1.0f),
                 chance.between(0.2f, 0.85f), 0.9f);
    const float r = unit * mix(2.5f, 7, near);
    for (int k = 0; k < 5; ++k)
      sheet.ellipse(x + lean + r * 0.75f * cos_of(static_cast<float>(k) * 1.2566f),
                    y - tall + r * 0.6f * sin_of(static_cast<float>(k) * 1.2566f), r * 0.5f,
                    r * 0.42f);
    sheet.fill(petal * light);
    sheet.ellipse(x + lean, y - tall, r * 0.34f, r * 0.3f);
    sheet.fill(Rgb{0.85f, 0.5f, 0.05f} * light);
  }
  sheet.lay_on(canvas, &watch);
}

// Upright strokes of grass that grow towards the viewer: three sizes, faded into one another, since
// a stroke whose width changed from row to row would lean.
float blades(float x, float y, float near, uint32_t salt) {
  const float far = 0.5f + 0.5f * (noise(x * 520, y * 170, salt) - 0.5f),
              middle = noise(x * 300, y * 80, salt + 1), close = noise(x * 170, y * 38, salt + 2);
  return mix(mix(far, middle, smooth(0.05f, 0.35f, near)), close, smooth(0.4f, 0.85f, near));
}

struct Peak {
  float x, tall, left, right;  // pixels; how far its feet reach to either side
};

// One range: peaks of different height in chance places, the tallest near a third.
class Range {
 public:
  Range(const Stage& stage, float base, float tallest, float steepness, bool rugged, Chance& chance,
        bool lone)
      : base_(base),
        salt_(static_cast<uint32_t>(chance.bits())),
        rugged_(rugged),
        unit_(1 / stage.side) {
    const float w = static_cast<float>(stage.width);
    if (lone) {  // a volcano
      const float tall = std::min(1.15f * tallest, 0.8f * base), foot = 1.65f * tall;
      peaks_.push_back({w * chance.between(0.4f, 0.6f), tall, foot, foot});
      return;
    }
    const int n = std::max(3, static_cast<int>(w / (tallest * steepness) * 1.5f) + 2);
    const float top = w * (chance.odds(0.5f) ? 0.3f : 0.68f);
    for (int i = 0; i < n; ++i) {
      const float x = w * ((static_cast<float>(i) + chance.between(0.1f, 0.9f)) /
                               static_cast<float>(n) * 1.3f -
                           0.15f),
                  near_top = exp_of(-square((x - top) / (0.3f * w)));
      const float tall = tallest * chance.between(0.28f, 0.72f) * (0.75f + 0.7f * near_top);
      peaks_.push_back({x, tall, tall * steepness * chance.between(0.8f, 1.3f),
                        tall * steepness * chance.between(0.8f, 1.3f)});
    }
  }

  // The skyline at a column, and whose it is.
  float top(float x, int& owner) const {
    float best = 0;
    owner = 0;
    for (size_t i = 0; i < peaks_.size(); ++i) {
      const Peak& p = peaks_[i];
      const float t = 1 - std::fabs(x - p.x) / (x < p.x ? p.left : p.right);
      if (t <= 0) continue;
      const float shape = rugged_ ? t * (0.55f + 0.45f * t) : t * t * (3 - 2 * t);
      if (p.tall * shape > best) {
        best = p.tall * shape;
        owner = static_cast<int>(i);
      }
    }
    const float rough = (cloud(x * unit_ * (rugged_ ? 9.0f : 4.0f), 1, salt_, 5) - 0.5f) *
                        (rugged_ ? 0.34f : 0.16f);
    return base_ - best - rough * std::min(best, peaks_[static_cast<size_t>(owner)].tall * 0.5f) -
           0.012f / unit_;
  }

  // How much a place faces left (-1) or right (1), with the gullies that run down from the peak.
  float face(float x, float y, int owner) const {
    const Peak& p = peaks_[static_cast<size_t>(owner)];
    const float down = std::max(y - (base_ - p.tall), 0.0f) + 0.04f * p.tall;
    const float ridge = p.x + p.tall *
                                  (0.35f * (noise(y * unit_ * 22, 3, salt_ + 1) - 0.5f) +
                                   0.25f * (noise(y * unit_ * 60, 5, salt_ + 2) - 0.5f)) *
                                  std::min(1.0f, down / p.tall);
    const float fan = (x - ridge) / down;
    if (!rugged_)
      return (cloud(x * unit_ * 7, y * unit_ * 12, salt_ + 4, 3) - 0.5f) * 0.9f +
             0.5f * clamp01(std::fabs(x - p.x) / p.left) * (x < p.x ? -1.0f : 1.0f);
    const float gully = (cloud(fan * 4.5f + 2 * noise(y * unit_ * 14, 7, salt_ + 3),
                               down / p.tall * 1.6f, salt_ + 4, 4) -
                         0.5f) *
                        3.0f;
    return std::clamp(smooth(-0.06f, 0.06f, fan) * 2 - 1 + gully, -1.4f, 1.4f);
  }

  // 1 at the peak's own height, 0 at the base.
  float height(float y, int owner) const {
    return (base_ - y) / peaks_[static_cast<size_t>(owner)].tall;
  }
  float flake(float x, float y) const {
    return cloud(x * unit_ * 16, y * unit_ * 11, salt_ + 6, 3);
  }

 private:
  float base_;
  uint32_t salt_;
  bool rugged_;
  float unit_;
  std::vector<Peak> peaks_;
};

struct Rock {
  Rgb bare, snow;
  float haze, snow_line, sun;
};

void paint_range(Canvas& canvas, const Stage& stage, Watch& watch, const Range& range,
                 const Rock& rock, bool fade_below) {
  const float base = stage.camera.horizon + 1;
  std::vector<float> tops(static_cast<size_t>(canvas.width));
  std::vector<int> owners(static_cast<size_t>(canvas.width));
  float highest = base;
  for (int x = 0; x < canvas.width && watch.row(40); ++x) {
    tops[static_cast<size_t>(x)] = range.top(canvas.x_of(x), owners[static_cast<size_t>(x)]);
    highest = std::min(highest, tops[static_cast<size_t>(x)]);
  }
  for (int y = std::max(0, static_cast<int>(highest * canvas.scale) - 1);
       y < canvas.height && watch.row(canvas.width * 4); ++y) {
    const float py = canvas.y_of(y);
    if (py > base) break;
    for (int x = 0; x < canvas.width; ++x) {
      const float top = tops[static_cast<size_t>(x)],
                  cover = clamp01((py - top) * canvas.scale + 0.5f);
      if (cover <= 0) continue;
      const float px = canvas.x_of(x), up = range.height(py, owners[static_cast<size_t>(x)]);
      const float lit =
          0.78f + 0.42f * range.face(px, py, owners[static_cast<size_t>(x)]) * rock.sun;
      Rgb c = rock.bare * lit;
      if (rock.snow_line < 1) {
        const float flake = range.flake(px, py),
                    snow = smooth(rock.snow_line - 0.05f, rock.snow_line + 0.12f,
                                  up + (flake - 0.5f) * 0.9f);
        c = mix(c, mix(rock.snow * Rgb{0.62f, 0.72f, 0.95f}, rock.snow, clamp01(lit * 0.9f)), snow);
      }
      const float low = fade_below ? smooth(0.55f, 0.0f, up) : 0.3f;
      canvas.row(y)[x] = mix(canvas.row(y)[x],
                             mix(Pixel(c), Pixel(stage.light.haze),
                                 clamp01(rock.haze + (1 - rock.haze) * 0.55f * low)),
                             cover);
    }
  }
}

}  // namespace

void paint_mountains(Canvas& canvas, const Stage& stage, Watch& watch, float tallest, int ridges) {
  Chance chance = stage.chance("mountains");
  const bool desert = stage.place == Place::kDesert, peaks = tallest > 0.2f, cold = snowy(stage);
  const Rgb light = daylight(stage, 0.3f);
  // From the side the light comes, faces that look there are lit.
  const float sun = stage.light.lamps.front().x < 0 ? -1.0f : 1.0f;
  const bool volcano = stage.place_name == "fuji";
  for (int k = 0; k < ridges && !watch.stopped(); ++k) {
    const float near = static_cast<float>(k) / static_cast<float>(std::max(1, ridges - 1));
    const bool rugged = peaks && k < ridges - 1 && (!volcano || k == 0);
    const bool foothill = volcano && k > 0;  // they leave the volcano in sight
    const float share = foothill ? mix(0.36f, 0.2f, near) : mix(1.0f, rugged ? 0.62f : 0.32f, near);
    const float tall = stage.side * tallest * share;
    const Range range(stage, stage.camera.horizon, tall, rugged ? 0.95f : 2.6f, rugged, chance,
                      volcano && k == 0);
    const Rgb near_rock = desert                            ? rgb(0xb07a52)
                          : cold                            ? rgb(0xc9d6e8)
                          : stage.season == Season::kAutumn ? rgb(0x8a6a3a)
                                                            : rgb(0x47663f);
    Rock rock;
    rock.bare =
        mix(desert ? rgb(0xa2664a) : rgb(0x59616f), near_rock, rugged ? 0.25f * near : near) *
        light;
    rock.snow = Rgb{0.93f, 0.95f, 1.0f} * light;
    rock.snow_line = !rugged || desert ? 2 : cold ? 0.30f : 0.55f;
    rock.haze = mix(peaks ? 0.34f : 0.52f, 0.10f, near) +
                (stage.falling.fog > 0 ? mix(0.22f, 0.06f, near) : 0.0f);
    rock.sun = sun;
    paint_range(canvas, stage, watch, range, rock, peaks);
  }
}

void paint_treeline(Canvas& canvas, const Stage& stage, Watch& watch, float tallest) {
  Chance chance = stage.chance("treeline");
  const float w = static_cast<float>(stage.width), horizon = stage.camera.horizon;
  const Rgb light = daylight(stage, 0.2f);
  const Rgb leaf = stage.season == Season::kAutumn ? rgb(0xa8642c)
                   : snowy(stage)                  ? rgb(0x5d7482)
                                                   : rgb(0x355e33);
  for (int layer = 0; layer < 2; ++layer) {
    const Sheet sheet(0, horizon - stage.side * tallest * 2.2f, w, stage.side * tallest * 2.4f,
                      canvas.scale);
    float x = -0.02f * w;
    while (x < w * 1.02f && watch.row(2000)) {
      const float tall = stage.side * tallest * chance.between(0.5f, 1.25f) *
                         (layer == 0 ? 1.2f : 0.8f),
                  wide = tall * chance.between(0.28f, 0.6f);
      const bool conifer = chance.odds(
          stage.place == Place::kLake || stage.place == Place::kMountains || snowy(stage) ? 0.85f
                                                                                          : 0.15f);
      if (conifer) {
        cairo_move_to(sheet.pen(), x - wide * 0.5f, horizon + 2);
        cairo_line_to(sheet.pen(), x, horizon - tall * 1.5f);
        cairo_line_to(sheet.pen(), x + wide * 0.5f, horizon + 2);
      } else {
        sheet.ellipse(x, horizon - tall * 0.45f, wide, tall * 0.5f);
        sheet.ellipse(x + wide * 0.4f, horizon - tall * 0.25f, wide, tall * 0.35f);
      }
      const Rgb c = mix(leaf * light * chance.between(0.75f, 1.2f), stage.light.haze,
                        layer == 0 ? 0.32f : 0.12f);
      sheet.fill(c);
      x += wide * chance.between(0.35f, 0.9f);
    }
    sheet.lay_on(canvas, &watch);
  }
}

void paint_land(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Camera& c = stage.camera;
  const Ground g = ground_of(stage);
  const Rgb light = daylight(stage, 0.8f);
  const bool dunes = stage.place == Place::kDesert || snowy(stage);
  const auto salt = static_cast<uint32_t>(stage.chance("land").bits());
  const float sun = stage.light.lamps.front().x,
              depth = static_cast<float>(stage.height) - c.horizon;
  for (int y = 0; y < canvas.height && watch.row(canvas.width * 4); ++y) {
    const float py = canvas.y_of(y);
    if (py < c.horizon) continue;
    // Land is painted by the picture's own perspective: a distance in units, whatever the eye's
    // height.
    const float near = (py - c.horizon) / depth, z = 1 / (near + 0.02f),
                fine = clamp01(near * 2.2f);
    const Rgb base = mix(g.far, g.near, smooth(0, 0.6f, near));
    for (int x = 0; x < canvas.width; ++x) {
      const float u = (canvas.x_of(x) - c.centre) / stage.side * z * 1.8f, v = z * 2.2f;
      Rgb colour = base;
      if (dunes) {
        const float wave = cloud(u * 0.8f + 3, v * 0.9f, salt, 3),
                    slope = wave - cloud(u * 0.8f + 3 + 0.12f * (sun < 0 ? 1.0f : -1.0f),
                                         v * 0.9f + 0.05f, salt, 3);
        const float ripple = stage.place == Place::kDesert
                                 ? sin_of((u * 3 + v * 16 + 5 * wave)) * 0.05f * fine
                                 : (noise(u * 60, v * 60, salt + 4) - 0.5f) * 0.05f * fine;
        const float lit = std::clamp(0.5f + slope * 5 + ripple * 3, 0.0f, 1.0f);
        colour = mix(g.accent, base * 1.06f, lit);
      } else {
        const float patch = cloud(u * 0.9f, v * 0.8f, salt, 4),
                    tuft = noise(u * 26, v * 34, salt + 7),
                    blade = blades(canvas.x_of(x) / stage.side, py / stage.side, near, salt + 9);
        colour = mix(base, g.accent, smooth(0.45f, 0.75f, patch) * 0.6f) *
                 (0.72f + 0.28f * tuft * fine + 0.34f * blade);
      }
      canvas.row(y)[x] = mix(Pixel(colour * light), Pixel(stage.light.haze),
                             clamp01(0.55f * exp_of(-near * 9) +
                                     (stage.falling.fog > 0 ? 0.25f * exp_of(-near * 5) : 0.0f)));
    }
  }
  if (!dunes) paint_grass(canvas, stage, watch);
}

}  // namespace plantain::engine::sketch
