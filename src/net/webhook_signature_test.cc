#include "net/webhook_signature.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace plantain::net {
namespace {

// The example that the specification's reference libraries test themselves with.
TEST(WebhookSignature, TheSymmetricOneIsThatOfTheSpecification) {
  const WebhookKeys keys{{*from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}, {}};
  EXPECT_EQ(webhook_signature(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                              R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  EXPECT_EQ(webhook_secret_text(keys.secrets[0]), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
}

TEST(WebhookSignature, BothSecretsSignWhileOneIsReplacedAndTheServersKeySignsToo) {
  const WebhookKeys keys{{"one", "two"}, std::string(32, 's')};
  const std::string signature = webhook_signature(keys, "id", 5, "{}");
  const std::vector<std::string> parts = split(signature, ' ');
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0], webhook_signature({{"one"}, {}}, "id", 5, "{}"));
  EXPECT_EQ(parts[1], webhook_signature({{"two"}, {}}, "id", 5, "{}"));
  EXPECT_TRUE(parts[2].starts_with("v1a,"));
  EXPECT_EQ(from_base64(parts[2].substr(4))->size(), 64u);
}

// RFC 8032, section 7.1, test 1.
TEST(WebhookSignature, ThePublicKeyIsThatOfTheSeed) {
  const std::string seed =
      *from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  const std::string key =
      *from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  EXPECT_EQ(webhook_public_key_text(seed), "whpk_" + to_base64(key));
}

}  // namespace
}  // namespace plantain::net
