// The sides of a film, from the boxes of its container. Internal to media/.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

namespace plantain::media {

// Width and height of the first picture track; nothing: not this container, or broken.
std::optional<std::pair<uint64_t, uint64_t>> mp4_sides(std::string_view file);
std::optional<std::pair<uint64_t, uint64_t>> webm_sides(std::string_view file);

}  // namespace plantain::media
