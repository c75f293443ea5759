// Light on a grid: what every layer paints into, in linear light with premultiplied alpha.
// Threads: values; a canvas is used by one thread at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <new>
#include <utility>
#include <vector>

#include "engine/sketch/scene.h"

namespace plantain::engine::sketch {

class Watch;

// Red, green, blue and cover of one pixel, computed together.
struct Pixel {
  typedef float Four __attribute__((vector_size(16)));
  Four v{0, 0, 0, 0};

  Pixel() = default;
  explicit Pixel(Four four) : v(four) {}
  Pixel(float r, float g, float b, float a = 1) : v{r, g, b, a} {}
  explicit Pixel(const Rgb& c, float a = 1) : v{c.r, c.g, c.b, a} {}

  float r() const { return v[0]; }
  float g() const { return v[1]; }
  float b() const { return v[2]; }
  float a() const { return v[3]; }
};

// 2^x of four numbers, as exp2_of(float) has it.
inline Pixel::Four exp2_of(Pixel::Four x) {
  typedef int32_t Whole __attribute__((vector_size(16)));
  x = x < -60.0f ? Pixel::Four{-60, -60, -60, -60} : x > 60.0f ? Pixel::Four{60, 60, 60, 60} : x;
  Whole whole = __builtin_convertvector(x, Whole);
  whole += __builtin_convertvector(whole, Pixel::Four) > x;
  const Pixel::Four f = x - __builtin_convertvector(whole, Pixel::Four);
  const Pixel::Four p =
      1.0f + f * (0.69314718f +
                  f * (0.24022651f + f * (0.05550411f + f * (0.00961812f + f * 0.00133336f))));
  return p * std::bit_cast<Pixel::Four>((whole + 127) << 23);
}
inline Pixel::Four four(float x) { return Pixel::Four{x, x, x, x}; }
inline Pixel operator+(Pixel a, Pixel b) { return Pixel(a.v + b.v); }
inline Pixel operator-(Pixel a, Pixel b) { return Pixel(a.v - b.v); }
inline Pixel operator*(Pixel a, Pixel b) { return Pixel(a.v * b.v); }
inline Pixel operator*(Pixel a, float k) { return Pixel(a.v * four(k)); }
inline Pixel mix(Pixel a, Pixel b, float t) { return Pixel(a.v + (b.v - a.v) * four(t)); }
inline Pixel over(Pixel below, Pixel above) {
  return Pixel(above.v + below.v * four(1 - above.v[3]));
}
inline float luminance(Pixel p) { return 0.2126f * p.v[0] + 0.7152f * p.v[1] + 0.0722f * p.v[2]; }

inline Rgb operator*(const Rgb& c, float k) { return {c.r * k, c.g * k, c.b * k}; }
inline Rgb operator*(const Rgb& a, const Rgb& b) { return {a.r * b.r, a.g * b.g, a.b * b.b}; }
inline Rgb operator+(const Rgb& a, const Rgb& b) { return {a.r + b.r, a.g + b.g, a.b + b.b}; }
inline Rgb mix(const Rgb& a, const Rgb& b, float t) { return a + (b + a * -1.0f) * t; }
inline float luminance(const Rgb& c) { return 0.2126f * c.r + 0.7152f * c.g + 0.0722f * c.b; }
// "#rrggbb" as linear light.
Rgb rgb(uint32_t hex);
// Hue in turns, saturation and value 0 … 1, as linear light.
Rgb from_hsv(float hue, float saturation, float value);
struct Hsv {
  float h, s, v;
};
Hsv to_hsv(const Rgb& colour);

// Memory that is zero before it is first touched, so that a transparent canvas costs nothing until
// it is painted; in large pages where they pay.
template <class T>
struct BlankMemory {
  using value_type = T;
  BlankMemory() = default;
  template <class Other>
  BlankMemory(const BlankMemory<Other>&) {}
  T* allocate(size_t n);
  void deallocate(T* memory, size_t n);
  // A pixel without a value is the zeros that are there.
  void construct(T*) {}
  template <class... From>
  void construct(T* at, From&&... from) {
    ::new (static_cast<void*>(at)) T(std::forward<From>(from)...);
  }
  bool operator==(const BlankMemory&) const = default;
};
using Pixels = std::vector<Pixel, BlankMemory<Pixel>>;

// While one lives, the memory of canvases that this thread destroys is kept for its next ones, up
// to 128 MiB of it.
struct SpareCanvases {
  SpareCanvases();
  ~SpareCanvases();
  SpareCanvases(const SpareCanvases&) = delete;
  SpareCanvases& operator=(const SpareCanvases&) = delete;
};

// `scale` says how many of its pixels make one pixel of the picture: soft layers are painted small.
struct Canvas {
  int width = 0;
  int height = 0;
  float scale = 1;
  Pixels pixels;

  Canvas() = default;
  Canvas(int w, int h, float s = 1)
      : width(w), height(h), scale(s), pixels(static_cast<size_t>(w) * h) {}

  Pixel* row(int y) { return pixels.data() + static_cast<size_t>(y) * width; }
  const Pixel* row(int y) const { return pixels.data() + static_cast<size_t>(y) * width; }
  // Where a pixel's middle lies in the picture.
  float x_of(int column) const { return (static_cast<float>(column) + 0.5f) / scale; }
  float y_of(int line) const { return (static_cast<float>(line) + 0.5f) / scale; }
};

// One number a pixel: masks, heights, noise.
struct Field {
  int width = 0;
  int height = 0;
  std::vector<float> values;

  Field() = default;
  Field(int w, int h, float value = 0)
      : width(w), height(h), values(static_cast<size_t>(w) * h, value) {}

  float* row(int y) { return values.data() + static_cast<size_t>(y) * width; }
  const float* row(int y) const { return values.data() + static_cast<size_t>(y) * width; }
  float at_clamped(int x, int y) const;
};

// A canvas for the whole picture at a fraction of its size.
Canvas canvas_for(int picture_width, int picture_height, float scale);

// The canvas at a point in its own pixels (middles at .5), between its pixels bilinear, edges
// clamped.
Pixel sample(const Canvas& from, float x, float y);
float sample(const Field& from, float x, float y);

// A small canvas read row by row as if it had been enlarged, bilinearly. `from` must outlive it.
class Enlarged {
 public:
  // `step`: how many of the small canvas's pixels make one of the large one.
  Enlarged(const Canvas& from, int width, float step);
  // The large canvas's row, `width` pixels, good until the next call.
  const Pixel* row(int y);

 private:
  struct Place {
    int first, second;
    float t;
  };
  Place place(int i, int length) const;

  const Canvas& from_;
  float step_;
  std::vector<Place> columns_;
  std::vector<Pixel> line_, row_;
};

// Where a watch is given, the observer is asked on the way, and once it said stop the rest of the
// work is left undone.

// `above` over `below`, its upper left corner at (x, y), both at the same scale.
void lay_over(Canvas& below, const Canvas& above, int x, int y, Watch* watch = nullptr);
// A whole-picture layer of another scale over, in place of, or added to, `below`.
void lay_scaled_over(Canvas& below, const Canvas& above, float strength = 1,
                     Watch* watch = nullptr);
void enlarge(Canvas& into, const Canvas& small, Watch* watch = nullptr);
void add_scaled(Canvas& below, const Canvas& light, float strength, Watch* watch = nullptr);

// The mean over blocks of n × n.
Canvas reduced(const Canvas& from, int n, Watch* watch = nullptr);
// For a quick look: the mean of four pixels of each block.
Canvas thinned(const Canvas& from, int n);

// Nearly Gaussian: three running means each way. Sigmas in the canvas's own pixels; edges repeat.
void blur(Canvas& canvas, float sigma_x, float sigma_y, Watch* watch = nullptr);
void blur(Field& field, float sigma);

// A lens out of focus: the mean over a disc, in the canvas's own pixels.
void blur_disc(Canvas& canvas, float radius, Watch* watch = nullptr);

}  // namespace plantain::engine::sketch
