#include "engine/sketch/backdrop.h"

#include "engine/sketch/sights.h"

namespace plantain::engine::sketch {

namespace {

// The land and what stands on it, below a painted heaven.
void paint_place(Canvas& canvas, const Stage& stage, Watch& watch) {
  switch (stage.place) {
    case Place::kCity:
    case Place::kStreet:
      return paint_street(canvas, stage, watch);
    case Place::kSea:
      return paint_water(canvas, stage, watch);
    case Place::kBeach:
      return paint_beach(canvas, stage, watch);
    case Place::kLake:
      if (stage.place_name == "waterfall") {
        paint_waterfall(canvas, stage, watch);
      } else {
        paint_mountains(canvas, stage, watch, 0.30f, 3);
        paint_treeline(canvas, stage, watch, 0.035f);
      }
      paint_water(canvas, stage, watch);
      return paint_firs(canvas, stage, watch);
    case Place::kMountains:
      paint_mountains(canvas, stage, watch, 0.42f, 4);
      paint_treeline(canvas, stage, watch, 0.03f);
      paint_land(canvas, stage, watch);
      return paint_firs(canvas, stage, watch);
    case Place::kForest:
      return paint_forest(canvas, stage, watch);
    case Place::kDesert:
      paint_mountains(canvas, stage, watch, 0.08f, 2);
      return paint_land(canvas, stage, watch);
    case Place::kSky:
      return;
    default:
      paint_mountains(canvas, stage, watch, 0.10f, 2);
      paint_treeline(canvas, stage, watch, 0.04f);
      return paint_land(canvas, stage, watch);
  }
}

bool is_land(Place place) {
  return place == Place::kField || place == Place::kGarden || place == Place::kDesert ||
         place == Place::kMountains || place == Place::kSnowfield;
}

}  // namespace

void paint_backdrop(Canvas& canvas, const Stage& stage, Watch& watch) {
  if (stage.aerial) return paint_aerial(canvas, stage, watch);
  switch (stage.place) {
    case Place::kSpace:
      paint_space(canvas, stage, watch);
      if (stage.lunar) paint_moonscape(canvas, stage, watch);
      return;
    case Place::kUnderwater:
      return paint_underwater(canvas, stage, watch);
    case Place::kRoom:
      return stage.studio ? paint_studio(canvas, stage, watch) : paint_room(canvas, stage, watch);
    default:
      break;
  }
  paint_heaven(canvas, stage, watch);
  if (stage.place_name == "milky-way") paint_milky_way(canvas, stage, watch);
  if (stage.fireworks) paint_fireworks(canvas, stage, watch);
  if (stage.lightning) paint_lightning(canvas, stage, watch);
  // A rainbow stands in the mist before a waterfall, else behind everything.
  const bool before = stage.place_name == "waterfall";
  if (stage.rainbow && !before) paint_rainbow(canvas, stage, watch);
  paint_place(canvas, stage, watch);
  if (stage.rainbow && before) paint_rainbow(canvas, stage, watch);
  if (stage.road && is_land(stage.place)) paint_road(canvas, stage, watch);
  if (stage.village) paint_village(canvas, stage, watch);
}

}  // namespace plantain::engine::sketch
