#include "base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/check.h"

namespace plantain {
namespace {

// Fetched once: OpenSSL 3.0 otherwise looks the algorithm up on each call.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  CHECK(algorithm != nullptr);
  return algorithm;
}

using Ed25519Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Ed25519Key ed25519_key(std::string_view seed) {
  CHECK(seed.size() == 32);
  Ed25519Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                              reinterpret_cast<const unsigned char*>(seed.data()),
                                              seed.size()),
                 &EVP_PKEY_free);
  CHECK(key != nullptr);
  return key;
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  CHECK(state_->context != nullptr);
  CHECK(EVP_DigestInit_ex(state_->context, sha256_algorithm(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::add(std::string_view bytes) {
  CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::string digest(32, '\0');
  CHECK(EVP_DigestFinal_ex(state_->context, reinterpret_cast<unsigned char*>(digest.data()),
                           nullptr) == 1);
  return digest;
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::string code(32, '\0');
  unsigned int size = 0;
  CHECK(HMAC(sha256_algorithm(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(),
             reinterpret_cast<unsigned char*>(code.data()), &size) != nullptr);
  CHECK(size == code.size());
  return code;
}

std::string ed25519_public_key(std::string_view seed) {
  const Ed25519Key key = ed25519_key(seed);
  std::string bytes(32, '\0');
  std::size_t size = bytes.size();
  CHECK(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(bytes.data()),
                                    &size) == 1);
  return bytes;
}

std::string ed25519_sign(std::string_view seed, std::string_view message) {
  const Ed25519Key key = ed25519_key(seed);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       reinterpret_cast<const unsigned char*>(message.data()),
                       message.size()) == 1);
  return signature;
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1);
  return bytes;
}

std::string random_base62(std::size_t characters) {
  constexpr char kDigits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string out;
  while (out.size() < characters) {
    for (const unsigned char byte : random_bytes(characters)) {
      // 248 = 4 * 62: bytes above would favour the first digits.
      if (byte < 248 && out.size() < characters) out += kDigits[byte % 62];
    }
  }
  return out;
}

uint64_t random_below(uint64_t bound) {
  CHECK(bound >= 1);
  const uint64_t even =
      UINT64_MAX - UINT64_MAX % bound;  // values from here on would favour the first ones
  while (true) {
    uint64_t value = 0;
    for (const unsigned char byte : random_bytes(8)) value = value << 8 | byte;
    if (value < even) return value % bound;
  }
}

namespace {

constexpr std::size_t kNonce_bytes = 12;
constexpr std::size_t kTag_bytes = 16;

struct Cipher {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  ~Cipher() { EVP_CIPHER_CTX_free(context); }
};

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string seal(std::string_view key, std::string_view plain) {
  CHECK(key.size() == 32);
  const std::string nonce = random_bytes(kNonce_bytes);
  std::string hidden(plain.size(), '\0');
  std::string tag(kTag_bytes, '\0');
  const Cipher cipher;
  int wrote = 0;
  CHECK(EVP_EncryptInit_ex(cipher.context, EVP_aes_256_gcm(), nullptr, bytes_of(key),
                           bytes_of(nonce)) == 1);
  CHECK(EVP_EncryptUpdate(cipher.context, bytes_of(hidden), &wrote, bytes_of(plain),
                          static_cast<int>(plain.size())) == 1);
  CHECK(EVP_EncryptFinal_ex(cipher.context, bytes_of(tag), &wrote) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(cipher.context, EVP_CTRL_GCM_GET_TAG, kTag_bytes, tag.data()) == 1);
  return nonce + hidden + tag;
}

std::optional<std::string> unseal(std::string_view key, std::string_view sealed) {
  if (key.size() != 32 || sealed.size() < kNonce_bytes + kTag_bytes) return std::nullopt;
  const std::string_view nonce = sealed.substr(0, kNonce_bytes);
  const std::string_view hidden =
      sealed.substr(kNonce_bytes, sealed.size() - kNonce_bytes - kTag_bytes);
  std::string tag(sealed.substr(sealed.size() - kTag_bytes));
  std::string plain(hidden.size(), '\0');
  const Cipher cipher;
  int wrote = 0;
  CHECK(EVP_DecryptInit_ex(cipher.context, EVP_aes_256_gcm(), nullptr, bytes_of(key),
                           bytes_of(nonce)) == 1);
  CHECK(EVP_DecryptUpdate(cipher.context, bytes_of(plain), &wrote, bytes_of(hidden),
                          static_cast<int>(hidden.size())) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(cipher.context, EVP_CTRL_GCM_SET_TAG, kTag_bytes, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(cipher.context, bytes_of(tag), &wrote) != 1) return std::nullopt;
  return plain;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace plantain
