// The paid calls of requests as the database keeps them.
// Threads: the writer's alone, but for of().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "request/request.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/writer.h"

namespace plantain::store::sqlite::steps {

// All steps of a request (by its row), by n.
std::vector<Step> of(Connection& db, int64_t request);

// Keeps what `step` says, under a lease that lives; the step as it then is. Saying the same again
// changes nothing. kConflict: its state forbids it. kInvalidInput: a blob was not sent under this
// lease.
Result<Step> put(Transaction& transaction, int64_t request, const LeaseId& lease, const Step& step);

// The files of done steps now belong to `lease`, a new attempt's.
void adopt(Transaction& transaction, int64_t request, const LeaseId& lease);

// A call was sent, and nobody knows its answer.
bool in_doubt(Connection& db, int64_t request);
// The same, or a provider works on one.
bool is_open(Connection& db, int64_t request);

// The request has ended: its files that are not outputs die. True when somebody may have charged
// for what nobody got.
bool end(Transaction& transaction, int64_t request, bool succeeded);

// The request goes on with another engine, for which none of this counts; what was charged in vain
// stays with the request.
void begin_anew(Transaction& transaction, int64_t request);

}  // namespace plantain::store::sqlite::steps
