// Where pictures are put: names for one or several, and never a file overwritten silently.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace plantain::cli {

// What -o named.
struct OutputPlace {
  Path path;
  bool is_folder = false;

  // A folder when it ends in "/" or is one already.
  static OutputPlace parse(const std::string& text);
};

// "png", "jpeg" or "webp" by a file name's end; empty: it names none of them.
std::string format_of_name(const Path& name);

// "png", "jpg" or "webp" of a format or a content type; "bin" when it is none of them.
std::string extension_of(std::string_view format);

// The names of `count` pictures: "a.png", or "a-1.png", "a-2.png", …; in a folder `stem` is the
// name. A name without an ending gets that of the format.
std::vector<Path> output_names(const OutputPlace& place, int count, std::string_view stem,
                               std::string_view extension);

// kConflict, with a sentence that names them, when files of these names exist.
Result<void> check_free(const std::vector<Path>& names);

// kConflict: the file exists and `force` is false.
Result<void> save_output(const Path& name, std::string_view bytes, bool force);

}  // namespace plantain::cli
