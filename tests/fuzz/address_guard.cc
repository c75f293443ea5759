// An address is judged alike in each of its forms, and no text makes a network that it does not
// name.
#include <netinet/in.h>

#include <cstring>

#include "base/check.h"
#include "net/address_guard.h"
#include "target.h"

namespace {

bool allows_v4(const plantain::net::AddressGuard& guard, const uint8_t* bytes) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  std::memcpy(&address.sin_addr, bytes, 4);
  return guard.allows(reinterpret_cast<sockaddr&>(address));
}

bool allows_v6(const plantain::net::AddressGuard& guard, const uint8_t* bytes) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  std::memcpy(&address.sin6_addr, bytes, 16);
  return guard.allows(reinterpret_cast<sockaddr&>(address));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  if (size < 16) return 0;
  const plantain::net::AddressGuard strict;
  const bool four = allows_v4(strict, data);
  uint8_t forms[3][16] = {
      {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, {0, 0x64, 0xFF, 0x9B}, {0x20, 0x02}};
  std::memcpy(forms[0] + 12, data, 4);
  std::memcpy(forms[1] + 12, data, 4);
  std::memcpy(forms[2] + 2, data, 4);
  for (const auto& form : forms) CHECK(allows_v6(strict, form) == four);
  const bool six = allows_v6(strict, data);
  const auto wider =
      plantain::net::AddressGuard::with({std::string(text_of(data + 16, size - 16))});
  if (wider.ok()) CHECK(allows_v6(*wider, data) || !six);  // naming a network takes nothing away
  return 0;
}

std::vector<std::string> examples() {
  return {std::string("\x7F\0\0\1............", 16) + "10.0.0.0/8",
          std::string("\x0A\0\0\1............", 16) + "fd00::/8",
          std::string("\xFE\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16) + "::/0",
          std::string(16, '\x20') + "127.0.0.1/32"};
}
