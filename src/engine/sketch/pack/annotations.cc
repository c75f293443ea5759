#include "engine/sketch/pack/annotations.h"

#include <map>

#include "base/text.h"
#include "engine/sketch/words_text.h"

namespace plantain::engine::sketch::pack {
namespace {

std::string emoji_key(std::string_view emoji) {
  std::string key;
  for (const char32_t code : to_code_points(emoji)) {
    if (code == 0xfe0f) continue;
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof digits, static_cast<uint32_t>(code), 16);
    if (!key.empty()) key += '-';
    key.append(digits, end.ptr);
  }
  return key;
}

std::string unescape(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&quot;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&apos;", "'"}, {"&amp;", "&"}};
  for (const auto& [name, character] : kEntities) {
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      text.replace(at, name.size(), character);
    }
  }
  return text;
}

// One line is `<annotation cp="…" type="tts">name</annotation>` or, without the type, keywords.
void read_line(std::string_view line, std::vector<Annotation>& out,
               std::map<std::string, size_t>& position) {
  constexpr std::string_view kOpen = "<annotation cp=\"";
  const size_t open = line.find(kOpen);
  if (open == std::string_view::npos) return;
  const size_t emoji_at = open + kOpen.size();
  const size_t emoji_end = line.find('"', emoji_at);
  const size_t text_at = line.find('>', emoji_end) + 1;
  const size_t text_end = line.find("</annotation>", text_at);
  if (emoji_end == std::string_view::npos || text_at == 0 || text_end == std::string_view::npos)
    return;
  const bool is_name =
      line.substr(emoji_end, text_at - emoji_end).find("type=\"tts\"") != std::string_view::npos;
  constexpr std::string_view kAsInParent = "↑↑↑";
  if (line.substr(text_at, text_end - text_at) == kAsInParent) return;
  const std::string text =
      fold_words(unescape(std::string(line.substr(text_at, text_end - text_at))));
  const std::string key = emoji_key(line.substr(emoji_at, emoji_end - emoji_at));
  const auto [found, fresh] = position.try_emplace(key, out.size());
  if (fresh) out.push_back({key, "", {}});
  Annotation& annotation = out[found->second];
  if (is_name) {
    annotation.name = text;
  } else {
    for (const std::string& keyword : split(text, '|'))
      annotation.keywords.emplace_back(trim_ascii(keyword));
  }
}

}  // namespace

Result<std::vector<Annotation>> read_annotations(const Path& cldr, std::string_view language) {
  std::vector<Annotation> out;
  std::map<std::string, size_t> position;
  for (const char* folder : {"annotations", "annotationsDerived"}) {
    const Result<std::string> text = read_file(cldr / folder / concat(language, ".xml"));
    if (!text.ok()) return text.error();
    for (const std::string& line : split(*text, '\n')) read_line(line, out, position);
  }
  return out;
}

}  // namespace plantain::engine::sketch::pack
