#include "base/log.h"

#include <unistd.h>

namespace plantain {

Log::Log(const Clock& clock, LogLevel least, Sink sink)
    : clock_(clock), least_(least), sink_(std::move(sink)) {}

void Log::write(LogLevel level, std::string_view message, JsonObject fields) {
  if (level < least_) return;
  JsonObject line;
  line["time"] = to_rfc3339(clock_.wall());
  line["level"] = name_of(level);
  line["message"] = message;
  for (auto& field : fields) line[field.key()] = std::move(field.value());
  const std::string text = write_json(line) + "\n";
  const std::lock_guard lock(mutex_);
  sink_(text);
}

Log::Sink descriptor_sink(int descriptor) {
  return [descriptor](std::string_view line) {
    while (!line.empty()) {
      const ssize_t wrote = ::write(descriptor, line.data(), line.size());
      if (wrote <= 0) return;  // nobody is left to tell
      line.remove_prefix(static_cast<size_t>(wrote));
    }
  };
}

}  // namespace plantain
