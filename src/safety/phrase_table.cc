#include "safety/phrase_table.h"

#include <algorithm>

#include "base/check.h"
#include "safety/word_breaks.h"

namespace plantain::safety {
namespace {

constexpr char32_t kNumber = U'#';  // in the trie; no normalised text has it
constexpr int kNumberMax = 17;
constexpr uint32_t kShort = 3;    // letters that a phrase needs at least to be read in pieces
constexpr uint32_t kSoShort = 4;  // characters of a phrase that an accent makes another word of
constexpr uint32_t kDigitsAhead =
    2;  // by which digits read as letters may outnumber letters on the way to a phrase
constexpr int kHiddenMax = 2;         // unknown letters in one reading
constexpr int kHiddenLooksMax = 512;  // … and readings of unknown letters in one text

bool is_hangul(char32_t c) { return c >= 0xAC00 && c <= 0xD7A3; }
bool is_arabic(char32_t c) { return c >= 0x0600 && c <= 0x06FF; }
bool is_han(char32_t c) {
  return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c < 0x32000) || c == U'々';
}

}  // namespace

// One search: the text, what it found, and what it may still spend.
class PhraseWalk {
 public:
  PhraseWalk(const PhraseTable& table, const Normalised& text)
      : table_(table), text_(text), breaks_(text) {}

  std::vector<PhraseTable::Match> run() {
    for (size_t at = 0; at < size(); ++at) {
      if (!is_gap(at)) start(at);
    }
    return std::move(found_);
  }

 private:
  // How the text was read on the way to a node.
  struct Reading {
    size_t begin = 0;
    uint32_t letters = 0;  // read as themselves
    uint32_t digits = 0;   // digits read as letters
    int hidden = 0;        // unknown letters
    bool pieces = false;   // gaps or repeated letters were passed over
  };

  size_t size() const { return text_.text.size(); }
  bool is_gap(size_t at) const { return text_.text[at] == U' '; }

  void start(size_t at) {
    if (!text_.has(at, kUnspaced) && !begins_word(at)) return;
    step(at, 0, Reading{at});
    if (is_arabic(text_.text[at])) start_behind_proclitics(at);
  }

  void start_behind_proclitics(size_t at) {
    for (const std::u32string& proclitic : table_.proclitics_) {
      if (text_.text.compare(at, proclitic.size(), proclitic) != 0) continue;
      const size_t stem = at + proclitic.size();
      if (stem < size() && !is_gap(stem)) step(stem, 0, Reading{stem});
    }
  }

  // Tries every reading of the text from `at` on, below `node`.
  void step(size_t at, uint32_t node, Reading reading) {
    report(at, node, reading);
    if (at == size()) return;
    const char32_t c = text_.text[at];
    if (const uint32_t next = table_.child(node, c)) {
      Reading as_itself = reading;
      if (!text_.has(at, kDigit)) ++as_itself.letters;
      step(at + 1, next, as_itself);
    }
    if (node != 0) pass_over(at, node, reading);
    if (text_.has(at, kDigit) || text_.has(at, kSymbol)) read_as_letter(at, node, reading);
    if (text_.has(at, kDigit)) read_number(at, node, reading);
  }

  // A gap that may only split letters, or one more of a long run. Behind digits alone a gap is a
  // gap.
  void pass_over(size_t at, uint32_t node, Reading reading) {
    if (reading.letters == 0) return;
    const bool splitter = is_gap(at) && text_.has(at, kJoint);
    const bool repeated =
        text_.has(at, kLong) && at > reading.begin && text_.text[at - 1] == text_.text[at];
    if (!splitter && !repeated) return;
    reading.pieces = true;
    step(at + 1, node, reading);
  }

  void read_as_letter(size_t at, uint32_t node, Reading reading) {
    Reading written = reading;
    ++(text_.has(at, kDigit) ? written.digits : written.letters);
    if (written.digits > written.letters + kDigitsAhead) return;
    for (const char32_t letter : letters_written_as(text_.text[at])) {
      if (const uint32_t next = table_.child(node, letter)) step(at + 1, next, written);
    }
    if (!text_.has(at, kHidden) || node == 0 || reading.hidden == kHiddenMax) return;
    if (++hidden_looks_ > kHiddenLooksMax) return;
    ++reading.hidden;
    for (const auto& [letter, next] : table_.nodes_[node].next) {
      if (letter != U' ') step(at + 1, next, reading);
    }
  }

  void read_number(size_t at, uint32_t node, Reading reading) {
    if (at > 0 && text_.has(at - 1, kDigit)) return;
    const uint32_t next = table_.child(node, kNumber);
    if (next == 0) return;
    int value = 0;
    size_t end = at;
    for (; end < size() && text_.has(end, kDigit) && value <= kNumberMax; ++end) {
      value = value * 10 + static_cast<int>(text_.text[end] - U'0');
    }
    if (value >= 1 && value <= kNumberMax) step(end, next, reading);
  }

  void report(size_t end, uint32_t node, const Reading& reading) {
    for (const PhraseTable::End& phrase : table_.nodes_[node].ends) {
      if (reading.digits > reading.letters + static_cast<uint32_t>(reading.hidden))
        continue;  // "45s" is no word
      if ((reading.pieces || reading.hidden > 0) && phrase.length < kShort) continue;
      const bool whole = (phrase.open_back || ends_word(end, phrase)) &&
                         (phrase.open_front || starts_word(reading.begin, phrase));
      if (!whole || !accents_fit(reading, end, phrase)) continue;
      const size_t last = phrase.open_back ? end_of_word(end) : end;
      found_.push_back(
          {phrase.id, static_cast<uint32_t>(reading.begin), static_cast<uint32_t>(last)});
    }
  }

  // Whether a word begins here as far as characters alone tell.
  bool begins_word(size_t at) const {
    if (at == 0 || is_gap(at - 1) || text_.has(at - 1, kSymbol)) return true;
    if (text_.has(at, kUnspaced) != text_.has(at - 1, kUnspaced)) return true;
    return text_.has(at - 1, kDigit) && !text_.has(at, kDigit) && only_digits_before(at);
  }

  bool only_digits_before(size_t at) const {
    while (at > 0 && text_.has(at - 1, kDigit)) --at;
    return at == 0 || is_gap(at - 1);
  }

  bool only_digits_behind(size_t at) const {
    while (at < size() && text_.has(at, kDigit)) ++at;
    return at == size() || is_gap(at);
  }

  // Where an accent is demanded the text is read as it stands, so that places can be compared.
  bool accents_fit(const Reading& reading, size_t end, const PhraseTable::End& phrase) const {
    if (!phrase.accents.empty()) {
      return end - reading.begin == phrase.length &&
             std::all_of(phrase.accents.begin(), phrase.accents.end(),
                         [&](uint32_t at) { return text_.has(reading.begin + at, kAccent); });
    }
    if (phrase.length > kSoShort) return true;
    for (size_t i = reading.begin; i < end; ++i) {
      if (text_.has(i, kAccent)) return false;
    }
    return true;
  }

  // Where the word goes on to, in scripts that write spaces.
  size_t end_of_word(size_t at) const {
    while (at < size() && !is_gap(at) && !text_.has(at, kUnspaced) && !text_.has(at, kSymbol)) ++at;
    return at;
  }

  bool starts_word(size_t begin, const PhraseTable::End& phrase) {
    if (!text_.has(begin, kUnspaced) || begin == 0 || !text_.has(begin - 1, kUnspaced))
      return true;  // start() saw to it
    return stands_out(begin, phrase) || breaks_.between(begin);
  }

  bool ends_word(size_t end, const PhraseTable::End& phrase) {
    if (end == size() || is_gap(end) || text_.has(end, kSymbol)) return true;
    if (text_.has(end, kUnspaced) != text_.has(end - 1, kUnspaced)) return true;
    if (text_.has(end, kUnspaced)) return stands_out(end - 1, phrase) || breaks_.between(end);
    if (text_.has(end, kDigit)) return only_digits_behind(end);
    return is_hangul(text_.text[end]) && particle_follows(end);
  }

  // Three Han characters are hardly ever parts of two other words.
  bool stands_out(size_t edge, const PhraseTable::End& phrase) const {
    return phrase.length >= 3 && is_han(text_.text[edge]);
  }

  bool particle_follows(size_t at) const {
    return std::any_of(table_.particles_.begin(), table_.particles_.end(),
                       [&](const std::u32string& particle) {
                         const size_t end = at + particle.size();
                         return text_.text.compare(at, particle.size(), particle) == 0 &&
                                (end == size() || !is_hangul(text_.text[end]));
                       });
  }

  const PhraseTable& table_;
  const Normalised& text_;
  WordBreaks breaks_;
  std::vector<PhraseTable::Match> found_;
  int hidden_looks_ = 0;
};

PhraseTable::PhraseTable() : nodes_(1) {}

void PhraseTable::add(std::string_view phrase, uint32_t id) {
  End end{id, 0, phrase.starts_with('*'), phrase.ends_with('*'), {}};
  if (end.open_front) phrase.remove_prefix(1);
  if (end.open_back) phrase.remove_suffix(1);
  std::string spelled(phrase);
  const bool has_number = spelled.find('#') != std::string::npos;
  std::replace(spelled.begin(), spelled.end(), '#', '1');
  const Normalised normalised = normalise(spelled);
  std::u32string text = normalised.text;
  CHECK(!text.empty());
  for (uint32_t i = 0; i < text.size(); ++i) {
    if (normalised.has(i, kAccent)) end.accents.push_back(i);
  }
  if (has_number) std::replace(text.begin(), text.end(), U'1', kNumber);
  end.length = static_cast<uint32_t>(text.size());
  uint32_t node = 0;
  for (const char32_t c : text) node = make_child(node, c);
  nodes_[node].ends.push_back(std::move(end));
}

void PhraseTable::add_particle(std::string_view particle) {
  particles_.push_back(normalise(particle).text);
}
void PhraseTable::add_proclitic(std::string_view proclitic) {
  proclitics_.push_back(normalise(proclitic).text);
}

std::vector<PhraseTable::Match> PhraseTable::find(const Normalised& text) const {
  return PhraseWalk(*this, text).run();
}

uint32_t PhraseTable::child(uint32_t node, char32_t character) const {
  if (node == 0 && character < first_.size()) return first_[character];
  const auto& next = nodes_[node].next;
  const auto found = std::lower_bound(next.begin(), next.end(), character,
                                      [](const auto& a, char32_t c) { return a.first < c; });
  return found != next.end() && found->first == character ? found->second : 0;
}

uint32_t PhraseTable::make_child(uint32_t node, char32_t character) {
  if (const uint32_t known = child(node, character)) return known;
  const uint32_t made = static_cast<uint32_t>(nodes_.size());
  nodes_.emplace_back();
  auto& next = nodes_[node].next;
  next.insert(std::lower_bound(next.begin(), next.end(), std::pair(character, uint32_t{0})),
              {character, made});
  if (node == 0 && character < first_.size()) first_[character] = made;
  return made;
}

}  // namespace plantain::safety
