// What systemd is told of this process (sd_notify(3)).
#pragma once

#include <string_view>

namespace plantain {

// Sends `state`, such as "READY=1", to the socket that $NOTIFY_SOCKET names; nothing without one.
// It cannot fail in a way that matters: who started us without listening does not wait for it.
void tell_manager(std::string_view state);

}  // namespace plantain
