// Writes are asynchronous: the store gathers them into one transaction and one fsync, and calls
// back when they are on disk.
#pragma once

#include <functional>

#include "base/result.h"

namespace plantain::store {

// Called exactly once, on the store's own thread, after the commit (or after the failure). It must
// not block and must not call a writing method and wait for it.
template <class T>
using Then = std::function<void(Result<T>)>;

}  // namespace plantain::store
