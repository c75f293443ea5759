// What the models are: manifests, schemas, prices, validation of inputs. Data, no I/O after load().
// Threads: any; everything is read-only after load().
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/result.h"
#include "catalog/manifest.h"
#include "catalog/schema.h"

namespace plantain::catalog {

// An input that takes files: the property's format says so ("image_uri", "image_uris", "video_uri",
// "video_uris"); those in the plural are lists.
struct FileInput {
  std::string name;    // "image_urls"
  std::string medium;  // "image" or "video"
  bool list = false;
};

struct Model {
  std::string id;  // "google/nano-banana-2/text-to-image"
  std::string display_name;
  std::string description;
  std::vector<std::string> categories;  // "text-to-image"
  std::string kind;                     // "image"
  int64_t base_price_microdollars = 0;  // per price_unit
  std::string price_unit;               // "output" or "second"
  std::string seconds_input;  // for "second": the integer input that says how many; else empty
  std::string pricing_note;
  std::map<std::string, double> resolution_factors;  // "4K" -> 2.0; missing: 1
  double web_search_factor = 1;
  std::vector<std::string> engines;  // default order: "sketch"
  Json input_schema;                 // as shown: the page's, unchanged
  Json output_schema;
  std::shared_ptr<const Schema> enforced;          // input_schema and what is enforced beyond it
  Json enforced_schema;                            // the same as JSON, for OpenAPI
  std::vector<FileInput> files;                    // in the order of the schema
  std::map<std::string, std::string> aliases;      // "number_of_images" -> "num_images"
  std::map<std::string, std::string> messages;     // "/prompt pattern" -> what that fault says
  std::map<std::string, UpstreamModel> upstreams;  // by kind of engine, where it names it otherwise
};

class Catalog {
 public:
  // The models linked into the program.
  static Result<Catalog> builtin();
  // Adds every folder below `folder` that holds a manifest.toml; a model there replaces the one of
  // the same id. kInvalidInput names the file, line and column of what is wrong.
  Result<void> add_folder(const Path& folder);
  // The owner's price of one unit (Model::price_unit), in micro-dollars, 0 or more, instead of the
  // manifest's; the factors stay. kNotFound: no such model. Part of loading: nobody else may read
  // the catalogue meanwhile, and an add_folder() that replaces the model forgets the price.
  Result<void> set_price(std::string_view model_id, int64_t micros);

  const Model* find(std::string_view id) const;              // null: none
  const std::vector<Model>& all() const { return models_; }  // by id
  std::vector<std::string> categories() const;               // sorted, each once
  // Text in id, name, description (case ignored); empty filters match all.
  std::vector<const Model*> search(std::string_view text, std::string_view category,
                                   std::string_view kind) const;

 private:
  std::vector<Model> models_;  // by id
};

// True for 2 to 6 segments of [A-Za-z0-9._-], none of them "." or "..", the last not
// "openapi.json".
bool is_model_id(std::string_view text);

// An input with its defaults filled in, or every fault it has.
struct Checked {
  JsonObject completed;  // meaningful when faults is empty
  std::vector<Fault> faults;
};
// An alias counts as the input it stands for; giving both is a fault.
// Defaults are applied to what is missing, never to a missing required input. No coercion, but 1.0
// is the integer 1 and is kept as such. Unknown names are faults that say which name was meant.
Checked check_input(const Model& model, const Json& input);

// One address in an input that takes files.
struct FileValue {
  std::string pointer;  // RFC 6901: "/image_urls/0"
  std::string medium;   // "image" or "video"
  std::string address;
};
// All of them, in the order of the schema and of their lists.
std::vector<FileValue> file_values(const Model& model, const JsonObject& completed);
// Puts `address` in the place of the one at `pointer`, which file_values() named.
void set_file_value(JsonObject& completed, std::string_view pointer, std::string_view address);

// The most a request with this completed input may cost, in micro-dollars: the price of one unit,
// base * resolution factor * web search factor, rounded half up to a whole micro-dollar, times the
// most pictures (times the seconds, for models that are priced by them).
int64_t price_of(const Model& model, const JsonObject& completed);

}  // namespace plantain::catalog
