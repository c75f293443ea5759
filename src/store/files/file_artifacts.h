// ArtifactStore in a folder: one file per blob, in 256 subfolders by the id's first two digits.
#pragma once

#include <memory>

#include "base/files.h"
#include "store/artifact_store.h"

namespace plantain::store::files {

// Makes `folder` if it is missing (mode 0700).
Result<std::unique_ptr<ArtifactStore>> open_file_artifacts(const Path& folder);

}  // namespace plantain::store::files
