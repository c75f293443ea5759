// Limits of downloading models.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace plantain::limits {

inline constexpr int kDownloadConnections = 4;
inline constexpr uint64_t kDownloadPiece_bytes = uint64_t{16} << 20;  // asked for at once
inline constexpr int kDownloadTries = 6;                              // in a row, without a byte
inline constexpr std::chrono::milliseconds kDownloadPause{250};  // before the second; then doubled
inline constexpr std::chrono::seconds kDownloadSilence{60};
inline constexpr int kDownloadRedirectsMax = 5;
inline constexpr std::size_t kHubFilesMax = 10'000;
inline constexpr std::size_t kHubAnswerMax_bytes = std::size_t{32} << 20;
inline constexpr uint64_t kHubFileMax_bytes = uint64_t{1} << 42;

}  // namespace plantain::limits
