#include "http/router.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/text.h"

namespace plantain::http {
namespace {

std::string allow_of(std::set<api::Method> methods) {
  if (methods.contains(api::Method::kGet)) methods.insert(api::Method::kHead);
  methods.insert(api::Method::kOptions);
  std::vector<std::string> names;
  for (const api::Method method : methods) names.emplace_back(api::name_of(method));
  return join(names, ", ");
}

}  // namespace

Router::Router(std::span<const api::Route> routes, Side side) {
  for (const api::Route& route : routes) {
    const bool internal = route.access == api::Access::kWorker;
    if (internal == (side == Side::kInternal)) patterns_.push_back(compile(route));
  }
}

Router::Pattern Router::compile(const api::Route& route) {
  CHECK(route.pattern.starts_with('/'));
  Pattern pattern{&route, {}, 0};
  for (const std::string& text : split(std::string_view(route.pattern).substr(1), '/')) {
    if (!text.starts_with('{')) {
      pattern.segments.push_back({Segment::Kind::kLiteral, text});
    } else if (text.ends_with("...}")) {
      pattern.segments.push_back({Segment::Kind::kSeveral, text.substr(1, text.size() - 5)});
    } else {
      CHECK(text.ends_with('}'));
      pattern.segments.push_back({Segment::Kind::kOne, text.substr(1, text.size() - 2)});
    }
  }
  const auto is_several = [](const Segment& s) { return s.kind == Segment::Kind::kSeveral; };
  CHECK(std::count_if(pattern.segments.begin(), pattern.segments.end(), is_several) <= 1);
  const auto at = std::find_if(pattern.segments.begin(), pattern.segments.end(), is_several);
  pattern.several = static_cast<std::size_t>(at - pattern.segments.begin());
  return pattern;
}

bool Router::matches(const Pattern& pattern, std::span<const std::string> segments,
                     Params& params) {
  const std::size_t wanted = pattern.segments.size();
  const bool open = pattern.several < wanted;
  if (open ? segments.size() < wanted : segments.size() != wanted) return false;
  const std::size_t surplus = segments.size() - wanted;
  params.clear();
  std::size_t at = 0;
  for (const Segment& segment : pattern.segments) {
    switch (segment.kind) {
      case Segment::Kind::kLiteral:
        if (segments[at] != segment.text) return false;
        break;
      case Segment::Kind::kOne:
        if (segments[at].empty()) return false;
        params.emplace_back(segment.text, segments[at]);
        break;
      case Segment::Kind::kSeveral: {
        const auto taken = segments.subspan(at, surplus + 1);
        std::string value = join({taken.begin(), taken.end()}, "/");
        if (value.empty()) return false;
        params.emplace_back(segment.text, std::move(value));
        at += surplus;
        break;
      }
    }
    ++at;
  }
  return true;
}

// The pattern that owns this path: of those that match the one with the most literals, so that
// "/v1/requests/cancel" is not the request "cancel".
const Router::Pattern* Router::owner_of(std::span<const std::string> segments) const {
  const auto literals = [](const Pattern& pattern) {
    return std::count_if(pattern.segments.begin(), pattern.segments.end(),
                         [](const Segment& s) { return s.kind == Segment::Kind::kLiteral; });
  };
  Params params;
  const Pattern* owner = nullptr;
  for (const Pattern& pattern : patterns_) {
    if (owner != nullptr && literals(pattern) <= literals(*owner)) continue;
    if (matches(pattern, segments, params)) owner = &pattern;
  }
  return owner;
}

Router::Match Router::find(api::Method method, std::span<const std::string> segments) const {
  const api::Method wanted = method == api::Method::kHead ? api::Method::kGet : method;
  Match match;
  const Pattern* const owner = owner_of(segments);
  if (owner == nullptr) return match;
  std::set<api::Method> methods;
  for (const Pattern& pattern : patterns_) {
    if (pattern.route->pattern != owner->route->pattern) continue;
    methods.insert(pattern.route->method);
    if (pattern.route->method != wanted) continue;
    match.route = pattern.route;
    CHECK(matches(pattern, segments, match.params));
    return match;
  }
  match.allow = allow_of(std::move(methods));
  return match;
}

std::string Router::all_methods() const {
  std::set<api::Method> methods;
  for (const Pattern& pattern : patterns_) methods.insert(pattern.route->method);
  return allow_of(std::move(methods));
}

}  // namespace plantain::http
