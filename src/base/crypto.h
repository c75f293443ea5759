// Hashes, message authentication and randomness, by OpenSSL.
// Threads: every function may be called from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace plantain {

std::string sha256(std::string_view bytes);                                // 32 bytes
std::string hmac_sha256(std::string_view key, std::string_view message);   // 32 bytes
std::string random_bytes(std::size_t count);                               // from the kernel; never fails quietly
std::string random_base62(std::size_t characters);
bool equal_in_constant_time(std::string_view a, std::string_view b);

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
