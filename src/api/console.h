// The web console: static files that are linked into the program, served below "/".
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.h"
#include "base/embedded.h"

namespace plantain::api {

// Answers calls for a set of files. A file may come with compressed twins, "x.js.br" and "x.js.gz";
// a caller gets the smallest it takes. Files below "assets/" have their hash in their name and are
// kept by clients for good, all others are asked for again each time.
// Threads: read-only after construction. The bytes of `files` must outlive it.
class StaticFiles {
 public:
  explicit StaticFiles(std::span<const EmbeddedFile> files);

  bool has(std::string_view path) const { return files_.contains(path); }
  // The file at `path`, or a problem of kind not-found.
  Reply answer(const Call& call, std::string_view path) const;

 private:
  struct Twin {
    std::string_view encoding;  // "br", "gzip"; empty: as it is
    std::string_view bytes;
    std::string tag;
  };
  struct File {
    std::vector<Twin> twins;  // the one to be preferred first
  };
  std::map<std::string, File, std::less<>> files_;
};

// No routes when the program was built without the console.
std::vector<Route> console_routes(Context& context);

}  // namespace plantain::api
