#include "engine/null/engine.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "engine/order_size.h"

namespace plantain::engine::null {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBetweenQuestions{20};
constexpr int kSteps = 100;

class NullEngine final : public Engine {
 public:
  NullEngine(std::string name, milliseconds time) : name_(std::move(name)), time_(time) {}

  std::string_view name() const override { return name_; }
  std::string_view weights() const override { return ""; }
  std::string_view digital_source_type() const override { return "algorithmicMedia"; }
  bool reproducible() const override { return true; }

  Result<Drawing> draw(const Order& order, Observer& observer) override {
    if (auto size = check_size(order); !size.ok()) return size.error();
    if (!pass_time(observer)) return Error{ErrorCode::kCancelled, "stopped while waiting"};
    Drawing drawing;
    drawing.picture = plain(order);
    drawing.notes = {{"kind", "plain picture of the engine that draws nothing"}};
    return drawing;
  }

 private:
  bool pass_time(Observer& observer) const {
    const auto begin = steady_clock::now();
    while (true) {
      const auto passed = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
      const int step = time_.count() == 0 ? kSteps
                                          : static_cast<int>(std::min<int64_t>(
                                                kSteps, kSteps * passed.count() / time_.count()));
      if (!observer.keep_going("wait", std::min(step, kSteps - 1), kSteps)) return false;
      if (passed >= time_) return true;
      std::this_thread::sleep_for(std::min(kBetweenQuestions, time_ - passed));
    }
  }

  // One colour: of the first pixels of the references, else the seed chooses it.
  static image::Pixels plain(const Order& order) {
    const uint64_t mixed = (static_cast<uint64_t>(order.seed) + 1) * 0x9E3779B97F4A7C15u;
    uint8_t colour[3];
    for (int i = 0; i < 3; ++i) colour[i] = static_cast<uint8_t>(mixed >> (40 + 8 * i));
    if (!order.references.empty()) {
      for (std::size_t i = 0; i < 3; ++i) {
        unsigned sum = 0;
        for (const image::Pixels& reference : order.references) sum += reference.rgb[i];
        colour[i] = static_cast<uint8_t>(sum / order.references.size());
      }
    }
    image::Pixels pixels{order.width, order.height, {}};
    pixels.rgb.resize(std::size_t{3} * static_cast<std::size_t>(order.width) *
                      static_cast<std::size_t>(order.height));
    for (std::size_t i = 0; i < pixels.rgb.size(); ++i) pixels.rgb[i] = colour[i % 3];
    return pixels;
  }

  const std::string name_;
  const milliseconds time_;
};

}  // namespace

std::unique_ptr<Engine> make_null_engine(std::string name, milliseconds time) {
  return std::make_unique<NullEngine>(std::move(name), time);
}

}  // namespace plantain::engine::null
