#include "engine/sketch/engine.h"

#include <utility>

#include "engine/order_size.h"
#include "engine/sketch/paint.h"
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
    if (!order.references.empty())
      return invalid("the built-in engine makes pictures from text alone; it cannot edit one");
    if (auto size = check_size(order); !size.ok()) return size.error();
    if (!observer.keep_going("words", 0, 1))
      return Error{ErrorCode::kCancelled, "stopped before the first layer"};
    const Scene scene = understand(order.prompt);
    Result<image::Pixels> pixels =
        paint(scene, stage(scene, order.width, order.height, order.seed), observer);
    if (!pixels.ok()) return pixels.error();
    Drawing drawing;
    drawing.picture = std::move(*pixels);
    drawing.notes = {{"kind", "illustration composed from parts"},
                     {"understood", words(scene.understood)},
                     {"ignored", words(scene.ignored)}};
    return drawing;
  }
};

}  // namespace

std::unique_ptr<Engine> make_sketch_engine() { return std::make_unique<SketchEngine>(); }

}  // namespace plantain::engine::sketch
