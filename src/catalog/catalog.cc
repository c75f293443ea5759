#include "catalog/catalog.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "base/embedded.h"
#include "base/text.h"
#include "catalog/manifest.h"

namespace plantain::embedded {
std::span<const EmbeddedFile> catalog();
}

namespace plantain::catalog {
namespace {

constexpr std::string_view kManifest = "manifest.toml";
constexpr std::string_view kInputSchema = "input.schema.json";
constexpr std::string_view kOutputSchema = "output.schema.json";

// The texts of one model's folder, and what to call the folder in an error.
struct Texts {
  std::string folder;
  std::string_view manifest;
  std::string_view input_schema;
  std::string_view output_schema;
};

std::string line_and_column(std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, std::min(at, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t newline = before.rfind('\n');
  const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  return concat(line, ":", before.size() - begin + 1);
}

Result<Json> read_json(std::string_view text, const std::string& file) {
  size_t at = 0;
  Result<Json> value = parse_json(text, &at);
  if (!value.ok())
    return invalid(concat(file, ":", line_and_column(text, at), ": ", value.error().message));
  return value;
}

// `over` laid over `base`: objects are merged member by member, anything else replaces.
void merge(Json& base, const Json& over) {
  if (!base.is_object() || !over.is_object()) {
    base = over;
    return;
  }
  for (const auto& member : over.get_object()) {
    Json* known = base.get_object().if_contains(member.key());
    if (known) {
      merge(*known, member.value());
    } else {
      base.get_object()[member.key()] = member.value();
    }
  }
}

// The default of every input must be one that the model accepts.
Result<void> check_defaults(const Model& model, const std::string& file) {
  JsonObject sample;
  const Json* properties = find(model.input_schema, "properties");
  if (!properties || !properties->is_object())
    return invalid(concat(file, ": properties is missing"));
  for (const auto& property : properties->get_object()) {
    if (const Json* value = find(property.value(), "default")) sample[property.key()] = *value;
  }
  for (const Fault& fault : model.enforced->check(sample)) {
    if (fault.rule != "required")
      return invalid(concat(file, ": the default of ", fault.pointer, " ", fault.message));
  }
  return {};
}

Result<void> check_names(const Model& model, const Manifest& manifest, const std::string& file) {
  const Json* enforced = manifest.enforced.if_contains("properties");
  const Json& properties = *find(model.input_schema, "properties");
  std::vector<std::string> names;
  if (enforced && enforced->is_object()) {
    for (const auto& member : enforced->get_object())
      names.emplace_back(std::string_view(member.key()));
  }
  if (!manifest.seconds_input.empty()) names.push_back(manifest.seconds_input);
  for (const auto& [alias, name] : manifest.aliases) {
    if (find(properties, alias))
      return invalid(concat(file, ": ", alias, " is an input of the model and cannot be an alias"));
    names.push_back(name);
  }
  for (const auto& [kind, upstream] : manifest.upstreams) {
    for (const auto& [ours, theirs] : upstream.rename) names.push_back(ours);
    names.insert(names.end(), upstream.as_text.begin(), upstream.as_text.end());
  }
  for (const std::string& name : names) {
    if (!find(properties, name))
      return invalid(concat(file, ": ", name, " is not an input of the model"));
  }
  return {};
}

// The inputs that take files, by their formats.
Result<std::vector<FileInput>> file_inputs(const Json& schema, const std::string& file) {
  std::vector<FileInput> inputs;
  for (const auto& property : find(schema, "properties")->as_object()) {
    const std::string format = text_or(property.value(), "format", "");
    const bool list = format.ends_with("_uris");
    if (!list && !format.ends_with("_uri")) continue;
    FileInput input{std::string(property.key()), format.substr(0, format.rfind('_')), list};
    if (input.medium != "image" && input.medium != "video")
      return invalid(concat(file, ": ", format, " is not a format of files that is known"));
    const Json* items = list ? find(property.value(), "items") : &property.value();
    if (text_or(property.value(), "type", "") != (list ? "array" : "string") || !items ||
        text_or(*items, "type", "") != "string") {
      return invalid(concat(file, ": ", input.name, " of format ", format, " must be ",
                            list ? "an array of strings" : "a string"));
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

Result<Model> read_model(const Texts& texts) {
  const std::string manifest_file = concat(texts.folder, "/", kManifest);
  const std::string schema_file = concat(texts.folder, "/", kInputSchema);
  Result<Manifest> manifest = parse_manifest(texts.manifest, manifest_file);
  if (!manifest.ok()) return manifest.error();
  Result<Json> input = read_json(texts.input_schema, schema_file);
  if (!input.ok()) return input.error();
  Result<Json> output = read_json(texts.output_schema, concat(texts.folder, "/", kOutputSchema));
  if (!output.ok()) return output.error();

  Model model;
  model.id = manifest->id;
  model.display_name = manifest->display_name;
  model.description = manifest->description;
  model.categories = manifest->categories;
  model.kind = manifest->kind;
  model.base_price_microdollars = manifest->base_price_microdollars;
  model.price_unit = manifest->price_unit;
  model.seconds_input = manifest->seconds_input;
  model.pricing_note = manifest->pricing_note;
  model.resolution_factors = manifest->resolution_factors;
  model.web_search_factor = manifest->web_search_factor;
  model.engines = manifest->engines;
  model.messages = manifest->messages;
  model.aliases = manifest->aliases;
  model.upstreams = manifest->upstreams;
  model.input_schema = *std::move(input);
  model.output_schema = *std::move(output);
  model.enforced_schema = model.input_schema;
  merge(model.enforced_schema, manifest->enforced);
  Result<Schema> enforced = Schema::compile(model.enforced_schema);
  if (!enforced.ok()) return invalid(concat(schema_file, ": ", enforced.error().message));
  model.enforced = std::make_shared<const Schema>(*std::move(enforced));
  if (Result<void> right = check_defaults(model, schema_file); !right.ok()) return right.error();
  if (Result<void> right = check_names(model, *manifest, manifest_file); !right.ok())
    return right.error();
  Result<std::vector<FileInput>> files = file_inputs(model.input_schema, schema_file);
  if (!files.ok()) return files.error();
  model.files = *std::move(files);
  return model;
}

// Where in `models` the one of this id is, or would be put.
template <class Models>
auto place_of(Models& models, std::string_view id) {
  return std::lower_bound(
      models.begin(), models.end(), id,
      [](const Model& known, std::string_view wanted) { return known.id < wanted; });
}

void put(std::vector<Model>& models, Model model) {
  const auto place = place_of(models, model.id);
  if (place != models.end() && place->id == model.id) {
    *place = std::move(model);
  } else {
    models.insert(place, std::move(model));
  }
}

Result<Model> read_folder(const Path& folder) {
  std::string texts[3];
  const std::string_view names[3] = {kManifest, kInputSchema, kOutputSchema};
  for (int i = 0; i < 3; ++i) {
    Result<std::string> text = read_file(folder / names[i]);
    if (!text.ok()) return invalid(text.error().message);
    texts[i] = *std::move(text);
  }
  return read_model(Texts{folder.string(), texts[0], texts[1], texts[2]});
}

bool contains(std::string_view text, std::string_view lower_part) {
  return to_lower_ascii(text).find(lower_part) != std::string::npos;
}

}  // namespace

Result<Catalog> Catalog::builtin() {
  std::map<std::string, Texts> folders;
  for (const EmbeddedFile& file : embedded::catalog()) {
    const size_t slash = file.path.rfind('/');
    CHECK(slash != std::string_view::npos);
    Texts& texts = folders[concat("catalog/", file.path.substr(0, slash))];
    const std::string_view name = file.path.substr(slash + 1);
    if (name == kManifest) texts.manifest = file.bytes;
    if (name == kInputSchema) texts.input_schema = file.bytes;
    if (name == kOutputSchema) texts.output_schema = file.bytes;
  }
  Catalog catalog;
  for (auto& [folder, texts] : folders) {
    texts.folder = folder;
    Result<Model> model = read_model(texts);
    if (!model.ok()) return model.error();
    put(catalog.models_, *std::move(model));
  }
  return catalog;
}

Result<void> Catalog::add_folder(const Path& folder) {
  std::error_code fault;
  std::set<Path> found;  // sorted, so that the first error is the same on every file system
  for (auto at = std::filesystem::recursive_directory_iterator(folder, fault);
       !fault && at != std::filesystem::recursive_directory_iterator(); at.increment(fault)) {
    if (at->path().filename() == kManifest) found.insert(at->path().parent_path());
  }
  if (fault) return invalid(concat(folder.string(), ": ", fault.message()));

  std::vector<Model> models = models_;  // all of them or none
  std::map<std::string, Path> ids;
  for (const Path& place : found) {
    Result<Model> model = read_folder(place);
    if (!model.ok()) return model.error();
    const auto [other, fresh] = ids.emplace(model->id, place);
    if (!fresh) {
      return invalid(concat((place / kManifest).string(), ": ", model->id, " is already in ",
                            other->second.string()));
    }
    put(models, *std::move(model));
  }
  models_ = std::move(models);
  return {};
}

Result<void> Catalog::set_price(std::string_view model_id, int64_t micros) {
  CHECK(micros >= 0);
  const auto place = place_of(models_, model_id);
  if (place == models_.end() || place->id != model_id) {
    return Error{ErrorCode::kNotFound, concat(model_id, " is not a model of the catalogue")};
  }
  place->base_price_microdollars = micros;
  return {};
}

const Model* Catalog::find(std::string_view id) const {
  const auto place = place_of(models_, id);
  return place != models_.end() && place->id == id ? &*place : nullptr;
}

std::vector<std::string> Catalog::categories() const {
  std::set<std::string> all;
  for (const Model& model : models_) all.insert(model.categories.begin(), model.categories.end());
  return {all.begin(), all.end()};
}

std::vector<const Model*> Catalog::search(std::string_view text, std::string_view category,
                                          std::string_view kind) const {
  const std::string part = to_lower_ascii(text);
  std::vector<const Model*> out;
  for (const Model& model : models_) {
    const bool named = contains(model.id, part) || contains(model.display_name, part) ||
                       contains(model.description, part);
    const bool filed = category.empty() ||
                       std::count(model.categories.begin(), model.categories.end(), category) != 0;
    if (named && filed && (kind.empty() || model.kind == kind)) out.push_back(&model);
  }
  return out;
}

}  // namespace plantain::catalog
