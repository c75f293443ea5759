// Files that a provider made: fetched from where it says they are, known by their bytes.
// Threads: as the HttpClient's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "engine/engine.h"
#include "net/http_client.h"

namespace plantain::engine::upstream {

// A picture or a film by its first bytes; nothing for anything else.
std::optional<Made> made_of(std::string bytes);

// The file at `address`: https, or on the very server that `base_url` names, or a data URI. Sends
// no key. kUpstreamUnavailable: it cannot be had now; kEngineFailed: it is not what a client may
// get.
Result<Made> fetch_made(net::HttpClient& http, std::string_view address, std::string_view base_url,
                        Observer& observer);

// "http://host:port" of an address.
std::string_view origin_of(std::string_view address);

// A picture as a data URI, for providers that take files so. `most` bytes of file at most.
std::string data_uri(const EncodedPicture& picture);

// A picture as a file of at most `most` bytes: without loss where that fits, else smaller.
EncodedPicture encode_within(const image::Pixels& pixels, std::size_t most);

}  // namespace plantain::engine::upstream
