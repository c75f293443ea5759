// Memory for the numbers of one run: taken in order, given back in the opposite order.
//
// A step takes and gives back the same amounts each time, so after the first step (or from the
// start, when `planned_bytes` was right) nothing is allocated any more.
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tensor/matrix.h"

namespace plantain::tensor {

class Arena {
 public:
  explicit Arena(std::size_t planned_bytes = 0);
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Memory of unknown content on a boundary of 64 bytes, until the innermost Scope that was open
  // when it was taken ends.
  float* take(int64_t count);
  Matrix matrix(int64_t rows, int64_t columns) {
    return Matrix(take(rows * columns), rows, columns);
  }
  Map map(int height, int width, int channels) {
    return Map(take(int64_t{height} * width * channels), height, width, channels);
  }

  // The most that was in use at any moment.
  std::size_t peak_bytes() const { return peak_; }
  // Gives memory back to the system; nothing may be in use.
  void release();

  // Gives back what was taken since it began.
  class Scope {
   public:
    explicit Scope(Arena& arena);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Arena& arena_;
    std::size_t chunk_;
    std::size_t used_;
    std::size_t total_;
  };

 private:
  struct Chunk {
    std::byte* data;
    std::size_t size;
  };

  std::vector<Chunk> chunks_;
  std::size_t chunk_ = 0;  // the one being filled
  std::size_t used_ = 0;   // of it
  std::size_t total_ = 0;
  std::size_t peak_ = 0;
};

}  // namespace plantain::tensor
