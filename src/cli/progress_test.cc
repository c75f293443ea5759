#include "cli/progress.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace plantain::cli {
namespace {

using std::chrono::seconds;

TEST(ProgressLine, HasStageBarPercentAndTime) {
  EXPECT_EQ(progress_line({"denoise", 50, seconds(3)}, 60),
            "denoise                   [=========>        ]   50 %  3.0 s");
  EXPECT_EQ(progress_line({"denoise", 0, seconds(65)}, 60),
            "denoise                   [>                  ]    0 %  1:05");
  EXPECT_EQ(progress_line({"save", 100, seconds(3)}, 60),
            "save                      [==================]  100 %  3.0 s");
}

TEST(ProgressLine, HasNoBarWithoutAPercentage) {
  EXPECT_EQ(progress_line({"in the queue, next", -1, seconds(3)}, 60), "in the queue, next  3.0 s");
}

TEST(ProgressLine, IsNeverWiderThanTheTerminalWhateverTheStage) {
  for (const char* stage : {"", "denoise", "a stage with a name that is far too long for it",
                            "描画する描画する描画する描画する描画する描画する"}) {
    for (int columns = 1; columns < 120; ++columns) {
      for (const int percent : {-1, 0, 9, 55, 100, 250}) {
        const std::string line = progress_line({stage, percent, seconds(4000)}, columns);
        ASSERT_LE(count_code_points(line), static_cast<std::size_t>(columns)) << line;
      }
    }
  }
}

class ProgressPrinterTest : public testing::Test {
 protected:
  ProgressPrinterTest() {
    world_.clock = &clock_;
    world_.err = [this](std::string_view text) { said_ += text; };
  }
  ManualClock clock_;
  World world_;
  std::string said_;
};

TEST_F(ProgressPrinterTest, OnATerminalOneLineIsRedrawnAndWipedAtTheEnd) {
  world_.err_is_terminal = true;
  ProgressPrinter printer(world_);

  printer.take_status(*parse_json(R"({"status":"in_queue","queue_position":2})"));
  clock_.advance(seconds(1));
  printer.tick();
  printer.finish();

  EXPECT_EQ(
      said_,
      "\rin the queue, 2 before it  0.0 s\x1b[K\rin the queue, 2 before it  1.0 s\x1b[K\r\x1b[K");
}

TEST_F(ProgressPrinterTest, ElsewhereOnlyNewsIsALine) {
  ProgressPrinter printer(world_);

  printer.take_status(*parse_json(R"({"status":"in_queue","queue_position":0})"));
  printer.tick();
  printer.take_status(
      *parse_json(R"({"status":"in_progress","progress":{"stage":"draw","percent":1}})"));
  printer.take_progress(*parse_json(R"({"stage":"draw","percent":2})"));
  printer.take_progress(*parse_json(R"({"progress":{"stage":"draw","percent":30}})"));
  printer.take_status(*parse_json(R"({"status":"completed"})"));
  printer.finish();

  EXPECT_EQ(said_, "in the queue, next  0.0 s\ndraw 1 %  0.0 s\ndraw 30 %  0.0 s\n");
}

}  // namespace
}  // namespace plantain::cli
