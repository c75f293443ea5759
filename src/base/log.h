// One JSON line per change of state: words for people, fields for machines. Never a prompt, a
// query string, a key, a body or a path of the server's owner.
// Threads: any; lines never interleave.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"

namespace plantain {

enum class LogLevel { kDebug, kInfo, kWarning, kError };
inline constexpr std::string_view kLogLevels[] = {"debug", "info", "warning", "error"};
inline std::string_view name_of(LogLevel level) { return kLogLevels[static_cast<int>(level)]; }

class Log {
 public:
  using Sink = std::function<void(std::string_view line)>;  // called under a lock, one whole line

  // `clock` must outlive this.
  Log(const Clock& clock, LogLevel least, Sink sink);
  void write(LogLevel level, std::string_view message, JsonObject fields = {});
  void info(std::string_view message, JsonObject fields = {}) {
    write(LogLevel::kInfo, message, std::move(fields));
  }
  void warn(std::string_view message, JsonObject fields = {}) {
    write(LogLevel::kWarning, message, std::move(fields));
  }
  void error(std::string_view message, JsonObject fields = {}) {
    write(LogLevel::kError, message, std::move(fields));
  }

 private:
  const Clock& clock_;
  const LogLevel least_;
  const Sink sink_;
  std::mutex mutex_;
};

// A sink that writes to a file descriptor (2: standard error).
Log::Sink descriptor_sink(int descriptor);

}  // namespace plantain
