#include "api/rates.h"

#include "api/problem.h"
#include "base/text.h"

namespace plantain::api {
namespace {

std::vector<Rate> rates_of(const Context& context, const Caller& caller, CallKind kind) {
  const auto member =
      kind == CallKind::kSubmit ? &Limits::submits_per_minute : &Limits::reads_per_minute;
  std::vector<Rate> rates;
  const std::optional<int64_t>& own = caller.key.limits.*member;
  if (own) rates.push_back(Rate{caller.key.id.text(), *own});
  const Limits limits = limits_of(context, caller.account);
  rates.push_back(Rate{caller.account.id.text(), (limits.*member).value_or(0)});
  return rates;
}

std::string_view name_of(CallKind kind) { return kind == CallKind::kSubmit ? "submits" : "reads"; }

}  // namespace

Limits limits_of(const Context& context, const store::Account& account) {
  Limits limits = account.limits;
  const Limits& common = context.settings.limits;
  if (!limits.submits_per_minute) limits.submits_per_minute = common.submits_per_minute;
  if (!limits.reads_per_minute) limits.reads_per_minute = common.reads_per_minute;
  if (!limits.queued) limits.queued = common.queued;
  return limits;
}

std::optional<Reply> take_call(Context& context, const Call& call, CallKind kind) {
  const Limiter::Verdict verdict =
      context.limiter.take(kind, rates_of(context, *call.caller, kind));
  if (verdict.allowed) return std::nullopt;
  Reply reply = problem(Error{ErrorCode::kRateLimited,
                              concat("there may be ", verdict.per_minute, " ", name_of(kind),
                                     " a minute; the next one in ", verdict.retry_in_s, " s")});
  for (auto& [name, value] : reply.headers) {
    if (name == "Retry-After") value = concat(verdict.retry_in_s);
  }
  return reply;
}

void add_rate_fields(Context& context, const Caller& caller, Reply& reply) {
  std::string policy;
  std::string left;
  for (const CallKind kind : {CallKind::kSubmit, CallKind::kRead}) {
    const Limiter::Verdict verdict = context.limiter.look(kind, rates_of(context, caller, kind));
    const std::string_view separator = policy.empty() ? "" : ", ";
    policy += concat(separator, '"', name_of(kind), "\";q=", verdict.per_minute, ";w=60");
    left += concat(separator, '"', name_of(kind), "\";r=", verdict.left, ";t=", verdict.full_in_s);
  }
  reply.with("RateLimit-Policy", std::move(policy)).with("RateLimit", std::move(left));
}

}  // namespace plantain::api
