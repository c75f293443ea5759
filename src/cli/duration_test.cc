#include "cli/duration.h"

#include <gtest/gtest.h>

namespace plantain::cli {
namespace {

using std::chrono::seconds;

TEST(Duration, IsAWholePositiveNumberAndAUnit) {
  EXPECT_EQ(parse_duration("45s"), seconds(45));
  EXPECT_EQ(parse_duration("90m"), seconds(5400));
  EXPECT_EQ(parse_duration("12h"), seconds(43'200));
  EXPECT_EQ(parse_duration("30d"), seconds(2'592'000));
  EXPECT_EQ(parse_duration("2w"), seconds(1'209'600));
  for (const char* wrong : {"", "d", "30", "0d", "-1d", "1.5h", "1 d", "1D", "1dd", "36501d",
                            "99999999999999999999s", "9223372036854775807w"}) {
    EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
  }
}

TEST(Duration, IsShownInItsLargestFittingUnit) {
  EXPECT_EQ(short_duration(Micros(-5)), "0.0 s");
  EXPECT_EQ(short_duration(Micros(450'000)), "0.4 s");
  EXPECT_EQ(short_duration(seconds(119)), "119 s");
  EXPECT_EQ(short_duration(seconds(120)), "2 min");
  EXPECT_EQ(short_duration(seconds(7200)), "2 h");
  EXPECT_EQ(short_duration(seconds(86'400 * 12)), "12 d");
}

TEST(Duration, RunsLikeAClock) {
  EXPECT_EQ(running_time(Micros(3'290'000)), "3.2 s");
  EXPECT_EQ(running_time(seconds(65)), "1:05");
  EXPECT_EQ(running_time(seconds(3723)), "1:02:03");
}

}  // namespace
}  // namespace plantain::cli
