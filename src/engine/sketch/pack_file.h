// The layout of sketch.pack: written at build time by pack/, read where it lies in the program.
// Everything is little-endian and unaligned; offsets count from the start of the section.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace plantain::engine::sketch {

// "PLSKPACK", the number of sections, one SectionEntry for each, then the sections.
inline constexpr std::string_view kPackMagic = "PLSKPACK";

enum class Section : uint32_t {
  kParts = 1,     // PartEntry …, sorted by name
  kNames = 2,     // the names they point to
  kDrawings = 3,  // zlib streams: what goes inside <svg>
  kWords = 4,     // the word table, see words.h
  kFont = 5,      // one OpenType face
  kNotice = 6,    // whose work this is, as text
};

struct SectionEntry {
  Section section;
  uint32_t offset = 0;  // from the start of the file
  uint32_t size = 0;
};

inline constexpr uint32_t kNoBase = 0xffffffff;

struct PartEntry {
  uint32_t name_offset = 0;
  uint32_t name_size = 0;
  uint32_t offset = 0;  // in kDrawings
  uint32_t packed_size = 0;
  uint32_t plain_size = 0;
  uint32_t base =
      kNoBase;  // the entry whose plain text is this stream's dictionary; it has no base itself
  uint32_t width = 0;
  uint32_t height = 0;
};

template <class Entry>
Entry entry_at(std::string_view bytes, size_t index) {
  Entry entry;
  std::memcpy(&entry, bytes.data() + index * sizeof(Entry), sizeof entry);
  return entry;
}

// A section of the pack that is linked into this program. Threads: any.
std::string_view pack_section(Section section);

}  // namespace plantain::engine::sketch
