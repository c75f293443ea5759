#include "engine/sketch/raster.h"

#include <cairo-ft.h>
#include <librsvg/rsvg.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/text.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/parts.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {
namespace {

const std::array<float, 256>& linear_of_byte() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> t{};
    for (uint32_t i = 0; i < 256; ++i) t[i] = rgb(i).b;
    return t;
  }();
  return table;
}

// One of cairo's pixels, whose cover is not 0.
Pixel linear_pixel(uint32_t argb, const std::array<float, 256>& linear) {
  const uint32_t a = argb >> 24;
  const auto part = [&](int shift) {
    const uint32_t p = (argb >> shift) & 255;
    return linear[a == 255 ? p : std::min(255u, (p * 255 + a / 2) / a)];
  };
  const float cover = static_cast<float>(a) / 255;
  return {part(16) * cover, part(8) * cover, part(0) * cover, cover};
}

const uint32_t* row_of(cairo_surface_t* surface, int y) {
  return reinterpret_cast<const uint32_t*>(
      cairo_image_surface_get_data(surface) +
      static_cast<size_t>(cairo_image_surface_get_stride(surface)) * static_cast<size_t>(y));
}

struct Cut {
  int left = 0, top = 0, right = 0, bottom = 0;
};

Canvas canvas_of(cairo_surface_t* surface, float scale, const Cut& cut, Watch* watch = nullptr) {
  Canvas canvas(cut.right - cut.left, cut.bottom - cut.top, scale);
  const std::array<float, 256>& linear = linear_of_byte();
  for (int y = 0; y < canvas.height && (watch == nullptr || watch->row(canvas.width)); ++y) {
    const uint32_t* from = row_of(surface, y + cut.top) + cut.left;
    Pixel* to = canvas.row(y);
    for (int x = 0; x < canvas.width; ++x) {
      if (from[x] >> 24 != 0) to[x] = linear_pixel(from[x], linear);
    }
  }
  return canvas;
}

// What is covered by a tenth at least; empty if nothing is.
Cut ink_of(cairo_surface_t* surface) {
  const int w = cairo_image_surface_get_width(surface), h = cairo_image_surface_get_height(surface);
  Cut cut{w, h, 0, 0};
  for (int y = 0; y < h; ++y) {
    const uint32_t* row = row_of(surface, y);
    for (int x = 0; x < w; ++x) {
      if (row[x] >> 24 < 26) continue;
      cut.left = std::min(cut.left, x);
      cut.right = std::max(cut.right, x + 1);
      cut.top = std::min(cut.top, y);
      cut.bottom = std::max(cut.bottom, y + 1);
    }
  }
  return cut;
}

// Katakana's long mark and the brackets lie down in upright text.
bool turned_when_upright(char32_t c) {
  return c == U'ー' || c == U'~' || c == U'-' || c == U'「' || c == U'」' || c == U'(' ||
         c == U')' || c == U'…';
}

}  // namespace

float to_srgb(float linear) {
  const float x = clamp01(linear);
  return x <= 0.0031308f ? 12.92f * x : 1.055f * power(x, 1 / 2.4f) - 0.055f;
}

Sheet::Sheet(float left, float top, float width, float height, float scale)
    : left_(static_cast<int>(std::floor(left * scale))),
      top_(static_cast<int>(std::floor(top * scale))),
      scale_(scale),
      width_(std::max(1, static_cast<int>(std::ceil(width * scale)) + 1)),
      height_(std::max(1, static_cast<int>(std::ceil(height * scale)) + 1)),
      memory_((static_cast<size_t>(width_) * static_cast<size_t>(height_) + 3) / 4),
      surface_(
          cairo_image_surface_create_for_data(reinterpret_cast<unsigned char*>(memory_.data()),
                                              CAIRO_FORMAT_ARGB32, width_, height_, 4 * width_),
          cairo_surface_destroy),
      pen_(cairo_create(surface_.get()), cairo_destroy) {
  CHECK(cairo_surface_status(surface_.get()) == CAIRO_STATUS_SUCCESS);
  cairo_translate(pen(), -left_, -top_);
  cairo_scale(pen(), scale, scale);
  cairo_set_line_join(pen(), CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap(pen(), CAIRO_LINE_CAP_ROUND);
  cairo_set_tolerance(pen(), 0.3);
}

void Sheet::colour(const Rgb& c, float alpha) const {
  cairo_set_source_rgba(pen(), to_srgb(c.r), to_srgb(c.g), to_srgb(c.b), alpha);
}

void Sheet::fill(const Rgb& c, float alpha) const {
  colour(c, alpha);
  cairo_fill(pen());
}

void Sheet::stroke(const Rgb& c, float width, float alpha) const {
  colour(c, alpha);
  cairo_set_line_width(pen(), width);
  cairo_stroke(pen());
}

void Sheet::ellipse(float x, float y, float rx, float ry) const {
  if (rx <= 0 || ry <= 0) return;
  cairo_save(pen());
  cairo_translate(pen(), x, y);
  cairo_scale(pen(), rx, ry);
  cairo_new_sub_path(pen());
  cairo_arc(pen(), 0, 0, 1, 0, 2 * static_cast<double>(kPi));
  cairo_close_path(pen());
  cairo_restore(pen());
}

void Sheet::rectangle(float x, float y, float w, float h, float radius) const {
  const double r = std::min({radius, w / 2, h / 2});
  const double quarter = static_cast<double>(kPi) / 2;
  if (r <= 0) {
    cairo_rectangle(pen(), x, y, w, h);
    return;
  }
  cairo_new_sub_path(pen());
  cairo_arc(pen(), x + w - r, y + r, r, -quarter, 0);
  cairo_arc(pen(), x + w - r, y + h - r, r, 0, quarter);
  cairo_arc(pen(), x + r, y + h - r, r, quarter, 2 * quarter);
  cairo_arc(pen(), x + r, y + r, r, 2 * quarter, 3 * quarter);
  cairo_close_path(pen());
}

namespace {

// Brings one of cairo's pixels nearer to an opaque colour, by so many 256ths.
void approach(uint32_t& pixel, uint32_t colour, uint32_t share) {
  constexpr uint32_t kOdd = 0x00ff00ffu;
  const uint32_t low = (pixel & kOdd) * (256 - share) + (colour & kOdd) * share,
                 high = (pixel >> 8 & kOdd) * (256 - share) + (colour >> 8 & kOdd) * share;
  pixel = (low >> 8 & kOdd) | (high & ~kOdd);
}

// Pixels that ribbons are painted into.
struct Ribbon {
  uint32_t* pixels;
  int width, height;
  uint32_t colour;
  float full;  // how much of a pixel's colour is replaced where it is covered, of 256

  // One straight piece. Along its longer way there is one span of pixels for every step.
  void lay(const Dot& p, const Dot& q, bool steep, float half) const {
    const float p_along = steep ? p.y : p.x, q_along = steep ? q.y : q.x,
                p_across = steep ? p.x : p.y, q_across = steep ? q.x : q.y;
    if (p_along == q_along) return;
    const float slope = (q_across - p_across) / (q_along - p_along),
                reach = half * std::sqrt(1 + slope * slope);
    const int along_end = steep ? height : width,
              first = floor_of(std::max(std::min(p_along, q_along), 0.0f) + 0.5f),
              last = std::min(floor_of(std::max(p_along, q_along) + 0.5f), along_end);
    for (int a = first; a < last; ++a) {
      const float middle = p_across + slope * (static_cast<float>(a) + 0.5f - p_along);
      lay_span(a, middle - reach, middle + reach, steep);
    }
  }

  void lay_span(int along, float from, float to, bool steep) const {
    const int begin = std::max(floor_of(from), 0),
              end = std::min(floor_of(to) + 1, steep ? width : height);
    if (begin >= end) return;
    const ptrdiff_t step = steep ? 1 : width;
    uint32_t* pixel =
        pixels + (steep ? ptrdiff_t{width} * along + begin : ptrdiff_t{width} * begin + along);
    const auto cover = [&](int b) {
      return static_cast<uint32_t>(
          full * (std::min(to, static_cast<float>(b + 1)) - std::max(from, static_cast<float>(b))));
    };
    approach(*pixel, colour, cover(begin));
    if (end - begin == 1) return;
    const auto whole = static_cast<uint32_t>(full);
    for (int b = begin + 1; b < end - 1; ++b) approach(*(pixel += step), colour, whole);
    approach(pixel[step], colour, cover(end - 1));
  }
};

}  // namespace

void Sheet::ribbon(const Dot* points, int n, float width, const Rgb& linear, float alpha) const {
  cairo_surface_flush(surface_.get());
  const auto byte = [](float x) { return static_cast<uint32_t>(to_srgb(x) * 255 + 0.5f); };
  // Thinner than a pixel is fainter.
  const Ribbon ribbon{reinterpret_cast<uint32_t*>(cairo_image_surface_get_data(surface_.get())),
                      width_, height_,
                      0xff000000u | byte(linear.r) << 16 | byte(linear.g) << 8 | byte(linear.b),
                      256 * alpha * std::min(width, 1.0f)};
  // Where a ribbon turns from steep to flat its edge is rough: not at the same place in every one.
  const float flat = 0.6f + fraction(points[0].x * 0.37f + points[n - 1].x * 0.71f);
  for (int i = 0; i + 1 < n; ++i) {
    const Dot &p = points[i], &q = points[i + 1];
    const float left = static_cast<float>(n - 1 - i) / static_cast<float>(n);  // to the thin tip
    ribbon.lay(p, q, std::fabs(q.y - p.y) >= std::fabs(q.x - p.x) * flat,
               std::max(width * std::min(1.0f, 0.3f + 7 * left), 1.0f) / 2);
  }
  cairo_surface_mark_dirty(surface_.get());
}

template <class Lay>
void Sheet::lay_pixels(Canvas& below, int left, int top, Watch* watch, Lay lay) const {
  cairo_surface_flush(surface_.get());
  const std::array<float, 256>& linear = linear_of_byte();
  const int first_x = std::max(0, -left), last_x = std::min(width_, below.width - left);
  for (int y = std::max(0, -top);
       y < std::min(height_, below.height - top) && (watch == nullptr || watch->row(width_)); ++y) {
    const uint32_t* from = row_of(surface_.get(), y);
    Pixel* to = below.row(y + top) + left;
    for (int x = first_x; x < last_x; ++x) {
      if (from[x] >> 24 != 0) lay(to[x], linear_pixel(from[x], linear), x, y);
    }
  }
}

void Sheet::lay_on(Canvas& below, Watch* watch) const {
  lay_pixels(below, left_, top_, watch,
             [](Pixel& to, Pixel from, int, int) { to = over(to, from); });
}

void Sheet::lay_within(Canvas& below, const Sheet* mask, bool outside, Watch* watch) const {
  if (mask == nullptr)
    return lay_pixels(below, 0, 0, watch,
                      [](Pixel& to, Pixel from, int, int) { to = over(to, from); });
  CHECK(mask->width_ == width_ && mask->height_ == height_);
  cairo_surface_flush(mask->surface_.get());
  lay_pixels(below, 0, 0, watch, [&](Pixel& to, Pixel from, int x, int y) {
    const float inside = static_cast<float>(row_of(mask->surface_.get(), y)[x] >> 24) / 255;
    to = over(to, from * (outside ? 1 - inside : inside));
  });
}

Canvas Sheet::canvas(Watch* watch) const {
  cairo_surface_flush(surface_.get());
  return canvas_of(surface_.get(), scale_,
                   {0, 0, cairo_image_surface_get_width(surface_.get()),
                    cairo_image_surface_get_height(surface_.get())},
                   watch);
}

Field Sheet::cover() const {
  cairo_surface_flush(surface_.get());
  Field field(cairo_image_surface_get_width(surface_.get()),
              cairo_image_surface_get_height(surface_.get()));
  for (int y = 0; y < field.height; ++y) {
    const uint32_t* from = row_of(surface_.get(), y);
    for (int x = 0; x < field.width; ++x) field.row(y)[x] = static_cast<float>(from[x] >> 24) / 255;
  }
  return field;
}

std::optional<Canvas> draw_svg(const std::string& svg, int side, bool mirrored, Box* where,
                               Watch* watch) {
  const std::unique_ptr<RsvgHandle, decltype(&g_object_unref)> handle(
      rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), nullptr),
      g_object_unref);
  if (!handle) return std::nullopt;
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_image_surface_create(CAIRO_FORMAT_ARGB32, side, side), cairo_surface_destroy);
  const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> pen(cairo_create(surface.get()),
                                                               cairo_destroy);
  if (mirrored) {
    cairo_translate(pen.get(), side, 0);
    cairo_scale(pen.get(), -1, 1);
  }
  const RsvgRectangle box{0, 0, static_cast<double>(side), static_cast<double>(side)};
  if (!rsvg_handle_render_document(handle.get(), pen.get(), &box, nullptr)) return std::nullopt;
  cairo_surface_flush(surface.get());
  if (watch != nullptr && !watch->row(8 * side * side)) return std::nullopt;
  const Cut cut = ink_of(surface.get());
  if (cut.right <= cut.left) return std::nullopt;
  if (where != nullptr) {
    const float unit = 1 / static_cast<float>(side);
    *where = {static_cast<float>(cut.left) * unit, static_cast<float>(cut.top) * unit,
              static_cast<float>(cut.right) * unit, static_cast<float>(cut.bottom) * unit};
  }
  return canvas_of(surface.get(), 1, cut, watch);
}

struct Typeface::Handles {
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  cairo_font_face_t* cairo = nullptr;
};

Typeface::Typeface() : handles_(std::make_unique<Handles>()) {
  const std::string_view font = lettering_font();
  CHECK(FT_Init_FreeType(&handles_->library) == 0);
  CHECK(FT_New_Memory_Face(handles_->library, reinterpret_cast<const FT_Byte*>(font.data()),
                           static_cast<FT_Long>(font.size()), 0, &handles_->face) == 0);
  handles_->cairo = cairo_ft_font_face_create_for_ft_face(handles_->face, FT_LOAD_NO_HINTING);
}

Typeface::~Typeface() {
  cairo_font_face_destroy(handles_->cairo);
  // Cairo keeps fonts it has used until its cache is emptied, and they point into the face.
  cairo_debug_reset_static_data();
  FT_Done_Face(handles_->face);
  FT_Done_FreeType(handles_->library);
}

bool Typeface::has(char32_t character) const {
  return FT_Get_Char_Index(handles_->face, character) != 0;
}

void Typeface::set(const Sheet& sheet, std::string_view text, float x, float y, float w, float h,
                   bool upright) const {
  std::vector<cairo_glyph_t> glyphs;
  const std::vector<char32_t> characters = to_code_points(text);
  if (characters.empty()) return;
  cairo_t* pen = sheet.pen();
  cairo_set_font_face(pen, handles_->cairo);
  cairo_set_font_size(pen, 100);
  std::vector<double> advances;
  double length = 0;
  for (const char32_t c : characters) {
    const cairo_glyph_t glyph{FT_Get_Char_Index(handles_->face, c), 0, 0};
    cairo_text_extents_t extents;
    cairo_glyph_extents(pen, &glyph, 1, &extents);
    advances.push_back(upright ? 100 : extents.x_advance);
    length += advances.back();
    glyphs.push_back(glyph);
  }
  const double size =
      upright ? std::min<double>(w / 100, h / length) : std::min<double>(h / 100, w / length);
  double along = 0;
  for (size_t i = 0; i < glyphs.size(); ++i) {
    cairo_text_extents_t extents;
    cairo_glyph_extents(pen, &glyphs[i], 1, &extents);
    cairo_save(pen);
    if (upright) {
      cairo_translate(pen, x + w / 2, y + (h - length * size) / 2 + (along + 50) * size);
    } else {
      cairo_translate(pen, x + (w - length * size) / 2 + (along + advances[i] / 2) * size,
                      y + h / 2);
    }
    cairo_scale(pen, size, size);
    if (upright && turned_when_upright(characters[i]))
      cairo_rotate(pen, static_cast<double>(kPi) / 2);
    const cairo_glyph_t placed{glyphs[i].index, -extents.x_advance / 2, 36};
    cairo_glyph_path(pen, &placed, 1);
    cairo_restore(pen);
    along += advances[i];
  }
}

}  // namespace plantain::engine::sketch
