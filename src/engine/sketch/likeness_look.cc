#include "engine/sketch/likeness_look.h"

#include <optional>
#include <string>

#include "base/text.h"
#include "engine/sketch/canvas.h"
#include "engine/sketch/chance.h"

namespace plantain::engine::sketch {
namespace {

bool says(std::string_view part, std::string_view word) {
  return part.find(word) != std::string_view::npos;
}

// "…+hair=2b2523+top=d32f2f": the colour behind a key, if it is there.
std::optional<Rgb> dyed(std::string_view part, std::string_view key) {
  const std::string mark = concat("+", key, "=");
  const size_t at = part.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::optional<std::string> bytes = from_hex(part.substr(at + mark.size(), 6));
  if (!bytes || bytes->size() != 3) return std::nullopt;
  const auto byte = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>((*bytes)[i]));
  };
  return rgb(byte(0) << 16 | byte(1) << 8 | byte(2));
}

Rgb skin_of(std::string_view part, Chance& chance) {
  if (says(part, "medium-light-skin")) return rgb(0xe4b08c);
  if (says(part, "medium-dark-skin")) return rgb(0x96623e);
  if (says(part, "medium-skin")) return rgb(0xc68c62);
  if (says(part, "light-skin")) return rgb(0xf2c9ac);
  if (says(part, "dark-skin")) return rgb(0x5f3c28);
  static const Rgb kAny[] = {rgb(0xecbd99), rgb(0xe2ab84), rgb(0xd39c70), rgb(0xf0c6a6),
                             rgb(0xa8714a)};
  return kAny[chance.below(5)];
}

Rgb hair_of(std::string_view part, const Look& look, Chance& chance) {
  if (const std::optional<Rgb> dye = dyed(part, "hair"))
    return mix(*dye, Rgb{1, 1, 1} * luminance(*dye), 0.25f) * 0.85f;  // hair is quieter than dye
  if (says(part, "blond")) return rgb(0xd9a850);
  if (says(part, "red-hair")) return rgb(0xa8431c);
  if (says(part, "white-hair")) return rgb(0xdcdcdc);
  if (look.old) return rgb(0xb9b7b4);
  if (luminance(look.skin) < 0.25f) return rgb(0x211815);
  static const Rgb kAny[] = {rgb(0x4b2e1e), rgb(0x6b4226), rgb(0x2c1d17), rgb(0x83562f),
                             rgb(0x38221a)};
  return kAny[chance.below(5)];
}

HairCut cut_of(std::string_view part, const Look& look, Chance& chance) {
  if (says(part, "bald")) return HairCut::kNone;
  if (!look.woman) return HairCut::kShort;
  if (look.old) return HairCut::kBob;
  return chance.odds(0.75f) ? HairCut::kLong : HairCut::kBob;
}

}  // namespace

Look look_of(std::string_view part, uint64_t seed) {
  Chance chance(seed, "look");
  Look look;
  look.woman = says(part, "woman") || says(part, "girl") ||
               (!says(part, "man") && !says(part, "boy") && chance.odds(0.5f));
  look.child = says(part, "girl") || says(part, "boy") || says(part, "child");
  look.old = says(part, "old");
  look.beard = says(part, "beard");
  look.glasses = says(part, "glasses");
  look.skin = skin_of(part, chance);
  look.hair = hair_of(part, look, chance);
  look.cut = cut_of(part, look, chance);
  look.fringe = look.woman && chance.odds(look.child ? 0.7f : 0.3f);
  look.wave = says(part, "curly") ? 26.0f : chance.odds(0.6f) ? chance.between(7, 15) : 2.0f;
  static const Rgb kIris[] = {rgb(0x4d7fa6), rgb(0x5e4630), rgb(0x6f8050), rgb(0x7a5a36),
                              rgb(0x3f6f78)};
  look.iris = luminance(look.skin) < 0.3f ? rgb(0x4a2e1c) : kIris[chance.below(5)];
  look.lips = look.woman && !look.child
                  ? mix(look.skin * Rgb{0.85f, 0.42f, 0.42f}, rgb(0xb4424f), 0.45f)
                  : look.skin * Rgb{0.82f, 0.58f, 0.55f};
  static const Rgb kCoat[] = {rgb(0x34465a), rgb(0xa5835a), rgb(0x2c2e36),
                              rgb(0x7a2f3a), rgb(0x37574a), rgb(0x5a5566)};
  look.coat = dyed(part, "top").value_or(kCoat[chance.below(6)]);
  static const Rgb kUnder[] = {rgb(0xb8b2a6), rgb(0x2a2a30), rgb(0x8f3b3b), rgb(0xc9a56a),
                               rgb(0x5b7286)};
  look.under = kUnder[chance.below(5)];
  static const Clothes kClothes[] = {Clothes::kCoat, Clothes::kTurtleneck, Clothes::kScarf};
  look.clothes = kClothes[chance.below(3)];
  look.part_x = chance.sign() * chance.between(18, 60);
  return look;
}

}  // namespace plantain::engine::sketch
