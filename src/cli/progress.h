// How a wait looks: one line that is redrawn on a terminal, plain lines elsewhere.
#pragma once

#include <string>

#include "base/json.h"
#include "cli/world.h"

namespace plantain::cli {

struct ProgressView {
  std::string stage;  // "in the queue, 3 before it", "denoise"
  int percent = -1;   // -1: not known
  Micros elapsed{0};
  friend bool operator==(const ProgressView&, const ProgressView&) = default;
};

// "denoise          [=========>          ]  45 %  3.2 s", never wider than `columns`.
std::string progress_line(const ProgressView& view, int columns);

// Threads: one.
class ProgressPrinter {
 public:
  // `world` must outlive this.
  explicit ProgressPrinter(const World& world);

  void take_status(const Json& status);      // the status object of a request
  void take_progress(const Json& progress);  // {"stage", "step", "steps", "percent"}
  void tick();                               // time has passed
  void finish();                             // wipes the line; nothing is drawn after it

 private:
  void show();

  const World& world_;
  const SteadyTime began_;
  ProgressView view_;
  ProgressView printed_;  // the last plain line
  bool drawn_ = false;
};

}  // namespace plantain::cli
