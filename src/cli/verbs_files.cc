// The verbs of uploads and webhooks.
#include "base/text.h"
#include "cli/api_client.h"
#include "cli/remote.h"
#include "cli/text_table.h"
#include "cli/verbs.h"

namespace plantain::cli {
namespace {

std::string number_text(const Json& object, std::string_view name) {
  const Json* const value = find(object, name);
  return value == nullptr || value->is_null() ? "" : write_json(*value);
}

void show_files(const Session& session, const Json& answer) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& file : list_of(answer, "files")) {
    rows.push_back({text_or(file, "file_id", ""), text_or(file, "content_type", ""),
                    concat(int_or(file, "width", 0), "×", int_or(file, "height", 0)),
                    number_text(file, "bytes"), age_text(session, file, "created_at")});
  }
  if (rows.empty()) return session.world.err("There is no such file.\n");
  session.world.out(text_table({"FILE ID", "KIND", "PIXELS", "BYTES", "AGE"}, rows));
  const std::string next = text_or(answer, "next_cursor", "");
  if (!next.empty()) session.world.err(concat("There are more: --cursor ", next, "\n"));
}

void show_deliveries(const Session& session, const Json& answer) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& delivery : list_of(answer, "deliveries")) {
    rows.push_back({text_or(delivery, "delivery_id", ""), text_or(delivery, "outcome", ""),
                    number_text(delivery, "tries"), age_text(session, delivery, "created_at"),
                    text_or(delivery, "last_fault", ""), text_or(delivery, "url", "")});
  }
  if (rows.empty()) return session.world.err("Nothing was told to a webhook yet.\n");
  session.world.out(text_table({"DELIVERY ID", "OUTCOME", "TRIES", "AGE", "FAULT", "URL"}, rows));
  const std::string next = text_or(answer, "next_cursor", "");
  if (!next.empty()) session.world.err(concat("There are more: --cursor ", next, "\n"));
}

std::vector<std::pair<std::string, std::string>> page_of(const Arguments& words) {
  return {{"limit", words.limit > 0 ? concat(words.limit) : ""}, {"cursor", words.cursor}};
}

}  // namespace

int files_upload(const Session& session) {
  int code = kExitOk;
  for (const std::string& name : session.arguments.ids) {
    Result<std::string> bytes = read_file(name);
    if (!bytes.ok()) {
      code = fail(session, bytes.error());
      continue;
    }
    ApiCall call{.method = "POST", .path = "/v1/files"};
    call.bytes = std::move(*bytes);
    const int one = call_and_show(session, call, [&](const Json& file) {
      session.world.out(text_or(file, "url", "") + "\n");
    });
    code = std::max(code, one);
  }
  return code;
}

int files_list(const Session& session) {
  return call_and_show(session, {.path = "/v1/files", .query = page_of(session.arguments)},
                       [&](const Json& answer) { show_files(session, answer); });
}

int files_delete(const Session& session) {
  return call_for_each(
      session,
      [](const std::string& id) {
        return ApiCall{.method = "DELETE", .path = "/v1/files/" + percent_encode(id)};
      },
      [&](const std::string& id, const Json&) { session.world.out(concat(id, ": deleted\n")); });
}

int webhooks_list(const Session& session) {
  return call_and_show(session,
                       {.path = "/v1/webhook-deliveries", .query = page_of(session.arguments)},
                       [&](const Json& answer) { show_deliveries(session, answer); });
}

int webhooks_redeliver(const Session& session) {
  return call_for_each(
      session,
      [](const std::string& id) {
        return ApiCall{.method = "POST",
                       .path = concat("/v1/webhook-deliveries/", percent_encode(id), "/redeliver")};
      },
      [&](const std::string& id, const Json&) { session.world.out(concat(id, ": due now\n")); });
}

int webhooks_secret(const Session& session) {
  const bool rotate = session.arguments.rotate;
  return call_and_show(
      session,
      {.method = rotate ? "POST" : "GET",
       .path = rotate ? "/v1/webhook-secret/rotate" : "/v1/webhook-secret"},
      [&](const Json& answer) {
        session.world.out(text_or(answer, "secret", "") + "\n");
        const std::string until = text_or(answer, "previous_valid_until", "");
        if (!until.empty())
          session.world.err(concat("The one before signs too until ", until, ".\n"));
      });
}

}  // namespace plantain::cli
