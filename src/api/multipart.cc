#include "api/multipart.h"

#include <vector>

#include "base/text.h"

namespace plantain::api {
namespace {

constexpr std::string_view kBreak = "\r\n";
constexpr std::size_t kBoundaryMax_bytes = 70;  // RFC 2046, 5.1.1
constexpr std::size_t kPartsMax = 32;

// The value of `name` among the parameters of a field: a="b"; c=d. Quotes are taken off.
std::optional<std::string> parameter_of(std::string_view field, std::string_view name) {
  std::size_t at = field.find(';');
  while (at != std::string_view::npos && at < field.size()) {
    std::string_view rest = trim_ascii(field.substr(at + 1));
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const bool wanted = to_lower_ascii(trim_ascii(rest.substr(0, equals))) == name;
    rest = rest.substr(equals + 1);
    std::string value;
    std::size_t used = 0;
    if (rest.starts_with('"')) {
      for (used = 1; used < rest.size() && rest[used] != '"'; ++used) {
        if (rest[used] == '\\' && used + 1 < rest.size()) ++used;
        value += rest[used];
      }
      if (used == rest.size()) return std::nullopt;  // no closing quote
    } else {
      used = std::min(rest.find(';'), rest.size());
      value = trim_ascii(rest.substr(0, used));
    }
    if (wanted) return value;
    const std::size_t next = rest.find(';', used);
    if (next == std::string_view::npos) return std::nullopt;
    at = static_cast<std::size_t>(rest.data() - field.data()) + next;
  }
  return std::nullopt;
}

// A part's head says that it holds a file: it has a file name, or is called "file".
Result<bool> is_file(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = std::min(head.find(kBreak), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + kBreak.size(), head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      return invalid("a part of the form has a line that is no field");
    if (to_lower_ascii(trim_ascii(line.substr(0, colon))) != "content-disposition") continue;
    const std::string_view value = line.substr(colon + 1);
    return parameter_of(value, "filename") || parameter_of(value, "filename*") ||
           parameter_of(value, "name") == "file";
  }
  return invalid("a part of the form has no Content-Disposition");
}

struct Part {
  std::string_view head;
  std::string_view content;
};

Error broken() { return invalid("the form is broken: a part does not end as its boundary says"); }

// Takes the part that begins at `at`, right behind a boundary. `last`: the closing boundary was met
// instead.
Result<Part> take_part(std::string_view body, std::size_t& at, std::string_view boundary,
                       bool& last) {
  std::string_view rest = body.substr(at);
  last = rest.starts_with("--");
  if (last) return Part{};
  const std::size_t line_end = rest.find(kBreak);
  if (line_end == std::string_view::npos || !trim_ascii(rest.substr(0, line_end)).empty())
    return broken();
  rest.remove_prefix(line_end);  // the head may be empty: its first break ends the boundary's line
  const std::size_t head_end = rest.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return broken();
  const std::string_view content = rest.substr(head_end + 4);
  const std::size_t content_end = content.find(boundary);
  if (content_end == std::string_view::npos) return broken();
  at = static_cast<std::size_t>(content.data() - body.data()) + content_end + boundary.size();
  return Part{head_end < 2 ? std::string_view() : rest.substr(2, head_end - 2),
              content.substr(0, content_end)};
}

}  // namespace

bool is_multipart(std::string_view content_type) {
  return to_lower_ascii(trim_ascii(content_type.substr(0, content_type.find(';')))) ==
         "multipart/form-data";
}

Result<std::string_view> file_of_form(std::string_view content_type, std::string_view body) {
  const auto name = parameter_of(content_type, "boundary");
  if (!name || name->empty() || name->size() > kBoundaryMax_bytes)
    return invalid("a form needs a boundary of 1 to 70 characters in its Content-Type");
  const std::string boundary = concat("\r\n--", *name);
  // The first boundary has no line break before it when nothing stands before it.
  std::size_t at = body.starts_with(std::string_view(boundary).substr(2)) ? boundary.size() - 2
                                                                          : std::string_view::npos;
  if (at == std::string_view::npos) {
    at = body.find(boundary);
    if (at == std::string_view::npos)
      return invalid("the form does not hold the boundary its Content-Type names");
    at += boundary.size();
  }
  std::optional<std::string_view> file;
  for (std::size_t parts = 0; parts < kPartsMax; ++parts) {
    bool last = false;
    const Result<Part> part = take_part(body, at, boundary, last);
    if (!part.ok()) return part.error();
    if (last) {
      if (!file) return invalid("no part of the form holds a file; name it \"file\"");
      return *file;
    }
    const Result<bool> holds = is_file(part->head);
    if (!holds.ok()) return holds.error();
    if (*holds && file) return invalid("a form may hold one file; send each in a call of its own");
    if (*holds) file = part->content;
  }
  return invalid(concat("a form may have ", kPartsMax - 1, " parts"));
}

}  // namespace plantain::api
