#include "http/message.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "base/text.h"

namespace plantain::http {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

bool is_ours(std::string_view name) {
  constexpr std::string_view kOurs[] = {
      "connection", "content-length",    "date",      "server",
      "keep-alive", "transfer-encoding", "x-call-id", "x-content-type-options"};
  return std::find(std::begin(kOurs), std::end(kOurs), to_lower_ascii(name)) != std::end(kOurs);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  const auto append = [&out](std::string_view text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      out += (byte < 0x20 && c != '\t') || byte == 0x7F ? ' ' : c;
    }
  };
  append(name);
  out += ": ";
  append(value);
  out += "\r\n";
}

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string::npos; }

}  // namespace

std::string response_head(const api::Reply& reply, const Framing& framing) {
  std::string head = concat("HTTP/1.1 ", reply.status, ' ', reason_of(reply.status), "\r\n");
  append_field(head, "Date", framing.date);
  append_field(head, "Server", "plantain");
  append_field(head, "X-Call-Id", framing.call_id);
  append_field(head, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) {
    if (!is_ours(name)) append_field(head, name, value);
  }
  if (framing.length) append_field(head, "Content-Length", concat(*framing.length));
  if (framing.chunked) append_field(head, "Transfer-Encoding", "chunked");
  if (framing.close) append_field(head, "Connection", "close");
  if (!framing.close && framing.http_1_0) append_field(head, "Connection", "keep-alive");
  head += "\r\n";
  return head;
}

std::string chunk_of(std::string_view bytes) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), bytes.size(), 16).ptr;
  return concat(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())),
                "\r\n", bytes, "\r\n");
}

std::string http_date(WallTime time) {
  constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = static_cast<std::time_t>(time.us / 1'000'000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  const auto two = [](int number) { return concat(number < 10 ? "0" : "", number); };
  return concat(kDays[parts.tm_wday], ", ", two(parts.tm_mday), ' ', kMonths[parts.tm_mon], ' ',
                parts.tm_year + 1900, ' ', two(parts.tm_hour), ':', two(parts.tm_min), ':',
                two(parts.tm_sec), " GMT");
}

api::Reply malformed(int status, std::string message) {
  JsonObject object;
  object["error_code"] = status * 1000;
  object["error_message"] = message;
  object["message"] = message;
  object["type"] = "/docs/errors#malformed-call";
  object["title"] = "The call is not HTTP as it is taken here";
  object["status"] = status;
  object["detail"] = message;
  object["retryable"] = false;
  api::Reply reply;
  reply.status = status;
  reply.body = write_json(object);
  reply.with("Content-Type", "application/problem+json").with("Cache-Control", "no-store");
  reply.close = true;
  return reply;
}

bool is_json_type(std::string_view content_type) {
  const std::string type =
      to_lower_ascii(trim_ascii(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" ||
         (type.starts_with("application/") && type.ends_with("+json"));
}

std::string traceparent_of(const api::Fields& fields) {
  std::optional<std::string_view> found;
  for (const auto& [name, value] : fields.all()) {
    if (to_lower_ascii(name) != "traceparent") continue;
    if (found) return {};
    found = value;
  }
  if (!found) return {};

  // version "-" trace id "-" parent id "-" flags; later versions may add to it.
  const std::string_view text = *found;
  if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-') return {};
  const std::string_view version = text.substr(0, 2);
  const std::string_view trace = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  const std::string_view flags = text.substr(53, 2);
  for (const std::string_view part : {version, trace, parent, flags}) {
    if (!is_lower_hex(part)) return {};
  }
  if (version == "ff" || is_zero(trace) || is_zero(parent)) return {};
  if (text.size() > 55 && (version == "00" || text[55] != '-')) return {};
  return std::string(text);
}

}  // namespace plantain::http
