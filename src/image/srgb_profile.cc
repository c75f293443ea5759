// Built from ICC.1:2010 (profile version 4.3): a header of 128 bytes, a table of tags, the tags.
#include "image/srgb_profile.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace plantain::image {

namespace {

void append(std::string& out, uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift & 0xFF);
  }
}

// s15Fixed16Number.
void append_fixed(std::string& out, double value) {
  const double scaled = value * 65536;
  append(out, static_cast<uint32_t>(static_cast<int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5)),
         4);
}

std::string xyz_tag(std::array<uint32_t, 3> xyz) {
  std::string out("XYZ \0\0\0\0", 8);
  for (const uint32_t value : xyz) append(out, value, 4);
  return out;
}

// One American English text; the length counts bytes of UTF-16.
std::string text_tag(std::string_view ascii) {
  std::string out("mluc\0\0\0\0", 8);
  append(out, 1, 4);   // records
  append(out, 12, 4);  // bytes a record
  out += "enUS";
  append(out, static_cast<uint32_t>(2 * ascii.size()), 4);
  append(out, 28, 4);  // where the text begins
  for (const char c : ascii) append(out, static_cast<uint8_t>(c), 2);
  return out;
}

// Y = (a X + b)^g from d on, Y = c X below: function type 3.
std::string curve_tag() {
  std::string out("para\0\0\0\0\0\3\0\0", 12);
  for (const double value : {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045}) {
    append_fixed(out, value);
  }
  return out;
}

// Bradford, from the D65 white of sRGB to the D50 white of the profile connection space.
std::string adaptation_tag() {
  std::string out("sf32\0\0\0\0", 8);
  for (const double value : {1.04788, 0.02292, -0.05022,  //
                             0.02959, 0.99048, -0.01707,  //
                             -0.00925, 0.01508, 0.75168}) {
    append_fixed(out, value);
  }
  return out;
}

struct Tag {
  std::string_view name;
  std::string data;
};

// The colorants, adapted to D50; each row's last unit is chosen so that they add up to the white
// exactly, which keeps greys grey.
std::vector<Tag> tags() {
  return {
      {"desc", text_tag("sRGB")},
      {"cprt", text_tag("No copyright, use freely")},
      {"wtpt", xyz_tag({0xF6D6, 0x10000, 0xD32D})},
      {"chad", adaptation_tag()},
      {"rXYZ", xyz_tag({0x6FA0, 0x38F5, 0x0390})},
      {"gXYZ", xyz_tag({0x6297, 0xB787, 0x18D9})},
      {"bXYZ", xyz_tag({0x249F, 0x0F84, 0xB6C4})},
      {"rTRC", curve_tag()},
      {"gTRC", {}},  // empty: the bytes of the tag before
      {"bTRC", {}},
  };
}

std::string header(size_t size) {
  std::string out;
  append(out, static_cast<uint32_t>(size), 4);
  append(out, 0, 4);           // no preferred colour engine
  append(out, 0x04300000, 4);  // version 4.3
  out += "mntrRGB XYZ ";
  for (const uint32_t part : {2026u, 1u, 1u, 0u, 0u, 0u}) append(out, part, 2);
  out += "acsp";
  out.append(24,
             '\0');  // platform, flags, device, attributes; perceptual intent is the 0 after them
  append(out, 0, 4);
  for (const uint32_t white : {0xF6D6u, 0x10000u, 0xD32Du}) append(out, white, 4);
  out.append(128 - out.size(), '\0');  // creator, profile id and the reserve: none
  return out;
}

std::string build() {
  const std::vector<Tag> all = tags();
  std::string table;
  std::string data;
  append(table, static_cast<uint32_t>(all.size()), 4);
  const size_t data_begin = 128 + 4 + 12 * all.size();
  size_t begin = 0;
  size_t length = 0;
  for (const Tag& tag : all) {
    if (!tag.data.empty()) {
      begin = data_begin + data.size();
      length = tag.data.size();
      data += tag.data;
      data.append((4 - data.size() % 4) % 4, '\0');
    }
    table += tag.name;
    append(table, static_cast<uint32_t>(begin), 4);
    append(table, static_cast<uint32_t>(length), 4);
  }
  return header(data_begin + data.size()) + table + data;
}

}  // namespace

const std::string& srgb_profile() {
  static const std::string profile = build();
  return profile;
}

}  // namespace plantain::image
