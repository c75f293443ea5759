// Which languages a prompt is in, and how their words are put back to the form that the table has.
// Threads: pure functions, callable from anywhere.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/sketch/words_tokens.h"

namespace plantain::engine::sketch {

using Languages = std::vector<std::string_view>;

// The languages to look words up in, the likeliest first.
struct Reading {
  Languages spaced;    // for words between spaces
  Languages unspaced;  // for writing without spaces
};
Reading guess_languages(const std::vector<Token>& tokens);

struct Inflected {
  std::string base;
  bool plural = false;
};
// What `phrase` may be a plural or a case of in `language`: its last word loses an ending.
std::vector<Inflected> base_forms(const std::string& phrase, std::string_view language);

}  // namespace plantain::engine::sketch
