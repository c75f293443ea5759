#include "store/webhook_store.h"

#include "base/text.h"

namespace plantain::store {

std::string Delivery::id() const { return concat(request.text(), "_", status_name(state)); }

}  // namespace plantain::store
