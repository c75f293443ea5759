// How fast the built-in engine draws, and what it draws.
//
//   sketch_bench [--size WxH] [--seed N] [--png FILE] [--scene] [PROMPT]
//
// Without a prompt: times a few prompts at 1K and 4K. With one: draws it, and writes it as PNG if
// asked; --scene prints what was understood instead. One JSON line per picture on standard output:
// processor seconds of drawing and encoding, the system's included, the largest pause between two
// questions to the observer, and the peak of resident memory.
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "engine/sketch/engine.h"
#include "engine/sketch/scene.h"
#include "image/codec.h"

namespace plantain::engine {
namespace {

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

double peak_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Of this thread alone, so that others on the same core do not count.
double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Measures how long the engine works without asking.
class Listener final : public Observer {
 public:
  bool keep_going(std::string_view, int, int) override {
    note();
    return true;
  }
  void preview(const image::Pixels&) override { note(); }
  double longest() const { return longest_; }

 private:
  void note() {
    const double now = thread_seconds();
    longest_ = std::max(longest_, now - last_);
    last_ = now;
  }
  double last_ = thread_seconds();
  double longest_ = 0;
};

int draw(Engine& engine, const Order& order, const std::string& png) {
  const double begin = processor_seconds();
  Listener listener;
  Result<Drawing> drawing = engine.draw(order, listener);
  if (!drawing.ok()) {
    std::fprintf(stderr, "%s\n", drawing.error().message.c_str());
    return 1;
  }
  const double drawn = processor_seconds();
  const auto& pixels = std::get<image::Pixels>(drawing->picture);
  const Result<std::string> file = image::encode(
      pixels, image::Format::kPng,
      {std::string(engine.digital_source_type()), std::string(engine.name()), "", order.seed});
  if (!file.ok()) return 1;
  const JsonObject line{{"prompt", order.prompt},
                        {"size", concat(order.width, "x", order.height)},
                        {"draw_s", drawn - begin},
                        {"encode_s", processor_seconds() - drawn},
                        {"longest_pause_s", listener.longest()},
                        {"peak_mib", peak_mib()}};
  std::printf("%s\n", write_json(line).c_str());
  if (png.empty()) return 0;
  std::FILE* out = std::fopen(png.c_str(), "wb");
  if (out == nullptr) return 1;
  const bool whole = std::fwrite(file->data(), 1, file->size(), out) == file->size();
  return std::fclose(out) == 0 && whole ? 0 : 1;
}

int draw_all(Engine& engine) {
  static const char* const kPrompts[] = {
      "A cinematic close-up portrait of an American woman standing under neon lights in rainy "
      "Tokyo, shallow depth of field, reflective wet streets, ultra-detailed, realistic skin "
      "texture",
      "three cats on a red sofa at night", "a red sailing boat on a calm sea at sunset",
      "a golden retriever in a snowy forest",
      "a flock of birds over snowy mountains in the morning, fog"};
  for (const auto& [width, height] :
       {std::pair{1024, 1024}, std::pair{4096, 4096}, std::pair{6336, 2688}}) {
    for (const char* prompt : kPrompts) {
      Order order;
      order.prompt = prompt;
      order.width = width;
      order.height = height;
      order.seed = 7;
      if (draw(engine, order, "") != 0) return 1;
    }
  }
  return 0;
}

int run(int argc, char** argv) {
  Order order;
  order.width = order.height = 1024;
  order.seed = 7;
  std::string png;
  bool scene_only = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--size" && more) {
      if (std::sscanf(argv[++i], "%dx%d", &order.width, &order.height) != 2) return 2;
    } else if (word == "--seed" && more) {
      order.seed = std::atoll(argv[++i]);
    } else if (word == "--png" && more) {
      png = argv[++i];
    } else if (word == "--scene") {
      scene_only = true;
    } else if (order.prompt.empty() && !word.starts_with("--")) {
      order.prompt = word;
    } else {
      std::fprintf(stderr,
                   "usage: sketch_bench [--size WxH] [--seed N] [--png FILE] [--scene] [PROMPT]\n");
      return 2;
    }
  }
  if (scene_only) {
    std::printf("%s\n", write_json(sketch::to_json(sketch::understand(order.prompt))).c_str());
    return 0;
  }
  const std::unique_ptr<Engine> engine = sketch::make_sketch_engine();
  return order.prompt.empty() ? draw_all(*engine) : draw(*engine, order, png);
}

}  // namespace
}  // namespace plantain::engine

int main(int argc, char** argv) { return plantain::engine::run(argc, argv); }
