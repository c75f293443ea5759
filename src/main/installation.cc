#include "main/installation.h"

#include <filesystem>

#include "base/crypto.h"
#include "base/text.h"
#include "store/files/file_artifacts.h"

namespace plantain {
namespace {

Result<std::string> load_master_key(const Path& path) {
  const Result<std::string> kept = read_file(path);
  if (kept.ok()) {
    if (auto key = from_hex(trim_ascii(*kept)); key && key->size() == 32) return *key;
    return Error{ErrorCode::kCorrupt, concat(path.string(), " is not a master key")};
  }
  if (kept.error().code != ErrorCode::kNotFound) return kept.error();
  const std::string key = random_bytes(32);
  if (auto made = create_file_exclusively(path, to_hex(key) + "\n", 0600); !made.ok())
    return made.error();
  return key;
}

Result<void> make_folder(const Path& folder) {
  std::error_code fault;
  std::filesystem::create_directories(folder, fault);
  if (fault)
    return Error{ErrorCode::kUnavailable,
                 concat(folder.string(), ": cannot be made: ", fault.message())};
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, fault);
  if (fault) return Error{ErrorCode::kUnavailable, concat(folder.string(), ": ", fault.message())};
  return {};
}

struct JudgedCatalog {
  catalog::Catalog catalog;
  std::vector<cli::SettingFault> faults;  // none: the catalogue is whole
};

JudgedCatalog judged_catalog(const cli::Config& config) {
  JudgedCatalog judged;
  const auto blame = [&judged](std::string setting, const Error& error) {
    judged.faults.push_back({std::move(setting), error.message});
  };
  Result<catalog::Catalog> builtin = catalog::Catalog::builtin();
  if (!builtin.ok()) {
    blame("catalog", builtin.error());
    return judged;
  }
  judged.catalog = *std::move(builtin);
  if (!config.catalog_folder.empty()) {
    const Result<void> added = judged.catalog.add_folder(config.catalog_folder);
    if (!added.ok()) blame("catalog.folder", added.error());
  }
  for (const auto& [id, model] : config.models) {
    const std::string setting = concat("models.", id);
    if (!judged.catalog.find(id)) {
      blame(setting, invalid(concat("there is no model \"", id, "\" in the catalogue")));
    } else if (model.price_microdollars) {
      const Result<void> set = judged.catalog.set_price(id, *model.price_microdollars);
      if (!set.ok()) blame(setting, set.error());
    }
  }
  return judged;
}

}  // namespace

Result<Installation> open_installation(const cli::Config& config, const Clock& clock, IdSource& ids,
                                       Log& log) {
  const Path& folder = config.server.data_dir;
  if (auto made = make_folder(folder); !made.ok()) return made.error();
  Installation installation;
  // First the database: its lock keeps a second server away from everything else in the folder.
  auto database = store::sqlite::open_database(folder, clock, ids, log);
  if (!database.ok()) return database.error();
  installation.database = std::move(*database);
  auto artifacts = store::files::open_file_artifacts(folder / "files");
  if (!artifacts.ok()) return artifacts.error();
  installation.artifacts = std::move(*artifacts);
  auto master_key = load_master_key(folder / "master.key");
  if (!master_key.ok()) return master_key.error();
  installation.master_key = std::move(*master_key);
  return installation;
}

std::vector<cli::SettingFault> check_catalog(const cli::Config& config) {
  return judged_catalog(config).faults;
}

Result<catalog::Catalog> load_catalog(const cli::Config& config) {
  JudgedCatalog judged = judged_catalog(config);
  if (judged.faults.empty()) return std::move(judged.catalog);
  const cli::SettingFault& first = judged.faults.front();
  return invalid(concat(first.setting, ": ", first.message));
}

}  // namespace plantain
