#include <algorithm>
#include <cmath>
#include <string>

#include "engine/sketch/backdrop.h"
#include "engine/sketch/light_plan.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/placing.h"

namespace plantain::engine::sketch {
namespace {

bool is_town(const Stage& stage) {
  return stage.place == Place::kStreet || stage.place == Place::kCity;
}

// How many letters' widths a text takes; CJK characters take two.
float letters_of(std::string_view text) {
  float letters = 0;
  for (const char c : text) letters += (static_cast<unsigned char>(c) & 0xc0) == 0x80 ? 0.5f : 1.0f;
  return letters;
}

// A sign whose board covers these pixels of the picture, at a distance.
void set_board(Sign& sign, const Camera& camera, float x, float top, float width, float height,
               float z_m) {
  const float m = z_m / camera.focal;
  sign.z_m = z_m;
  sign.width_m = width * m;
  sign.height_m = height * m;
  sign.x_m = (x - camera.centre) * m;
  sign.low_m = camera.eye_m - (top + height - camera.horizon) * m;
}

const Placed* house_of(const Scene& scene, const Stage& stage) {
  for (const Placed& p : stage.placed) {
    if (!p.prop && scene.actors[static_cast<size_t>(p.actor)].kind == Kind::kBuilding) return &p;
  }
  return nullptr;
}

// What the scene wants read is hung where it can be: above the house, beside the subject, on the
// wall.
void hang_lettering(const Scene& scene, Stage& stage) {
  const float w = static_cast<float>(stage.width), h = static_cast<float>(stage.height);
  const Placed* house = house_of(scene, stage);
  const Placed* subject = stage.placed.empty() ? nullptr : &stage.placed.back();
  const float side = subject != nullptr && subject->x > w / 2 ? -1.0f : 1.0f;
  int n = 0;
  for (const std::string& text : scene.lettering) {
    Sign sign;
    sign.text = text;
    sign.upright = false;
    sign.hung = false;
    sign.colour = neon_colour(stage, n);
    const float letters = std::max(letters_of(text), 2.0f),
                tall = std::min(stage.side * 0.13f, 0.62f * w / (letters * 0.62f + 0.8f));
    const float wide = tall * (letters * 0.62f + 0.8f);
    float x = w / 2 + side * 0.2f * w, top = h * 0.12f + 1.25f * tall * static_cast<float>(n);
    if (house != nullptr) {
      x = house->x;
      top = std::max(house->base - house->height - tall * (1.2f + 1.25f * static_cast<float>(n)),
                     0.02f * h);
    }
    x = std::clamp(x, wide / 2 + 0.03f * w,
                   std::max(w - wide / 2 - 0.03f * w, wide / 2 + 0.03f * w));
    set_board(sign, stage.camera, x, top, wide, tall, house != nullptr ? house->depth_m : 12);
    stage.signs.push_back(sign);
    ++n;
  }
}

// Whether a shop's sign would cover, or be covered by, what the scene wants read.
bool hides_lettering(const Sign& shop, const Stage& stage) {
  struct Board {
    float left, right, top, bottom;
  };
  const auto board = [&](const Sign& sign) {
    const Camera& c = stage.camera;
    const float half = sign.width_m / 2;
    return Board{c.x(sign.x_m - half, sign.z_m), c.x(sign.x_m + half, sign.z_m),
                 c.y(sign.low_m + sign.height_m, sign.z_m), c.y(sign.low_m, sign.z_m)};
  };
  const Board own = board(shop);
  const float margin = 0.02f * stage.side;
  return std::any_of(stage.signs.begin(), stage.signs.end(), [&](const Sign& other) {
    if (other.hung) return false;
    const Board said = board(other);
    return own.left < said.right + margin && own.right > said.left - margin &&
           own.top < said.bottom + margin && own.bottom > said.top - margin;
  });
}

void hang_shops(const Scene& scene, Stage& stage) {
  static const char* const kJapanese[] = {"ラーメン", "居酒屋", "カラオケ", "喫茶", "酒場", "寿司",
                                          "薬局",     "ホテル", "焼鳥",     "映画", "書店"};
  static const char* const kPlain[] = {"CAFE",  "HOTEL", "BAR",   "OPEN",  "CINEMA",
                                       "BOOKS", "PIZZA", "DINER", "MUSIC", "MARKET"};
  static constexpr float kLevels[] = {0, 3.9f, 1.9f};
  Chance chance = stage.chance("signs");
  const bool japanese = scene.place_name == "tokyo" || scene.place_name == "japan" ||
                        scene.place_name == "kyoto" || scene.place_name == "osaka";
  const int n = stage.neon ? 14 : 5;
  const Camera& camera = stage.camera;
  const int first = chance.below(japanese ? 11 : 10);
  for (int i = 0; i < n; ++i) {
    Sign sign;
    const float side = i % 2 == 0 ? -1.0f : 1.0f;
    // The nearest hang where the picture's edge on that side still shows them.
    const float room =
        std::max(side < 0 ? camera.centre : static_cast<float>(stage.width) - camera.centre,
                 0.25f * static_cast<float>(stage.width));
    const float nearest = 1.05f * stage.side * (kStreetHalf_m - 0.9f) / (0.80f * room);
    sign.text = japanese ? kJapanese[(first + i) % 11] : kPlain[(first + i) % 10];
    sign.upright = japanese || chance.odds(0.5f);
    sign.colour = neon_colour(stage, i);
    sign.z_m = nearest * power(stage.neon ? 1.11f : 1.3f, static_cast<float>(i)) *
               chance.between(0.96f, 1.04f);
    sign.width_m = sign.upright ? chance.between(0.95f, 1.25f) : chance.between(2.2f, 2.8f);
    sign.height_m = sign.upright ? sign.width_m * chance.between(2.7f, 3.4f) : sign.width_m * 0.42f;
    sign.low_m = chance.between(2.6f, 3.3f) + kLevels[(i / 2) % 3];
    sign.x_m = side * (kStreetHalf_m - sign.width_m * 0.5f - 0.2f);
    if (i < 4) {
      const float reach =
          (static_cast<float>(stage.width) * (side > 0 ? 0.985f : 0.015f) - camera.centre) *
              sign.z_m / camera.focal -
          side * sign.width_m * 0.5f;
      sign.x_m = side > 0 ? std::min(sign.x_m, reach) : std::max(sign.x_m, reach);
    }
    if (!hides_lettering(sign, stage)) stage.signs.push_back(sign);
  }
}

}  // namespace

void hang_signs(const Scene& scene, Stage& stage) {
  hang_lettering(scene, stage);
  if (is_town(stage)) hang_shops(scene, stage);
  std::stable_sort(stage.signs.begin(), stage.signs.end(),
                   [](const Sign& a, const Sign& b) { return a.z_m < b.z_m; });
}

}  // namespace plantain::engine::sketch
