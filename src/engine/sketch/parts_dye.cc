#include "engine/sketch/parts_dye.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <vector>

#include "base/text.h"

namespace plantain::engine::sketch {
namespace {

using Fills = std::span<const std::string_view>;  // the main one first, then its lighter and darker
                                                  // neighbours

constexpr std::string_view kTops[][6] = {
    {"#583ee2", "#4b0fce", "#651fff", "#5914f2", "#530eeb", "#3615af"},
    {"#00bfa5", "#00bda3", "#06927f", "#00b29a", "#009e89", "#04a287"},
    {"#f06e00", "#da4c00", "#f78c1f", "#f47f12", "#ed6d23", "#ef6c00"},
};
constexpr std::string_view kBottom[] = {"#7c7c7c", "#686868", "#616161"};

// Hair goes with the tone in this set. Other fills of the same drawing (brows, mouth) can equal
// another tone's hair, so only the tone's own are exchanged.
struct Hair {
  std::string_view tone;
  std::string_view fills[2];
};
constexpr Hair kHair[] = {
    {"-medium-light-skin-tone", {"#ab872f", "#bfa055"}},
    {"-medium-dark-skin-tone", {"#3c2c23", "#554138"}},
    {"-light-skin-tone", {"#312d2d", "#454140"}},
    {"-medium-skin-tone", {"#543930", "#6d4c41"}},
    {"-dark-skin-tone", {"#232020", "#444140"}},
};

using Channels = std::array<int, 3>;

std::optional<Channels> channels_of(std::string_view hex) {
  const std::optional<std::string> bytes = from_hex(hex);
  if (!bytes || bytes->size() != 3) return std::nullopt;
  Channels out{};
  for (size_t i = 0; i < 3; ++i) out[i] = static_cast<unsigned char>((*bytes)[i]);
  return out;
}

int brightness(const Channels& colour) { return 3 * colour[0] + 6 * colour[1] + colour[2]; }

// `target` as much lighter or darker as `fill` is than the main fill; dark hair has strong
// strands, which would glare on light hair, so the step is bounded.
std::string shaded(const Channels& target, const Channels& fill, const Channels& main) {
  const double step =
      std::clamp(double(brightness(fill)) / std::max(1, brightness(main)), 0.72, 1.18);
  std::string bytes;
  for (const int channel : target) {
    bytes += static_cast<char>(
        static_cast<unsigned char>(std::clamp(static_cast<int>(channel * step), 0, 255)));
  }
  return concat("#", to_hex(bytes));
}

void exchange(std::string& svg, Fills fills, std::string_view target_hex) {
  const std::optional<Channels> target = channels_of(target_hex);
  const std::optional<Channels> main = channels_of(fills.front().substr(1));
  if (!target || !main) return;
  std::vector<std::pair<size_t, std::string>>
      changes;  // found first, so that no new fill is taken for an old one
  for (const std::string_view fill : fills) {
    const std::string fresh = shaded(*target, *channels_of(fill.substr(1)), *main);
    for (const char* quote : {"\"", "'"}) {
      const std::string old = concat(quote, fill, quote);
      for (size_t at = svg.find(old); at != std::string::npos; at = svg.find(old, at + 1))
        changes.emplace_back(at + 1, fresh);
    }
  }
  for (const auto& [at, fresh] : changes) svg.replace(at, fresh.size(), fresh);
}

void dye_one(std::string& svg, std::string_view name, std::string_view key, std::string_view hex) {
  if (key == "hair") {
    for (const Hair& hair : kHair) {
      if (name.find(hair.tone) != std::string_view::npos) return exchange(svg, hair.fills, hex);
    }
  } else if (key == "top") {
    for (const auto& fills : kTops) exchange(svg, fills, hex);
  } else if (key == "bottom") {
    exchange(svg, kBottom, hex);
  }
}

}  // namespace

std::string dye_svg(std::string svg, std::string_view name, std::string_view dyes) {
  for (const std::string& dye : split(dyes, '+')) {
    const size_t equals = dye.find('=');
    if (equals == std::string::npos) continue;
    dye_one(svg, name, std::string_view(dye).substr(0, equals),
            std::string_view(dye).substr(equals + 1));
  }
  return svg;
}

}  // namespace plantain::engine::sketch
