#include "catalog/picture_words.h"

#include <algorithm>
#include <span>

#include "base/check.h"
#include "base/embedded.h"
#include "base/text.h"

namespace plantain::embedded {
std::span<const EmbeddedFile> picture_words();
}

namespace plantain::catalog {
namespace {

// The plain letters of U+00C0 to U+00FF; the blanks are the signs of multiplication and division.
constexpr std::string_view kLatin1 =
    "aaaaaaaceeeeiiiidnooooo ouuuuypsaaaaaaaceeeeiiiidnooooo ouuuuypy";

bool is_word_byte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// One code point folded, in UTF-8; " " for what separates, "" for what is dropped.
std::string folded(char32_t code) {
  if (code >= 0xFF01 && code <= 0xFF5E) code -= 0xFEE0;  // full-width forms
  if (code < 0x80) {
    const std::string lower = to_lower_ascii(to_utf8(code));
    return is_word_byte(lower[0]) ? lower : " ";
  }
  if (code >= 0xC0 && code <= 0xFF) return std::string(1, kLatin1[code - 0xC0]);
  if (code == 0x152 || code == 0x153) return "oe";
  if (code >= 0x300 && code <= 0x36F) return "";  // combining accents
  const bool separates = code < 0xC0 || (code >= 0x2000 && code <= 0x206F) ||
                         (code >= 0x3000 && code <= 0x3004) || (code >= 0x3008 && code <= 0x301F) ||
                         (code >= 0xFF5F && code <= 0xFF65);
  return separates ? " " : to_utf8(code);
}

// Every list of the file by its key; `ratio …` keys also in their order.
class File {
 public:
  explicit File(std::string_view text) {
    for (const std::string& line : split(text, '\n')) {
      if (line.empty() || line[0] == '#') continue;
      size_t colon = line.find(": ");
      CHECK(colon != std::string::npos);
      const std::string key = line.substr(0, colon);
      const std::string rest = line.substr(colon + 2);
      if (key == "pattern") {
        lines_.emplace_back(key, rest);
        continue;
      }
      for (const std::string& word : split(rest, ',')) lines_.emplace_back(key, trim_ascii(word));
    }
  }
  std::vector<std::string> list(std::string_view key) const {
    std::vector<std::string> out;
    for (const auto& [known, word] : lines_) {
      if (known == key) out.push_back(word);
    }
    return out;
  }
  const std::vector<std::pair<std::string, std::string>>& lines() const { return lines_; }

 private:
  std::vector<std::pair<std::string, std::string>> lines_;
};

// The longest first: alternatives are tried in their order.
std::string alternatives(std::vector<std::string> words) {
  std::stable_sort(words.begin(), words.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return join(words, "|");
}

PictureWords read(std::string_view text) {
  const File file(text);
  PictureWords out;
  out.other = file.list("other");
  out.things = file.list("thing");
  std::vector<std::string> numbers = {"[1-9][0-9]{0,2}"};
  for (const auto& [key, word] : file.lines()) {
    if (key.starts_with("ratio ")) out.ratios.emplace_back(word, key.substr(6));
    if (key.starts_with("number ")) {
      numbers.push_back(word);
      out.numbers[word] = static_cast<int>(*parse_int(key.substr(7)));
    }
  }
  for (std::string pattern : file.list("pattern")) {
    for (const std::string_view name : {"number", "between", "strong", "weak", "lead", "of"}) {
      const std::string macro = concat("{", name, "}");
      const std::string words = alternatives(name == "number" ? numbers : file.list(name));
      for (size_t at = 0; (at = pattern.find(macro, at)) != std::string::npos; at += words.size()) {
        pattern.replace(at, macro.size(), words);
      }
    }
    out.patterns.push_back(std::make_unique<const RE2>(pattern));
    CHECK(out.patterns.back()->ok());
  }
  return out;
}

}  // namespace

const PictureWords& picture_words() {
  static const PictureWords words = read(embedded::picture_words()[0].bytes);
  return words;
}

std::string fold(std::string_view utf8) {
  std::string out = " ";
  for (const char32_t code : to_code_points(utf8)) {
    const std::string piece = folded(code);
    if (piece != " " || out.back() != ' ') out += piece;
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

size_t find_word(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool begins = !is_word_byte(word.front()) || at == 0 || !is_word_byte(text[at - 1]);
    const bool ends = !is_word_byte(word.back()) || end == text.size() || !is_word_byte(text[end]);
    if (begins && ends) return at;
  }
  return std::string_view::npos;
}

}  // namespace plantain::catalog
