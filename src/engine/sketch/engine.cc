#include "engine/sketch/engine.h"

#include <algorithm>
#include <utility>

#include "engine/order_size.h"
#include "engine/sketch/paint.h"
#include "engine/sketch/retouch.h"
#include "engine/sketch/scene.h"
#include "engine/sketch/stage.h"

namespace plantain::engine::sketch {
namespace {

JsonArray words(const std::vector<std::string>& list) {
  JsonArray array;
  for (const std::string& word : list) array.emplace_back(word);
  return array;
}

class SketchEngine final : public Engine {
 public:
  std::string_view name() const override { return "sketch"; }
  std::string_view weights() const override { return ""; }
  std::string_view digital_source_type() const override { return "algorithmicMedia"; }
  bool reproducible() const override { return true; }

  Result<Drawing> draw(const Order& order, Observer& observer) override {
    if (auto size = check_size(order); !size.ok()) return size.error();
    if (!observer.keep_going("words", 0, 1))
      return Error{ErrorCode::kCancelled, "stopped before the first layer"};
    const Scene scene = understand(order.prompt);
    return order.references.empty() ? compose(scene, order, observer)
                                    : edit(scene, order, observer);
  }

 private:
  static Result<Drawing> compose(const Scene& scene, const Order& order, Observer& observer) {
    Result<image::Pixels> pixels =
        paint(scene, stage(scene, order.width, order.height, order.seed), observer);
    if (!pixels.ok()) return pixels.error();
    return drawing(std::move(*pixels), "illustration composed from parts", scene);
  }

  static Result<Drawing> edit(Scene scene, const Order& order, Observer& observer) {
    std::string tint;
    const Retouch retouch = retouch_of(scene, &tint);
    if (!tint.empty()) {
      scene.ignored.erase(std::find(scene.ignored.begin(), scene.ignored.end(), tint));
      scene.understood.push_back(tint);
    }
    scene = over_a_picture(std::move(scene));
    Stage over = stage(scene, order.width, order.height, order.seed);
    over.retouched = true;
    const Given given{order.references, retouch};
    Result<image::Pixels> pixels = paint(scene, over, observer, &given);
    if (!pixels.ok()) return pixels.error();
    return drawing(std::move(*pixels), "illustration composed from parts over the given picture",
                   scene);
  }

  static Drawing drawing(image::Pixels pixels, std::string_view kind, const Scene& scene) {
    Drawing drawing;
    drawing.picture = std::move(pixels);
    drawing.notes = {
        {"kind", kind}, {"understood", words(scene.understood)}, {"ignored", words(scene.ignored)}};
    return drawing;
  }
};

}  // namespace

std::unique_ptr<Engine> make_sketch_engine() { return std::make_unique<SketchEngine>(); }

}  // namespace plantain::engine::sketch
