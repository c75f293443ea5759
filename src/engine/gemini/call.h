// generateContent as Google's Gemini API and Vertex speak it: an order as a call, an answer as what
// it means. Pure functions; the engine sends.
// Threads: any.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "engine/engine.h"
#include "engine/upstream/pay.h"
#include "engine/upstream_settings.h"
#include "net/http_client.h"

namespace plantain::engine::gemini {

inline constexpr std::string_view kDefaultModel = "gemini-nano-banana-2.1";

// What of an order goes to Google, decided.
struct Wish {
  std::string prompt;
  std::string aspect_ratio;  // one of the ten; empty: Google chooses
  std::string image_size;    // "512", "1K", "2K", "4K"
  int64_t seed = 0;          // 0 … 2^31 - 1
  int safety_tolerance = 4;
  bool one_picture = true;
  bool web_search = false;
  std::vector<EncodedPicture> references;
};

// From the order's input; what that lacks follows from the order's sides.
Wish wish_of(const Order& order);

// The largest files for which a whole call stays below what Google takes.
std::vector<EncodedPicture> fit_references(const std::vector<image::Pixels>& pictures);

std::string url_of(const upstream::Settings& settings, std::string_view model,
                   std::string_view method);  // "generateContent"; empty: the model itself
std::pair<std::string, std::string> key_header(const upstream::Settings& settings,
                                               const std::string& key);
JsonObject body_of(const Wish& wish);

// What one call made.
struct Answer {
  std::vector<EncodedPicture> pictures;  // without interim ones, in order; at least one
  std::string model_version;
  std::string response_id;
  std::string text;  // what it said beside
  std::vector<Source> sources;
  std::vector<std::string> queries;
};

// Means kMade only with at least one whole picture. `secret` is kept out of every sentence.
upstream::Judged<Answer> judge(const net::HttpAnswer& answer, std::string_view secret);

// The model's name is not known there (any more).
bool is_gone(const net::HttpAnswer& answer);
// It does not make pictures of 512 pixels.
bool refuses_small(const net::HttpAnswer& answer, const Wish& wish);

}  // namespace plantain::engine::gemini
