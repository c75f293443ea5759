#include "net/address_guard.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/text.h"

namespace plantain::net {
namespace {

struct Row {
  std::string_view network;
  std::string_view why;
};

// IANA's registries of special addresses: none of these is a public host.
constexpr Row kRefused4[] = {
    {"0.0.0.0/8", "this network"},
    {"10.0.0.0/8", "private"},
    {"100.64.0.0/10", "shared by carriers"},
    {"127.0.0.0/8", "loopback"},
    {"168.63.129.16/32", "metadata"},
    {"169.254.0.0/16", "link-local, metadata"},
    {"172.16.0.0/12", "private"},
    {"192.0.0.0/24", "protocols, metadata"},
    {"192.0.2.0/24", "documentation"},
    {"192.88.99.0/24", "6to4 relays"},
    {"192.168.0.0/16", "private"},
    {"198.18.0.0/15", "benchmarks"},
    {"198.51.100.0/24", "documentation"},
    {"203.0.113.0/24", "documentation"},
    {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved, broadcast"},
};
// Of 2000::/3, outside of which nothing is public.
constexpr Row kRefused6[] = {
    {"2001::/23", "protocols, Teredo"},
    {"2001:db8::/32", "documentation"},
    {"3fff::/20", "documentation"},
    {"5f00::/16", "segment routing"},
};

struct Cidr {
  in6_addr begin;
  int bits;
};

in6_addr mapped(const in_addr& address) {
  in6_addr out{};
  out.s6_addr[10] = out.s6_addr[11] = 0xFF;
  std::memcpy(out.s6_addr + 12, &address, 4);
  return out;
}

std::optional<Cidr> parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string host(text.substr(0, slash));
  const auto bits = parse_int(text.substr(slash + 1));
  if (!bits || *bits < 0) return std::nullopt;
  in_addr four{};
  if (::inet_pton(AF_INET, host.c_str(), &four) == 1) {
    if (*bits > 32) return std::nullopt;
    return Cidr{mapped(four), static_cast<int>(*bits) + 96};
  }
  in6_addr six{};
  if (::inet_pton(AF_INET6, host.c_str(), &six) != 1 || *bits > 128) return std::nullopt;
  return Cidr{six, static_cast<int>(*bits)};
}

bool holds(const in6_addr& begin, int bits, const in6_addr& address) {
  for (int i = 0; i < 16 && bits > 0; ++i, bits -= 8) {
    const int mask = bits >= 8 ? 0xFF : (0xFF00 >> bits) & 0xFF;
    if ((begin.s6_addr[i] & mask) != (address.s6_addr[i] & mask)) return false;
  }
  return true;
}

template <std::size_t size>
std::vector<Cidr> parse_all(const Row (&rows)[size]) {
  std::vector<Cidr> networks;
  for (const Row& row : rows) networks.push_back(*parse(row.network));
  return networks;
}

bool any_holds(const std::vector<Cidr>& networks, const in6_addr& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const Cidr& each) { return holds(each.begin, each.bits, address); });
}

// The IPv4 address that an IPv6 one leads to, as a mapped one: written into it, by 6to4, or by
// NAT64.
std::optional<in6_addr> inner_v4(const in6_addr& address) {
  static const Cidr kMapped = *parse("::ffff:0:0/96");
  static const Cidr kNat64 = *parse("64:ff9b::/96");
  static const Cidr kSixToFour = *parse("2002::/16");
  in_addr four{};
  if (holds(kMapped.begin, kMapped.bits, address) || holds(kNat64.begin, kNat64.bits, address)) {
    std::memcpy(&four, address.s6_addr + 12, 4);
  } else if (holds(kSixToFour.begin, kSixToFour.bits, address)) {
    std::memcpy(&four, address.s6_addr + 2, 4);
  } else {
    return std::nullopt;
  }
  return mapped(four);
}

bool is_public(const in6_addr& address) {
  static const std::vector<Cidr> kFour = parse_all(kRefused4);
  static const std::vector<Cidr> kSix = parse_all(kRefused6);
  static const Cidr kGlobal = *parse("2000::/3");
  if (const auto inner = inner_v4(address)) return !any_holds(kFour, *inner);
  return holds(kGlobal.begin, kGlobal.bits, address) && !any_holds(kSix, address);
}

}  // namespace

Result<AddressGuard> AddressGuard::with(const std::vector<std::string>& networks) {
  AddressGuard guard;
  for (const std::string& text : networks) {
    const auto network = parse(text);
    if (!network)
      return invalid(concat("\"", text, "\" is not a network like 10.1.0.0/16 or fd00::/8"));
    guard.networks_.push_back({network->begin, network->bits});
  }
  return guard;
}

bool AddressGuard::allows(const sockaddr& address) const {
  in6_addr wide{};
  if (address.sa_family == AF_INET) {
    wide = mapped(reinterpret_cast<const sockaddr_in&>(address).sin_addr);
  } else if (address.sa_family == AF_INET6) {
    wide = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  } else {
    return false;
  }
  if (is_public(wide)) return true;
  const in6_addr meant = inner_v4(wide).value_or(wide);
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const Network& each) { return holds(each.begin, each.bits, meant); });
}

}  // namespace plantain::net
