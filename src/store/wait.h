// Waiting for a write of a store, for threads that may block: never the network's, never a store's.
#pragma once

#include <functional>
#include <future>
#include <memory>

#include "store/then.h"

namespace plantain::store {

// Calls `write` with a callback and blocks until that was called.
template <class T>
Result<T> wait_for(const std::function<void(Then<T>)>& write) {
  // Shared: the store's thread may still be inside set_value() when the waiting one has gone on.
  auto done = std::make_shared<std::promise<Result<T>>>();
  write([done](Result<T> answer) { done->set_value(std::move(answer)); });
  return done->get_future().get();
}

}  // namespace plantain::store
