#include "api/files.h"

#include "api/problem.h"
#include "base/text.h"

namespace plantain::api {
namespace {

// A file that may be served: a result's, an upload, or an input.
struct Served {
  std::string name;
  std::string blob_id;
  std::string content_type;
  std::string sha256;
  std::optional<WallTime> expires;
};

Result<Served> find(Context& context, const std::string& name) {
  Result<store::FileRecord> result = context.requests.find_file(name);
  if (result.ok()) {
    const OutputFile& file = result->file;
    return Served{name, file.blob_id, file.content_type, file.sha256, result->expires};
  }
  if (result.error().code != ErrorCode::kNotFound) return result.error();
  Result<store::NamedFile> brought = context.files.find(name);
  if (!brought.ok()) return brought.error();
  const FileContent& content = brought->content;
  return Served{name, content.blob_id, content.content_type, content.sha256, brought->expires};
}

Reply headed(const Served& file) {
  Reply reply;
  reply.with("Content-Type", file.content_type)
      .with("ETag", concat('"', file.sha256, '"'))
      .with("Accept-Ranges", "bytes")
      .with("Content-Disposition", concat("inline; filename=\"", file.name, "\""))
      .with("Content-Security-Policy", "sandbox; default-src 'none'")
      .with("Cross-Origin-Resource-Policy", "cross-origin")
      .with("Access-Control-Allow-Origin", "*")
      // The row is checked on every call, so that a deleted file is gone at once.
      .with("Cache-Control", "private, no-cache");
  return reply;
}

void send(const Call& call, const Served& file, std::unique_ptr<store::Artifact> artifact,
          const Respond& respond) {
  Reply reply = headed(file);
  const std::string tag = concat('"', file.sha256, '"');
  if (const auto known = call.headers.get("If-None-Match");
      known && (*known == "*" || known->find(tag) != std::string_view::npos)) {
    reply.status = 304;
    reply.body = std::string();
    return respond(std::move(reply));
  }
  const uint64_t size = artifact->size();
  ArtifactBody body{std::move(artifact), 0, size};
  const auto asked = call.headers.get("Range");
  const auto only_if = call.headers.get("If-Range");
  if (const auto range =
          asked && (!only_if || *only_if == tag) ? range_of(*asked, size) : std::nullopt) {
    reply.status = range->satisfiable ? 206 : 416;
    if (!range->satisfiable) {
      reply.with("Content-Range", concat("bytes */", size));
      reply.body = std::string();
      return respond(std::move(reply));
    }
    reply.with("Content-Range",
               concat("bytes ", range->offset, "-", range->offset + range->count - 1, "/", size));
    body.offset = range->offset;
    body.count = range->count;
  }
  reply.body = std::move(body);
  respond(std::move(reply));
}

void file(Context& context, const std::shared_ptr<const Call>& call, const Respond& respond) {
  const std::string& name = call->param("name");
  if (!context.signer.verify(name, call->query)) {
    return respond(problem(
        Error{ErrorCode::kPermissionDenied, "the signature of this address is missing or wrong"}));
  }
  const Result<Served> record = find(context, name);
  const bool expired = record.ok() && record->expires && *record->expires <= context.clock.wall();
  if (!record.ok() || expired) {
    if (!record.ok() && record.error().code != ErrorCode::kNotFound)
      return respond(problem(record.error()));
    return respond(problem(Error{ErrorCode::kNotFound, "this file is deleted or expired"}));
  }
  Result<std::unique_ptr<store::Artifact>> artifact = context.artifacts.open(record->blob_id);
  if (!artifact.ok()) {
    context.log.error("a file's bytes are missing",
                      JsonObject{{"call_id", call->id}, {"name", name}});
    return respond(problem(Error{ErrorCode::kInternal, "missing bytes"}));
  }
  send(*call, *record, std::move(*artifact), respond);
}

}  // namespace

std::optional<ByteRange> range_of(std::string_view field, uint64_t size) {
  if (!field.starts_with("bytes=")) return std::nullopt;
  const std::vector<std::string> ranges = split(field.substr(6), ',');
  if (ranges.size() != 1) return std::nullopt;
  const std::vector<std::string> ends = split(trim_ascii(ranges[0]), '-');
  if (ends.size() != 2) return std::nullopt;
  const auto first = parse_int(ends[0]);
  const auto last = parse_int(ends[1]);
  if ((!ends[0].empty() && !first) || (!ends[1].empty() && !last)) return std::nullopt;
  if (!first && !last) return std::nullopt;
  if (!first) {  // the last N bytes
    const uint64_t count = std::min<uint64_t>(static_cast<uint64_t>(*last), size);
    return ByteRange{size - count, count, count > 0};
  }
  if (last && *last < *first) return std::nullopt;
  const uint64_t offset = static_cast<uint64_t>(*first);
  if (offset >= size) return ByteRange{0, 0, false};
  const uint64_t end = last ? std::min<uint64_t>(static_cast<uint64_t>(*last), size - 1) : size - 1;
  return ByteRange{offset, end - offset + 1, true};
}

std::vector<Route> file_routes(Context& context) {
  const Handler handler = [&context](std::shared_ptr<const Call> call, Respond respond) {
    file(context, call, respond);
  };
  return {Route{.method = Method::kGet,
                .pattern = "/files/{name}",
                .access = Access::kWorker,  // the same for workers, which may reach nothing else
                .handler = handler},
          Route{.method = Method::kGet,
                .pattern = "/files/{name}",
                .access = Access::kPublic,
                .handler = handler,
                .operation_id = "file",
                .summary = "A file by its signed address",
                .tag = "Files",
                .parameters = {{"name", "path", "The file's name", R"({"type":"string"})"},
                               {"e", "query", "When it expires, in seconds since 1970",
                                R"({"type":"integer"})"},
                               {"s", "query", "The signature", R"({"type":"string"})"}},
                .response_schema = "application/octet-stream",
                .statuses = {200, 206, 304, 400, 403, 404, 416}}};
}

}  // namespace plantain::api
