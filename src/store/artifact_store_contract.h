// The contract of ArtifactStore as tests. Include it once and instantiate it for a backend.
#pragma once

#include <atomic>
#include <set>
#include <thread>

#include "store/artifact_store.h"
#include "store/store_fixture.h"

namespace plantain::store {

struct ArtifactBackend {
  std::string name;
  std::function<Result<std::unique_ptr<ArtifactStore>>(const Path& folder)> open;
};

inline std::string artifact_backend_name(const testing::TestParamInfo<ArtifactBackend>& info) {
  return info.param.name;
}

class ArtifactStoreContract : public testing::TestWithParam<ArtifactBackend> {
 protected:
  void SetUp() override { open(); }
  void open() {
    auto opened = GetParam().open(folder_.path() / "artifacts");
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(*opened);
  }
  std::string bytes_of(std::string_view blob_id) {
    const auto artifact = store_->open(blob_id);
    EXPECT_TRUE(artifact.ok());
    return *(*artifact)->read(0, (*artifact)->size());
  }

  TemporaryFolder folder_;
  std::unique_ptr<ArtifactStore> store_;
};

TEST(ArtifactStore, BlobIdsAre32HexadecimalCharactersAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = ArtifactStore::new_blob_id();
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST_P(ArtifactStoreContract, WhatWasPutIsReadBackAlsoAfterReopening) {
  const std::string id = ArtifactStore::new_blob_id();
  const std::string empty = ArtifactStore::new_blob_id();
  const std::string bytes = random_bytes(300'000);
  ASSERT_TRUE(store_->put(id, bytes).ok());
  ASSERT_TRUE(store_->put(empty, "").ok());

  store_.reset();
  open();

  EXPECT_EQ(bytes_of(id), bytes);
  EXPECT_EQ(bytes_of(empty), "");
}

TEST_P(ArtifactStoreContract, APartIsReadFromAnyOffsetAndIsShorterOnlyAtTheEnd) {
  const std::string id = ArtifactStore::new_blob_id();
  ASSERT_TRUE(store_->put(id, "0123456789").ok());
  const auto artifact = store_->open(id);
  ASSERT_TRUE(artifact.ok());

  EXPECT_EQ((*artifact)->size(), 10u);
  EXPECT_EQ(*(*artifact)->read(3, 4), "3456");
  EXPECT_EQ(*(*artifact)->read(8, 100), "89");
  EXPECT_EQ(*(*artifact)->read(10, 1), "");
  EXPECT_EQ(*(*artifact)->read(uint64_t{1} << 40, 1), "");
}

TEST_P(ArtifactStoreContract, ATakenIdIsAConflictAndChangesNothing) {
  const std::string id = ArtifactStore::new_blob_id();
  ASSERT_TRUE(store_->put(id, "first").ok());

  EXPECT_EQ(store_->put(id, "second").error().code, ErrorCode::kConflict);

  EXPECT_EQ(bytes_of(id), "first");
}

TEST_P(ArtifactStoreContract, OfManyWhoPutTheSameIdOneSucceedsAndItsBytesAreWhole) {
  const std::string id = ArtifactStore::new_blob_id();
  std::atomic<int> winner = -1;
  std::atomic<int> winners = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      if (!store_->put(id, std::string(50'000, static_cast<char>('a' + i))).ok()) return;
      winner = i;
      ++winners;
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(winners, 1);
  EXPECT_EQ(bytes_of(id), std::string(50'000, static_cast<char>('a' + winner)));
}

TEST_P(ArtifactStoreContract, WhatIsNotThereIsNotFoundWhateverItIsCalled) {
  for (const std::string& id : {ArtifactStore::new_blob_id(), std::string("../../etc/passwd"),
                                std::string(), std::string(32, 'G'), std::string("partial")}) {
    EXPECT_EQ(store_->open(id).error().code, ErrorCode::kNotFound) << id;
    EXPECT_TRUE(store_->remove(id).ok()) << id;
  }
  EXPECT_EQ(store_->put("../escape", "x").error().code, ErrorCode::kInvalidInput);
}

TEST_P(ArtifactStoreContract, ARemovedBlobIsGoneButAnOpenOneIsReadToItsEnd) {
  const std::string id = ArtifactStore::new_blob_id();
  ASSERT_TRUE(store_->put(id, "0123456789").ok());
  const auto artifact = store_->open(id);
  ASSERT_TRUE(artifact.ok());

  ASSERT_TRUE(store_->remove(id).ok());

  EXPECT_EQ(store_->open(id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*(*artifact)->read(0, 10), "0123456789");
}

TEST_P(ArtifactStoreContract, EachVisitsEveryBlobOnceWithItsAge) {
  std::set<std::string> put;
  for (int i = 0; i < 20; ++i) {
    const std::string id = ArtifactStore::new_blob_id();
    ASSERT_TRUE(store_->put(id, "x").ok());
    put.insert(id);
  }
  const std::string removed = *put.begin();
  ASSERT_TRUE(store_->remove(removed).ok());
  put.erase(removed);

  std::multiset<std::string> visited;
  ASSERT_TRUE(store_
                  ->each([&](std::string_view id, int64_t age_s) {
                    visited.insert(std::string(id));
                    EXPECT_GE(age_s, 0);
                    EXPECT_LT(age_s, 600);
                  })
                  .ok());

  EXPECT_EQ(visited, std::multiset<std::string>(put.begin(), put.end()));
}

TEST_P(ArtifactStoreContract, FreeBytesAreMeasured) {
  const Result<uint64_t> free = store_->free_bytes();
  ASSERT_TRUE(free.ok());
  EXPECT_GT(*free, 0u);
}

}  // namespace plantain::store
