#include "store/sqlite/queue_counts.h"

namespace plantain::store::sqlite {

void QueueCounts::add(const std::string& engine, const std::string& model_id, Priority priority,
                      RequestState state, int64_t by) {
  if (is_end(state)) return;
  const std::lock_guard lock(mutex_);
  const auto where = counts_.try_emplace({engine, model_id, priority}).first;
  (is_leased(state) ? where->second.running : where->second.queued) += by;
  if (where->second.queued == 0 && where->second.running == 0) counts_.erase(where);
}

std::vector<QueueLength> QueueCounts::lengths() const {
  const std::lock_guard lock(mutex_);
  std::vector<QueueLength> lengths;
  for (const auto& [where, count] : counts_) {
    const auto& [engine, model_id, priority] = where;
    if (lengths.empty() || lengths.back().engine != engine || lengths.back().model_id != model_id) {
      lengths.push_back(QueueLength{model_id, engine});
    }
    lengths.back().queued += count.queued;
    lengths.back().running += count.running;
  }
  return lengths;
}

int64_t QueueCounts::queued_above(const std::string& engine, Priority priority) const {
  const std::lock_guard lock(mutex_);
  int64_t queued = 0;
  for (const auto& [where, count] : counts_) {
    if (std::get<0>(where) == engine && std::get<2>(where) > priority) queued += count.queued;
  }
  return queued;
}

std::vector<std::string> QueueCounts::models_queued(const std::string& engine,
                                                    Priority priority) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> models;
  for (const auto& [where, count] : counts_) {
    if (std::get<0>(where) == engine && std::get<2>(where) == priority && count.queued > 0) {
      models.push_back(std::get<1>(where));
    }
  }
  return models;
}

}  // namespace plantain::store::sqlite
