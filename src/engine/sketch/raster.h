// From outlines to light: SVG drawings, paths and lettering, by librsvg, cairo and FreeType.
// Threads: a Sheet and a Typeface belong to one thread; the functions may be called from any.
#pragma once

#include <cairo.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/sketch/canvas.h"

namespace plantain::engine::sketch {

struct Dot {
  float x, y;
};

// A transparent sheet to draw on with cairo. Its user space is pixels of the picture: `left` and
// `top` are its corner there and `scale` its own pixels per pixel of the picture.
class Sheet {
 public:
  Sheet(float left, float top, float width, float height, float scale);

  cairo_t* pen() const { return pen_.get(); }
  int left() const { return left_; }  // in the sheet's own pixels: where lay_over() puts its canvas
  int top() const { return top_; }

  void colour(const Rgb& linear, float alpha = 1) const;  // the pen's paint
  void fill(const Rgb& linear, float alpha = 1) const;
  void stroke(const Rgb& linear, float width, float alpha = 1) const;
  void ellipse(float x, float y, float rx, float ry) const;  // adds to the path
  void rectangle(float x, float y, float w, float h, float radius = 0) const;

  // A ribbon of one width along a line of points that lie close together, in the sheet's own
  // pixels: for hair, which takes hundreds of strokes. It is thin at its end, and where
  // it turns from steep to flat its edge is not exact.
  void ribbon(const Dot* points, int n, float width, const Rgb& linear, float alpha) const;

  // What was drawn, as premultiplied linear light.
  Canvas canvas(Watch* watch = nullptr) const;
  Field cover() const;  // its alpha alone
  // Over a canvas of the sheet's own scale.
  void lay_on(Canvas& below, Watch* watch = nullptr) const;
  // Over what canvas() of a sheet of the same size and place gave; if there is a mask, a sheet like
  // it, only where that is covered, or only `outside` of it.
  void lay_within(Canvas& below, const Sheet* mask, bool outside, Watch* watch) const;

 private:
  // Calls lay(pixel below, pixel of the sheet, column, row) for every pixel that is not empty; the
  // sheet's corner lies at (left, top) of the canvas.
  template <class Lay>
  void lay_pixels(Canvas& below, int left, int top, Watch* watch, Lay lay) const;

  int left_, top_;
  float scale_;
  int width_, height_;
  Pixels memory_;  // of the surface
  std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface_;
  std::unique_ptr<cairo_t, decltype(&cairo_destroy)> pen_;
};

// A box in fractions of a drawing.
struct Box {
  float left = 0, top = 0, right = 1, bottom = 1;
};

// The part of a drawing fitted into side × side pixels that is not empty (emoji stand in their
// square with a margin), mirrored if asked; `where`, if given, is set to its place in the square.
// Nothing if the SVG is broken or empty.
std::optional<Canvas> draw_svg(const std::string& svg, int side, bool mirrored,
                               Box* where = nullptr, Watch* watch = nullptr);

// The lettering font.
class Typeface {
 public:
  Typeface();
  ~Typeface();
  Typeface(const Typeface&) = delete;
  Typeface& operator=(const Typeface&) = delete;

  // Adds the outline of `text` to the sheet's path inside the box, as large as fits; upright text
  // is set one character below the other.
  void set(const Sheet& sheet, std::string_view text, float x, float y, float w, float h,
           bool upright) const;
  bool has(char32_t character) const;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

float to_srgb(float linear);

}  // namespace plantain::engine::sketch
