// What text encoders said of recent prompts, so that a prompt that comes again costs nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tensor/matrix.h"

namespace plantain::model {

struct TextStates {
  int64_t tokens = 0;
  int64_t width = 0;
  std::vector<float> values;

  tensor::ConstMatrix rows() const { return {values.data(), tokens, width}; }
  tensor::Matrix rows() { return {values.data(), tokens, width}; }
};

// Threads: one at a time.
class TextStatesCache {
 public:
  // Null: not among the last prompts.
  std::shared_ptr<const TextStates> find(const std::string& prompt) const {
    for (const Entry& entry : entries_)
      if (entry.prompt == prompt) return entry.states;
    return nullptr;
  }
  void keep(const std::string& prompt, std::shared_ptr<const TextStates> states) {
    entries_.push_front({prompt, std::move(states)});
    if (entries_.size() > kKept) entries_.pop_back();
  }

 private:
  static constexpr std::size_t kKept = 8;
  struct Entry {
    std::string prompt;
    std::shared_ptr<const TextStates> states;
  };
  std::deque<Entry> entries_;
};

}  // namespace plantain::model
