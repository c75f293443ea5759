#include "store/key_store.h"

namespace plantain::store {
namespace {

constexpr std::string_view kRoleNames[] = {"user", "admin", "worker"};

}  // namespace

std::optional<Role> role_from_name(std::string_view name) {
  for (const Role role : {Role::kUser, Role::kAdmin, Role::kWorker}) {
    if (name_of(role) == name) return role;
  }
  return std::nullopt;
}

std::string_view name_of(Role role) { return kRoleNames[static_cast<int>(role)]; }

}  // namespace plantain::store
