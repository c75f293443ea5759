#include "engine/upstream/media.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"
#include "engine/upstream/exchange.h"
#include "image/resize.h"

namespace plantain::engine::upstream {
namespace {

constexpr std::chrono::milliseconds kFetchTimeout{120'000};

std::optional<std::string> content_type_of_film(std::string_view bytes) {
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") return "video/mp4";
  if (bytes.starts_with("\x1A\x45\xDF\xA3")) return "video/webm";
  return std::nullopt;
}

Error unusable() {
  return Error{ErrorCode::kEngineFailed,
               "the provider's file is neither a picture nor a film that can be delivered"};
}

Result<Made> from_data_uri(std::string_view address) {
  const std::size_t comma = address.find(',');
  if (comma == std::string_view::npos || !address.substr(0, comma).ends_with(";base64"))
    return unusable();
  std::optional<std::string> bytes = from_base64(address.substr(comma + 1));
  std::optional<Made> made = bytes ? made_of(std::move(*bytes)) : std::nullopt;
  if (!made) return unusable();
  return std::move(*made);
}

}  // namespace

std::optional<Made> made_of(std::string bytes) {
  if (const auto kind = image::identify(bytes))
    return Made(EncodedPicture{std::move(bytes), kind->format, kind->width, kind->height});
  if (const auto type = content_type_of_film(bytes))
    return Made(EncodedVideo{std::move(bytes), *type});
  return std::nullopt;
}

std::string_view origin_of(std::string_view address) {
  const std::size_t host = address.find("://");
  if (host == std::string_view::npos) return {};
  return address.substr(0, address.find_first_of("/?#", host + 3));
}

Result<Made> fetch_made(net::HttpClient& http, std::string_view address, std::string_view base_url,
                        Observer& observer) {
  if (address.starts_with("data:")) return from_data_uri(address);
  if (!address.starts_with("https://") && origin_of(address) != origin_of(base_url))
    return Error{ErrorCode::kEngineFailed, "the provider named a file at an address without TLS"};
  Reply reply = exchange(http,
                         net::HttpRequest{.url = std::string(address),
                                          .timeout = kFetchTimeout,
                                          .answer_max_bytes = limits::kFileBodyMax_bytes},
                         observer, "fetch", 0, 1);
  if (const auto* none = std::get_if<NoReply>(&reply)) {
    if (none->cancelled) return Error{ErrorCode::kCancelled, "stopped while a file was fetched"};
    return Error{ErrorCode::kUpstreamUnavailable,
                 concat("the provider's file cannot be fetched: ", none->reason)};
  }
  net::HttpAnswer& answer = std::get<net::HttpAnswer>(reply);
  if (answer.status != 200)
    return Error{ErrorCode::kUpstreamUnavailable,
                 concat("the provider's file cannot be fetched: it answered ", answer.status)};
  std::optional<Made> made = made_of(std::move(answer.body));
  if (!made) return unusable();
  return std::move(*made);
}

std::string data_uri(const EncodedPicture& picture) {
  return concat("data:", image::content_type(picture.format), ";base64,", to_base64(picture.bytes));
}

EncodedPicture encode_within(const image::Pixels& pixels, std::size_t most) {
  const auto file = [](const image::Pixels& of, image::Format format) {
    Result<std::string> bytes = image::encode(of, format, image::Provenance{});
    CHECK(bytes.ok());  // references lie within what every format holds
    return EncodedPicture{std::move(*bytes), format, of.width, of.height};
  };
  EncodedPicture whole = file(pixels, image::Format::kPng);
  if (whole.bytes.size() <= most) return whole;
  image::Pixels smaller = pixels;
  while (true) {
    EncodedPicture picture = file(smaller, image::Format::kJpeg);
    if (picture.bytes.size() <= most || std::max(smaller.width, smaller.height) <= 64)
      return picture;
    smaller = image::fit_within(smaller, std::max(smaller.width, smaller.height) * 3 / 4);
  }
}

}  // namespace plantain::engine::upstream
