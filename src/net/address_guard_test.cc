#include "net/address_guard.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/un.h>

namespace plantain::net {
namespace {

bool allowed(const AddressGuard& guard, const std::string& text) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text.c_str(), &four.sin_addr) == 1)
    return guard.allows(reinterpret_cast<sockaddr&>(four));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  EXPECT_EQ(::inet_pton(AF_INET6, text.c_str(), &six.sin6_addr), 1) << text;
  return guard.allows(reinterpret_cast<sockaddr&>(six));
}

TEST(AddressGuard, PublicAddressesAreAllowed) {
  const AddressGuard guard;
  for (const char* open :
       {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1",
        "192.167.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700:4700::1111",
        "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"})
    EXPECT_TRUE(allowed(guard, open)) << open;
}

TEST(AddressGuard, EveryAddressThatIsNoPublicHostIsRefusedInEveryForm) {
  const AddressGuard guard;
  for (const char* closed : {"0.0.0.0",
                             "0.1.2.3",
                             "10.0.0.1",
                             "10.255.255.255",
                             "100.64.0.1",
                             "100.100.100.200",
                             "127.0.0.1",
                             "127.9.9.9",
                             "168.63.129.16",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.192",
                             "192.0.2.1",
                             "192.88.99.1",
                             "192.168.0.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.1",
                             "203.0.113.1",
                             "224.0.0.1",
                             "239.1.1.1",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "fe80::1",
                             "febf::1",
                             "fc00::1",
                             "fd00:ec2::254",
                             "fec0::1",
                             "ff02::1",
                             "100::1",
                             "2001::1",
                             "2001:db8::1",
                             "3fff::1",
                             "5f00::1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "::127.0.0.1",
                             "64:ff9b::7f00:1",
                             "64:ff9b::a9fe:a9fe",
                             "64:ff9b:1::a00:1",
                             "2002:7f00:1::",
                             "2002:a00:1::1",
                             "4000::1"})
    EXPECT_FALSE(allowed(guard, closed)) << closed;
}

TEST(AddressGuard, NetworksTheOwnerNamedAreAllowedAndNoOthers) {
  const auto guard = AddressGuard::with({"127.0.0.0/8", "10.1.0.0/20", "fd00:1::/33"});
  ASSERT_TRUE(guard.ok());
  for (const char* open : {"127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "10.1.15.255",
                           "fd00:1:7fff::1", "8.8.8.8"})
    EXPECT_TRUE(allowed(*guard, open)) << open;
  for (const char* closed : {"10.1.16.0", "10.0.255.255", "fd00:1:8000::1", "::1", "192.168.0.1"})
    EXPECT_FALSE(allowed(*guard, closed)) << closed;
}

TEST(AddressGuard, WhatIsNoNetworkIsNamed) {
  for (const char* bad :
       {"10.0.0.1", "10.0.0.0/33", "::/129", "example.org/8", "10.0.0.0/-1", "", "/8"}) {
    const auto guard = AddressGuard::with({bad});
    ASSERT_FALSE(guard.ok()) << bad;
    EXPECT_NE(guard.error().message.find(bad), std::string::npos);
  }
}

TEST(AddressGuard, OtherKindsOfSocketsAreRefused) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(AddressGuard().allows(reinterpret_cast<sockaddr&>(local)));
}

}  // namespace
}  // namespace plantain::net
