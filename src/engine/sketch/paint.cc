#include "engine/sketch/paint.h"

#include <algorithm>
#include <cmath>

#include "engine/sketch/actors.h"
#include "engine/sketch/backdrop.h"
#include "engine/sketch/blueprint.h"
#include "engine/sketch/finish.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/paper.h"
#include "engine/sketch/placing.h"
#include "engine/sketch/style.h"
#include "engine/sketch/weather.h"

namespace plantain::engine::sketch {
namespace {

constexpr int kPreviewSide_px = 256;
// What is behind the actors is painted up to this size, and enlarged for larger pictures.
constexpr float kScenerySide_px = 2300;

Error stopped() { return {ErrorCode::kCancelled, "stopped between two layers"}; }

void show(const Canvas& canvas, const Stage& stage, Observer& observer) {
  class Deaf final : public Observer {
   public:
    bool keep_going(std::string_view, int, int) override { return true; }
    void preview(const image::Pixels&) override {}
  } deaf;
  Watch all_right(deaf, 1);
  const int n = (std::max(canvas.width, canvas.height) + kPreviewSide_px - 1) / kPreviewSide_px;
  Canvas small = thinned(canvas, n);
  if (is_drawn(stage.style) && !is_flat(stage.style) && stage.style != Style::kBlueprint)
    expose(small, stage, all_right);
  observer.preview(develop(small, std::nullopt, stage, all_right));
}

bool is_street(const Stage& stage) {
  return stage.place == Place::kStreet || stage.place == Place::kCity;
}

// The backdrop out of focus: painted as small as its blur allows, then spread by the lens.
void paint_soft_backdrop(Canvas& canvas, const Stage& stage, Watch& watch) {
  const int n = std::max(1, static_cast<int>(stage.blur_px * canvas.scale / 4));
  Canvas soft = canvas_for(stage.width, stage.height, canvas.scale / static_cast<float>(n));
  paint_backdrop(soft, stage, watch);
  blur_disc(soft, stage.blur_px * soft.scale, &watch);
  enlarge(canvas, soft, &watch);
  if (watch.stopped() || stage.focus_m < 1.5f) return;
  // The ground at the focus is sharp, and blends into the blur before and behind.
  Canvas sharp = canvas_for(stage.width, stage.height, canvas.scale);
  paint_backdrop(sharp, stage, watch);
  for (int y = 0; y < canvas.height && watch.row(canvas.width); ++y) {
    const float py = canvas.y_of(y);
    if (py < stage.camera.horizon) continue;
    const float share =
        clamp01(stage.blur_at(stage.camera.distance_of_ground(py)) / stage.blur_px * 1.6f);
    for (int x = 0; x < canvas.width; ++x)
      canvas.row(y)[x] = mix(sharp.row(y)[x], canvas.row(y)[x], share);
  }
}

void paint_scenery(Canvas& canvas, const Stage& stage, Watch& watch) {
  if (stage.style == Style::kBlueprint) return paint_blueprint_sheet(canvas, stage, watch);
  if (is_flat(stage.style)) {
    paint_paper_stage(canvas, stage, watch);
    return paint_signs(canvas, stage, watch, 0);
  }
  if (stage.blur_px > 0) {
    paint_soft_backdrop(canvas, stage, watch);
  } else {
    paint_backdrop(canvas, stage, watch);
  }
  if (watch.stopped()) return;
  if (is_street(stage)) paint_lights(canvas, stage, watch);
  paint_signs(canvas, stage, watch, stage.blur_px * 0.22f);
  if (watch.stopped()) return;
  if (stage.wet && stage.place != Place::kRoom) paint_wet_ground(canvas, stage, watch);
  paint_fog(canvas, stage, watch);
}

// A given picture with what its words want written and lit in it.
void paint_over_given(Canvas& canvas, const Stage& stage, const Given& given, Watch& watch) {
  paint_given(canvas, given.pictures, given.retouch, stage, watch);
  if (!watch.stopped()) paint_signs(canvas, stage, watch, 0);
}

// A blueprint's lines keep their edges at every size; what other styles have far away is soft.
void paint_surroundings(Canvas& canvas, const Stage& stage, Watch& watch) {
  const int n = stage.style == Style::kBlueprint
                    ? 1
                    : static_cast<int>(std::ceil(stage.side / kScenerySide_px));
  if (n == 1) return paint_scenery(canvas, stage, watch);
  Canvas small = canvas_for(stage.width, stage.height, 1 / static_cast<float>(n));
  paint_scenery(small, stage, watch);
  if (!watch.stopped()) enlarge(canvas, small, &watch);
}

}  // namespace

Result<image::Pixels> paint(const Scene& scene, const Stage& stage, Observer& observer,
                            const Given* given) {
  const SpareCanvases spare;
  Watch watch(observer, static_cast<int>(stage.placed.size()) + 4);
  if (!watch.layer()) return stopped();
  Canvas canvas(stage.width, stage.height);
  if (given != nullptr) {
    paint_over_given(canvas, stage, *given, watch);
  } else {
    paint_surroundings(canvas, stage, watch);
  }
  if (!watch.layer()) return stopped();
  show(canvas, stage, observer);
  const bool lit = !is_flat(stage.style) && stage.style != Style::kBlueprint;
  bool table = stage.table_y > 0 && lit;
  for (const Placed& placed : stage.placed) {
    if (!watch.layer()) return stopped();
    if (table && placed.depth_m < kTable_m) {
      paint_table(canvas, stage, watch);
      table = false;
    }
    if (!paint_actor(canvas, stage, placed, scene.actors[static_cast<size_t>(placed.actor)], watch))
      return stopped();
  }
  if (table) paint_table(canvas, stage, watch);
  if (!watch.layer()) return stopped();
  if (stage.style != Style::kBlueprint) paint_falling(canvas, stage, watch);
  if (!watch.layer()) return stopped();
  show(canvas, stage, observer);
  if (stage.style == Style::kBlueprint && given == nullptr)
    paint_measures(canvas, scene, stage, watch);
  apply_style(canvas, stage, watch);
  const std::optional<Canvas> bloom = bloom_of(canvas, stage, watch);
  image::Pixels pixels = develop(canvas, bloom, stage, watch);
  if (watch.stopped()) return stopped();
  return pixels;
}

}  // namespace plantain::engine::sketch
