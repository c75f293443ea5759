// Every quantity has a limit, a name and a unit. A literal limit elsewhere in the code is a defect.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace plantain::limits {

using Seconds = std::chrono::seconds;

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

// What a client may send.
inline constexpr std::size_t kJsonDepthMax = 32;
inline constexpr std::size_t kJsonBodyMax_bytes = 64 * kMiB;
inline constexpr std::size_t kFileBodyMax_bytes = 100 * 1000 * 1000;
inline constexpr std::size_t kBodiesInFlightMax_bytes = 256 * kMiB;
inline constexpr std::size_t kHeaderMax_bytes = 32 * kKiB;
inline constexpr std::size_t kTargetMax_bytes = 8 * kKiB;
inline constexpr std::size_t kIdempotencyKeyMax_bytes = 255;
inline constexpr std::size_t kPromptMax_chars = 8192;
inline constexpr std::size_t kTagsMax = 16;
inline constexpr std::size_t kTagMax_bytes = 64;
inline constexpr int64_t kSeedMax = (int64_t{1} << 53) - 1;        // exact in every client's double
inline constexpr int64_t kDrawnSeedMax = (int64_t{1} << 31) - 16;  // seed + 15 still fits 31 bits
inline constexpr int kPicturesPerRoundMax = 4;
inline constexpr int kPicturesMax = 16;
inline constexpr int kKeysPerAccountMax = 100;
inline constexpr int kSessionsPerKeyMax = 100;
inline constexpr Seconds kSession{7 * 24 * 3600};  // how long somebody stays signed in
inline constexpr Seconds kSignInToken{600};        // until a one-time token must have been used
inline constexpr int kListMax = 200;
inline constexpr int kListScanMax = 50'000;  // rows that one list() looks at for its filters
inline constexpr int64_t kQueuePositionMax = 10'000;  // a position is counted no further than this
inline constexpr std::size_t kFaultsMax = 100;        // listed in one answer

// Prices.
inline constexpr double kBasePriceMax_usd = 10'000;
inline constexpr double kPriceFactorMax = 100;

// Accounts.
inline constexpr int64_t kSubmitsPerMinute = 600;
inline constexpr int64_t kReadsPerMinute = 6'000;  // clients give up on a refused poll
inline constexpr int64_t kQueuedMax = 100'000;     // requests of an account in the queue
inline constexpr int64_t kCountLimitMax = 1'000'000'000;
inline constexpr double kMoneyMax_usd = 1e9;
inline constexpr int64_t kRetentionMax_s = int64_t{100} * 365 * 24 * 3600;
inline constexpr int64_t kQuotaMax_bytes = int64_t{1} << 50;
inline constexpr std::size_t kNameMax_chars = 100;
inline constexpr std::size_t kNoteMax_chars = 500;
inline constexpr std::size_t kBucketsMax = 10'000;  // token buckets that are remembered
inline constexpr int64_t kUsageDays = 30;           // that a usage report goes back by itself
inline constexpr Seconds kFairShareHalfLife{600};
inline constexpr Seconds kAuditKept{400 * 24 * 3600};

// Connections.
inline constexpr Seconds kHeaderRead{15};
inline constexpr Seconds kIdleConnection{75};
inline constexpr Seconds kBodySlowWindow{30};
inline constexpr std::size_t kBodySlowMin_bytes = 30 * kKiB;  // 1 KiB/s over the window
inline constexpr Seconds kPreferWaitMax{300};
inline constexpr Seconds kEventComment{15};
inline constexpr Seconds kLastAnswers{5};  // of a server that ends
inline constexpr std::size_t kStreamBufferMax_bytes = 256 * kKiB;
inline constexpr std::size_t kConnectionsMax = 20'000;
inline constexpr std::size_t kIgnoredBodyMax_bytes =
    64 * kKiB;                         // a body that nobody wants is read this far
inline constexpr Seconds kLinger{10};  // for a client to read the last answer
inline constexpr std::size_t kSocketPiece_bytes = 64 * kKiB;  // read from a connection at once
inline constexpr std::size_t kFilePiece_bytes = 256 * kKiB;   // read from a file at once
inline constexpr int kSlowThreads = 2;  // for routes marked slow, and for files
inline constexpr std::chrono::milliseconds kAcceptPause{100};  // when descriptors have run out
inline constexpr Seconds kConnectMax{10};  // until an outbound connection stands

// Requests and leases.
inline constexpr int kAttemptsMax = 3;
inline constexpr Seconds kLease{10};
inline constexpr Seconds kHeartbeat{1};
inline constexpr Seconds kCancelAcknowledge{10};
inline constexpr Seconds kClaimWaitMax{20};
inline constexpr Seconds kRunMax{30 * 60};
inline constexpr Seconds kStall{120};
inline constexpr Seconds kWorkerSeen{60};  // an engine with a worker this recently can be bound
inline constexpr Seconds kNoWorkerUnavailable{600};
inline constexpr Seconds kRetentionDefault{7 * 24 * 3600};
inline constexpr Seconds kRetentionMin{3600};
inline constexpr Seconds kIdempotencyKept{24 * 3600};
inline constexpr Seconds kStagedBlobKept{3600};
static_assert(3 * kHeartbeat < kLease, "two heartbeats may be missed before the lease is lost");

// Storage.
inline constexpr uint64_t kFreeReserve_bytes = 512 * kMiB;
inline constexpr std::size_t kGroupCommitMax = 256;
inline constexpr int kSweepMax = 256;    // rows of each kind that one sweep ends or deletes
inline constexpr int kStoreReaders = 4;  // connections that read at the same time
inline constexpr int kPageCache_KiB = 32 * 1024;  // of each connection
inline constexpr std::chrono::milliseconds kStoreIdle{
    100};  // without writes for this long: the WAL is emptied
inline constexpr std::chrono::milliseconds kStoreBusy{5000};
inline constexpr int kWalCheckpoint_pages =
    4'000;  // copy the WAL into the database, waiting for nobody
inline constexpr int kWalRestart_pages =
    16'000;  // … and wait for readers, so that it cannot grow for ever
inline constexpr Seconds kWalKept{30 * 60};  // deleted text leaves the WAL within this, idle or not
inline constexpr std::size_t kQuickCheckMax_bytes =
    32 * kMiB;  // a larger database is only probed at open
inline constexpr Seconds kClockParted{
    60};  // wall and steady clock disagree by more: deletions wait
inline constexpr Seconds kClockTrust{24 * 3600};  // … until they have agreed for this long
inline constexpr Seconds kClockMark{600};  // how often the wall clock's high-water mark is written

// Pictures.
inline constexpr int kImageSideMax_px = 16383;  // what WebP can hold
inline constexpr int64_t kImageMax_px = 64'000'000;
inline constexpr int kThumbnailSide_px = 512;

}  // namespace plantain::limits
