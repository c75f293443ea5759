// Finds many phrases in a normalised text in one pass: a trie over characters, walked from the
// start of every word.
//
// A phrase is found as whole words. With a '*' at its end a word may go on behind it ("porn*":
// pornographic); with one at its front, in scripts without spaces, a word may have begun before it.
// '#' stands for a number from 1 to 17. Where the text may be read in several ways (a digit for a
// letter, "p o r n", "soooo", "f*ck"), each reading is tried. An accent in a phrase is demanded
// ("mörder" is not "morder", to bite). A phrase without any is found with accents too, unless it is
// so short that an accent makes another word of it (Danish gøre is no gore). Threads: find() is
// const and may be called from any.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "safety/normalise.h"

namespace plantain::safety {

class PhraseTable {
 public:
  // Where a phrase stands: [begin, end) of Normalised::text.
  struct Match {
    uint32_t id;
    uint32_t begin;
    uint32_t end;
  };

  PhraseTable();

  // `phrase` as in Lexicon::Entry; `id` is given back by find(). One phrase may have several ids.
  void add(std::string_view phrase, uint32_t id);

  // Pieces that Korean glues behind a word, and Arabic before one.
  void add_particle(std::string_view particle);
  void add_proclitic(std::string_view proclitic);

  // Every place of every phrase; one place may come more than once.
  std::vector<Match> find(const Normalised& text) const;

 private:
  friend class PhraseWalk;

  struct End {
    uint32_t id;
    uint32_t length;  // of the phrase, in characters
    bool open_front;
    bool open_back;
    std::vector<uint32_t> accents;  // places in the phrase where an accent is demanded
  };
  struct Node {
    std::vector<std::pair<char32_t, uint32_t>> next;  // sorted by character
    std::vector<End> ends;
  };

  // The node behind `character`, or 0: the root is behind nothing.
  uint32_t child(uint32_t node, char32_t character) const;
  uint32_t make_child(uint32_t node, char32_t character);

  std::vector<Node> nodes_;
  std::array<uint32_t, 128>
      first_{};  // the children of the root for ASCII, which are asked for most
  std::vector<std::u32string> particles_;
  std::vector<std::u32string> proclitics_;
};

}  // namespace plantain::safety
