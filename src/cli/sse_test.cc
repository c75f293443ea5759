#include "cli/sse.h"

#include <gtest/gtest.h>

namespace plantain::cli {
namespace {

using Events = std::vector<ServerEvent>;

constexpr std::string_view kStream =
    "\xEF\xBB\xBF: welcome\n"
    "id: 1\nevent: status\ndata: {\"a\":1}\n\n"
    ": still here\r\n\r\n"
    "event:progress\r\ndata:one\r\ndata: two\r\n\r\n"
    "id: 2\rdata\rretry: 5\r\r"
    "event: empty\n\n"
    "data: not ended";

const Events kEvents = {
    {"status", "{\"a\":1}", "1"}, {"progress", "one\ntwo", "1"}, {"message", "", "2"}};

TEST(EventParser, ReadsNamesDataAndIdsAndSkipsCommentsAndWhatIsNotEnded) {
  EventParser parser;

  EXPECT_EQ(parser.feed(kStream), kEvents);
}

TEST(EventParser, GivesTheSameEventsWhereverTheStreamIsCut) {
  for (std::size_t first = 0; first <= kStream.size(); ++first) {
    for (std::size_t second = first; second <= kStream.size(); ++second) {
      EventParser parser;
      Events events = parser.feed(kStream.substr(0, first));
      for (const ServerEvent& event : parser.feed(kStream.substr(first, second - first))) {
        events.push_back(event);
      }
      for (const ServerEvent& event : parser.feed(kStream.substr(second))) events.push_back(event);
      ASSERT_EQ(events, kEvents) << first << ", " << second;
    }
  }
}

TEST(EventParser, AnEventIsThereWithTheByteThatEndsIt) {
  EventParser parser;
  EXPECT_TRUE(parser.feed("data: x\n").empty());

  EXPECT_EQ(parser.feed("\n").size(), 1u);
}

}  // namespace
}  // namespace plantain::cli
