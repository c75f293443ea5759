// How a request looks from outside: the objects of the contract's sections 4.3 and 4.4.
#pragma once

#include <string>

#include "api/context.h"
#include "store/webhook_store.h"

namespace plantain::api {

// Status (4.3). `base` is the call's public_base.
JsonObject status_object(Context& context, const std::string& base, const Request& request);
// Result (4.4): the status object while it is not finished.
JsonObject result_object(Context& context, const std::string& base, const Request& request,
                         bool include_cost);
// What a webhook is told of a state that was reached `at`, whatever has become of the request
// since: the result of an end, else the status without what changes by the minute.
JsonObject told_object(Context& context, const std::string& base, Request request,
                       const store::Delivery& delivery);
// {"request_id","status_url","result_url","cancel_url"}, as a submit answers.
JsonObject submitted_object(const std::string& base, const RequestId& id);
std::string status_url(const std::string& base, const RequestId& id);

// Dollars with at most six decimals, from micro-dollars.
double dollars(Microdollars amount);

// What runs of the same length have in common: model and resolution.
std::string run_kind(const std::string& model_id, const Json& input);

}  // namespace plantain::api
