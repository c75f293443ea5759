// A prompt as tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plantain::engine::sketch {

struct Token {
  enum class Kind {
    kWord,       // letters and digits between spaces: "close-up", "bird's", "8k"
    kCharacter,  // one character of Chinese or Japanese writing
    kComma,      // , ; 、
    kStop,       // . ! ? : and line ends
    kLettering,  // what stood in quotation marks
  };
  Kind kind = Kind::kWord;
  std::string text;   // folded
  std::string shown;  // as the prompt has it
};

std::vector<Token> tokenise(std::string_view prompt);

}  // namespace plantain::engine::sketch
