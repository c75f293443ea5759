#include <algorithm>

#include "base/crypto.h"
#include "base/text.h"
#include "cli/api_client.h"
#include "cli/follow.h"
#include "cli/progress.h"
#include "cli/verbs.h"

namespace plantain::cli {
namespace {

// A submit whose answer was lost is sent again with the same idempotency key: it runs once.
Result<Json> send_submit(ApiClient& api, const Arguments& words, const JsonObject& input) {
  const ApiCall call{.method = "POST",
                     .path = model_path(words.model),
                     .headers = {{"Idempotency-Key", to_hex(random_bytes(16))}},
                     .body = input};
  Result<Json> answer = api.call(call);
  if (!answer.ok() && answer.error().code == ErrorCode::kUnavailable) answer = api.call(call);
  if (answer.ok() && text_or(*answer, "request_id", "").empty()) {
    return Error{ErrorCode::kCorrupt, "the server's answer names no request"};
  }
  return answer;
}

int say_submitted(const Session& session, const Json& answer) {
  if (session.arguments.json) {
    session.world.out(write_json(answer) + "\n");
    return kExitOk;
  }
  const std::string id = text_or(answer, "request_id", "");
  session.world.out(id + "\n");
  session.world.err(concat("Submitted. `plantain requests show ", id, "` shows how it goes.\n"));
  return kExitOk;
}

int say_interrupted(const Session& session, const std::string& id) {
  session.world.err(
      concat("\nThe request goes on without us. To stop it: plantain requests cancel ", id,
             " --running\nTo see its result: plantain requests show ", id, "\n"));
  return kExitInterrupted;
}

struct Picture {
  std::string url;
  std::string content_type;
  std::string sha256;
  std::string about;  // "1024×1024, 1.4 MB"
};

std::string size_text(int64_t bytes) {
  if (bytes < 1'000'000) return concat((bytes + 999) / 1000, " kB");
  return concat(bytes / 1'000'000, ".", bytes / 100'000 % 10, " MB");
}

std::vector<Picture> pictures_of(const Json& result) {
  std::vector<Picture> pictures;
  const Json* const metadata = find(result, "metadata");
  const Json* const details = metadata == nullptr ? nullptr : find(*metadata, "images");
  if (details != nullptr && details->is_array()) {
    for (const Json& one : details->as_array()) {
      pictures.push_back({text_or(one, "url", ""), text_or(one, "content_type", ""),
                          text_or(one, "sha256", ""),
                          concat(int_or(one, "width", 0), "×", int_or(one, "height", 0), ", ",
                                 size_text(int_or(one, "bytes", 0)))});
    }
    return pictures;
  }
  const Json* const output = find(result, "output");
  const Json* const addresses = output == nullptr ? nullptr : find(*output, "images");
  if (addresses == nullptr || !addresses->is_array()) return pictures;
  for (const Json& address : addresses->as_array()) {
    if (address.is_string())
      pictures.push_back({std::string(view(address.as_string())), "", "", ""});
  }
  return pictures;
}

Result<std::string> fetch(ApiClient& api, const Picture& picture) {
  Result<std::string> bytes = api.download(picture.url);
  if (bytes.ok() && !picture.sha256.empty() && to_hex(sha256(*bytes)) != picture.sha256) {
    return Error{ErrorCode::kCorrupt, "what came is not what the result tells of"};
  }
  return bytes;
}

// Every picture that can be saved is; those that cannot are told with their address.
int save_pictures(const Session& session, ApiClient& api, const OutputPlace& place,
                  const Json& result) {
  const std::vector<Picture> pictures = pictures_of(result);
  const std::string extension = extension_of(pictures.empty() ? "" : pictures[0].content_type);
  const std::vector<Path> names =
      output_names(place, static_cast<int>(pictures.size()),
                   "plantain-" + text_or(result, "request_id", ""), extension);
  int code = kExitOk;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const Result<std::string> bytes = fetch(api, pictures[i]);
    if (!bytes.ok() && bytes.error().code == ErrorCode::kCancelled) {
      return say_interrupted(session, text_or(result, "request_id", ""));
    }
    const Result<void> saved = bytes.ok() ? save_output(names[i], *bytes, session.arguments.force)
                                          : Result<void>(bytes.error());
    if (!saved.ok()) {
      code = fail(session, saved.error());
      session.world.err(concat("  the picture is at ", pictures[i].url, "\n"));
      continue;
    }
    const std::string line =
        concat(names[i].string(), pictures[i].about.empty() ? "" : "  " + pictures[i].about, "\n");
    (session.arguments.json ? session.world.err : session.world.out)(line);
  }
  return code;
}

int say_result(const Session& session, ApiClient& api, const std::optional<OutputPlace>& place,
               const Json& result) {
  if (session.arguments.json) session.world.out(write_json(result) + "\n");
  const std::string status = text_or(result, "status", "");
  if (status == "failed") {
    const Json* const error = find(result, "error");
    return fail(session,
                {ErrorCode::kEngineFailed,
                 concat("the request failed: ",
                        error == nullptr ? "without a reason" : describe_problem(*error))});
  }
  if (status == "cancelled")
    return fail(session, {ErrorCode::kCancelled, "the request was cancelled"});
  if (pictures_of(result).empty())
    return fail(session, {ErrorCode::kCorrupt, "the result holds no picture"});
  int code = kExitOk;
  if (place) {
    code = save_pictures(session, api, *place, result);
  } else if (!session.arguments.json) {
    for (const Picture& picture : pictures_of(result)) session.world.out(picture.url + "\n");
  }
  if (const Json* metadata = find(result, "metadata");
      metadata != nullptr && !session.arguments.json) {
    session.world.err(
        concat("Made by ", text_or(*metadata, "engine", "an engine without a name"), ".\n"));
  }
  return code;
}

// What -o names must be free before anything is paid for.
Result<void> check_output_free(const Arguments& words, const OutputPlace& place,
                               const JsonObject& input) {
  if (words.force || place.is_folder) return {};
  const int count =
      static_cast<int>(std::clamp<int64_t>(int_or(Json(input), "num_images", 1), 1, 16));
  return check_free(
      output_names(place, count, "", extension_of(text_or(Json(input), "output_format", "png"))));
}

int wait_and_save(const Session& session, ApiClient& api, const std::optional<OutputPlace>& place,
                  const std::string& id) {
  ProgressPrinter progress(session.world);
  const Watcher watcher{[&](const Json& status) { progress.take_status(status); },
                        [&](const Json& news) { progress.take_progress(news); },
                        [&] { progress.tick(); }};
  const Result<Json> result = wait_for_result(api, session.world, id, watcher);
  progress.finish();
  if (!result.ok() && result.error().code == ErrorCode::kCancelled)
    return say_interrupted(session, id);
  if (!result.ok()) {
    const int code = fail(session, result.error());
    session.world.err(concat("The request may go on: plantain requests show ", id, "\n"));
    return code;
  }
  return say_result(session, api, place, *result);
}

}  // namespace

int submit(const Session& session) {
  const Arguments& words = session.arguments;
  JsonObject input = words.input;
  std::optional<OutputPlace> place;
  if (!words.output.empty()) {
    Result<OutputPlace> settled = settle_output(words, input);
    if (!settled.ok()) return fail_usage(session, settled.error().message);
    place = *settled;
    if (const Result<void> free = check_output_free(words, *place, input); !free.ok()) {
      return fail(session, free.error());
    }
  }
  Result<Connection> connection = resolve_connection(session.world, words);
  if (!connection.ok()) return fail_usage(session, connection.error().message);
  ApiClient submitting(*connection, nullptr);
  const Result<Json> submitted = send_submit(submitting, words, input);
  if (!submitted.ok()) return fail(session, submitted.error());
  if (!words.wait && !place) return say_submitted(session, *submitted);

  // Only from here on: before, Ctrl-C must not leave it open whether there is a request.
  ApiClient waiting(*connection, session.world.catch_interrupts());
  return wait_and_save(session, waiting, place, text_or(*submitted, "request_id", ""));
}

}  // namespace plantain::cli
