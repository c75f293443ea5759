// Which network addresses may be reached on a client's word: public ones, and networks that the
// owner named. Threads: any; read-only after construction.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct sockaddr;

namespace plantain::net {

class AddressGuard {
 public:
  // `networks`: CIDR texts, "10.1.0.0/16" or "fd00::/8". kInvalidInput names one that is none.
  static Result<AddressGuard> with(const std::vector<std::string>& networks);
  AddressGuard() = default;  // public addresses alone

  // False for private, loopback, link-local, multicast, reserved and metadata addresses, whatever
  // form they come in (IPv4 inside IPv6, 6to4, NAT64), unless a named network holds them.
  bool allows(const sockaddr& address) const;

 private:
  struct Network {
    in6_addr begin;  // an IPv4 network as ::ffff:a.b.c.d
    int bits;        // of the 128
  };
  std::vector<Network> networks_;
};

}  // namespace plantain::net
