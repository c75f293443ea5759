// LedgerStore on SQLite.
#pragma once

#include "base/clock.h"
#include "store/ledger_store.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/tally.h"
#include "store/sqlite/writer.h"

namespace plantain::store::sqlite {

class SqliteLedger final : public LedgerStore {
 public:
  // All must outlive this; use_writer() comes before any other call.
  SqliteLedger(const Clock& clock, Readers& readers, Tally& tally)
      : clock_(clock), readers_(readers), tally_(tally) {}
  void use_writer(Writer& writer) { writer_ = &writer; }

  Standing standing(const AccountId& account) override {
    return tally_.standing(account.text(), clock_.wall());
  }
  Standing standing(const KeyId& key) override {
    return tally_.standing(key.text(), clock_.wall());
  }
  void add_credit(Credit credit, AuditEntry entry, Then<Standing> then) override;
  Result<std::vector<Credit>> credits(const AccountId& account) override;
  Result<std::vector<UsageRow>> usage(const UsageQuery& query) override;
  void note_models(std::vector<ModelLook> looks, Then<void> then) override;
  Result<std::vector<ModelDay>> model_days(int64_t days) override;
  void record(AuditEntry entry, Then<void> then) override;
  Result<std::vector<AuditRow>> audit(const AuditQuery& query) override;

 private:
  Result<Standing> do_credit(Transaction& transaction, const Credit& credit,
                             const AuditEntry& entry);

  const Clock& clock_;
  Readers& readers_;
  Tally& tally_;
  Writer* writer_ = nullptr;
};

// Writes a line of the audit log with the change it tells of.
void write_audit(Transaction& transaction, const AuditEntry& entry);

}  // namespace plantain::store::sqlite
