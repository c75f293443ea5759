#include "engine/sketch/pack/drawings.h"

#include <zlib.h>

#include <map>

#include "base/text.h"
#include "engine/sketch/pack_file.h"

namespace plantain::engine::sketch::pack {
namespace {

constexpr std::string_view kTones[] = {"-medium-light-skin-tone", "-medium-dark-skin-tone",
                                       "-light-skin-tone", "-medium-skin-tone", "-dark-skin-tone"};

constexpr uint32_t kOwnSide = 128;

std::string deflate_text(std::string_view plain, std::string_view dictionary) {
  z_stream stream{};
  CHECK(deflateInit(&stream, Z_BEST_COMPRESSION) == Z_OK);
  if (!dictionary.empty()) {
    CHECK(deflateSetDictionary(&stream, reinterpret_cast<const Bytef*>(dictionary.data()),
                               static_cast<uInt>(dictionary.size())) == Z_OK);
  }
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct Icon {
  std::string body;
  uint32_t width = 0;
  uint32_t height = 0;
};

Result<std::map<std::string, Icon>> read_icons(const Json& icons) {
  const Json* list = find(icons, "icons");
  if (list == nullptr || !list->is_object()) return invalid("the icon set has no icons");
  const int64_t width = int_or(icons, "width", 16);
  const int64_t height = int_or(icons, "height", 16);
  std::map<std::string, Icon> read;
  for (const auto& [name, icon] : list->get_object()) {
    if (bool_or(icon, "hidden", false)) continue;
    read[std::string(name)] = {text_or(icon, "body", ""),
                               static_cast<uint32_t>(int_or(icon, "width", width)),
                               static_cast<uint32_t>(int_or(icon, "height", height))};
  }
  if (read.empty()) return invalid("the icon set is empty");
  return read;
}

Result<void> add_own(const Path& folder, std::map<std::string, Icon>& icons) {
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
    if (entry.path().extension() != ".svg") continue;
    const Result<std::string> body = read_file(entry.path());
    if (!body.ok()) return body.error();
    icons[entry.path().stem().string()] = {*body, kOwnSide, kOwnSide};
  }
  if (failure) return invalid(concat("cannot list ", folder.string()));
  return {};
}

}  // namespace

std::string without_skin_tones(std::string_view name) {
  std::string bare(name);
  for (const std::string_view tone : kTones) {
    for (size_t at = bare.find(tone); at != std::string::npos; at = bare.find(tone))
      bare.erase(at, tone.size());
  }
  return bare;
}

Result<Drawings> pack_drawings(const Json& icons, const Path& own) {
  Result<std::map<std::string, Icon>> read = read_icons(icons);
  if (!read.ok()) return read.error();
  if (Result<void> added = add_own(own, *read); !added.ok()) return added.error();
  Drawings out;
  std::map<std::string, uint32_t> position;
  for (const auto& [name, icon] : *read) position[name] = static_cast<uint32_t>(position.size());
  for (const auto& [name, icon] : *read) {
    const auto base = read->find(without_skin_tones(name));
    const bool derived = base != read->end() && base->first != name;
    const std::string packed =
        deflate_text(icon.body, derived ? base->second.body : std::string_view());
    const PartEntry entry{static_cast<uint32_t>(out.names.size()),
                          static_cast<uint32_t>(name.size()),
                          static_cast<uint32_t>(out.streams.size()),
                          static_cast<uint32_t>(packed.size()),
                          static_cast<uint32_t>(icon.body.size()),
                          derived ? position[base->first] : kNoBase,
                          icon.width,
                          icon.height};
    out.parts.append(reinterpret_cast<const char*>(&entry), sizeof entry);
    out.names += name;
    out.streams += packed;
    out.listed.push_back(name);
  }
  return out;
}

}  // namespace plantain::engine::sketch::pack
