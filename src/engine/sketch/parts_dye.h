// Other hair and clothes for the set's people: their flat fills are known, and exchanged.
// Threads: pure functions, callable from anywhere.
#pragma once

#include <string>
#include <string_view>

namespace plantain::engine::sketch {

// `svg` is the drawing `name` ("woman-standing-medium-skin-tone"); `dyes` is
// "hair=2b2523+top=d32f2f". Keys: hair, top, bottom. What the drawing does not have stays as it is.
std::string dye_svg(std::string svg, std::string_view name, std::string_view dyes);

}  // namespace plantain::engine::sketch
