// The words of prompts that tell shape and number (picture_words.txt), read once.
// Threads: any; everything is read-only.
#pragma once

#include <re2/re2.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plantain::catalog {

struct PictureWords {
  std::vector<std::string> other;                           // taken out first
  std::vector<std::pair<std::string, std::string>> ratios;  // word, ratio; in order
  std::map<std::string, int> numbers;                       // "three" -> 3
  std::vector<std::string> things;
  std::vector<std::unique_ptr<const RE2>> patterns;
};

const PictureWords& picture_words();

// `utf8` in lower case, Latin letters without accents, full-width forms as ASCII, each run of
// anything that is neither letter nor digit as one blank, with a blank at both ends.
std::string fold(std::string_view utf8);

// Where `word`, as fold() leaves it, stands in `folded`: alone where it is written in ASCII. npos:
// nowhere.
size_t find_word(std::string_view folded, std::string_view word);

}  // namespace plantain::catalog
