// What every FileStore promises, as tests.
#pragma once

#include "store/store_fixture.h"

namespace plantain::store {

class FileStoreContract : public StoreTest {
 protected:
  static constexpr int64_t kQuota = 1000;

  FileContent content(const std::string& blob, const std::string& sha, int64_t bytes = 100) {
    EXPECT_TRUE(await<void>([&](auto then) { files().stage(blob, then); }).ok());
    return FileContent{blob, "image/png", ".png", bytes, sha, 30, 20};
  }
  Result<Upload> add(const AccountId& account, const FileContent& bytes) {
    const FileId id = ids_.next<FileId>();
    Upload fresh{id, account, id.text() + ".png", bytes, clock_.wall()};
    return await<Upload>([&](auto then) { files().add(fresh, kQuota, then); });
  }
  Result<void> remove(const Upload& upload) {
    return await<void>([&](auto then) { files().remove(upload.account, upload.id, then); });
  }
  Result<Enqueued> enqueue(std::vector<NewInput> inputs) {
    NewRequest fresh{ids_.next<RequestId>(), account_, key_, "a/edit", "sketch"};
    fresh.input = "{}";
    fresh.created = clock_.wall();
    fresh.inputs = std::move(inputs);
    fresh.quota_bytes = kQuota;
    return await<Enqueued>([&](auto then) { requests().enqueue(fresh, std::nullopt, then); });
  }
  NewInput of_upload(const Upload& upload) {
    return NewInput{"image", "", upload.id, std::nullopt};
  }
  NewInput of_address(const std::string& address) {
    return NewInput{"image", address, std::nullopt, std::nullopt};
  }
  std::optional<Claim> claim() {
    const ClaimWish wish{"worker", false, "w", ids_.next_uuid(), "sketch", {"a/edit"}};
    auto claim = await<std::optional<Claim>>([&](auto then) { requests().claim(wish, then); });
    EXPECT_TRUE(claim.ok());
    return claim.ok() ? *claim : std::nullopt;
  }
  Result<bool> arrive(const RequestId& request, int n, const FileContent& bytes) {
    return await<bool>([&](auto then) { files().arrive(request, n, bytes, kQuota, then); });
  }
  void cancel(const RequestId& request) {
    EXPECT_TRUE(await<Cancelled>([&](auto then) {
                  requests().cancel(account_, request, false, then);
                }).ok());
  }
  std::vector<std::string> dead() {
    const auto swept = await<Swept>([&](auto then) { requests().sweep(then); });
    EXPECT_TRUE(swept.ok());
    return swept.ok() ? swept->dead_blobs : std::vector<std::string>();
  }
  int64_t bytes() { return *files().bytes_of(account_); }

  const AccountId account_ = ids_.next<AccountId>();
  const AccountId other_ = ids_.next<AccountId>();
  const KeyId key_ = ids_.next<KeyId>();
};

TEST_P(FileStoreContract, AnUploadIsFoundByIdByNameAndInTheListOfItsAccountAlone) {
  const Upload first = *add(account_, content("b1", "s1"));
  const Upload second = *add(account_, content("b2", "s2"));

  EXPECT_EQ(files().get(account_, first.id)->content.blob_id, "b1");
  EXPECT_EQ(files().get(account_, first.id)->content.extension, ".png");
  EXPECT_EQ(files().find(first.name)->content.sha256, "s1");
  const auto listed = files().list(account_, std::nullopt, 10);
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].id, second.id);
  EXPECT_EQ(files().list(account_, second.id, 10)->size(), 1u);
  EXPECT_EQ(files().get(other_, first.id).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(files().list(other_, std::nullopt, 10)->empty());
}

TEST_P(FileStoreContract, EqualBytesAreKeptOnceWithinAnAccountAndNotAcrossAccounts) {
  const Upload first = *add(account_, content("b1", "same"));
  const Upload second = *add(account_, content("b2", "same"));
  const Upload foreign = *add(other_, content("b3", "same"));

  EXPECT_EQ(second.content.blob_id, "b1");
  EXPECT_EQ(foreign.content.blob_id, "b3");
  EXPECT_EQ(bytes(), 100);
  EXPECT_EQ(dead(), std::vector<std::string>{"b2"});
  EXPECT_TRUE(remove(first).ok());
  EXPECT_EQ(files().find(first.name).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(files().find(second.name)->content.blob_id, "b1")
      << "the other upload still needs the bytes";
  EXPECT_TRUE(remove(second).ok());
  EXPECT_EQ(bytes(), 0);
  EXPECT_EQ(dead(), (std::vector<std::string>{"b1", "b2"}));
}

TEST_P(FileStoreContract, AnAccountHasNoMoreThanItsQuota) {
  ASSERT_TRUE(add(account_, content("b1", "s1", 900)).ok());
  EXPECT_EQ(add(account_, content("b2", "s2", 101)).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(add(account_, content("b3", "s1", 900)).ok()) << "equal bytes take no room";
  EXPECT_TRUE(add(other_, content("b4", "s2", 101)).ok());
  EXPECT_TRUE(add(account_, content("b5", "s5", 100)).ok());
}

TEST_P(FileStoreContract, AStagedBlobThatNobodyTakesUpDies) {
  const FileContent late = content("b1", "s1");
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(dead(), std::vector<std::string>{"b1"});
  EXPECT_EQ(add(account_, late).error().code, ErrorCode::kUnavailable);
}

TEST_P(FileStoreContract, OnlyTheOwnerRemovesAnUpload) {
  Upload upload = *add(account_, content("b1", "s1"));
  upload.account = other_;
  EXPECT_EQ(remove(upload).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(files().find(upload.name).ok());
}

TEST_P(FileStoreContract, ARequestIsClaimedWithItsInputsInOrder) {
  const Upload upload = *add(account_, content("b1", "s1"));
  const NewInput inside{"image", "", std::nullopt, content("b2", "s2")};
  const RequestId request = enqueue({inside, of_upload(upload)})->id;

  const auto claimed = claim();
  ASSERT_TRUE(claimed);
  ASSERT_EQ(claimed->inputs.size(), 2u);
  EXPECT_EQ(claimed->inputs[0].content.blob_id, "b2");
  EXPECT_EQ(claimed->inputs[0].name, request.text() + "-in-0.png");
  EXPECT_EQ(claimed->inputs[1].content.blob_id, "b1");
  EXPECT_EQ(files().find(claimed->inputs[1].name)->content.blob_id, "b1");
}

TEST_P(FileStoreContract, AnUploadOfAnotherAccountIsNoInput) {
  const Upload foreign = *add(other_, content("b1", "s1"));
  EXPECT_EQ(enqueue({of_upload(foreign)}).error().code, ErrorCode::kFileUnreachable);
  EXPECT_TRUE(requests().list({.account = account_})->empty())
      << "nothing of a refused submit stays";
}

TEST_P(FileStoreContract, ARequestIsClaimedOnlyWhenItsLastInputIsHere) {
  const RequestId request = enqueue({of_address("https://a"), of_address("https://b")})->id;
  EXPECT_FALSE(claim());
  ASSERT_EQ(files().pending(10)->size(), 2u);
  EXPECT_EQ((*files().pending(10))[1].address, "https://b");

  EXPECT_TRUE(*arrive(request, 1, content("b1", "s1")));
  EXPECT_FALSE(claim());
  reopen();
  ASSERT_EQ(files().pending(10)->size(), 1u);
  EXPECT_EQ(files().pending(10)->front().n, 0);
  EXPECT_TRUE(*arrive(request, 0, content("b2", "s2")));
  const auto claimed = claim();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->inputs[0].content.blob_id, "b2");
  EXPECT_TRUE(files().pending(10)->empty());
}

TEST_P(FileStoreContract, TheListenerHearsThatARequestCanNowBeClaimed) {
  const RequestId request = enqueue({of_address("https://a")})->id;
  std::vector<std::pair<RequestId, RequestState>> heard;
  requests().set_listener([&](RequestId id, RequestState state) { heard.emplace_back(id, state); });
  ASSERT_TRUE(*arrive(request, 0, content("b1", "s1")));
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0], std::pair(request, RequestState::kQueued));
  requests().set_listener({});
}

TEST_P(FileStoreContract, AnInputThatCannotBeHadFailsItsRequest) {
  const RequestId request = enqueue({of_address("https://a")})->id;
  const Error why{ErrorCode::kFileUnreachable, "it could not be fetched"};
  EXPECT_TRUE(*await<bool>([&](auto then) { files().give_up(request, 0, why, then); }));
  const Result<Request> found = requests().get(account_, request);
  EXPECT_EQ(found->state, RequestState::kFailed);
  EXPECT_EQ(error_from_text(found->error).code, ErrorCode::kFileUnreachable);
  EXPECT_FALSE(*await<bool>([&](auto then) { files().give_up(request, 0, why, then); }));
  EXPECT_TRUE(files().pending(10)->empty());
}

TEST_P(FileStoreContract, WhatArrivesForARequestThatHasEndedDies) {
  const RequestId request = enqueue({of_address("https://a")})->id;
  cancel(request);
  EXPECT_TRUE(files().pending(10)->empty());
  EXPECT_FALSE(*arrive(request, 0, content("b1", "s1")));
  EXPECT_EQ(dead(), std::vector<std::string>{"b1"});
}

TEST_P(FileStoreContract, TheBytesOfADeletedUploadLiveUntilItsRequestEnds) {
  const Upload upload = *add(account_, content("b1", "s1"));
  const RequestId request = enqueue({of_upload(upload)})->id;
  ASSERT_TRUE(remove(upload).ok());
  EXPECT_EQ(files().find(upload.name).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(dead().empty());
  EXPECT_EQ(files().inputs(request)->size(), 1u);

  cancel(request);
  EXPECT_EQ(dead(), std::vector<std::string>{"b1"});
  EXPECT_TRUE(files().inputs(request)->empty());
}

TEST_P(FileStoreContract, DeletingAnUploadEndsTheInputsOfEndedRequestsToo) {
  const Upload upload = *add(account_, content("b1", "s1"));
  const RequestId request = enqueue({of_upload(upload)})->id;
  cancel(request);
  EXPECT_EQ(files().inputs(request)->size(), 1u);
  ASSERT_TRUE(remove(upload).ok());
  EXPECT_EQ(dead(), std::vector<std::string>{"b1"});
}

TEST_P(FileStoreContract, TheInputsOfADeletedRequestDieWithIt) {
  const NewInput inside{"image", "", std::nullopt, content("b1", "s1")};
  const RequestId request = enqueue({inside})->id;
  const std::string name = files().inputs(request)->front().name;
  ASSERT_TRUE(await<void>([&](auto then) { requests().remove(account_, request, then); }).ok());
  EXPECT_EQ(files().find(name).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(dead(), std::vector<std::string>{"b1"});
  EXPECT_EQ(bytes(), 0);
}

TEST_P(FileStoreContract, AnInputServesUntilItsRequestExpires) {
  const NewInput inside{"image", "", std::nullopt, content("b1", "s1")};
  const RequestId request = enqueue({inside})->id;
  const std::string name = files().inputs(request)->front().name;
  EXPECT_FALSE(files().find(name)->expires);
  EXPECT_EQ(files().find(name)->content.content_type, "image/png");
}

}  // namespace plantain::store
