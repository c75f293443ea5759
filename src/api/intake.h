// How bytes that a client brings become a file of its account: looked at, staged, kept.
#pragma once

#include <string_view>

#include "api/context.h"
#include "media/file_kind.h"

namespace plantain::api {

// The most bytes that a file of this medium may have.
std::size_t file_max_bytes(media::Medium medium);

// What `bytes` are, with a blob id for them; no I/O. With `medium` ("image", "video") they must be
// a picture that workers can read, or a film. kFileUnreachable: they are nothing that is taken
// here; kTooLarge: too many bytes or pixels.
Result<FileContent> describe_file(std::string_view bytes, std::string_view medium = {});

// Puts the bytes where `content` says, staged: whoever takes `content` up within
// limits::kStagedBlobKept keeps them. Blocks: never on the network thread nor the store's.
Result<void> stage_file(store::FileStore& files, store::ArtifactStore& artifacts,
                        const FileContent& content, std::string_view bytes);

}  // namespace plantain::api
