#include "engine/sketch/canvas.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "base/check.h"
#include "engine/sketch/maths.h"
#include "engine/sketch/watch.h"

namespace plantain::engine::sketch {
namespace {

// Running mean of 2 radius + 1 values with a stride, edges repeated.
template <class T>
void running_mean(const T* from, T* to, int n, int radius) {
  const float weight = 1.0f / static_cast<float>(2 * radius + 1);
  T sum = from[0] * static_cast<float>(radius + 1);
  for (int i = 1; i <= radius; ++i) sum = sum + from[std::min(i, n - 1)];
  for (int i = 0; i < n; ++i) {
    to[i] = sum * weight;
    sum = sum + from[std::min(i + radius + 1, n - 1)] - from[std::max(i - radius, 0)];
  }
}

// Three boxes whose variances add up to sigma².
void box_radii(float sigma, int radii[3]) {
  const float ideal = std::sqrt(12 * sigma * sigma / 3 + 1);
  int low = static_cast<int>(ideal);
  if (low % 2 == 0) --low;
  low = std::max(low, 1);
  const float l = static_cast<float>(low);
  const float m = (12 * sigma * sigma - 3 * l * l - 12 * l - 9) / (-4 * l - 4);
  const int lows = static_cast<int>(std::floor(m + 0.5f));
  for (int i = 0; i < 3; ++i) radii[i] = ((i < lows ? low : low + 2) - 1) / 2;
}

// Whether to go on with a row that costs about so many pixels.
bool goes_on(Watch* watch, int pixels) { return watch == nullptr || watch->row(pixels); }

template <class T>
void blur_rows(T* pixels, int width, int height, float sigma, Watch* watch) {
  int radii[3];
  box_radii(sigma, radii);
  std::vector<T> line(static_cast<size_t>(width));
  for (int y = 0; y < height && goes_on(watch, width); ++y) {
    T* row = pixels + static_cast<size_t>(y) * width;
    for (int pass = 0; pass < 3; ++pass) {
      if (radii[pass] == 0) continue;
      running_mean(row, line.data(), width, radii[pass]);
      std::copy(line.begin(), line.end(), row);
    }
  }
}

// Columns are blurred in strips so that memory is read along rows.
template <class T>
void blur_columns(T* pixels, int width, int height, float sigma, Watch* watch) {
  constexpr int kStrip = 16;
  int radii[3];
  box_radii(sigma, radii);
  std::vector<T> column(static_cast<size_t>(height) * kStrip), other(static_cast<size_t>(height));
  for (int x0 = 0; x0 < width && goes_on(watch, height * kStrip); x0 += kStrip) {
    const int n = std::min(kStrip, width - x0);
    for (int y = 0; y < height; ++y) {
      for (int i = 0; i < n; ++i) {
        column[static_cast<size_t>(i) * height + y] =
            pixels[static_cast<size_t>(y) * width + x0 + i];
      }
    }
    for (int i = 0; i < n; ++i) {
      T* line = column.data() + static_cast<size_t>(i) * height;
      for (int pass = 0; pass < 3; ++pass) {
        if (radii[pass] == 0) continue;
        running_mean(line, other.data(), height, radii[pass]);
        std::copy(other.begin(), other.end(), line);
      }
    }
    for (int y = 0; y < height; ++y) {
      for (int i = 0; i < n; ++i) {
        pixels[static_cast<size_t>(y) * width + x0 + i] =
            column[static_cast<size_t>(i) * height + y];
      }
    }
  }
}

float from_srgb(float s) { return s <= 0.04045f ? s / 12.92f : power((s + 0.055f) / 1.055f, 2.4f); }

template <class Combine>
void combine_scaled(Canvas& below, const Canvas& above, Watch* watch, Combine combine) {
  Enlarged enlarged(above, below.width, above.scale / below.scale);
  for (int y = 0; y < below.height && goes_on(watch, below.width); ++y) {
    const Pixel* light = enlarged.row(y);
    Pixel* row = below.row(y);
    for (int x = 0; x < below.width; ++x) row[x] = combine(row[x], light[x]);
  }
}

}  // namespace

Rgb rgb(uint32_t hex) {
  static const std::array<float, 256> kLinear = [] {
    std::array<float, 256> table{};
    for (size_t i = 0; i < 256; ++i) table[i] = from_srgb(static_cast<float>(i) / 255.0f);
    return table;
  }();
  const auto part = [&](int shift) { return kLinear[(hex >> shift) & 255]; };
  return {part(16), part(8), part(0)};
}

Rgb from_hsv(float hue, float saturation, float value) {
  const auto part = [&](float n) {
    const float k = fraction(n / 6 + hue) * 6;
    return value - value * saturation * clamp01(std::min(k, 4 - k));
  };
  return {part(5), part(3), part(1)};
}

Hsv to_hsv(const Rgb& c) {
  const float high = std::max({c.r, c.g, c.b});
  const float low = std::min({c.r, c.g, c.b});
  const float range = high - low;
  if (range <= 1e-6f) return {0, 0, high};
  float h = 0;
  if (high == c.r) {
    h = (c.g - c.b) / range;
  } else if (high == c.g) {
    h = 2 + (c.b - c.r) / range;
  } else {
    h = 4 + (c.r - c.g) / range;
  }
  return {fraction(h / 6), range / high, high};
}

float Field::at_clamped(int x, int y) const {
  return row(std::clamp(y, 0, height - 1))[std::clamp(x, 0, width - 1)];
}

namespace {

constexpr size_t kLargePage = size_t{2} << 20;

// What the system is asked for: whole large pages for large canvases.
size_t mapped_bytes(size_t bytes) { return (bytes + kLargePage - 1) / kLargePage * kLargePage; }

bool is_mapped(size_t bytes) { return bytes >= 2 * kLargePage; }

}  // namespace

namespace {

// Mappings given back while a picture is drawn, for the next canvas of their size: the system takes
// longer to hand out pages than it takes to clear them here.
struct Spare {
  void* memory;
  size_t bytes;
};

struct Spares {
  std::vector<Spare> list;
  size_t bytes = 0;
  bool kept = false;  // a SpareCanvases lives

  ~Spares() { drop(); }

  void drop() {
    for (const Spare& spare : list) ::munmap(spare.memory, spare.bytes);
    list.clear();
    bytes = 0;
  }
};

constexpr size_t kMostSpare_bytes = size_t{128} << 20;

Spares& spares() {
  static thread_local Spares kept;
  return kept;
}

// A mapping of that size that is spare; none: nullptr.
void* spare_mapping(size_t bytes) {
  Spares& kept = spares();
  for (Spare& spare : kept.list) {
    if (spare.bytes != bytes) continue;
    void* memory = std::exchange(spare, kept.list.back()).memory;
    kept.list.pop_back();
    kept.bytes -= bytes;
    return memory;
  }
  return nullptr;
}

}  // namespace

SpareCanvases::SpareCanvases() { spares().kept = true; }

SpareCanvases::~SpareCanvases() {
  spares().kept = false;
  spares().drop();
}

template <>
Pixel* BlankMemory<Pixel>::allocate(size_t n) {
  const size_t bytes = n * sizeof(Pixel);
  if (!is_mapped(bytes)) {
    // 16 bytes are what every allocation is aligned to.
    void* memory = std::calloc(n, sizeof(Pixel));
    if (memory == nullptr) throw std::bad_alloc();
    return static_cast<Pixel*>(memory);
  }
  const size_t wanted = mapped_bytes(bytes);
  if (void* spare = spare_mapping(wanted)) {
    std::memset(spare, 0, bytes);
    return static_cast<Pixel*>(spare);
  }
  void* memory =
      ::mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  ::madvise(memory, wanted, MADV_HUGEPAGE);  // advice: small pages do as well
  return static_cast<Pixel*>(memory);
}

template <>
void BlankMemory<Pixel>::deallocate(Pixel* memory, size_t n) {
  const size_t bytes = n * sizeof(Pixel);
  if (!is_mapped(bytes)) return std::free(memory);
  Spares& kept = spares();
  const size_t mapped = mapped_bytes(bytes);
  if (!kept.kept || kept.bytes + mapped > kMostSpare_bytes) {
    ::munmap(memory, mapped);
    return;
  }
  kept.list.push_back({memory, mapped});
  kept.bytes += mapped;
}

Enlarged::Enlarged(const Canvas& from, int width, float step)
    : from_(from),
      step_(step),
      columns_(static_cast<size_t>(width)),
      line_(static_cast<size_t>(from.width)),
      row_(static_cast<size_t>(width)) {
  for (int x = 0; x < width; ++x) columns_[static_cast<size_t>(x)] = place(x, from.width);
}

Enlarged::Place Enlarged::place(int i, int length) const {
  const float at = std::clamp((static_cast<float>(i) + 0.5f) * step_ - 0.5f, 0.0f,
                              static_cast<float>(length - 1));
  const int first = static_cast<int>(at);
  return {first, std::min(first + 1, length - 1), at - static_cast<float>(first)};
}

const Pixel* Enlarged::row(int y) {
  const Place p = place(y, from_.height);
  const Pixel* upper = from_.row(p.first);
  const Pixel* lower = from_.row(p.second);
  for (size_t x = 0; x < line_.size(); ++x) line_[x] = mix(upper[x], lower[x], p.t);
  for (size_t x = 0; x < row_.size(); ++x) {
    const Place& c = columns_[x];
    row_[x] = mix(line_[static_cast<size_t>(c.first)], line_[static_cast<size_t>(c.second)], c.t);
  }
  return row_.data();
}

Canvas canvas_for(int picture_width, int picture_height, float scale) {
  const auto side = [&](int length) {
    return std::max(1, static_cast<int>(std::ceil(static_cast<float>(length) * scale)));
  };
  return Canvas(side(picture_width), side(picture_height), scale);
}

Pixel sample(const Canvas& from, float x, float y) {
  const float sx = std::clamp(x - 0.5f, 0.0f, static_cast<float>(from.width - 1));
  const float sy = std::clamp(y - 0.5f, 0.0f, static_cast<float>(from.height - 1));
  const int x0 = static_cast<int>(sx), y0 = static_cast<int>(sy);
  const int x1 = std::min(x0 + 1, from.width - 1);
  const Pixel* upper = from.row(y0);
  const Pixel* lower = from.row(std::min(y0 + 1, from.height - 1));
  const float tx = sx - static_cast<float>(x0);
  return mix(mix(upper[x0], upper[x1], tx), mix(lower[x0], lower[x1], tx),
             sy - static_cast<float>(y0));
}

float sample(const Field& from, float x, float y) {
  const float sx = std::clamp(x - 0.5f, 0.0f, static_cast<float>(from.width - 1));
  const float sy = std::clamp(y - 0.5f, 0.0f, static_cast<float>(from.height - 1));
  const int x0 = static_cast<int>(sx), y0 = static_cast<int>(sy);
  const int x1 = std::min(x0 + 1, from.width - 1);
  const float* upper = from.row(y0);
  const float* lower = from.row(std::min(y0 + 1, from.height - 1));
  const float tx = sx - static_cast<float>(x0);
  return mix(mix(upper[x0], upper[x1], tx), mix(lower[x0], lower[x1], tx),
             sy - static_cast<float>(y0));
}

void lay_over(Canvas& below, const Canvas& above, int x, int y, Watch* watch) {
  const int first_x = std::max(0, -x), last_x = std::min(above.width, below.width - x);
  const int first_y = std::max(0, -y), last_y = std::min(above.height, below.height - y);
  for (int j = first_y; j < last_y && goes_on(watch, above.width); ++j) {
    const Pixel* from = above.row(j);
    Pixel* to = below.row(y + j) + x;
    for (int i = first_x; i < last_x; ++i) to[i] = over(to[i], from[i]);
  }
}

void lay_scaled_over(Canvas& below, const Canvas& above, float strength, Watch* watch) {
  combine_scaled(below, above, watch, [&](Pixel b, Pixel a) { return over(b, a * strength); });
}

void enlarge(Canvas& into, const Canvas& small, Watch* watch) {
  combine_scaled(into, small, watch, [](Pixel, Pixel s) { return s; });
}

void add_scaled(Canvas& below, const Canvas& light, float strength, Watch* watch) {
  combine_scaled(below, light, watch, [&](Pixel b, Pixel l) {
    Pixel sum = b + l * strength;
    sum.v[3] = b.v[3];
    return sum;
  });
}

Canvas reduced(const Canvas& from, int n, Watch* watch) {
  CHECK(n >= 1);
  Canvas small((from.width + n - 1) / n, (from.height + n - 1) / n,
               from.scale / static_cast<float>(n));
  for (int y = 0; y < small.height && goes_on(watch, from.width * n / 2); ++y) {
    Pixel* to = small.row(y);
    const int lines = std::min(n, from.height - y * n);
    for (int x = 0; x < small.width; ++x) {
      const int columns = std::min(n, from.width - x * n);
      Pixel sum;
      for (int j = 0; j < lines; ++j) {
        const Pixel* line = from.row(y * n + j) + x * n;
        for (int i = 0; i < columns; ++i) sum = sum + line[i];
      }
      to[x] = sum * (1.0f / static_cast<float>(lines * columns));
    }
  }
  return small;
}

Canvas thinned(const Canvas& from, int n) {
  CHECK(n >= 1);
  Canvas small((from.width + n - 1) / n, (from.height + n - 1) / n,
               from.scale / static_cast<float>(n));
  for (int y = 0; y < small.height; ++y) {
    const Pixel* first = from.row(std::min(y * n + n / 4, from.height - 1));
    const Pixel* second = from.row(std::min(y * n + 3 * n / 4, from.height - 1));
    for (int x = 0; x < small.width; ++x) {
      const int left = std::min(x * n + n / 4, from.width - 1),
                right = std::min(x * n + 3 * n / 4, from.width - 1);
      small.row(y)[x] = (first[left] + first[right] + second[left] + second[right]) * 0.25f;
    }
  }
  return small;
}

void blur(Canvas& canvas, float sigma_x, float sigma_y, Watch* watch) {
  if (sigma_x > 0.2f) blur_rows(canvas.pixels.data(), canvas.width, canvas.height, sigma_x, watch);
  if (sigma_y > 0.2f)
    blur_columns(canvas.pixels.data(), canvas.width, canvas.height, sigma_y, watch);
}

void blur(Field& field, float sigma) {
  if (sigma <= 0.2f) return;
  blur_rows(field.values.data(), field.width, field.height, sigma, nullptr);
  blur_columns(field.values.data(), field.width, field.height, sigma, nullptr);
}

void blur_disc(Canvas& canvas, float radius, Watch* watch) {
  const int r = static_cast<int>(radius + 0.5f);
  if (r < 1) return;
  std::vector<int> half(static_cast<size_t>(2 * r + 1));
  int area = 0;
  for (int dy = -r; dy <= r; ++dy) {
    const float reach = std::sqrt(std::max(0.0f, radius * radius - static_cast<float>(dy * dy)));
    half[static_cast<size_t>(dy + r)] = static_cast<int>(reach + 0.5f);
    area += 2 * half[static_cast<size_t>(dy + r)] + 1;
  }
  // Sums along each row, with r + 1 repeated pixels at either end.
  const int pad = r + 2, length = canvas.width + 2 * pad;
  Pixels sums(static_cast<size_t>(length) * canvas.height);
  for (int y = 0; y < canvas.height && goes_on(watch, canvas.width); ++y) {
    const Pixel* row = canvas.row(y);
    Pixel* line = sums.data() + static_cast<size_t>(y) * length;
    Pixel sum;
    for (int i = 0; i < length; ++i) {
      sum = sum + row[std::clamp(i - pad, 0, canvas.width - 1)];
      line[i] = sum;
    }
  }
  const float weight = 1.0f / static_cast<float>(area);
  std::vector<Pixel> line(static_cast<size_t>(canvas.width));
  for (int y = 0; y < canvas.height && goes_on(watch, canvas.width * (r + 1)); ++y) {
    std::fill(line.begin(), line.end(), Pixel());
    for (int dy = -r; dy <= r; ++dy) {
      const int source = std::clamp(y + dy, 0, canvas.height - 1);
      const int h = half[static_cast<size_t>(dy + r)];
      const Pixel* from = sums.data() + static_cast<size_t>(source) * length + pad;
      for (int x = 0; x < canvas.width; ++x)
        line[static_cast<size_t>(x)] = line[static_cast<size_t>(x)] + from[x + h] - from[x - h - 1];
    }
    Pixel* to = canvas.row(y);
    for (int x = 0; x < canvas.width; ++x) to[x] = line[static_cast<size_t>(x)] * weight;
  }
}

}  // namespace plantain::engine::sketch
