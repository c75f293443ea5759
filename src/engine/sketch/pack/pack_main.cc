// sketch-pack: builds the data file that the built-in engine composes from.
//
//   sketch-pack NOTO_FOLDER CLDR_FOLDER WORDNET_FOLDER PACK_FOLDER FONT OUT
//
// NOTO_FOLDER holds icons.json, chars.json and metadata.json of the icon set; CLDR_FOLDER holds
// annotations/ and annotationsDerived/; WORDNET_FOLDER holds index.noun, data.noun and cntlist.rev;
// PACK_FOLDER holds lexicon/ and own/. The same inputs give the same bytes.
#include <cstdio>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/sketch/pack/drawings.h"
#include "engine/sketch/pack/font.h"
#include "engine/sketch/pack/word_table.h"
#include "engine/sketch/pack_file.h"

namespace plantain::engine::sketch::pack {
namespace {

constexpr std::string_view kNotice =
    "Drawings: Noto Emoji, Copyright Google Inc., Apache License 2.0.\n"
    "Font: Noto Sans CJK, Copyright Adobe, SIL Open Font License 1.1; a subset.\n"
    "Words: Unicode CLDR annotations, Copyright Unicode, Inc., Unicode License.\n"
    "English words: WordNet 3.0, Copyright 2006 by Princeton University, WordNet License.\n";

struct Inputs {
  Path noto, cldr, wordnet, ours, font;
};

Result<Json> read_json(const Path& path) {
  const Result<std::string> text = read_file(path);
  if (!text.ok()) return text.error();
  return parse_json(*text);
}

std::string whole_file(const std::vector<std::pair<Section, std::string>>& sections) {
  std::string head(kPackMagic);
  const auto count = static_cast<uint32_t>(sections.size());
  head.append(reinterpret_cast<const char*>(&count), sizeof count);
  size_t offset = head.size() + sections.size() * sizeof(SectionEntry);
  std::string body;
  for (const auto& [section, bytes] : sections) {
    const SectionEntry entry{section, static_cast<uint32_t>(offset + body.size()),
                             static_cast<uint32_t>(bytes.size())};
    head.append(reinterpret_cast<const char*>(&entry), sizeof entry);
    body += bytes;
  }
  return head + body;
}

Result<std::string> build(const Inputs& from) {
  const Result<Json> icons = read_json(from.noto / "icons.json");
  if (!icons.ok()) return icons.error();
  const Result<Json> characters = read_json(from.noto / "chars.json");
  if (!characters.ok()) return characters.error();
  const Result<Json> metadata = read_json(from.noto / "metadata.json");
  if (!metadata.ok()) return metadata.error();
  const Result<std::string> collection = read_file(from.font);
  if (!collection.ok()) return collection.error();

  const Result<Drawings> drawings = pack_drawings(*icons, from.ours / "own");
  if (!drawings.ok()) return drawings.error();
  const Result<std::string> words = word_table(
      {drawings->listed, *characters, *metadata, from.cldr, from.ours / "lexicon", from.wordnet});
  if (!words.ok()) return words.error();
  const Result<std::string> font = lettering_subset(*collection);
  if (!font.ok()) return font.error();
  return whole_file({{Section::kParts, drawings->parts},
                     {Section::kNames, drawings->names},
                     {Section::kDrawings, drawings->streams},
                     {Section::kWords, *words},
                     {Section::kFont, *font},
                     {Section::kNotice, std::string(kNotice)}});
}

int fail(const Error& error) {
  std::fprintf(stderr, "sketch-pack: %s\n", error.message.c_str());
  return 1;
}

}  // namespace
}  // namespace plantain::engine::sketch::pack

int main(int argc, char** argv) {
  using namespace plantain::engine::sketch::pack;
  if (argc != 7) {
    return fail(plantain::invalid(
        "usage: sketch-pack NOTO_FOLDER CLDR_FOLDER WORDNET_FOLDER PACK_FOLDER FONT OUT"));
  }
  const plantain::Result<std::string> pack = build({argv[1], argv[2], argv[3], argv[4], argv[5]});
  if (!pack.ok()) return fail(pack.error());
  const plantain::Result<void> written = plantain::write_file_durably(argv[6], *pack, 0644);
  return written.ok() ? 0 : fail(written.error());
}
