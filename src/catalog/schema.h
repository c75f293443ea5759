// JSON Schema 2020-12, the subset the catalogue uses, compiled once. Own code because no sound
// library is packaged (docs/decisions); held to the official test suite for every keyword it
// claims: type, enum, const, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf,
// minLength, maxLength (code points), pattern (RE2), items, prefixItems, minItems, maxItems,
// uniqueItems, properties, required, additionalProperties, minProperties, maxProperties, anyOf,
// oneOf, allOf, not, local $ref and $defs, boolean schemas. Annotations (title, description,
// default, examples, format, …) are read over. Any other keyword is refused when it is compiled.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace plantain::catalog {

// One thing wrong with an instance.
struct Fault {
  std::string pointer;  // RFC 6901: "/num_images"
  std::string rule;     // the keyword: "maximum"
  Json limit;           // the keyword's value; null where there is none
  std::string message;  // "must be at most 4"
};
JsonObject to_json(const Fault& fault);  // {"pointer","rule","limit","message"}

class Schema {
 public:
  static Result<Schema> compile(const Json& schema);
  ~Schema();
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;

  // Every fault, in the order of the schema's members; empty: valid. At most 100 are listed.
  // Threads: any.
  std::vector<Fault> check(const Json& instance) const;

 private:
  struct Node;
  explicit Schema(std::shared_ptr<const Node> root);
  std::shared_ptr<const Node> root_;
};

}  // namespace plantain::catalog
