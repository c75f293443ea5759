// The members of a JSON object that a caller sent, taken one by one; every fault is collected, and
// what nobody took is one. Threads: one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "request/request.h"

namespace plantain::api {

class Members {
 public:
  // `object` must outlive this; `pointer` is the JSON pointer of the object itself.
  explicit Members(const JsonObject& object, std::string pointer = "")
      : object_(object), pointer_(std::move(pointer)) {}

  // The member, or null. From now on its name is known.
  const Json* take(std::string_view name);
  void fault(std::string_view name, std::string message);

  // These say nothing for a member that is missing or at fault.
  std::optional<std::string> text(std::string_view name, std::size_t least, std::size_t most);
  std::optional<bool> flag(std::string_view name);
  std::optional<int64_t> integer(std::string_view name, int64_t least, int64_t most);
  std::optional<Microdollars> money(std::string_view name, double least_usd, double most_usd);
  bool is_null(std::string_view name);  // true: it is there and null
  // A member that is an object; its faults are added with take_faults().
  const JsonObject* object(std::string_view name);
  void take_faults(Members& inner);

  // Call it last: the answer that lists every fault, if there is one.
  std::optional<Reply> refusal();

 private:
  void add_unknown();

  const JsonObject& object_;
  const std::string pointer_;
  std::vector<std::string> known_;
  JsonArray faults_;
};

// The object that is the body of a call.
Result<Json> object_body(const Call& call);

// 422 with every fault of a list that is not empty.
Reply refuse_faults(JsonArray faults);

}  // namespace plantain::api
