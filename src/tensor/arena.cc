#include "tensor/arena.h"

#include <algorithm>
#include <new>

namespace plantain::tensor {
namespace {

constexpr std::size_t kAlignment_bytes = 64;
constexpr std::size_t kChunkMin_bytes = std::size_t{16} << 20;

}  // namespace

Arena::Arena(std::size_t planned_bytes) {
  if (planned_bytes == 0) return;
  const std::size_t size = (planned_bytes + kAlignment_bytes - 1) & ~(kAlignment_bytes - 1);
  chunks_.push_back(
      {static_cast<std::byte*>(::operator new(size, std::align_val_t{kAlignment_bytes})), size});
}

Arena::~Arena() { release(); }

void Arena::release() {
  for (const Chunk& chunk : chunks_)
    ::operator delete(chunk.data, std::align_val_t{kAlignment_bytes});
  chunks_.clear();
  chunk_ = used_ = total_ = 0;
}

float* Arena::take(int64_t count) {
  CHECK(count >= 0);
  const std::size_t size =
      (static_cast<std::size_t>(count) * sizeof(float) + kAlignment_bytes - 1) &
      ~(kAlignment_bytes - 1);
  while (chunk_ < chunks_.size() && used_ + size > chunks_[chunk_].size) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) {
    const std::size_t fresh = std::max(size, kChunkMin_bytes);
    chunks_.push_back(
        {static_cast<std::byte*>(::operator new(fresh, std::align_val_t{kAlignment_bytes})),
         fresh});
  }
  std::byte* at = chunks_[chunk_].data + used_;
  used_ += size;
  total_ += size;
  peak_ = std::max(peak_, total_);
  return reinterpret_cast<float*>(at);
}

Arena::Scope::Scope(Arena& arena)
    : arena_(arena), chunk_(arena.chunk_), used_(arena.used_), total_(arena.total_) {}

Arena::Scope::~Scope() {
  arena_.chunk_ = chunk_;
  arena_.used_ = used_;
  arena_.total_ = total_;
}

}  // namespace plantain::tensor
