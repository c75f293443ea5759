#include "net/hub.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "net/http_client.h"

namespace plantain::net {
namespace {

Error corrupt(std::string message) {
  return Error{ErrorCode::kCorrupt, "the hub's answer " + std::move(message)};
}

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > 96 || name.front() == '.' || name.front() == '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

// A relative path that stays in its folder, of elements a file system takes.
bool is_safe_path(const std::string& path) {
  if (path.empty() || path.size() > 1024 || !is_utf8(path)) return false;
  for (const std::string& element : split(path, '/')) {
    if (element.empty() || element == "." || element == ".." || element.size() > 240) return false;
    for (const char c : element) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\') return false;
    }
  }
  return true;
}

bool is_hash(std::string_view text, size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<HubFile> read_file_entry(const Json& entry) {
  HubFile file;
  file.path = text_or(entry, "rfilename", "");
  if (!is_safe_path(file.path)) return corrupt("names a file by a path that is not safe");
  const Json* lfs = find(entry, "lfs");
  const bool large = lfs && lfs->is_object();
  const int64_t size = int_or(large ? *lfs : entry, "size", -1);
  if (size < 0 || static_cast<uint64_t>(size) > limits::kHubFileMax_bytes) {
    return corrupt(concat("gives no size for ", file.path));
  }
  file.size = static_cast<uint64_t>(size);
  if (large) {
    file.sha256 = text_or(*lfs, "sha256", "");
    if (!is_hash(file.sha256, 64)) return corrupt(concat("gives no SHA-256 for ", file.path));
  } else {
    file.git_sha1 = text_or(entry, "blobId", "");
    if (!is_hash(file.git_sha1, 40)) return corrupt(concat("gives no hash for ", file.path));
  }
  return file;
}

Result<HubModel> read_model(const std::string& repository, const Json& json) {
  HubModel model;
  model.repository = repository;
  model.revision = text_or(json, "sha", "");
  if (!is_hash(model.revision, 40)) return corrupt("names no revision");
  if (const Json* card = find(json, "cardData")) {
    model.licence = text_or(*card, "license", "");
    model.licence_name = text_or(*card, "license_name", "");
    model.licence_link = text_or(*card, "license_link", "");
  }
  const Json* gated = find(json, "gated");
  model.gated = gated && !(gated->is_bool() && !gated->get_bool()) && !gated->is_null();
  const Json* files = find(json, "siblings");
  if (!files || !files->is_array() || files->get_array().size() > limits::kHubFilesMax) {
    return corrupt("lists no files, or too many");
  }
  for (const Json& entry : files->get_array()) {
    Result<HubFile> file = read_file_entry(entry);
    if (!file.ok()) return file.error();
    model.files.push_back(std::move(*file));
  }
  return model;
}

std::string encoded_path(const std::string& path) {
  std::vector<std::string> elements = split(path, '/');
  for (std::string& element : elements) element = percent_encode(element);
  return join(elements, "/");
}

}  // namespace

bool is_repository_name(std::string_view name) {
  const size_t slash = name.find('/');
  return slash != std::string_view::npos && is_name(name.substr(0, slash)) &&
         is_name(name.substr(slash + 1));
}

Hub::Hub(std::string address, std::string token)
    : address_(std::move(address)), token_(std::move(token)) {
  while (address_.ends_with('/')) address_.pop_back();
}

std::vector<std::pair<std::string, std::string>> Hub::headers() const {
  if (token_.empty()) return {};
  return {{"Authorization", "Bearer " + token_}};
}

Result<HubModel> Hub::model(const std::string& repository, const std::string& revision,
                            const std::atomic<bool>* abort) const {
  if (!is_repository_name(repository))
    return invalid(concat("\"", repository, "\" is no owner/NAME"));
  HttpClient client;
  HttpRequest request;
  request.url = concat(address_, "/api/models/", repository, "/revision/", percent_encode(revision),
                       "?blobs=true");
  request.headers = headers();
  request.answer_max_bytes = limits::kHubAnswerMax_bytes;
  request.abort = abort;
  Result<HttpAnswer> answer = client.send(request);
  if (!answer.ok()) return Error{answer.error().code, concat("the hub: ", answer.error().message)};
  switch (answer->status) {
    case 200:
      break;
    case 401:
    case 403:
      return Error{
          ErrorCode::kPermissionDenied,
          concat(
              "the hub shows ", repository,
              " to no one without the right: name a token in $HF_TOKEN, and accept "
              "the model's terms at the hub; it also answers so for a name that does not exist")};
    case 404:
      return Error{ErrorCode::kNotFound,
                   concat("the hub has no ", repository, " at revision ", revision)};
    default:
      return Error{ErrorCode::kUnavailable, concat("the hub answers ", answer->status)};
  }
  Result<Json> json = parse_json(answer->body);
  if (!json.ok()) return corrupt(concat("is ", json.error().message));
  return read_model(repository, *json);
}

Download Hub::download_of(const HubModel& model, const HubFile& file, const Path& folder) const {
  return {.url = concat(address_, "/", model.repository, "/resolve/", model.revision, "/",
                        encoded_path(file.path)),
          .headers = headers(),
          .to = folder / file.path,
          .size = file.size,
          .sha256 = file.sha256,
          .git_sha1 = file.git_sha1};
}

}  // namespace plantain::net
