#include "engine/sketch/style.h"

#include <cmath>

#include "engine/sketch/finish.h"
#include "engine/sketch/strokes.h"

namespace plantain::engine::sketch {

bool is_flat(Style style) {
  return style == Style::kPaperCut || style == Style::kFlat || style == Style::kRetroPoster;
}

bool is_drawn(Style style) {
  return is_flat(style) || style == Style::kWatercolour || style == Style::kInk ||
         style == Style::kOil || style == Style::kPixelArt || style == Style::kBlueprint;
}

namespace {

// Washes are soft: they are laid up to this size, and enlarged for larger pictures.
constexpr float kWashSide_px = 2300;

void paint_washes(Canvas& canvas, const Stage& stage, Watch& watch) {
  const int n = static_cast<int>(std::ceil(stage.side / kWashSide_px));
  if (n == 1) return paint_watercolour(canvas, stage, watch);
  Canvas small = reduced(canvas, n, &watch);
  paint_watercolour(small, stage, watch);
  enlarge(canvas, small, &watch);
}

}  // namespace

void apply_style(Canvas& canvas, const Stage& stage, Watch& watch) {
  const Style style = stage.style;
  if (is_drawn(style) && !is_flat(style) && style != Style::kBlueprint)
    expose(canvas, stage, watch);
  if (style == Style::kWatercolour) paint_washes(canvas, stage, watch);
  if (style == Style::kInk) paint_ink(canvas, stage, watch);
  if (style == Style::kOil) paint_oil(canvas, stage, watch);
  if (style == Style::kPixelArt) paint_pixels(canvas, stage, watch);
  if (style == Style::kRetroPoster) paint_poster(canvas, stage, watch);
}

}  // namespace plantain::engine::sketch
