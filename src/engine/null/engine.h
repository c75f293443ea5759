// An engine that makes plain pictures in a given time: for measuring and testing the service
// around it, where the pictures do not matter.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "engine/engine.h"

namespace plantain::engine::null {

// Takes `time` for each picture, stops within 20 ms of being told. `name` is what it answers to.
std::unique_ptr<Engine> make_null_engine(std::string name, std::chrono::milliseconds time);

}  // namespace plantain::engine::null
