// Where words begin and end in scripts that write no spaces, by ICU's dictionaries (Chinese,
// Japanese, Thai, …).
//
// A look into a dictionary costs tens of microseconds, so it is asked only for what the lexicon
// found, about a few characters around it, once for the same characters, and kLooksMax times a
// prompt. Later places count as boundaries: in a prompt with so many candidates, one more is no
// accident. Threads: an object belongs to one; the dictionaries are shared.
#pragma once

#include <string_view>
#include <vector>

#include "safety/normalise.h"

namespace plantain::safety {

class WordBreaks {
 public:
  // `text` must outlive this.
  explicit WordBreaks(const Normalised& text) : text_(text) {}

  // Whether a word may end and another begin between `at` - 1 and `at`, both letters of unspaced
  // scripts. The parts of a Han compound of four (two words in one entry of the dictionary) are
  // words too.
  bool between(size_t at);

 private:
  struct Look {
    std::u32string_view around;
    size_t place;  // in `around`
    bool found;
  };

  Look around(size_t at) const;

  static constexpr size_t kLooksMax = 16;
  static constexpr size_t kAround = 6;  // characters on each side; longer words are rare

  const Normalised& text_;
  std::vector<Look> looks_;
};

}  // namespace plantain::safety
