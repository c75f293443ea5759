// The table of everything the server answers: routing, admission and the OpenAPI document all come
// from it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "api/call.h"

namespace plantain::api {

enum class Access {
  kPublic,   // no key
  kCatalog,  // a key, unless the owner lets anybody read the catalogue
  kUser,     // a key of role user or admin
  kAdmin,    // a key of role admin
  kWorker,   // the worker protocol: internal listeners only
};

enum class BodyKind { kNone, kJson, kBytes };

// A parameter of the query, of a header or of the path, for the document.
struct Parameter {
  std::string_view name;
  std::string_view in;  // "query", "header", "path"
  std::string_view description;
  std::string_view schema_json;  // JSON Schema as text
};

struct Route {
  Method method;
  // Segments split by '/': literals, "{name}" for one segment, "{name...}" for one or more, which
  // may be followed by literals. %2F in the path separates segments of "{name...}" too. A path
  // belongs to the pattern with the most literals, and has the methods of its rows alone.
  std::string pattern;
  Access access;
  BodyKind body = BodyKind::kNone;
  std::size_t body_max_bytes = 0;
  bool slow = false;  // may take more than a millisecond: run beside the network thread
  Handler handler;

  std::string_view operation_id;
  std::string_view summary;
  std::string_view tag;
  std::vector<Parameter> parameters = {};
  std::string_view request_schema = {};   // name of a schema in the document, of a JSON body
  std::string_view response_schema = {};  // name of a schema in the document; empty: none
  std::vector<int> statuses = {};         // what it answers beyond the common errors
};

// What http/ needs of the API. Threads: any.
class Service {
 public:
  virtual ~Service() = default;
  virtual std::span<const Route> routes() const = 0;
  // Looks at the head of a call, before its body is read: key, role, and on success sets
  // call.caller. A reply: refused with that.
  virtual std::optional<Reply> admit(Call& call, const Route& route) = 0;
  // Last touch on every answer to `call` (headers that all answers carry).
  virtual void finish(const Call& call, Reply& reply) = 0;
};

}  // namespace plantain::api
