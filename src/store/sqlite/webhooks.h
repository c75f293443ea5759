// WebhookStore on SQLite.
#pragma once

#include "store/sqlite/readers.h"
#include "store/sqlite/writer.h"
#include "store/webhook_store.h"

namespace plantain::store::sqlite {

class SqliteWebhooks final : public WebhookStore {
 public:
  // `readers` must outlive this; use_writer() comes before any other call.
  explicit SqliteWebhooks(Readers& readers) : readers_(readers) {}
  void use_writer(Writer& writer) { writer_ = &writer; }

  Result<std::vector<Delivery>> due(WallTime now, int limit) override;
  void note(Delivery delivery, DeliveryTry how, Then<void> then) override;
  Result<std::vector<Delivery>> list(const AccountId& account, std::optional<int64_t> before,
                                     int limit) override;
  void redeliver(AccountId account, std::string id, Then<Delivery> then) override;

 private:
  Readers& readers_;
  Writer* writer_ = nullptr;
};

}  // namespace plantain::store::sqlite
