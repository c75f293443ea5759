#include "engine/sketch/parts.h"

#include <zlib.h>

#include <bit>

#include "base/check.h"
#include "base/text.h"
#include "engine/sketch/pack_file.h"
#include "engine/sketch/parts_dye.h"
#include "engine/sketch/words.h"

// The two ends of the data that the build embeds (see CMakeLists.txt).
extern "C" const char plantain_sketch_pack_begin[];
extern "C" const char plantain_sketch_pack_end[];

namespace plantain::engine::sketch {
namespace {

static_assert(std::endian::native == std::endian::little, "the pack is read in place");

std::string_view whole_pack() {
  return {plantain_sketch_pack_begin,
          static_cast<size_t>(plantain_sketch_pack_end - plantain_sketch_pack_begin)};
}

PartEntry part_at(size_t index) {
  return entry_at<PartEntry>(pack_section(Section::kParts), index);
}

size_t part_count() { return pack_section(Section::kParts).size() / sizeof(PartEntry); }

std::string_view name_of(const PartEntry& part) {
  return pack_section(Section::kNames).substr(part.name_offset, part.name_size);
}

std::optional<PartEntry> find_part(std::string_view name) {
  size_t low = 0;
  size_t high = part_count();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (name_of(part_at(middle)) < name) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == part_count() || name_of(part_at(low)) != name) return std::nullopt;
  return part_at(low);
}

// What goes inside <svg>. A skin tone's drawing is packed as its difference from the plain one.
std::string inflate_part(const PartEntry& part) {
  const std::string_view packed =
      pack_section(Section::kDrawings).substr(part.offset, part.packed_size);
  std::string plain(part.plain_size, '\0');
  z_stream stream{};
  CHECK(inflateInit(&stream) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_out = static_cast<uInt>(plain.size());
  int state = inflate(&stream, Z_FINISH);
  if (state == Z_NEED_DICT) {
    CHECK(part.base != kNoBase);
    const std::string base = inflate_part(part_at(part.base));
    CHECK(inflateSetDictionary(&stream, reinterpret_cast<const Bytef*>(base.data()),
                               static_cast<uInt>(base.size())) == Z_OK);
    state = inflate(&stream, Z_FINISH);
  }
  inflateEnd(&stream);
  CHECK(state == Z_STREAM_END && stream.avail_out == 0);
  return plain;
}

}  // namespace

std::string_view pack_section(Section section) {
  const std::string_view pack = whole_pack();
  CHECK(pack.starts_with(kPackMagic));
  const auto count = entry_at<uint32_t>(pack.substr(kPackMagic.size()), 0);
  const std::string_view table =
      pack.substr(kPackMagic.size() + sizeof(uint32_t), count * sizeof(SectionEntry));
  for (uint32_t i = 0; i < count; ++i) {
    const auto entry = entry_at<SectionEntry>(table, i);
    if (entry.section == section) return pack.substr(entry.offset, entry.size);
  }
  CHECK(false);
}

std::optional<std::string> part_svg(std::string_view name) {
  const size_t plus = name.find('+');
  const std::string_view plain = name.substr(0, plus);
  const std::optional<PartEntry> part = find_part(plain);
  if (!part) return std::nullopt;
  std::string body = inflate_part(*part);
  if (plus != std::string_view::npos) body = dye_svg(std::move(body), plain, name.substr(plus + 1));
  return concat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
      "width=\"",
      part->width, "\" height=\"", part->height, "\" viewBox=\"0 0 ", part->width, " ",
      part->height, "\">", body, "</svg>");
}

std::vector<std::string> part_names() {
  std::vector<std::string> names;
  for (size_t i = 0; i < part_count(); ++i) names.emplace_back(name_of(part_at(i)));
  return names;
}

bool part_exists(std::string_view name) { return find_part(name).has_value(); }

std::string_view lettering_font() { return pack_section(Section::kFont); }

}  // namespace plantain::engine::sketch
