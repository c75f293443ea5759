// A prompt as units: the longest phrases that the word table knows, with their meanings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/words.h"

namespace plantain::engine::sketch {

struct Unit {
  enum class Kind { kPhrase, kUnknown, kComma, kStop, kLettering };
  Kind kind = Kind::kUnknown;
  std::string shown;          // as the prompt has it
  std::string text;           // folded, singular
  std::vector<Sense> senses;  // of one language
  bool plural = false;
  bool invariant = false;  // its plural is the same word: "sheep"

  // The value of its sense of class `name`, or null pointer.
  const Sense* sense(std::string_view name) const;
  bool is(std::string_view name) const { return sense(name) != nullptr; }
  std::string_view language() const {
    return senses.empty() ? std::string_view() : senses.front().language;
  }
  bool names_person() const { return is("noun") || is("trade"); }
  bool names_something() const { return is("thing") || names_person() || is("garment"); }
};

std::vector<Unit> read_units(std::string_view prompt);

}  // namespace plantain::engine::sketch
