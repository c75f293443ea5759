// The lexicon as a value: what src/safety/lexicon.txt says, checked. The grammar is described at
// the top of that file. Threads: values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "safety/prompt_rules.h"

namespace plantain::safety {

// 1 to 3 as in Verdict; above them the hard floor.
inline constexpr int kFloor = 4;

struct Lexicon {
  enum class Kind { kHit, kSafe, kGroup };

  // A phrase and what it means.
  struct Entry {
    Kind kind;
    Category category{};           // of a hit
    int severity = 0;              // of a hit: 1 to 3, or kFloor
    size_t group = 0;              // of a group's member: index into `groups`
    std::optional<size_t> unless;  // of a hit: it is none when a member of this group is near
    std::string phrase;            // UTF-8, with its '*' and '#'
  };

  // One side of a pair: a member of a group, or a hit of a category at or above a severity.
  struct Side {
    bool is_group = true;
    size_t group = 0;
    Category category{};
    int severity = 0;
  };

  // How far apart two places may be; all but kAnywhere also mean one sentence.
  enum class Reach { kAnywhere, kNear, kBeside, kNext };

  // Both sides in one prompt, within reach of one another and not overlapping.
  struct Pair {
    Category category{};
    int severity = 0;  // 1 to 3, or kFloor
    Side left;
    Side right;
    Reach reach = Reach::kAnywhere;
  };

  // A member of the group near a hit of the category, of this severity or less, takes one from the
  // hit.
  struct Lower {
    Category category{};
    int severity = 0;
    size_t group = 0;
  };

  std::vector<std::string> groups;
  std::vector<Entry> entries;
  std::vector<Pair> pairs;
  std::vector<Lower> lowers;
  std::vector<std::string> particles;   // Korean: what may be glued behind a word
  std::vector<std::string> proclitics;  // Arabic: what may be glued before one
};

// kCorrupt with the line's number and what is wrong with it.
Result<Lexicon> parse_lexicon(std::string_view text);

// The built-in one.
std::string_view lexicon_text();

}  // namespace plantain::safety
