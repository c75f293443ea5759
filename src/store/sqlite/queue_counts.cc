#include "store/sqlite/queue_counts.h"

namespace plantain::store::sqlite {

void QueueCounts::add(const std::string& engine, const std::string& model_id, Priority priority,
                      const AccountId& account, const KeyId& key, RequestState state, int64_t by) {
  if (is_end(state)) return;
  const std::lock_guard lock(mutex_);
  const auto where = counts_.try_emplace({engine, priority, model_id}).first;
  Count& count = where->second;
  if (is_leased(state)) {
    count.running += by;
  } else {
    count.queued += by;
    const auto line = count.lines.try_emplace({account, key}).first;
    line->second += by;
    if (line->second == 0) count.lines.erase(line);
  }
  if (count.queued == 0 && count.running == 0) counts_.erase(where);
}

std::vector<QueueLength> QueueCounts::lengths() const {
  const std::lock_guard lock(mutex_);
  std::map<std::pair<std::string, std::string>, QueueLength> by_model;
  for (const auto& [where, count] : counts_) {
    const auto& [engine, priority, model_id] = where;
    QueueLength& length =
        by_model.try_emplace({engine, model_id}, QueueLength{model_id, engine}).first->second;
    length.queued += count.queued;
    length.running += count.running;
  }
  std::vector<QueueLength> lengths;
  for (auto& [where, length] : by_model) lengths.push_back(std::move(length));
  return lengths;
}

int64_t QueueCounts::queued_above(const std::string& engine, Priority priority) const {
  const std::lock_guard lock(mutex_);
  int64_t queued = 0;
  for (const auto& [where, count] : counts_) {
    if (std::get<0>(where) == engine && std::get<1>(where) > priority) queued += count.queued;
  }
  return queued;
}

void QueueCounts::for_each_line(const std::string& engine, Priority priority,
                                const std::function<void(const Line&)>& visit) const {
  const std::lock_guard lock(mutex_);
  for (auto at = counts_.lower_bound({engine, priority, ""}); at != counts_.end(); ++at) {
    const auto& [its_engine, its_priority, model_id] = at->first;
    if (its_engine != engine || its_priority != priority) return;
    for (const auto& [who, queued] : at->second.lines)
      visit(Line{model_id, who.first, who.second, queued});
  }
}

}  // namespace plantain::store::sqlite
