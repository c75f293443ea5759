#include "main/fetcher.h"

#include <chrono>
#include <thread>

#include "api/intake.h"
#include "base/exchange_limits.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/text.h"
#include "media/file_kind.h"
#include "store/wait.h"

namespace plantain {
namespace {

constexpr int kLookAhead = 1000;             // inputs among which the next one is chosen
constexpr int kPerAccount = 3;               // fetched at once for one account
constexpr std::chrono::seconds kTrouble{1};  // before the store is asked again

std::size_t most_bytes(const std::string& medium) {
  return api::file_max_bytes(medium == "video" ? media::Medium::kVideo : media::Medium::kImage);
}

// What is the file's or the address's fault, as the request's error.
bool is_final(ErrorCode code) {
  return code == ErrorCode::kFileUnreachable || code == ErrorCode::kTooLarge;
}

}  // namespace

Fetcher::Fetcher(store::FileStore& files, store::ArtifactStore& artifacts, Rules rules, Log& log)
    : files_(files),
      artifacts_(artifacts),
      rules_(std::move(rules)),
      log_(log),
      outgoing_(limits::kFetchThreads, [this] { return take(); }) {}

void Fetcher::stop() {
  stopping_ = true;
  outgoing_.stop();
}

std::optional<Outgoing::Work> Fetcher::take() {
  if (stopping_) return std::nullopt;
  const auto pending = files_.pending(kLookAhead);
  if (!pending.ok()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  for (const store::PendingInput& input : *pending) {
    if (!may_take(input)) continue;
    on_their_way_.insert({input.request.text(), input.n});
    ++of_account_[input.account];
    return [this, input] { fetch(input); };
  }
  return std::nullopt;
}

bool Fetcher::may_take(const store::PendingInput& input) const {
  if (on_their_way_.contains({input.request.text(), input.n})) return false;
  const auto busy = of_account_.find(input.account);
  return busy == of_account_.end() || busy->second < kPerAccount;
}

void Fetcher::fetch(const store::PendingInput& input) {
  if (const Result<void> settled = settle(input); !settled.ok() && !stopping_) {
    log_.error("an input could not be kept", JsonObject{{"request_id", input.request.text()},
                                                        {"reason", settled.error().message}});
    std::this_thread::sleep_for(kTrouble);
  }
  const std::lock_guard lock(mutex_);
  on_their_way_.erase({input.request.text(), input.n});
  if (--of_account_[input.account] == 0) of_account_.erase(input.account);
}

// An error: the input is still pending, for reasons of ours.
Result<void> Fetcher::settle(const store::PendingInput& input) {
  const net::FetchRules rules{rules_.http, most_bytes(input.medium), limits::kFetchMax};
  Result<std::string> bytes = net::fetch_file(rules_.guard, input.address, rules, stopping_);
  Result<void> kept = bytes.ok() ? keep(input, *bytes) : Result<void>(bytes.error());
  if (kept.ok() || !is_final(kept.error().code)) return kept;
  const Error why{ErrorCode::kFileUnreachable,
                  concat("input file ", input.n + 1, ": ", kept.error().message)};
  const auto given_up = store::wait_for<bool>(
      [&](auto then) { files_.give_up(input.request, input.n, why, std::move(then)); });
  return given_up.ok() ? Result<void>() : Result<void>(given_up.error());
}

Result<void> Fetcher::keep(const store::PendingInput& input, const std::string& bytes) {
  Result<FileContent> content = api::describe_file(bytes, input.medium);
  if (!content.ok()) return content.error();
  if (Result<void> staged = api::stage_file(files_, artifacts_, *content, bytes); !staged.ok())
    return staged;
  const auto arrived = store::wait_for<bool>([&](auto then) {
    files_.arrive(input.request, input.n, std::move(*content), rules_.quota_bytes, std::move(then));
  });
  return arrived.ok() ? Result<void>() : Result<void>(arrived.error());
}

}  // namespace plantain
