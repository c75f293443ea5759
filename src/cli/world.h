// What the command sees of the machine it runs on. process_world() is the real one; tests make
// their own.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/files.h"

namespace plantain::cli {

struct World {
  std::function<void(std::string_view text)>
      out;  // what was asked for: pictures' places, JSON, tables
  std::function<void(std::string_view text)> err;  // what is said about it: progress, faults
  std::map<std::string, std::string> environment;
  Path system_config = "/etc/plantain/config.toml";
  bool root = false;
  bool err_is_terminal = false;
  int columns = 80;
  const Clock* clock = nullptr;  // outlives the run
  std::function<void(Micros)> sleep;
  // From this call on Ctrl-C does not end the process but sets what is returned.
  std::function<const std::atomic<bool>*()> catch_interrupts;

  std::string environment_or(const std::string& name, std::string_view otherwise) const {
    const auto at = environment.find(name);
    return at == environment.end() ? std::string(otherwise) : at->second;
  }
};

World process_world();

}  // namespace plantain::cli
