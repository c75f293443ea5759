#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/files.h"
#include "base/ids.h"
#include "base/text.h"

namespace plantain {
namespace {

TEST(Text, EncodingsComeBackAsTheyWere) {
  for (size_t size = 0; size < 40; ++size) {
    const std::string bytes = random_bytes(size);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
    EXPECT_EQ(percent_decode(percent_encode(bytes)), bytes);
  }
}

TEST(Text, BrokenEncodingsAreRefused) {
  EXPECT_FALSE(from_base64("ab=").has_value());
  EXPECT_FALSE(from_base64("a===").has_value());
  EXPECT_FALSE(from_base64("ab\n=").has_value());
  EXPECT_FALSE(from_base64("YR==").has_value()) << "bits that no encoder sets";
  EXPECT_FALSE(percent_decode("%4").has_value());
  EXPECT_FALSE(percent_decode("%zz").has_value());
}

TEST(Text, OnlyUtf8IsUtf8) {
  EXPECT_TRUE(is_utf8("a\xC3\xA9\xE9\xA6\x99\xF0\x9F\x8D\x8C"));
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE9\xA6", "\xFF"}) {
    EXPECT_FALSE(is_utf8(bad)) << to_hex(bad);
  }
  EXPECT_EQ(count_code_points("\xE9\xA6\x99\xE8\x95\x89"), 2u);
}

TEST(Text, AMisspeltWordFindsItsNeighbour) {
  const std::vector<std::string> names = {"prompt", "num_images", "seed", "resolution"};
  EXPECT_EQ(did_you_mean("promt", names), "prompt");
  EXPECT_EQ(did_you_mean("numimages", names), "num_images");
  EXPECT_EQ(did_you_mean("banana", names), std::nullopt);
}

TEST(Ids, RiseStrictlyAlsoWhenTheWallClockStepsBack) {
  ManualClock clock;
  IdSource ids(clock);
  std::string last = ids.next_uuid();
  for (int i = 0; i < 10'000; ++i) {
    if (i == 5000) clock.jump_wall(std::chrono::hours(-1));
    const std::string next = ids.next_uuid();
    ASSERT_LT(last, next);
    ASSERT_TRUE(is_uuid(next));
    ASSERT_EQ(next[14], '7');
    last = next;
  }
}

TEST(Clock, Rfc3339ComesBackAsItWas) {
  const WallTime time{1'795'377'662'345'000};
  EXPECT_EQ(from_rfc3339(to_rfc3339(time)), time);
  EXPECT_EQ(to_rfc3339(WallTime{0}), "1970-01-01T00:00:00.000Z");
  EXPECT_FALSE(from_rfc3339("yesterday").has_value());
}

TEST(Crypto, MatchesThePublishedVectors) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2.
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(random_base62(43).size(), 43u);
}

// RFC 8032, section 7.1, tests 1 and 2.
TEST(Crypto, Ed25519SignsAsTheStandardSays) {
  const std::string one =
      *from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  EXPECT_EQ(to_hex(ed25519_public_key(one)),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(
      to_hex(ed25519_sign(one, "")),
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e397"
      "01cf9b46bd25bf5f0595bbe24655141438e7a100b");
  const std::string two =
      *from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  EXPECT_EQ(
      to_hex(ed25519_sign(two, "\x72")),
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f361"
      "3d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
}

TEST(Crypto, WhatIsSealedOpensOnlyWithItsKeyAndUnchanged) {
  const std::string key = random_bytes(32);
  std::string sealed = seal(key, "a secret");
  EXPECT_EQ(unseal(key, sealed), "a secret");
  EXPECT_EQ(unseal(random_bytes(32), sealed), std::nullopt);
  sealed[14] = static_cast<char>(sealed[14] ^ 1);
  EXPECT_EQ(unseal(key, sealed), std::nullopt);
  EXPECT_EQ(unseal(key, "short"), std::nullopt);
}

TEST(Files, AnExclusiveFileIsNeverOverwritten) {
  const Path folder =
      std::filesystem::temp_directory_path() / ("plantain-" + to_hex(random_bytes(6)));
  std::filesystem::create_directory(folder);
  ASSERT_TRUE(create_file_exclusively(folder / "a", "one", 0600).ok());
  EXPECT_EQ(create_file_exclusively(folder / "a", "two", 0600).error().code, ErrorCode::kConflict);
  ASSERT_TRUE(write_file_durably(folder / "b", "three", 0600).ok());
  EXPECT_EQ(*read_file(folder / "a"), "one");
  EXPECT_EQ(*read_file(folder / "b"), "three");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace plantain
