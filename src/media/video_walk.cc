#include "media/video_walk.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "media/big_endian.h"

namespace plantain::media {
namespace {

using Sides = std::pair<uint64_t, uint64_t>;

// -- MP4: boxes of a length, a four-letter name and a content ------------------------------------

struct Box {
  std::string_view name;
  std::string_view content;
};

// Takes the first box off `rest`. Nothing: there is none, or it claims more than there is.
std::optional<Box> take_box(std::string_view& rest) {
  if (rest.size() < 8) return std::nullopt;
  uint64_t size = big_endian(rest, 0, 4);
  std::size_t head = 8;
  if (size == 1) {
    if (rest.size() < 16) return std::nullopt;
    size = big_endian(rest, 8, 8);
    head = 16;
  } else if (size == 0) {
    size = rest.size();  // to the end of the file
  }
  if (size < head || size > rest.size()) return std::nullopt;
  const Box box{rest.substr(4, 4), rest.substr(head, size - head)};
  rest.remove_prefix(size);
  return box;
}

// Still pictures (AVIF, HEIF) and QuickTime share the container; films are told by their brands.
bool is_mp4_brand(std::string_view brand) {
  constexpr std::array<std::string_view, 14> kBrands = {"isom", "iso2", "iso3", "iso4", "iso5",
                                                        "iso6", "iso7", "mp41", "mp42", "avc1",
                                                        "M4V ", "MSNV", "dash", "mmp4"};
  return std::find(kBrands.begin(), kBrands.end(), brand) != kBrands.end();
}

bool is_mp4_type(const Box& box) {
  if (box.name != "ftyp" || box.content.size() < 8) return false;
  return is_mp4_brand(box.content.substr(0, 4));
}

// Of a track's header: the last eight bytes, as 16.16 fixed point.
std::optional<Sides> track_sides(std::string_view track) {
  while (const auto box = take_box(track)) {
    if (box->name != "tkhd") continue;
    const std::size_t length = !box->content.empty() && box->content[0] == 1 ? 96 : 84;
    if (box->content.size() < length) return std::nullopt;
    const Sides sides{big_endian(box->content, length - 8, 4) >> 16,
                      big_endian(box->content, length - 4, 4) >> 16};
    if (sides.first > 0 && sides.second > 0) return sides;
    return std::nullopt;  // a track of sound
  }
  return std::nullopt;
}

std::optional<Sides> movie_sides(std::string_view movie) {
  while (const auto box = take_box(movie)) {
    if (box->name != "trak") continue;
    if (const auto sides = track_sides(box->content)) return sides;
  }
  return std::nullopt;
}

// -- WebM: elements of an id, a length and a content ---------------------------------------------

constexpr uint64_t kEbml = 0x1A45DFA3, kDocType = 0x4282, kSegment = 0x18538067,
                   kTracks = 0x1654AE6B;
constexpr uint64_t kTrackEntry = 0xAE, kVideo = 0xE0, kPixelWidth = 0xB0, kPixelHeight = 0xBA;

struct Element {
  uint64_t id;
  std::string_view content;
};

// How many bytes a number has: the place of its first set bit. 0: it has none.
std::size_t number_length(std::string_view rest) {
  if (rest.empty()) return 0;
  std::size_t length = 1;
  for (int bit = 0x80; bit != 0 && (static_cast<uint8_t>(rest[0]) & bit) == 0; bit >>= 1) ++length;
  return length > 8 || length > rest.size() ? 0 : length;
}

// Takes the first element off `rest`. An unknown length reaches to the end of what it lies in.
std::optional<Element> take_element(std::string_view& rest) {
  const std::size_t id_length = number_length(rest);
  if (id_length == 0 || id_length > 4) return std::nullopt;
  const uint64_t id = big_endian(rest, 0, id_length);
  const std::string_view after_id = rest.substr(id_length);
  const std::size_t size_length = number_length(after_id);
  if (size_length == 0) return std::nullopt;
  const uint64_t mask = (uint64_t{1} << (7 * size_length)) - 1;
  uint64_t size = big_endian(after_id, 0, size_length) & mask;
  const std::string_view after = after_id.substr(size_length);
  if (size == mask) size = after.size();
  if (size > after.size()) return std::nullopt;
  rest = after.substr(size);
  return Element{id, after.substr(0, size)};
}

// The content of the first child of this id; nothing: there is none.
std::optional<std::string_view> child(std::string_view parent, uint64_t id) {
  while (const auto element = take_element(parent)) {
    if (element->id == id) return element->content;
  }
  return std::nullopt;
}

std::optional<uint64_t> number_of(std::optional<std::string_view> content) {
  if (!content || content->empty() || content->size() > 8) return std::nullopt;
  return big_endian(*content, 0, content->size());
}

}  // namespace

std::optional<Sides> mp4_sides(std::string_view file) {
  const auto first = take_box(file);
  if (!first || !is_mp4_type(*first)) return std::nullopt;
  while (const auto box = take_box(file)) {
    if (box->name == "moov") return movie_sides(box->content);
  }
  return std::nullopt;
}

std::optional<Sides> webm_sides(std::string_view file) {
  const auto head = take_element(file);
  if (!head || head->id != kEbml) return std::nullopt;
  const auto type = child(head->content, kDocType);
  if (!type || type->substr(0, type->find('\0')) != "webm") return std::nullopt;
  const auto segment = child(file, kSegment);
  if (!segment) return std::nullopt;
  const auto tracks = child(*segment, kTracks);
  if (!tracks) return std::nullopt;
  std::string_view rest = *tracks;
  while (const auto entry = take_element(rest)) {
    if (entry->id != kTrackEntry) continue;
    const auto video = child(entry->content, kVideo);
    if (!video) continue;
    const auto width = number_of(child(*video, kPixelWidth));
    const auto height = number_of(child(*video, kPixelHeight));
    if (width && height) return Sides{*width, *height};
  }
  return std::nullopt;
}

}  // namespace plantain::media
