#include "store/files/file_artifacts.h"

#include <sys/stat.h>

#include <fstream>

#include "store/artifact_store_contract.h"

namespace plantain::store {
namespace {

INSTANTIATE_TEST_SUITE_P(Files, ArtifactStoreContract,
                         testing::Values(ArtifactBackend{"Folder", files::open_file_artifacts}),
                         artifact_backend_name);

TEST(FileArtifacts, TheFolderIsForItsOwnerAlone) {
  const TemporaryFolder folder;
  ASSERT_TRUE(files::open_file_artifacts(folder.path() / "a").ok());
  struct stat status {};
  ASSERT_EQ(::stat((folder.path() / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST(FileArtifacts, ABlobLiesInTheSubfolderOfItsFirstTwoDigitsAndNothingElseIsLeft) {
  const TemporaryFolder folder;
  const auto store = files::open_file_artifacts(folder.path() / "a");
  ASSERT_TRUE(store.ok());
  const std::string id = ArtifactStore::new_blob_id();
  ASSERT_TRUE((*store)->put(id, "x").ok());
  EXPECT_FALSE((*store)->put(id, "y").ok());

  EXPECT_EQ(*read_file(folder.path() / "a" / id.substr(0, 2) / id), "x");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "a" / "partial"));
}

TEST(FileArtifacts, WhatAKilledProcessLeftIsRemovedOnceItIsOld) {
  const TemporaryFolder folder;
  ASSERT_TRUE(files::open_file_artifacts(folder.path()).ok());
  const Path old = folder.path() / "partial" / "old";
  const Path fresh = folder.path() / "partial" / "fresh";
  std::ofstream(old) << "x";
  std::ofstream(fresh) << "x";
  std::filesystem::last_write_time(
      old, std::filesystem::file_time_type::clock::now() - std::chrono::hours(2));

  const auto store = files::open_file_artifacts(folder.path());

  ASSERT_TRUE(store.ok());
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(fresh));
  int visited = 0;
  ASSERT_TRUE((*store)->each([&](std::string_view, int64_t) { ++visited; }).ok());
  EXPECT_EQ(visited, 0);
}

}  // namespace
}  // namespace plantain::store
