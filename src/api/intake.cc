#include "api/intake.h"

#include "base/crypto.h"
#include "base/exchange_limits.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/wait.h"

namespace plantain::api {
namespace {

Error unreadable(std::string_view medium) {
  if (medium == "image")
    return {ErrorCode::kFileUnreachable, "it is not a PNG, JPEG or WebP picture"};
  if (medium == "video") return {ErrorCode::kFileUnreachable, "it is not an MP4 or WebM film"};
  return {ErrorCode::kFileUnreachable, concat("it is not one of ", media::known_kinds())};
}

bool fits(const media::FileKind& kind, std::string_view medium) {
  if (medium == "image")
    return kind.medium == media::Medium::kImage && kind.content_type != "image/gif";
  return medium.empty() || kind.medium == media::Medium::kVideo;
}

std::optional<Error> check_size(const media::FileKind& kind, std::size_t bytes) {
  const std::size_t most = file_max_bytes(kind.medium);
  if (bytes > most)
    return Error{ErrorCode::kTooLarge,
                 concat("it has ", bytes, " bytes; such a file may have ", most)};
  const int64_t pixels = int64_t{kind.width} * kind.height;
  if (kind.medium == media::Medium::kImage && pixels > limits::kImageMax_px) {
    return Error{ErrorCode::kTooLarge,
                 concat("it has ", kind.width, "×", kind.height, " pixels; a picture may have ",
                        limits::kImageMax_px / 1'000'000, " million")};
  }
  return std::nullopt;
}

}  // namespace

std::size_t file_max_bytes(media::Medium medium) {
  return medium == media::Medium::kImage ? limits::kInputPictureMax_bytes
                                         : limits::kInputFilmMax_bytes;
}

Result<FileContent> describe_file(std::string_view bytes, std::string_view medium) {
  const auto kind = media::identify(bytes);
  if (!kind || !fits(*kind, medium)) return unreadable(medium);
  if (const auto too_large = check_size(*kind, bytes.size())) return *too_large;
  return FileContent{store::ArtifactStore::new_blob_id(),
                     std::string(kind->content_type),
                     std::string(kind->extension),
                     static_cast<int64_t>(bytes.size()),
                     to_hex(sha256(bytes)),
                     kind->width,
                     kind->height};
}

Result<void> stage_file(store::FileStore& files, store::ArtifactStore& artifacts,
                        const FileContent& content, std::string_view bytes) {
  const auto staged =
      store::wait_for<void>([&](auto then) { files.stage(content.blob_id, std::move(then)); });
  if (!staged.ok()) return staged;
  return artifacts.put(content.blob_id, bytes);
}

}  // namespace plantain::api
