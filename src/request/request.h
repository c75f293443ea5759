// What a request is. Values only; no I/O.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "request/state.h"

namespace plantain {

enum class Priority { kLow = 0, kNormal = 1, kHigh = 2 };
std::optional<Priority> priority_from_name(std::string_view name);
std::string_view name_of(Priority priority);

// Millionths of a US dollar.
using Microdollars = int64_t;

// "$0.042".
std::string money_text(Microdollars amount);

// What a key or an account may have and do at most; nothing: no limit of its own.
struct Limits {
  std::optional<int64_t> submits_per_minute;
  std::optional<int64_t> reads_per_minute;      // and every other call
  std::optional<int64_t> queued;                // requests in the queue
  std::optional<int64_t> running;               // requests at once
  std::optional<Microdollars> spend_per_day;    // UTC
  std::optional<Microdollars> spend_per_month;  // UTC
};

// The bytes of a file that a client brought, as the database knows them.
struct FileContent {
  std::string blob_id;
  std::string content_type;
  std::string extension;  // ".png"
  int64_t bytes = 0;
  std::string sha256;  // hexadecimal
  int width = 0;       // pixels as stored, before any orientation
  int height = 0;
};

// A file that the input of a request names: exactly one of the three says where its bytes are.
struct NewInput {
  std::string medium;                  // what it must be: "image", "video"
  std::string address;                 // to be fetched from there
  std::optional<FileId> upload;        // an upload of the account
  std::optional<FileContent> content;  // here already, its blob staged
};

// A request that has passed every check of the submit and is about to be kept.
struct NewRequest {
  RequestId id;
  AccountId account;
  KeyId key;
  std::string model_id;
  std::string engine;  // bound at submit: "sketch"
  Priority priority = Priority::kNormal;
  std::string input;  // the completed input, JSON text
  std::vector<std::string> tags;
  WallTime created;
  std::optional<WallTime> start_by;   // fails with deadline-exceeded if not claimed by then
  std::optional<WallTime> finish_by;  // … if not finished by then
  std::optional<Micros> retention;    // from its end; nothing: for ever
  Microdollars price = 0;             // reserved, never exceeded
  int pictures = 1;                   // the most it may make: what the price is for
  bool prepaid = false;               // its account's balance must cover the price
  Limits key_limits = {};             // judged when it is stored: queued and the spending ones
  Limits account_limits = {};
  std::vector<NewInput> inputs = {};        // in the order of catalog::file_values()
  int64_t quota_bytes = 0;                  // what the account's files may have together
  std::string webhook = {};                 // where its end is told; empty: nowhere
  bool webhook_intermediate = false;        // … and its other states
  std::vector<std::string> fallbacks = {};  // engines to go on with, in order, should `engine` fail
};

// A paid call of a request's engine to somebody else (the contract's section 11, `steps`).
enum class StepState {
  kIntent,    // it is about to be sent, or was; its answer is not known
  kAccepted,  // the provider works on it, under upstream_id
  kAnswered,  // nothing was made, and nothing is under way
  kDone,      // what it made is kept
};
std::optional<StepState> step_state_from_name(std::string_view name);  // "intent" …
std::string_view name_of(StepState state);

struct Step {
  int n = 0;
  StepState state = StepState::kIntent;
  int call = 1;    // rises with each intent
  int doubts = 0;  // calls before this one whose answer nobody knows; the store counts them
  std::string engine;
  std::string upstream_id;
  std::string outputs;             // JSON, for the worker that goes on; only of done ones
  std::vector<std::string> blobs;  // of what is kept; told with kDone, not read back
};

// The client's promise that two calls are one. Scope: the account.
struct Idempotency {
  std::string key;          // 1 to limits::kIdempotencyKeyMax_bytes bytes
  std::string fingerprint;  // SHA-256 of model, raw body and query
};

// One file of a result. `name` is the last part of its address, extension included.
struct OutputFile {
  int n = 0;  // order among the request's pictures
  std::string blob_id;
  std::string name;  // "0193…-0.png"
  std::string content_type;
  int64_t bytes = 0;
  std::string sha256;  // hexadecimal
  int width = 0;
  int height = 0;
  bool thumbnail = false;  // the 512-pixel JPEG of picture n
};

struct Request {
  RequestId id;
  AccountId account;
  KeyId key;
  std::string model_id;
  std::string engine;
  Priority priority = Priority::kNormal;
  RequestState state = RequestState::kQueued;
  std::string input;  // JSON text
  std::vector<std::string> tags;
  int attempt = 0;  // the fence: rises with every claim
  int losses = 0;   // workers that died or went silent over it
  WallTime created;
  std::optional<WallTime> started;  // of the latest claim
  std::optional<WallTime> finished;
  std::optional<WallTime> expires;  // set at its end; nothing: kept for ever
  std::optional<WallTime> start_by;
  std::optional<WallTime> finish_by;
  std::string error;                // JSON text {"code","message"} when failed; empty otherwise
  std::string metadata;             // JSON text the worker reported; empty before success
  std::vector<OutputFile> outputs;  // by n; thumbnails after pictures
  Microdollars price = 0;
  Microdollars cost = 0;       // settled, at most price
  bool maybe_charged = false;  // set at its end: a provider may have charged for what nobody got
};

// Failures of an engine's own, after which another engine may try: never a refusal, of the content
// or of the order.
bool falls_over(ErrorCode code);

// How an error is kept with a request: its code's stable name and the sentence.
std::string error_to_text(const Error& error);
Error error_from_text(std::string_view text);  // kInternal if the text is not one of ours

}  // namespace plantain
