// Reads a stream of server-sent events (the WHATWG form) from pieces that may be cut anywhere.
// Threads: one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plantain::cli {

struct ServerEvent {
  std::string name = "message";
  std::string data;  // lines joined by "\n"
  std::string id;    // the last one seen in the stream; empty: none
  friend bool operator==(const ServerEvent&, const ServerEvent&) = default;
};

class EventParser {
 public:
  // The events that `piece` completes.
  std::vector<ServerEvent> feed(std::string_view piece);

 private:
  void take_line(std::string_view line, std::vector<ServerEvent>& events);

  std::string line_;           // begun, not ended
  bool after_return_ = false;  // a line feed now belongs to the line break before
  bool first_line_ = true;     // where a byte order mark is skipped
  bool has_data_ = false;
  ServerEvent event_;
};

}  // namespace plantain::cli
