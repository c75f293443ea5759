#include "api/limits_object.h"

#include "api/views.h"
#include "base/limits.h"
#include "base/text.h"

namespace plantain::api {
namespace {

struct Row {
  const char* name;
  std::optional<int64_t> Limits::*member;
  bool money;
};

constexpr Row kRows[] = {
    {"submits_per_minute", &Limits::submits_per_minute, false},
    {"reads_per_minute", &Limits::reads_per_minute, false},
    {"queued", &Limits::queued, false},
    {"running", &Limits::running, false},
    {"spend_per_day_usd", &Limits::spend_per_day, true},
    {"spend_per_month_usd", &Limits::spend_per_month, true},
};

}  // namespace

JsonObject limits_object(const Limits& limits) {
  JsonObject object;
  for (const Row& row : kRows) {
    const std::optional<int64_t>& value = limits.*row.member;
    if (!value) {
      object[row.name] = nullptr;
    } else if (row.money) {
      object[row.name] = dollars(*value);
    } else {
      object[row.name] = *value;
    }
  }
  return object;
}

std::vector<LimitChange> take_limits(Members& body) {
  std::vector<LimitChange> changes;
  const JsonObject* const object = body.object("limits");
  if (object == nullptr) return changes;
  Members members(*object, "/limits");
  for (const Row& row : kRows) {
    if (members.is_null(row.name)) {
      changes.push_back({row.member, std::nullopt});
      continue;
    }
    const auto value = row.money ? members.money(row.name, 0, limits::kMoneyMax_usd)
                                 : members.integer(row.name, 0, limits::kCountLimitMax);
    if (value) changes.push_back({row.member, value});
  }
  body.take_faults(members);
  return changes;
}

void apply_limits(const std::vector<LimitChange>& changes, Limits& limits) {
  for (const LimitChange& change : changes) limits.*change.member = change.value;
}

Result<Limits> below(const Limits& ceiling, Limits wished) {
  for (const Row& row : kRows) {
    const std::optional<int64_t>& most = ceiling.*row.member;
    std::optional<int64_t>& value = wished.*row.member;
    if (!most) continue;
    if (value && *value > *most) {
      return Error{ErrorCode::kPermissionDenied,
                   concat("a key makes no key above its own limits; its ", row.name, " is ",
                          row.money ? money_text(*most) : concat(*most))};
    }
    if (!value) value = most;
  }
  return wished;
}

}  // namespace plantain::api
