#include "safety/lexicon.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>

#include "base/embedded.h"
#include "base/text.h"
#include "safety/normalise.h"

namespace plantain::embedded {
std::span<const EmbeddedFile> safety_lexicon();
}

namespace plantain::safety {
namespace {

constexpr std::string_view kLanguages[] = {"en", "zh", "es", "fr", "de", "ja", "pt",
                                           "ru", "ko", "it", "ar", "hi", "any"};

bool is_language(std::string_view text) {
  return std::find(std::begin(kLanguages), std::end(kLanguages), text) != std::end(kLanguages);
}

std::optional<Category> category_of(std::string_view text) {
  for (int i = 0; i < kCategories; ++i) {
    if (name_of(static_cast<Category>(i)) == text) return static_cast<Category>(i);
  }
  return std::nullopt;
}

std::optional<int> severity_of(std::string_view text) {
  if (text == "floor") return kFloor;
  const auto number = parse_int(text);
  if (!number || *number < 1 || *number > 3) return std::nullopt;
  return static_cast<int>(*number);
}

std::optional<Lexicon::Reach> reach_of(std::string_view text) {
  if (text == "anywhere") return Lexicon::Reach::kAnywhere;
  if (text == "near") return Lexicon::Reach::kNear;
  if (text == "beside") return Lexicon::Reach::kBeside;
  if (text == "next") return Lexicon::Reach::kNext;
  return std::nullopt;
}

bool is_group_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

// '*' only at the ends, at the front only in scripts without spaces; something of a word besides it
// and '#'.
bool is_phrase(std::string_view text) {
  if (!is_utf8(text)) return false;
  if (text.starts_with('*')) {
    text.remove_prefix(1);
    const Normalised rest = normalise(text);
    if (rest.text.empty() || !rest.has(0, kUnspaced)) return false;
  }
  if (text.ends_with('*')) text.remove_suffix(1);
  if (text.empty() || text.find('*') != std::string_view::npos ||
      text.find("  ") != std::string_view::npos)
    return false;
  std::string words(text);
  std::erase(words, '#');
  return !normalise(words).text.empty();
}

class Parser {
 public:
  Result<Lexicon> parse(std::string_view text) {
    int number = 0;
    for (const std::string& line : split(text, '\n')) {
      ++number;
      if (line.empty() || line.starts_with("# ") || line == "#") continue;
      if (const std::string fault = read(line); !fault.empty()) {
        return Error{ErrorCode::kCorrupt, concat("lexicon, line ", number, ": ", fault)};
      }
    }
    return std::move(lexicon_);
  }

 private:
  // Each reader answers what is wrong, or nothing.
  std::string read(const std::string& line) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) return "has no ': '";
    std::vector<std::string> head = split(line.substr(0, colon), ' ');
    const std::string rest = line.substr(colon + 2);
    if (head[0] == "pair")
      return head.size() == 3 ? read_pair(head, rest) : "a pair has a category and a severity";
    if (head[0] == "lower")
      return head.size() == 3 ? read_lower(head, rest) : "lower has a category and a severity";
    std::optional<size_t> unless;
    if (head.size() == 5 && head[3] == "unless" && head[0] != "group") {
      unless = group_of(head[4]);
      if (!unless) return concat("'", head[4], "' is no group above this line");
      head.resize(3);
    }
    if (!is_language(head.back())) return concat("'", head.back(), "' is no language of this file");
    if (head.size() == 3)
      return head[0] == "group" ? read_group(head[1], rest) : read_hits(head, unless, rest);
    if (head.size() != 2) return "does not begin like a line of this file";
    if (head[0] == "safe") return read_entries({Lexicon::Kind::kSafe}, rest, /*numbers=*/false);
    if (head[0] == "particle") return read_list(lexicon_.particles, rest);
    if (head[0] == "proclitic") return read_list(lexicon_.proclitics, rest);
    return concat("'", head[0], "' is no kind of line");
  }

  std::string read_hits(const std::vector<std::string>& head, std::optional<size_t> unless,
                        const std::string& rest) {
    const auto category = category_of(head[0]);
    if (!category) return concat("'", head[0], "' is no category");
    const auto severity = severity_of(head[1]);
    if (!severity) return "a severity is 1, 2, 3 or floor";
    return read_entries({Lexicon::Kind::kHit, *category, *severity, 0, unless}, rest,
                        /*numbers=*/false);
  }

  std::string read_group(const std::string& name, const std::string& rest) {
    if (!is_group_name(name) || category_of(name))
      return "a group's name has small letters and is no category";
    const auto known = std::find(lexicon_.groups.begin(), lexicon_.groups.end(), name);
    Lexicon::Entry entry{Lexicon::Kind::kGroup};
    entry.group = static_cast<size_t>(known - lexicon_.groups.begin());
    if (known == lexicon_.groups.end()) lexicon_.groups.push_back(name);
    return read_entries(entry, rest, /*numbers=*/true);
  }

  std::string read_entries(const Lexicon::Entry& meaning, const std::string& rest, bool numbers) {
    for (const std::string& piece : split(rest, ',')) {
      Lexicon::Entry entry = meaning;
      entry.phrase = trim_ascii(piece);
      if (!is_phrase(entry.phrase)) return concat("'", entry.phrase, "' is no phrase");
      if (!numbers && entry.phrase.find('#') != std::string::npos) return "only groups hold '#'";
      const std::string key =
          concat(static_cast<int>(entry.kind), " ", static_cast<int>(entry.category), " ",
                 entry.group, " ", entry.phrase);
      if (!seen_.insert(key).second) return concat("'", entry.phrase, "' stands twice");
      lexicon_.entries.push_back(std::move(entry));
    }
    return {};
  }

  static std::string read_list(std::vector<std::string>& list, const std::string& rest) {
    for (const std::string& piece : split(rest, ',')) {
      list.emplace_back(trim_ascii(piece));
      if (!is_phrase(list.back())) return concat("'", piece, "' is no word");
    }
    return {};
  }

  // "minor + sexual 2 anywhere"
  std::string read_pair(const std::vector<std::string>& head, const std::string& rest) {
    const auto category = category_of(head[1]);
    const auto severity = severity_of(head[2]);
    if (!category || !severity) return "a pair has a category and a severity";
    const size_t plus = rest.find(" + ");
    const size_t last = rest.rfind(' ');
    if (plus == std::string::npos || last < plus + 3)
      return "a pair is 'side + side', then anywhere, near, beside or next";
    const std::string reach = rest.substr(last + 1);
    const auto distance = reach_of(reach);
    if (!distance) return "a pair ends in anywhere, near, beside or next";
    const auto left = side_of(rest.substr(0, plus));
    const auto right = side_of(rest.substr(plus + 3, last - plus - 3));
    if (!left || !right)
      return "a side of a pair is a group above it, or a category and a severity";
    lexicon_.pairs.push_back({*category, *severity, *left, *right, *distance});
    return {};
  }

  std::string read_lower(const std::vector<std::string>& head, const std::string& rest) {
    const auto category = category_of(head[1]);
    const auto severity = severity_of(head[2]);
    const auto group = side_of(rest);
    if (!category || !severity || *severity == kFloor || !group || !group->is_group) {
      return "lower is 'lower CATEGORY SEVERITY: GROUP', the group above it";
    }
    lexicon_.lowers.push_back({*category, *severity, group->group});
    return {};
  }

  std::optional<Lexicon::Side> side_of(const std::string& text) const {
    const std::vector<std::string> words = split(text, ' ');
    if (words.size() == 2) {
      const auto category = category_of(words[0]);
      const auto severity = severity_of(words[1]);
      if (!category || !severity || *severity == kFloor) return std::nullopt;
      return Lexicon::Side{false, 0, *category, *severity};
    }
    const auto group = group_of(text);
    if (!group) return std::nullopt;
    return Lexicon::Side{true, *group};
  }

  std::optional<size_t> group_of(const std::string& name) const {
    const auto known = std::find(lexicon_.groups.begin(), lexicon_.groups.end(), name);
    if (known == lexicon_.groups.end()) return std::nullopt;
    return static_cast<size_t>(known - lexicon_.groups.begin());
  }

  Lexicon lexicon_;
  std::set<std::string> seen_;
};

}  // namespace

Result<Lexicon> parse_lexicon(std::string_view text) { return Parser().parse(text); }

std::string_view lexicon_text() { return embedded::safety_lexicon()[0].bytes; }

}  // namespace plantain::safety
