// What a file is, by its bytes alone: its kind and its sides. Headers are walked, nothing is
// decoded, so that a server may look at files it does not trust. Threads: pure functions; callable
// from anywhere. Memory: constant. Time: linear in the file, whatever it holds.
#pragma once

#include <optional>
#include <string_view>

namespace plantain::media {

enum class Medium { kImage, kVideo };

struct FileKind {
  Medium medium = Medium::kImage;
  std::string_view content_type;  // "image/png"
  std::string_view extension;     // ".png"
  int width = 0;                  // pixels as stored, before any orientation; at least 1
  int height = 0;
};

// PNG, JPEG, WebP, GIF, MP4 and WebM. Nothing: something else, or a header that is broken or cut
// short.
std::optional<FileKind> identify(std::string_view file);

// "PNG, JPEG, WebP, GIF, MP4 and WebM", for sentences.
std::string_view known_kinds();

}  // namespace plantain::media
