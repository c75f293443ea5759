// As limits.h: of files that clients bring, and of calls that leave the server on a client's word.
// A header of its own, since engines need none of it and are long to build.
#pragma once

#include "base/limits.h"

namespace plantain::limits {

// Submits.
inline constexpr std::size_t kQuickBodyMax_bytes = 64 * kKiB;  // read on the network thread

// Files that inputs name.
inline constexpr int kReferencesMax = 14;          // input pictures of one request
inline constexpr int kReferenceSideMax_px = 4096;  // larger ones are made smaller for engines
inline constexpr std::size_t kInputPictureMax_bytes = 50 * 1000 * 1000;
inline constexpr std::size_t kInputFilmMax_bytes = 100 * 1000 * 1000;
inline constexpr int kFetchRedirectsMax = 3;
inline constexpr Seconds kFetchMax{30};  // redirects included
inline constexpr int kFetchThreads = 6;  // files that are fetched at once

// The process that decodes an input picture.
inline constexpr std::size_t kDecodeMemory_bytes = 1024 * kMiB;
inline constexpr Seconds kDecodeCpu{20};
inline constexpr Seconds kDecodeTime{60};  // until its answer is whole

// How models were.
inline constexpr Seconds kModelLook{60};
inline constexpr int64_t kModelDaysKept = 90;

// Webhooks.
inline constexpr int kWebhookThreads = 6;   // deliveries that are sent at once
inline constexpr Seconds kWebhookMax{10};   // for one try
inline constexpr Seconds kWebhookRetry{5};  // after the first failure; doubled after each
inline constexpr Seconds kWebhookRetryMax{3600};
inline constexpr Seconds kWebhookTold{24 * 3600};       // how long it is tried
inline constexpr Seconds kOldWebhookSecret{24 * 3600};  // how long a replaced secret signs too

}  // namespace plantain::limits
