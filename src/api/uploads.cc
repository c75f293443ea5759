#include "api/uploads.h"

#include "api/intake.h"
#include "api/multipart.h"
#include "api/problem.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/wait.h"

namespace plantain::api {
namespace {

constexpr std::size_t kFormMax_bytes = 64 * limits::kKiB;  // of what is around the file

JsonObject upload_object(const Context& context, const std::string& base,
                         const store::Upload& upload) {
  return JsonObject{{"file_id", upload.id.text()},
                    {"url", base + context.signer.path(upload.name, std::nullopt)},
                    {"bytes", upload.content.bytes},
                    {"sha256", upload.content.sha256},
                    {"content_type", upload.content.content_type},
                    {"width", upload.content.width},
                    {"height", upload.content.height},
                    {"created_at", to_rfc3339(upload.created)}};
}

Reply no_store(Reply reply) {
  reply.with("Cache-Control", "no-store");
  return reply;
}

Result<std::string_view> bytes_of(const Call& call) {
  const std::string_view type = call.headers.get("Content-Type").value_or("");
  if (!is_multipart(type)) return std::string_view(call.body);
  return file_of_form(type, call.body);
}

Result<store::Upload> keep(Context& context, const Call& call) {
  const Result<std::string_view> bytes = bytes_of(call);
  if (!bytes.ok()) return bytes.error();
  if (bytes->empty())
    return invalid("there is no file in this call: its bytes are the body, or a part of a form");
  Result<FileContent> content = describe_file(*bytes);
  if (!content.ok()) return content.error();
  if (Result<void> staged = stage_file(context.files, context.artifacts, *content, *bytes);
      !staged.ok())
    return staged.error();
  const FileId id = context.ids.next<FileId>();
  store::Upload fresh{id, call.caller->key.account, concat(id.text(), content->extension),
                      std::move(*content), context.clock.wall()};
  return store::wait_for<store::Upload>([&](auto then) {
    const int64_t quota = call.caller->account.quota_bytes.value_or(context.settings.quota_bytes);
    context.files.add(std::move(fresh), quota, std::move(then));
  });
}

Reply upload(Context& context, const Call& call) {
  const Result<uint64_t> space = context.artifacts.free_bytes();
  if (space.ok() && *space < limits::kFreeReserve_bytes)
    return problem(
        Error{ErrorCode::kStorageFull, "too little storage is free; reading and deleting go on"});
  const Result<store::Upload> kept = keep(context, call);
  if (!kept.ok()) return problem(kept.error());
  JsonObject object = upload_object(context, call.public_base, *kept);
  Reply reply = json_reply(201, object);
  reply.with("Location", text_or(object, "url", ""));
  return no_store(std::move(reply));
}

struct PageWish {
  int limit = 50;
  std::optional<FileId> before;
};

Result<PageWish> page_of(const Call& call) {
  PageWish wish;
  if (const auto value = call.query_value("limit")) {
    const auto limit = parse_int(*value);
    if (!limit || *limit < 1 || *limit > limits::kListMax)
      return invalid(concat("limit must be 1 to ", limits::kListMax));
    wish.limit = static_cast<int>(*limit);
  }
  if (const auto value = call.query_value("cursor")) {
    wish.before = FileId::parse(*value);
    if (!wish.before) return invalid("cursor must be a next_cursor of this list");
  }
  return wish;
}

Reply list(Context& context, const Call& call) {
  const Result<PageWish> wish = page_of(call);
  if (!wish.ok()) return problem(wish.error());
  const AccountId& account = call.caller->key.account;
  const auto page = context.files.list(account, wish->before, wish->limit);
  if (!page.ok()) return problem(page.error());
  const Result<int64_t> used = context.files.bytes_of(account);
  if (!used.ok()) return problem(used.error());
  JsonArray files;
  for (const store::Upload& upload : *page)
    files.push_back(upload_object(context, call.public_base, upload));
  const bool more = static_cast<int>(page->size()) == wish->limit;
  return no_store(json_reply(
      200, JsonObject{{"files", std::move(files)},
                      {"next_cursor", more ? Json(page->back().id.text()) : Json(nullptr)},
                      {"bytes_used", *used},
                      {"bytes_quota",
                       call.caller->account.quota_bytes.value_or(context.settings.quota_bytes)}}));
}

void remove(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const auto id = FileId::parse(call->param("file_id"));
  if (!id)
    return respond(
        problem(Error{ErrorCode::kInvalidIdentifier, "a file id is a UUID in lower case"}));
  context.files.remove(call->caller->key.account, *id, [respond](Result<void> done) {
    if (!done.ok()) return respond(problem(done.error()));
    Reply reply;
    reply.status = 204;
    respond(std::move(reply));
  });
}

}  // namespace

std::vector<Route> upload_routes(Context& context) {
  return {
      Route{.method = Method::kPost,
            .pattern = "/v1/files",
            .access = Access::kUser,
            .body = BodyKind::kBytes,
            .body_max_bytes = limits::kFileBodyMax_bytes + kFormMax_bytes,
            .slow = true,
            .handler = [&context](std::shared_ptr<const Call> call,
                                  Respond respond) { respond(upload(context, *call)); },
            .operation_id = "upload",
            .summary = "Upload a file: its bytes as the body, or as the one file of a form",
            .tag = "Files",
            .response_schema = "File",
            .statuses = {201, 413, 415, 422}},
      Route{.method = Method::kGet,
            .pattern = "/v1/files",
            .access = Access::kUser,
            .slow = true,
            .handler = [&context](std::shared_ptr<const Call> call,
                                  Respond respond) { respond(list(context, *call)); },
            .operation_id = "list_files",
            .summary = "The account's uploads, newest first",
            .tag = "Files",
            .parameters = {{"limit", "query", "At most so many",
                            R"({"type":"integer","minimum":1,"maximum":200})"},
                           {"cursor", "query", "next_cursor of the page before",
                            R"({"type":"string","format":"uuid"})"}},
            .response_schema = "FileList",
            .statuses = {200, 422}},
      Route{.method = Method::kDelete,
            .pattern = "/v1/files/{file_id}",
            .access = Access::kUser,
            .handler = [&context](std::shared_ptr<const Call> call,
                                  Respond respond) { remove(context, call, respond); },
            .operation_id = "delete_file",
            .summary = "Delete an upload: its address is gone at once",
            .tag = "Files",
            .parameters = {{"file_id", "path", "The file", R"({"type":"string","format":"uuid"})"}},
            .statuses = {204, 400, 404}},
  };
}

}  // namespace plantain::api
