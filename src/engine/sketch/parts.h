// The drawings and fonts the engine composes from: one data file, packed at build time from
// third parties' packages (see NOTICE) and linked into the program.
// Threads: any; everything is read-only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plantain::engine::sketch {

// A drawing as SVG text, by its name ("cat"); nothing if there is none. A person's hair and
// clothes can be named behind it: "woman-standing-medium-skin-tone+hair=2b2523+top=d32f2f". The
// marks "+beard=1" and
// "+glasses=1" are for who paints a face; the set has no drawing to put them on.
std::optional<std::string> part_svg(std::string_view name);
std::vector<std::string> part_names();

// A bold font file with Latin and CJK, as bytes in memory (TrueType or OpenType).
std::string_view lettering_font();

}  // namespace plantain::engine::sketch
