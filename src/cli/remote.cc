#include "cli/remote.h"

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"
#include "cli/duration.h"

namespace plantain::cli {

int call_and_show(const Session& session, const ApiCall& call,
                  const std::function<void(const Json&)>& show) {
  const Result<Connection> connection = resolve_connection(session.world, session.arguments);
  if (!connection.ok()) return fail_usage(session, connection.error().message);
  ApiClient api(*connection, nullptr);
  const Result<Json> answer = api.call(call);
  if (!answer.ok()) return fail(session, answer.error());
  if (session.arguments.json) {
    if (!answer->is_null()) session.world.out(write_json(*answer) + "\n");
  } else {
    show(*answer);
  }
  return kExitOk;
}

int call_for_each(const Session& session, const std::function<ApiCall(const std::string&)>& call_of,
                  const std::function<void(const std::string&, const Json&)>& show) {
  int code = kExitOk;
  for (const std::string& id : session.arguments.ids) {
    const int one =
        call_and_show(session, call_of(id), [&](const Json& answer) { show(id, answer); });
    code = std::max(code, one);
  }
  return code;
}

const JsonArray& list_of(const Json& answer, std::string_view name) {
  static const JsonArray none;
  const Json* const list = find(answer, name);
  return list != nullptr && list->is_array() ? list->as_array() : none;
}

std::string plain(const Json& value) {
  return value.is_string() ? std::string(view(value.as_string())) : write_json(value);
}

void show_members(const Json& object, const std::string& above, std::string& out) {
  if (!object.is_object()) return;
  for (const auto& member : object.as_object()) {
    const std::string name = above + std::string(member.key());
    if (member.value().is_object()) {
      show_members(member.value(), name + ".", out);
    } else {
      out += concat(name, ": ", plain(member.value()), "\n");
    }
  }
}

std::string age_text(const Session& session, const Json& object, std::string_view name) {
  const std::optional<WallTime> time = from_rfc3339(text_or(object, name, ""));
  return time ? short_duration(session.world.clock->wall() - *time) : "";
}

}  // namespace plantain::cli
