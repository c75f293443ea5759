// What lies in the data folder, opened: the database, the files, the secrets.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "cli/cli.h"
#include "cli/config.h"
#include "store/artifact_store.h"
#include "store/sqlite/database.h"

namespace plantain {

struct Installation {
  std::unique_ptr<store::sqlite::Database> database;
  std::unique_ptr<store::ArtifactStore> artifacts;
  std::string master_key;  // 32 bytes; lives in a file of its own, outside the database
};

// Where the weights are that `plantain pull` and `plantain models add` installed.
inline Path models_folder(const cli::Config& config) { return config.server.data_dir / "models"; }

// Makes what is missing. `clock`, `ids` and `log` must outlive it.
Result<Installation> open_installation(const cli::Config& config, const Clock& clock, IdSource& ids,
                                       Log& log);

// Everything that keeps load_catalog() from loading.
std::vector<cli::SettingFault> check_catalog(const cli::Config& config);

// The built-in models and the owner's, with the owner's prices. The error names the setting.
Result<catalog::Catalog> load_catalog(const cli::Config& config);

}  // namespace plantain
