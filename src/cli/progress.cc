#include "cli/progress.h"

#include <algorithm>

#include "base/text.h"
#include "cli/duration.h"

namespace plantain::cli {
namespace {

constexpr int kStageColumns = 24;
constexpr int kBarColumnsMax = 40;
constexpr int kBarColumnsMin = 8;
constexpr int kPlainStep_percent = 25;  // plain lines come no oftener than this

// At most `columns` code points, the last one an ellipsis when something was cut.
std::string fitted(const std::string& text, int columns) {
  const std::vector<char32_t> points = to_code_points(text);
  if (static_cast<int>(points.size()) <= columns) return text;
  std::string out;
  for (int i = 0; i + 1 < columns; ++i) out += to_utf8(points[static_cast<std::size_t>(i)]);
  return out + (columns > 0 ? "…" : "");
}

std::string bar(int percent, int columns) {
  const int full = columns * percent / 100;
  std::string out(static_cast<std::size_t>(full), '=');
  if (full < columns) out += '>';
  out.resize(static_cast<std::size_t>(columns), ' ');
  return concat("[", out, "]");
}

}  // namespace

std::string progress_line(const ProgressView& view, int columns) {
  const std::string time = running_time(view.elapsed);
  if (view.percent < 0) return fitted(concat(view.stage, "  ", time), columns);
  const int percent = std::clamp(view.percent, 0, 100);
  const std::string number = concat(percent < 10 ? "  " : percent < 100 ? " " : "", percent, " %");
  std::string stage = fitted(view.stage, kStageColumns);
  const int tail = static_cast<int>(number.size() + 2 + time.size());
  const int room = columns - kStageColumns - 2 - 2 - tail - 2;
  if (room < kBarColumnsMin) return fitted(concat(stage, "  ", number, "  ", time), columns);
  stage += std::string(static_cast<std::size_t>(kStageColumns) - count_code_points(stage), ' ');
  return concat(stage, "  ", bar(percent, std::min(room, kBarColumnsMax)), "  ", number, "  ",
                time);
}

ProgressPrinter::ProgressPrinter(const World& world)
    : world_(world), began_(world.clock->steady()) {}

void ProgressPrinter::take_status(const Json& status) {
  const std::string state = text_or(status, "status", "");
  view_.percent = -1;
  if (state == "in_queue") {
    const int64_t before = int_or(status, "queue_position", 0);
    view_.stage =
        before > 0 ? concat("in the queue, ", before, " before it") : "in the queue, next";
  } else if (state == "in_progress") {
    view_.stage = "started";
    if (const Json* progress = find(status, "progress")) return take_progress(*progress);
  } else {
    return;  // an end: its news is the result
  }
  show();
}

void ProgressPrinter::take_progress(const Json& progress) {
  // Some servers send the whole status object.
  if (const Json* inner = find(progress, "progress")) return take_progress(*inner);
  view_.stage = text_or(progress, "stage", view_.stage);
  view_.percent = static_cast<int>(int_or(progress, "percent", -1));
  show();
}

void ProgressPrinter::tick() {
  if (world_.err_is_terminal && !view_.stage.empty()) show();
}

void ProgressPrinter::show() {
  view_.elapsed = world_.clock->steady() - began_;
  if (world_.err_is_terminal) {
    world_.err(concat("\r", progress_line(view_, world_.columns - 1), "\x1b[K"));
    drawn_ = true;
    return;
  }
  const bool news =
      view_.stage != printed_.stage || view_.percent >= printed_.percent + kPlainStep_percent;
  if (!news) return;
  printed_ = view_;
  world_.err(concat(view_.stage, view_.percent < 0 ? "" : concat(" ", view_.percent, " %"), "  ",
                    running_time(view_.elapsed), "\n"));
}

void ProgressPrinter::finish() {
  if (drawn_) world_.err("\r\x1b[K");
  drawn_ = false;
}

}  // namespace plantain::cli
