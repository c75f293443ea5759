#include "store/artifact_store.h"

#include "base/crypto.h"
#include "base/text.h"

namespace plantain::store {

std::string ArtifactStore::new_blob_id() { return to_hex(random_bytes(16)); }

}  // namespace plantain::store
