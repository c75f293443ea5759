#include "store/sqlite/lease_book.h"

#include "base/limits.h"

namespace plantain::store::sqlite {

void LeaseBook::add(const LeaseId& lease, RequestId request, std::string credential, bool stopping,
                    SteadyTime now, Micros running_for) {
  const std::lock_guard lock(mutex_);
  Entry entry{std::move(request), std::move(credential), SteadyTime{now.us - running_for.count()},
              now, now};
  if (stopping) entry.stop_asked = now;
  entries_.insert_or_assign(lease.text(), std::move(entry));
}

void LeaseBook::remove(const LeaseId& lease) {
  const std::lock_guard lock(mutex_);
  entries_.erase(lease.text());
}

void LeaseBook::stop(const LeaseId& lease, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(lease.text());
  if (found != entries_.end()) found->second.stop_asked = now;
}

Result<LeaseBook::Entry*> LeaseBook::find(const LeaseId& lease, const std::string& credential) {
  const auto found = entries_.find(lease.text());
  if (found == entries_.end() || found->second.ending || found->second.credential != credential) {
    return Error{ErrorCode::kConflict, "this lease is lost"};
  }
  return &found->second;
}

Result<bool> LeaseBook::renew(const LeaseId& lease, const std::string& credential, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  Result<Entry*> entry = find(lease, credential);
  if (!entry.ok()) return entry.error();
  (*entry)->renewed = now;
  return (*entry)->stop_asked.has_value();
}

Result<RequestId> LeaseBook::note_progress(const LeaseId& lease, const std::string& credential,
                                           SteadyTime now) {
  const std::lock_guard lock(mutex_);
  Result<Entry*> entry = find(lease, credential);
  if (!entry.ok()) return entry.error();
  (*entry)->moved_on = now;
  return (*entry)->request;
}

std::vector<LeaseBook::Due> LeaseBook::take_due(SteadyTime now) {
  const std::lock_guard lock(mutex_);
  std::vector<Due> due;
  for (auto& [text, entry] : entries_) {
    if (entry.ending) continue;
    const bool ignored = entry.stop_asked && now - *entry.stop_asked >= limits::kCancelAcknowledge;
    const bool lost =
        now - entry.renewed >= limits::kLease || now - entry.moved_on >= limits::kStall || ignored;
    const bool too_long = now - entry.began >= limits::kRunMax;
    if (!lost && !too_long) continue;
    entry.ending = true;
    due.push_back(Due{*LeaseId::parse(text), lost ? Fate::kLost : Fate::kTooLong});
  }
  return due;
}

void LeaseBook::spare(const LeaseId& lease) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(lease.text());
  if (found != entries_.end()) found->second.ending = false;
}

}  // namespace plantain::store::sqlite
