#include "safety/normalise.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <array>
#include <memory>

#include "base/check.h"

namespace plantain::safety {
namespace {

enum class Kind : uint8_t {
  kWord,      // letters, digits, marks that are letters
  kUnspaced,  // letters of scripts without spaces
  kDropped,   // accents and what cannot be seen
  kSymbol,    // part of a word when letters are beside it: @ $ €
  kBlank,     // white space
  kPoint,     // punctuation and pictures
  kStop,      // punctuation that ends a sentence
};

// What one code point becomes: at most two characters.
struct Fold {
  Kind kind = Kind::kPoint;
  std::array<char32_t, 2> to{};
  bool accented = false;  // a Latin letter that has lost an accent or a stroke
};

// Small capitals, which neither NFKC nor the confusables know in full.
constexpr std::u32string_view kSmallCapitals = U"ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ";
static_assert(kSmallCapitals.size() == 26);

// Letters of living alphabets that have no canonical decomposition.
constexpr std::u32string_view kStrokes = U"øłđħŧı";

bool loses_accents(UScriptCode script) {
  return script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC ||
         script == USCRIPT_ARABIC || script == USCRIPT_HEBREW;
}

// Scripts in which some letters are taken for Latin ones.
bool may_look_latin(UScriptCode script) {
  return script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC ||
         script == USCRIPT_ARMENIAN || script == USCRIPT_CHEROKEE || script == USCRIPT_COPTIC ||
         script == USCRIPT_LISU || script == USCRIPT_COMMON;
}

bool is_unspaced(UScriptCode script) {
  return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
         script == USCRIPT_THAI || script == USCRIPT_LAO || script == USCRIPT_KHMER ||
         script == USCRIPT_MYANMAR || script == USCRIPT_BOPOMOFO;
}

bool ends_sentence(char32_t c) {
  switch (c) {
    case U'.':
    case U'!':
    case U'?':
    case U';':
    case U'\n':
    case U'\u061B':
    case U'\u061F':
    case U'\u06D4':
    case U'\u0964':
    case U'\u3002':
    case U'\u2028':
    case U'\u2029':
      return true;
    default:
      return false;
  }
}

UScriptCode script_of(char32_t c) {
  UErrorCode error = U_ZERO_ERROR;
  return uscript_getScript(static_cast<UChar32>(c), &error);
}

// The rows of FoldTable are computed by this: everything that is asked of ICU, once per character.
class FoldMaker {
 public:
  FoldMaker() {
    UErrorCode error = U_ZERO_ERROR;
    nfd_ = icu::Normalizer2::getNFDInstance(error);
    spoof_.reset(uspoof_open(&error));
    CHECK(U_SUCCESS(error));
  }

  // `c` is as NFKC case folding leaves it.
  Fold fold(char32_t c) const {
    const UChar32 code = static_cast<UChar32>(c);
    if (c < 0x80) return ascii(c);
    if (u_charType(code) == U_DECIMAL_DIGIT_NUMBER)
      return {Kind::kWord, {U'0' + u_charDigitValue(code)}};
    if (ends_sentence(c)) return {Kind::kStop};
    if (c == U'\u30FC')
      return {Kind::kUnspaced, {c}};  // the long-vowel mark, whose script is "common"
    if (u_isUWhiteSpace(code)) return {Kind::kBlank};
    const UScriptCode script = script_of(c);
    if (is_mark(code)) return mark(c, script);
    if (c == U'€' || c == U'£' || c == U'¢') return {Kind::kSymbol, {c}};
    if (!u_isalnum(code)) return c == U'\u0640' ? Fold{Kind::kDropped} : Fold{Kind::kPoint};
    if (is_unspaced(script)) return {Kind::kUnspaced, {c}};
    return letter(c, script);
  }

 private:
  static Fold ascii(char32_t c) {
    if (u_isalnum(static_cast<UChar32>(c))) return {Kind::kWord, {c}};
    if (c == U'@' || c == U'$' || c == U'!' || c == U'*') return {Kind::kSymbol, {c}};
    if (ends_sentence(c)) return {Kind::kStop};
    return {c <= U' ' ? Kind::kBlank : Kind::kPoint};
  }

  static bool is_mark(UChar32 code) { return (U_GET_GC_MASK(code) & U_GC_M_MASK) != 0; }

  static Fold mark(char32_t c, UScriptCode script) {
    if (is_unspaced(script)) return {Kind::kUnspaced, {c}};
    // Inherited marks above U+3000 belong to kana.
    const bool accent = script == USCRIPT_INHERITED ? c < 0x3000 : loses_accents(script);
    return accent ? Fold{Kind::kDropped} : Fold{Kind::kWord, {c}};
  }

  Fold letter(char32_t c, UScriptCode script) const {
    if (c == U'æ') return {Kind::kWord, {U'a', U'e'}};
    if (c == U'œ') return {Kind::kWord, {U'o', U'e'}};
    if (c == U'ñ') return {Kind::kWord, {c}};
    if (c == U'\u0640') return {Kind::kDropped};  // the stretching of Arabic
    const size_t small = kSmallCapitals.find(c);
    if (small != std::u32string_view::npos)
      return {Kind::kWord, {U'a' + static_cast<char32_t>(small)}};
    const char32_t bare = loses_accents(script) ? without_accents(c) : c;
    const bool accented =
        script == USCRIPT_LATIN && (bare != c || kStrokes.find(c) != std::u32string_view::npos);
    return {
        Kind::kWord, {bare >= 0x80 && may_look_latin(script) ? look_alike(bare) : bare}, accented};
  }

  // The first character of the canonical decomposition.
  char32_t without_accents(char32_t c) const {
    icu::UnicodeString parts;
    if (!nfd_->getDecomposition(static_cast<UChar32>(c), parts)) return c;
    return static_cast<char32_t>(parts.char32At(0));
  }

  // The lower-case ASCII letter that this letter or its capital is taken for, or the letter.
  char32_t look_alike(char32_t c) const {
    for (const char32_t form : {c, static_cast<char32_t>(u_toupper(static_cast<UChar32>(c)))}) {
      UErrorCode error = U_ZERO_ERROR;
      icu::UnicodeString skeleton;
      uspoof_getSkeletonUnicodeString(
          spoof_.get(), 0, icu::UnicodeString(static_cast<UChar32>(form)), skeleton, &error);
      CHECK(U_SUCCESS(error));
      // A stroke or a tail follows its letter: "o" for ø.
      const char32_t first = static_cast<char32_t>(skeleton.char32At(0));
      const bool alone = skeleton.length() == 1 || is_mark(skeleton.char32At(1));
      if (alone && first < 0x80 && u_isalpha(static_cast<UChar32>(first))) {
        return static_cast<char32_t>(u_tolower(static_cast<UChar32>(first)));
      }
    }
    return c;
  }

  struct Close {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
  };
  const icu::Normalizer2* nfd_ = nullptr;  // ICU's own, for ever
  std::unique_ptr<USpoofChecker, Close> spoof_;
};

// Folds of all that is neither Han, kana nor Hangul below U+AC00; the rest needs no table.
class FoldTable {
 public:
  static const FoldTable& get() {
    static const FoldTable table;
    return table;
  }

  Fold of(char32_t c) const {
    if (c < kLowEnd) return rows_[c];
    if (c >= kHighBegin && c < kHighEnd) return rows_[kLowEnd + (c - kHighBegin)];
    if (c >= 0xAC00 && c <= 0xD7A3) return {Kind::kWord, {c}};
    if (c >= 0x4E00 && c <= 0x9FFF) return {Kind::kUnspaced, {c}};
    if (c >= 0xFE70 && c < 0x20000) return decorative(c);
    return FoldTable::plain(c);
  }

 private:
  static constexpr char32_t kLowEnd = 0x3000;
  static constexpr char32_t kHighBegin = 0xA4D0;  // Lisu, and further Latin, Cyrillic and Cherokee
  static constexpr char32_t kHighEnd = 0xAC00;

  FoldTable() {
    const FoldMaker maker;
    rows_.reserve(kLowEnd + kHighEnd - kHighBegin);
    for (char32_t c = 0; c < kLowEnd; ++c) rows_.push_back(maker.fold(c));
    for (char32_t c = kHighBegin; c < kHighEnd; ++c) rows_.push_back(maker.fold(c));
  }

  // Alphabets in circles, in squares and of flags, which NFKC leaves alone.
  static Fold decorative(char32_t c) {
    for (const char32_t begin : {0x1F150, 0x1F170, 0x1F1E6}) {
      if (c >= begin && c < begin + 26) return {Kind::kWord, {U'a' + (c - begin)}};
    }
    return plain(c);
  }

  static Fold plain(char32_t c) {
    if (ends_sentence(c)) return {Kind::kStop};
    const UChar32 code = static_cast<UChar32>(c);
    if (u_isUWhiteSpace(code)) return {Kind::kBlank};
    if (is_unspaced(script_of(c)) || c == U'\u30FC' || c == U'\u3099')
      return {Kind::kUnspaced, {c}};
    return u_isalnum(code) ? Fold{Kind::kWord, {c}} : Fold{Kind::kPoint};
  }

  std::vector<Fold> rows_;
};

uint8_t marks_of(const Fold& fold) {
  return static_cast<uint8_t>((fold.kind == Kind::kUnspaced ? kUnspaced : 0) |
                              (fold.accented ? kAccent : 0));
}

// Squared words and Arabic ligatures, of which one becomes up to eighteen characters: nobody hides
// a word in them.
bool grows(UChar32 c) { return (c >= 0x3300 && c <= 0x33FF) || (c >= 0xFDF0 && c <= 0xFDFF); }

// A quick no for Latin, Han and Hangul.
bool may_be_mark(UChar32 c) { return c >= 0x300 && (c < 0x3400 || c > 0xD7FF); }

// Well-formed UTF-16 that is cheap to normalise: the time to put marks in order is quadratic in
// their run, and no language needs more than a few.
icu::UnicodeString decoded(std::string_view utf8) {
  constexpr int kMarksMax = 8;
  const int32_t size = static_cast<int32_t>(utf8.size());
  icu::UnicodeString text;
  char16_t* const out = text.getBuffer(size);  // no code point has more units than bytes
  CHECK(out != nullptr);
  int32_t length = 0;
  int marks = 0;
  for (int32_t at = 0; at < size;) {
    UChar32 c;
    U8_NEXT_OR_FFFD(utf8.data(), at, size, c);
    marks = may_be_mark(c) && u_getCombiningClass(c) != 0 ? marks + 1 : 0;
    if (marks > kMarksMax) continue;
    if (grows(c)) c = U' ';
    U16_APPEND_UNSAFE(out, length, c);
  }
  text.releaseBuffer(length);
  return text;
}

icu::UnicodeString compatibility_folded(std::string_view utf8) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(error);
  CHECK(U_SUCCESS(error));
  icu::UnicodeString folded = nfkc->normalize(decoded(utf8), error);
  CHECK(U_SUCCESS(error));
  return folded;
}

// Puts characters behind one another and decides what each gap between words is.
class Writer {
 public:
  explicit Writer(size_t expected) {
    out_.text.reserve(expected);
    out_.marks.reserve(expected);
  }

  void letter(char32_t c, uint8_t marks) {
    close_gap(marks);
    if (c >= U'0' && c <= U'9') marks |= kDigit;
    if (extends_long_run(c)) return;
    out_.text += c;
    out_.marks.push_back(marks);
    note_run();
  }

  void gap(Kind kind, char32_t c) {
    ++gap_;
    splits_ = splits_ || kind == Kind::kBlank || c == U'.' || c == U'-' || c == U'_' || c == U'*' ||
              c == U'·' || c == U'/';
    blank_ = blank_ || kind == Kind::kBlank || c < U' ';
    stop_ = stop_ || kind == Kind::kStop;
    ends_ = ends_ ||
            (kind == Kind::kStop && c >= 0x80);  // the stops of other scripts have no other use
  }

  Normalised take() && {
    mark_single_letters();
    return std::move(out_);
  }

 private:
  static constexpr size_t kSplitterMax =
      3;  // characters between spaced-out letters: "p - o - r - n"

  void close_gap(uint8_t next) {
    if (gap_ > 0 && !out_.text.empty()) {
      const bool unspaced = ((out_.marks.back() | next) & kUnspaced) != 0;
      // A script without spaces is written with some only to hide a word, or beside another script.
      if (!(unspaced && splits_ && gap_ == 1)) write_gap();
    }
    gap_ = 0;
    blank_ = stop_ = ends_ = splits_ = false;
  }

  void write_gap() {
    uint8_t marks = 0;
    if (gap_ == 1 && !blank_) marks |= kJoint;
    if (ends_ || (stop_ && (blank_ || gap_ > 1))) marks |= kSentence;
    if (gap_ <= kSplitterMax) short_gaps_.push_back(out_.text.size());
    out_.text += U' ';
    out_.marks.push_back(marks);
  }

  // Three of a letter say what thirty say. So short, a run has few readings.
  bool extends_long_run(char32_t c) const {
    return !out_.text.empty() && out_.text.back() == c && (out_.marks.back() & kLong) != 0;
  }

  void note_run() {
    const size_t n = out_.text.size();
    if (n < 3 || (out_.marks.back() & (kDigit | kUnspaced)) != 0) return;
    if (out_.text[n - 1] != out_.text[n - 2] || out_.text[n - 2] != out_.text[n - 3]) return;
    for (size_t i = n - 3; i < n; ++i) out_.marks[i] |= kLong;
  }

  // "p o r n": a short gap between two words of one letter may be no gap.
  void mark_single_letters() {
    const std::u32string& text = out_.text;
    const auto is_gap = [&](size_t at) { return at >= text.size() || text[at] == U' '; };
    for (const size_t at : short_gaps_) {
      if ((at < 2 || is_gap(at - 2)) && is_gap(at + 2)) out_.marks[at] = kJoint;
    }
  }

  Normalised out_;
  std::vector<size_t> short_gaps_;
  size_t gap_ = 0;  // separators since the last letter
  bool blank_ = false;
  bool stop_ = false;
  bool ends_ = false;
  bool splits_ = false;  // holds one of the signs that split a word of a script without spaces
};

// One walk over the folded text. A character is judged with those beside it: '@' is a letter only
// in company.
class Reader {
 public:
  explicit Reader(const icu::UnicodeString& source)
      : begin_(source.getBuffer()),
        length_(source.length()),
        writer_(static_cast<size_t>(length_)) {}

  Normalised run() && {
    for (int32_t at = 0; at < length_;) {
      char32_t c;
      U16_NEXT_UNSAFE(begin_, at, c);  // `decoded` wrote it
      take(c, table_.of(c), at);
    }
    return std::move(writer_).take();
  }

 private:
  void take(char32_t c, const Fold& fold, int32_t next) {
    if (fold.kind == Kind::kDropped) return;
    if (fold.kind == Kind::kWord || fold.kind == Kind::kUnspaced) {
      for (const char32_t letter : fold.to) {
        if (letter != 0) writer_.letter(letter, marks_of(fold));
      }
      behind_letter_ = fold.kind == Kind::kWord;
      return;
    }
    if (fold.kind == Kind::kSymbol && is_inside(c, next)) {
      writer_.letter(fold.to[0], c == U'*' ? kSymbol | kHidden : kSymbol);
      return;
    }
    const Kind gap = fold.kind != Kind::kSymbol ? fold.kind
                     : c == U'!'                ? Kind::kStop
                                                : Kind::kPoint;
    writer_.gap(gap, c);
    behind_letter_ = false;
  }

  // '@' and '$' open and end words ("$ex", "a$$"); '!' and '*' mean something else at their ends.
  bool is_inside(char32_t c, int32_t next) const {
    if (c == U'*')
      return behind_letter_ && (is_word(next) || (next < length_ && begin_[next] == u'*'));
    if (c == U'!') return behind_letter_ && is_word(next);
    return behind_letter_ || is_word(next);
  }

  bool is_word(int32_t at) const {
    if (at >= length_) return false;
    char32_t c;
    U16_NEXT_UNSAFE(begin_, at, c);
    return table_.of(c).kind == Kind::kWord;
  }

  const FoldTable& table_ = FoldTable::get();
  const char16_t* begin_;
  int32_t length_;
  Writer writer_;
  bool behind_letter_ = false;
};

}  // namespace

Normalised normalise(std::string_view utf8) { return Reader(compatibility_folded(utf8)).run(); }

std::u32string_view letters_written_as(char32_t character) {
  switch (character) {
    case U'0':
      return U"o";
    case U'1':
      return U"il";
    case U'3':
      return U"e";
    case U'4':
      return U"a";
    case U'5':
      return U"s";
    case U'7':
      return U"t";
    case U'8':
      return U"b";
    case U'@':
      return U"a";
    case U'$':
      return U"s";
    case U'!':
      return U"i";
    case U'€':
      return U"e";
    case U'£':
      return U"l";
    case U'¢':
      return U"c";
    default:
      return {};
  }
}

}  // namespace plantain::safety
