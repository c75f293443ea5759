// OpenAI's Images API: an order as a call, an answer as what it means. Pure functions.
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/engine.h"
#include "engine/upstream/pay.h"
#include "net/http_client.h"

namespace plantain::engine::openai {

inline constexpr std::string_view kDefaultModel = "gpt-image-1";

// Models with a fixed list of sizes ("gpt-image-…", "dall-e-3") get the one of the nearest shape,
// others the order's own; "auto" where the input leaves the shape open and the model knows the
// word.
std::string size_of(std::string_view model, const Order& order);

JsonObject generation_of(std::string_view model, const Order& order);

struct Form {
  std::string content_type;
  std::string body;
};
// The same with the order's pictures, as multipart/form-data (RFC 7578).
Form edit_of(std::string_view model, const Order& order);

// Where the picture is: its bytes, or an address to fetch it from.
struct Answer {
  std::string bytes;
  std::string address;
  std::string revised_prompt;
};
upstream::Judged<Answer> judge(const net::HttpAnswer& answer, std::string_view secret);

}  // namespace plantain::engine::openai
