// The measures of a painted head and how it is turned. Units are thousandths of the likeness's
// height; x counts from the middle of the head, y from above the hair.
// Threads: values and pure functions.
#pragma once

#include "engine/sketch/canvas.h"
#include "engine/sketch/likeness_look.h"
#include "engine/sketch/raster.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {

struct Head {
  static constexpr float kHigh = 1000;
  static constexpr float kNape = 640;  // the head leans about this height

  // `yaw` and `tilt` in radians; a positive yaw turns the face to the right of the picture.
  Head(const Look& look, float yaw, float tilt);

  float eye_y, eye_x, eye_size, brow_y, nose_y, mouth_y, chin, jaw, wide;
  float yaw_sin, yaw_cos, tilt;

  // How far the bare head stands out at a place of the front view; less than 0 behind the ears.
  float depth(float x, float y) const;
  // Where that place is seen once the head is turned.
  float turned_x(float x, float y) const { return x * yaw_cos + depth(x, y) * yaw_sin; }
  // The inverse, for places inside the face.
  float front_x(float turned, float y) const;
  // +1: the side of the face that is turned away from the viewer.
  float far_side() const { return yaw_sin >= 0 ? 1.0f : -1.0f; }
};

// The height field of head, hair, neck and shoulders as the viewer sees them, in fractions of the
// likeness's width; `half` is half that width in the head's units.
Field likeness_relief(const Look& look, const Head& head, float half, bool mirrored);

// A pen in the head's units; while `turned` it follows the turn of the face.
class FacePen {
 public:
  // `scale`: pixels of the sheet for each of the head's units.
  FacePen(const Sheet& sheet, const Head& head, Watch& watch, float scale)
      : head_(head),
        watch_(watch),
        scale_(scale),
        cost_(500 + static_cast<int>(3000 * scale * scale)) {
    take(sheet);
  }

  // Goes on upright on another sheet, which must outlive its use.
  void take(const Sheet& sheet) {
    sheet_ = &sheet;
    pen_ = sheet.pen();
    cairo_save(pen_);
    turned = false;
  }

  // With the head, which leans about the nape and turns; or upright, as the shoulders are.
  void lean(bool with_head) {
    cairo_restore(pen_);
    cairo_save(pen_);
    turned = with_head;
    if (!with_head) return;
    cairo_translate(pen_, 0, Head::kNape);
    cairo_rotate(pen_, head_.tilt);
    cairo_translate(pen_, 0, -Head::kNape);
  }

  bool turned = false;

  cairo_t* cairo() const { return pen_; }
  void move(float x, float y) const { cairo_move_to(pen_, at(x, y), y); }
  void line(float x, float y) const { cairo_line_to(pen_, at(x, y), y); }
  void curve(float a, float b, float c, float d, float e, float f) const {
    cairo_curve_to(pen_, at(a, b), b, at(c, d), d, at(e, f), f);
  }
  void close() const { cairo_close_path(pen_); }
  void ellipse(float x, float y, float rx, float ry) const {
    sheet_->ellipse(at(x, y), y, rx * narrowing(x, y), ry);
  }
  // Once the observer said stop, nothing more is painted.
  void fill(const Rgb& c, float alpha = 1) const {
    if (goes_on()) sheet_->fill(c, alpha);
  }
  void stroke(const Rgb& c, float width, float alpha = 1) const {
    if (goes_on()) sheet_->stroke(c, width, alpha);
  }
  // Full in the middle, nothing at its rim.
  void spot(float x, float y, float rx, float ry, const Rgb& c, float alpha) const;
  // A smooth line through points; `n` of them, two numbers each.
  void through(const float* points, int n) const;
  // Hairs: the same line, or one curve, painted at once and much faster than by stroke().
  void strand(const float* points, int n, const Rgb& c, float width, float alpha) const;
  void hair(Dot from, Dot a, Dot b, Dot to, const Rgb& c, float width, float alpha) const;

 private:
  float at(float x, float y) const { return turned ? head_.turned_x(x, y) : x; }
  // The pieces of a cubic curve, in the sheet's pixels, `out` of them; without its last point.
  void trace(const Dot curve[4], Dot* out, int pieces) const;
  float narrowing(float x, float y) const { return turned ? (at(x + 2, y) - at(x - 2, y)) / 4 : 1; }

  bool goes_on() const {
    if (watch_.row(cost_)) return true;
    cairo_new_path(pen_);
    return false;
  }

  const Sheet* sheet_ = nullptr;
  const Head& head_;
  Watch& watch_;
  float scale_;
  int cost_;
  cairo_t* pen_ = nullptr;
};

}  // namespace plantain::engine::sketch
