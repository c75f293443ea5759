// Which route answers a path.
// Threads: read-only after construction.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/route.h"

namespace plantain::http {

class Router {
 public:
  enum class Side { kPublic, kInternal };

  // Knows the routes of one side: those of Access::kWorker are internal, all others public.
  // `routes` must outlive it.
  Router(std::span<const api::Route> routes, Side side);

  struct Match {
    const api::Route* route = nullptr;  // none: see `allow`
    std::vector<std::pair<std::string, std::string>> params;
    std::string allow;  // methods of this path, as in an Allow field; empty: no such path
  };
  // `segments` as decode_path() makes them. HEAD is answered by the route of GET.
  Match find(api::Method method, std::span<const std::string> segments) const;
  // What "OPTIONS *" answers.
  std::string all_methods() const;

 private:
  struct Segment {
    enum class Kind { kLiteral, kOne, kSeveral } kind;
    std::string text;  // the literal, or the parameter's name
  };
  struct Pattern {
    const api::Route* route;
    std::vector<Segment> segments;
    std::size_t several;  // where the segment of kSeveral is; segments.size(): nowhere
  };
  using Params = std::vector<std::pair<std::string, std::string>>;

  const Pattern* owner_of(std::span<const std::string> segments) const;
  static Pattern compile(const api::Route& route);
  static bool matches(const Pattern& pattern, std::span<const std::string> segments,
                      Params& params);

  std::vector<Pattern> patterns_;
};

}  // namespace plantain::http
