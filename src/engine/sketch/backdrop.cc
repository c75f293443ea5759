#include "engine/sketch/backdrop.h"

namespace plantain::engine::sketch {

void paint_backdrop(Canvas& canvas, const Stage& stage, Watch& watch) {
  switch (stage.place) {
    case Place::kSpace:
      return paint_space(canvas, stage, watch);
    case Place::kUnderwater:
      return paint_underwater(canvas, stage, watch);
    case Place::kRoom:
      return paint_room(canvas, stage, watch);
    default:
      break;
  }
  paint_heaven(canvas, stage, watch);
  switch (stage.place) {
    case Place::kCity:
    case Place::kStreet:
      return paint_street(canvas, stage, watch);
    case Place::kSea:
      return paint_water(canvas, stage, watch);
    case Place::kBeach:
      return paint_beach(canvas, stage, watch);
    case Place::kLake:
      paint_mountains(canvas, stage, watch, 0.30f, 3);
      paint_treeline(canvas, stage, watch, 0.035f);
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

}  // namespace plantain::engine::sketch
