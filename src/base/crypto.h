// Hashes, message authentication and randomness, by OpenSSL.
// Threads: every function may be called from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace plantain {

std::string sha256(std::string_view bytes);                               // 32 bytes
std::string hmac_sha256(std::string_view key, std::string_view message);  // 32 bytes
std::string random_bytes(std::size_t count);  // from the kernel; never fails quietly
std::string random_base62(std::size_t characters);
uint64_t random_below(uint64_t bound);  // 0 … bound - 1, each as likely; bound >= 1
bool equal_in_constant_time(std::string_view a, std::string_view b);

// AES-256-GCM with a random nonce: nonce, ciphertext and tag as one string. `key` has 32 bytes.
std::string seal(std::string_view key, std::string_view plain);
// Nothing when the key is another one or a bit was changed.
std::optional<std::string> unseal(std::string_view key, std::string_view sealed);

// Ed25519 (RFC 8032) of a seed of 32 bytes.
std::string ed25519_public_key(std::string_view seed);                      // 32 bytes
std::string ed25519_sign(std::string_view seed, std::string_view message);  // 64 bytes

// SHA-256 of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void add(std::string_view bytes);
  std::string finish();  // 32 bytes; once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plantain
