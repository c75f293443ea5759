#include "catalog/schema.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "catalog/numbers.h"

namespace plantain::catalog {
namespace {

std::string_view view(boost::json::string_view text) { return {text.data(), text.size()}; }

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

// Collects faults on a walk over an instance; knows where in it the walk is.
class Report {
 public:
  explicit Report(std::string pointer) : pointer_(std::move(pointer)) {}

  bool full() const { return faults_.size() >= limits::kFaultsMax; }
  const std::string& pointer() const { return pointer_; }
  const std::vector<Fault>& faults() const { return faults_; }
  std::vector<Fault> take() { return std::move(faults_); }

  void add(std::string_view rule, Json limit, std::string message) {
    add_at(pointer_, rule, std::move(limit), std::move(message));
  }
  void add_below(std::string_view name, std::string_view rule, Json limit, std::string message) {
    add_at(concat(pointer_, "/", escaped(name)), rule, std::move(limit), std::move(message));
  }
  void add_all(const std::vector<Fault>& faults) {
    for (const Fault& fault : faults) {
      if (!full()) faults_.push_back(fault);
    }
  }

  // Calls `visit` one step further down.
  template <class Visit>
  void below(std::string_view name, const Visit& visit) {
    const size_t length = pointer_.size();
    pointer_ += '/';
    pointer_ += escaped(name);
    visit();
    pointer_.resize(length);
  }

 private:
  void add_at(std::string pointer, std::string_view rule, Json limit, std::string message) {
    if (full()) return;
    faults_.push_back(
        Fault{std::move(pointer), std::string(rule), std::move(limit), std::move(message)});
  }

  std::string pointer_;
  std::vector<Fault> faults_;
};

using Rule = std::function<void(const Json& instance, Report& report)>;

struct Subschema {
  Rule type;                // alone if it fails: what else is wrong follows from it
  std::vector<Rule> rules;  // in the order of the schema's members
  std::vector<const Subschema*> same_instance;  // what it asks about the same instance

  void check(const Json& instance, Report& report) const {
    if (report.full()) return;
    if (type) {
      const size_t before = report.faults().size();
      type(instance, report);
      if (report.faults().size() != before) return;
    }
    for (const Rule& rule : rules) rule(instance, report);
  }

  std::vector<Fault> faults_of(const Json& instance, const std::string& pointer) const {
    Report report(pointer);
    check(instance, report);
    return report.take();
  }
};

std::string counted(uint64_t count, std::string_view noun) {
  return concat(count, " ", noun, count == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& words) {
  if (words.size() < 2) return join(words, "");
  std::vector<std::string> head(words.begin(), words.end() - 1);
  return concat(join(head, ", "), " or ", words.back());
}

// ---- Types ----

struct TypeName {
  std::string_view name;
  std::string_view words;
  bool (*holds)(const Json&);
};
constexpr TypeName kTypes[] = {
    {"null", "null", [](const Json& v) { return v.is_null(); }},
    {"boolean", "true or false", [](const Json& v) { return v.is_bool(); }},
    {"integer", "an integer", [](const Json& v) { return is_integer(v); }},
    {"number", "a number", [](const Json& v) { return v.is_number(); }},
    {"string", "a string", [](const Json& v) { return v.is_string(); }},
    {"array", "an array", [](const Json& v) { return v.is_array(); }},
    {"object", "an object", [](const Json& v) { return v.is_object(); }},
};

const TypeName* type_named(std::string_view name) {
  for (const TypeName& type : kTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

std::string_view what_it_is(const Json& value) {
  for (const TypeName& type : kTypes) {
    if (type.holds(value)) return value.is_bool() ? "a boolean" : type.words;
  }
  CHECK(false);
  return {};
}

// ---- Compiling ----

// Keywords that say nothing about validity.
constexpr std::string_view kAnnotations[] = {
    "$schema", "$comment", "title",     "description", "default",          "examples",
    "format",  "readOnly", "writeOnly", "deprecated",  "contentMediaType", "contentEncoding"};

class Compiler {
 public:
  explicit Compiler(const Json& document) : document_(document) {}

  // Null: error() says why not.
  const Subschema* compile(const Json& schema, const std::string& where);
  const std::optional<Error>& error() const { return error_; }
  std::vector<std::unique_ptr<Subschema>> take() { return std::move(all_); }

 private:
  struct Place {
    const Json& value;         // of the keyword
    const JsonObject& schema;  // it stands in
    std::string where;         // for errors
    Subschema& into;
  };
  using Keyword = Rule (Compiler::*)(const Place&);
  static const std::map<std::string_view, Keyword>& keywords();

  Rule fail(const Place& place, std::string_view why) {
    if (!error_) error_ = invalid(concat(place.where, ": ", why));
    return {};
  }
  std::vector<const Subschema*> compile_list(const Place& place);
  std::vector<std::pair<std::string, const Subschema*>> compile_members(const Place& place);
  const Subschema* compile_same(const Place& place, const Json& schema, const std::string& where);
  const Json* target_of(std::string_view reference) const;
  std::optional<uint64_t> count_of(const Place& place);

  Rule type(const Place&);
  Rule constant(const Place&);
  Rule enumeration(const Place&);
  Rule multiple_of(const Place&);
  Rule pattern(const Place&);
  Rule items(const Place&);
  Rule prefix_items(const Place&);
  Rule unique_items(const Place&);
  Rule properties(const Place&);
  Rule required(const Place&);
  Rule additional_properties(const Place&);
  Rule all_of(const Place&);
  Rule any_of(const Place&);
  Rule one_of(const Place&);
  Rule negation(const Place&);
  Rule reference(const Place&);
  Rule definitions(const Place&);
  template <class Compare>
  Rule bound(const Place&, std::string_view rule, std::string_view words, Compare holds);
  template <class Measure>
  Rule size(const Place&, std::string_view rule, bool most, std::string_view noun, Measure measure);
  Rule minimum(const Place& p) {
    return bound(p, "minimum", "at least", std::greater_equal<Real>());
  }
  Rule maximum(const Place& p) { return bound(p, "maximum", "at most", std::less_equal<Real>()); }
  Rule above(const Place& p) {
    return bound(p, "exclusiveMinimum", "more than", std::greater<Real>());
  }
  Rule below(const Place& p) {
    return bound(p, "exclusiveMaximum", "less than", std::less<Real>());
  }
  Rule min_length(const Place& p) { return size(p, "minLength", false, "character", &characters); }
  Rule max_length(const Place& p) { return size(p, "maxLength", true, "character", &characters); }
  Rule min_items(const Place& p) { return size(p, "minItems", false, "item", &elements); }
  Rule max_items(const Place& p) { return size(p, "maxItems", true, "item", &elements); }
  Rule min_properties(const Place& p) {
    return size(p, "minProperties", false, "member", &members);
  }
  Rule max_properties(const Place& p) { return size(p, "maxProperties", true, "member", &members); }

  static std::optional<uint64_t> characters(const Json& v) {
    if (!v.is_string()) return std::nullopt;
    return count_code_points(plantain::view(v.get_string()));
  }
  static std::optional<uint64_t> elements(const Json& v) {
    return v.is_array() ? std::optional<uint64_t>(v.get_array().size()) : std::nullopt;
  }
  static std::optional<uint64_t> members(const Json& v) {
    return v.is_object() ? std::optional<uint64_t>(v.get_object().size()) : std::nullopt;
  }

  const Json& document_;
  std::unordered_map<const Json*, const Subschema*> done_;
  std::vector<std::unique_ptr<Subschema>> all_;
  std::optional<Error> error_;
};

const std::map<std::string_view, Compiler::Keyword>& Compiler::keywords() {
  using C = Compiler;
  static const std::map<std::string_view, Keyword> kKeywords = {
      {"type", &C::type},
      {"const", &C::constant},
      {"enum", &C::enumeration},
      {"minimum", &C::minimum},
      {"maximum", &C::maximum},
      {"exclusiveMinimum", &C::above},
      {"exclusiveMaximum", &C::below},
      {"multipleOf", &C::multiple_of},
      {"minLength", &C::min_length},
      {"maxLength", &C::max_length},
      {"pattern", &C::pattern},
      {"items", &C::items},
      {"prefixItems", &C::prefix_items},
      {"minItems", &C::min_items},
      {"maxItems", &C::max_items},
      {"uniqueItems", &C::unique_items},
      {"properties", &C::properties},
      {"required", &C::required},
      {"additionalProperties", &C::additional_properties},
      {"minProperties", &C::min_properties},
      {"maxProperties", &C::max_properties},
      {"allOf", &C::all_of},
      {"anyOf", &C::any_of},
      {"oneOf", &C::one_of},
      {"not", &C::negation},
      {"$ref", &C::reference},
      {"$defs", &C::definitions},
  };
  return kKeywords;
}

const Subschema* Compiler::compile(const Json& schema, const std::string& where) {
  if (const auto known = done_.find(&schema); known != done_.end()) return known->second;
  all_.push_back(std::make_unique<Subschema>());
  Subschema& into = *all_.back();
  done_[&schema] = &into;  // before its members: a schema may refer to itself

  if (schema.is_bool()) {
    if (!schema.get_bool()) {
      into.rules.push_back(
          [](const Json&, Report& report) { report.add("false", nullptr, "must not be here"); });
    }
    return &into;
  }
  if (!schema.is_object()) {
    if (!error_) error_ = invalid(concat(where, ": a schema is an object, true or false"));
    return &into;
  }
  for (const auto& member : schema.get_object()) {
    const std::string_view name = view(member.key());
    if (std::count(std::begin(kAnnotations), std::end(kAnnotations), name) != 0) continue;
    const Place place{member.value(), schema.get_object(), concat(where, "/", escaped(name)), into};
    const auto keyword = keywords().find(name);
    if (keyword == keywords().end()) {
      fail(place, "is not a keyword that is understood here");
      continue;
    }
    Rule rule = (this->*keyword->second)(place);
    if (name == "type") {
      into.type = std::move(rule);
    } else if (rule) {
      into.rules.push_back(std::move(rule));
    }
  }
  return &into;
}

std::vector<const Subschema*> Compiler::compile_list(const Place& place) {
  std::vector<const Subschema*> out;
  if (!place.value.is_array() || place.value.get_array().empty()) {
    fail(place, "must be a list of schemas");
    return out;
  }
  for (const Json& schema : place.value.get_array()) {
    out.push_back(compile(schema, concat(place.where, "/", out.size())));
  }
  return out;
}

std::vector<std::pair<std::string, const Subschema*>> Compiler::compile_members(
    const Place& place) {
  std::vector<std::pair<std::string, const Subschema*>> out;
  if (!place.value.is_object()) {
    fail(place, "must be an object of schemas");
    return out;
  }
  for (const auto& member : place.value.get_object()) {
    const std::string name(view(member.key()));
    out.emplace_back(name, compile(member.value(), concat(place.where, "/", escaped(name))));
  }
  return out;
}

const Subschema* Compiler::compile_same(const Place& place, const Json& schema,
                                        const std::string& where) {
  const Subschema* compiled = compile(schema, where);
  place.into.same_instance.push_back(compiled);
  return compiled;
}

std::optional<uint64_t> Compiler::count_of(const Place& place) {
  if (is_integer(place.value) && real(place.value) >= 0 && real(place.value) < 0x1p63L) {
    return static_cast<uint64_t>(real(place.value));
  }
  fail(place, "must be a whole number of 0 or more");
  return std::nullopt;
}

// ---- Any value ----

Rule Compiler::type(const Place& place) {
  const JsonArray names = place.value.is_array() ? place.value.get_array() : JsonArray{place.value};
  std::vector<const TypeName*> types;
  std::vector<std::string> words;
  for (const Json& name : names) {
    const TypeName* known =
        name.is_string() ? type_named(plantain::view(name.get_string())) : nullptr;
    if (!known) return fail(place, "must name types");
    types.push_back(known);
    words.emplace_back(known->words);
  }
  if (types.empty()) return fail(place, "must name types");
  return
      [types, value = place.value, expected = listed(words)](const Json& instance, Report& report) {
        for (const TypeName* known : types) {
          if (known->holds(instance)) return;
        }
        report.add("type", value, concat("must be ", expected, ", not ", what_it_is(instance)));
      };
}

Rule Compiler::constant(const Place& place) {
  return
      [value = place.value, same = canonical(place.value)](const Json& instance, Report& report) {
        if (canonical(instance) != same)
          report.add("const", value, concat("must be ", write_json(value)));
      };
}

Rule Compiler::enumeration(const Place& place) {
  if (!place.value.is_array()) return fail(place, "must be a list of values");
  std::unordered_set<std::string> allowed;
  std::vector<std::string> names;  // of the texts among them
  std::vector<std::string> words;
  for (const Json& value : place.value.get_array()) {
    allowed.insert(canonical(value));
    if (value.is_string()) names.emplace_back(plantain::view(value.get_string()));
    words.push_back(value.is_string() ? names.back() : write_json(value));
  }
  return [allowed, names, list = place.value, words = listed(words)](const Json& instance,
                                                                     Report& report) {
    if (allowed.contains(canonical(instance))) return;
    std::string message = concat("must be one of ", words);
    if (instance.is_string()) {
      const auto meant = did_you_mean(plantain::view(instance.get_string()), names);
      if (meant) message += concat("; did you mean ", *meant, "?");
    }
    report.add("enum", list, std::move(message));
  };
}

// ---- Numbers ----

template <class Compare>
Rule Compiler::bound(const Place& place, std::string_view rule, std::string_view words,
                     Compare holds) {
  if (!place.value.is_number()) return fail(place, "must be a number");
  return [rule, words, holds, limit = place.value](const Json& instance, Report& report) {
    if (!instance.is_number() || holds(real(instance), real(limit))) return;
    report.add(rule, limit, concat("must be ", words, " ", write_json(limit)));
  };
}

Rule Compiler::multiple_of(const Place& place) {
  if (!place.value.is_number() || real(place.value) <= 0)
    return fail(place, "must be a number above 0");
  return [step = place.value](const Json& instance, Report& report) {
    if (!instance.is_number() || is_multiple(instance, step)) return;
    report.add("multipleOf", step, concat("must be a multiple of ", write_json(step)));
  };
}

// ---- Sizes and texts ----

template <class Measure>
Rule Compiler::size(const Place& place, std::string_view rule, bool most, std::string_view noun,
                    Measure measure) {
  const std::optional<uint64_t> limit = count_of(place);
  if (!limit) return {};
  return [rule, most, noun, measure, value = place.value, limit = *limit](const Json& instance,
                                                                          Report& report) {
    const std::optional<uint64_t> actual = measure(instance);
    if (!actual || (most ? *actual <= limit : *actual >= limit)) return;
    report.add(rule, value,
               concat("must have at ", most ? "most " : "least ", counted(limit, noun), "; it has ",
                      *actual));
  };
}

Rule Compiler::pattern(const Place& place) {
  if (!place.value.is_string()) return fail(place, "must be a string");
  RE2::Options options;
  options.set_log_errors(false);
  // Shared by the copies of the rule, which std::function needs to be able to make.
  const auto compiled =
      std::make_shared<const RE2>(std::string(plantain::view(place.value.get_string())), options);
  if (!compiled->ok()) return fail(place, concat("is not a pattern: ", compiled->error()));
  return [compiled, value = place.value](const Json& instance, Report& report) {
    if (!instance.is_string()) return;
    const JsonString& text = instance.get_string();
    if (RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled)) return;
    report.add("pattern", value, concat("must match the pattern ", compiled->pattern()));
  };
}

// ---- Arrays ----

Rule Compiler::items(const Place& place) {
  const Subschema* each = compile(place.value, place.where);
  const Json* prefix = place.schema.if_contains("prefixItems");
  const size_t first = prefix && prefix->is_array() ? prefix->get_array().size() : 0;
  return [each, first](const Json& instance, Report& report) {
    if (!instance.is_array()) return;
    const JsonArray& array = instance.get_array();
    for (size_t i = first; i < array.size() && !report.full(); ++i) {
      report.below(concat(i), [&] { each->check(array[i], report); });
    }
  };
}

Rule Compiler::prefix_items(const Place& place) {
  return [schemas = compile_list(place)](const Json& instance, Report& report) {
    if (!instance.is_array()) return;
    const JsonArray& array = instance.get_array();
    for (size_t i = 0; i < std::min(array.size(), schemas.size()); ++i) {
      report.below(concat(i), [&] { schemas[i]->check(array[i], report); });
    }
  };
}

Rule Compiler::unique_items(const Place& place) {
  if (!place.value.is_bool()) return fail(place, "must be true or false");
  if (!place.value.get_bool()) return {};
  return [](const Json& instance, Report& report) {
    if (!instance.is_array()) return;
    std::unordered_map<std::string, size_t> seen;
    const JsonArray& array = instance.get_array();
    for (size_t i = 0; i < array.size(); ++i) {
      const auto [first, fresh] = seen.emplace(canonical(array[i]), i);
      if (fresh) continue;
      report.add("uniqueItems", true,
                 concat("must not hold anything twice; items ", first->second, " and ", i,
                        " are the same"));
      return;
    }
  };
}

// ---- Objects ----

Rule Compiler::properties(const Place& place) {
  return [all = compile_members(place)](const Json& instance, Report& report) {
    if (!instance.is_object()) return;
    for (const auto& [name, schema] : all) {
      const Json* value = instance.get_object().if_contains(name);
      if (value) report.below(name, [&, checked = schema] { checked->check(*value, report); });
    }
  };
}

Rule Compiler::required(const Place& place) {
  if (!place.value.is_array()) return fail(place, "must be a list of names");
  std::vector<std::string> names;
  for (const Json& name : place.value.get_array()) {
    if (!name.is_string()) return fail(place, "must be a list of names");
    names.emplace_back(plantain::view(name.get_string()));
  }
  return [names](const Json& instance, Report& report) {
    if (!instance.is_object()) return;
    for (const std::string& name : names) {
      if (!instance.get_object().contains(name))
        report.add_below(name, "required", nullptr, "is required");
    }
  };
}

Rule Compiler::additional_properties(const Place& place) {
  std::vector<std::string> known;
  if (const Json* named = place.schema.if_contains("properties"); named && named->is_object()) {
    for (const auto& member : named->get_object()) known.emplace_back(view(member.key()));
  }
  const bool none = place.value.is_bool() && !place.value.get_bool();
  const Subschema* schema = compile(place.value, place.where);
  return [known, none, schema](const Json& instance, Report& report) {
    if (!instance.is_object()) return;
    for (const auto& member : instance.get_object()) {
      const std::string_view name = view(member.key());
      if (report.full()) return;
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      if (none) {
        const auto meant = did_you_mean(name, known);
        report.add_below(
            name, "additionalProperties", false,
            meant ? concat("is not known here; did you mean ", *meant, "?") : "is not known here");
      } else {
        report.below(name, [&] { schema->check(member.value(), report); });
      }
    }
  };
}

// ---- Combinations ----

// What to say of an instance that fits no branch: the faults of the one branch whose kind of value
// it is, or else one fault for all.
void report_closest(const std::vector<std::vector<Fault>>& branches, std::string_view rule,
                    Report& report) {
  const std::vector<Fault>* closest = nullptr;
  int close = 0;
  for (const std::vector<Fault>& faults : branches) {
    const bool other_kind = std::any_of(faults.begin(), faults.end(), [&](const Fault& fault) {
      return fault.pointer == report.pointer() &&
             (fault.rule == "type" || fault.rule == "const" || fault.rule == "false");
    });
    if (other_kind) continue;
    closest = &faults;
    ++close;
  }
  if (close == 1) {
    report.add_all(*closest);
    return;
  }
  std::vector<std::string> ways;
  for (const std::vector<Fault>& faults : branches) {
    const Fault& first = faults.front();
    const std::string inside = first.pointer.substr(report.pointer().size());
    ways.push_back(inside.empty() ? first.message : concat(inside, " ", first.message));
  }
  report.add(rule, nullptr, concat("fits none of the allowed forms: ", listed(ways)));
}

Rule Compiler::all_of(const Place& place) {
  const auto schemas = compile_list(place);
  place.into.same_instance.insert(place.into.same_instance.end(), schemas.begin(), schemas.end());
  return [schemas](const Json& instance, Report& report) {
    for (const Subschema* schema : schemas) schema->check(instance, report);
  };
}

Rule Compiler::any_of(const Place& place) {
  const auto schemas = compile_list(place);
  place.into.same_instance.insert(place.into.same_instance.end(), schemas.begin(), schemas.end());
  return [schemas](const Json& instance, Report& report) {
    std::vector<std::vector<Fault>> branches;
    for (const Subschema* schema : schemas) {
      branches.push_back(schema->faults_of(instance, report.pointer()));
      if (branches.back().empty()) return;
    }
    report_closest(branches, "anyOf", report);
  };
}

Rule Compiler::one_of(const Place& place) {
  const auto schemas = compile_list(place);
  place.into.same_instance.insert(place.into.same_instance.end(), schemas.begin(), schemas.end());
  return [schemas](const Json& instance, Report& report) {
    std::vector<std::vector<Fault>> branches;
    int fitting = 0;
    for (const Subschema* schema : schemas) {
      branches.push_back(schema->faults_of(instance, report.pointer()));
      fitting += branches.back().empty();
    }
    if (fitting == 0) report_closest(branches, "oneOf", report);
    if (fitting > 1)
      report.add("oneOf", nullptr,
                 concat("must fit one of the allowed forms, not ", fitting, " of them"));
  };
}

Rule Compiler::negation(const Place& place) {
  const Subschema* schema = compile_same(place, place.value, place.where);
  return [schema](const Json& instance, Report& report) {
    if (schema->faults_of(instance, report.pointer()).empty())
      report.add("not", nullptr, "is of a form that is not allowed");
  };
}

// ---- References ----

const Json* Compiler::target_of(std::string_view reference) const {
  if (!reference.starts_with('#')) return nullptr;
  const std::optional<std::string> pointer = percent_decode(reference.substr(1));
  if (!pointer || (!pointer->empty() && pointer->front() != '/')) return nullptr;
  const Json* at = &document_;
  const std::vector<std::string> steps = split(*pointer, '/');
  for (size_t i = 1; i < steps.size() && at; ++i) {
    std::string name = steps[i];
    for (const auto& [code, sign] : {std::pair("~1", "/"), std::pair("~0", "~")}) {
      for (size_t p = 0; (p = name.find(code, p)) != std::string::npos; ++p)
        name.replace(p, 2, sign);
    }
    if (const JsonArray* array = at->if_array()) {
      const std::optional<int64_t> index = parse_int(name);
      at = index && *index >= 0 ? array->if_contains(static_cast<size_t>(*index)) : nullptr;
    } else {
      at = find(*at, name);
    }
  }
  return at;
}

Rule Compiler::reference(const Place& place) {
  if (!place.value.is_string()) return fail(place, "must be a string");
  const std::string_view text = plantain::view(place.value.get_string());
  const Json* target = target_of(text);
  if (!target) return fail(place, "does not lead to a schema in this document");
  const Subschema* schema = compile_same(place, *target, std::string(text));
  return [schema](const Json& instance, Report& report) { schema->check(instance, report); };
}

Rule Compiler::definitions(const Place& place) {
  compile_members(place);
  return {};
}

// True if checking some instance against `at` would ask for the same check again.
bool goes_round(const Subschema* at, std::map<const Subschema*, bool>& finished) {
  const auto [seen, fresh] = finished.emplace(at, false);
  if (!fresh) return !seen->second;
  for (const Subschema* next : at->same_instance) {
    if (goes_round(next, finished)) return true;
  }
  finished[at] = true;
  return false;
}

}  // namespace

struct Schema::Node {
  std::vector<std::unique_ptr<Subschema>> all;
  const Subschema* root = nullptr;
};

Schema::Schema(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

Result<Schema> Schema::compile(const Json& schema) {
  Compiler compiler(schema);
  const Subschema* root = compiler.compile(schema, "#");
  if (compiler.error()) return *compiler.error();
  auto node = std::make_shared<Node>();
  node->all = compiler.take();
  node->root = root;
  std::map<const Subschema*, bool> finished;
  for (const auto& one : node->all) {
    if (goes_round(one.get(), finished))
      return invalid("#: a $ref leads back to itself without end");
  }
  return Schema(std::move(node));
}

std::vector<Fault> Schema::check(const Json& instance) const {
  return root_->root->faults_of(instance, "");
}

JsonObject to_json(const Fault& fault) {
  return {{"pointer", fault.pointer},
          {"rule", fault.rule},
          {"limit", fault.limit},
          {"message", fault.message}};
}

}  // namespace plantain::catalog
