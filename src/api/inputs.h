// The files that the input of a submit names: data URIs, addresses of files here, addresses
// elsewhere.
#pragma once

#include <optional>
#include <vector>

#include "api/context.h"
#include "catalog/catalog.h"
#include "catalog/plan.h"

namespace plantain::api {

// An input's files as a submit finds them. Bytes that are here stand beside the row that will name
// them.
struct FoundInputs {
  std::vector<NewInput> inputs;        // in the order of catalog::file_values()
  std::vector<std::string> bytes;      // of each; empty where they are not in hand
  std::optional<catalog::Size> first;  // the sides of the first one, where they are known already
};

// Finds out what each file of `completed` is, and puts "input:N" in the place of a data URI: its
// bytes live in a blob, not in the request's text. `faults` gets what breaks the schema; an Error
// is kFileUnreachable or kTooLarge. Reads files: not on the network thread.
Result<FoundInputs> find_inputs(Context& context, const Call& call, const catalog::Model& model,
                                JsonObject& completed, std::vector<catalog::Fault>& faults);

// Stages the bytes in hand. Blocks.
Result<void> stage_inputs(Context& context, FoundInputs& found);

// `input` as people and workers see it: "input:N" replaced by the signed address of that file; with
// `all`, every file whose bytes are here is named by its address here.
JsonObject show_inputs(Context& context, const std::string& base, const catalog::Model* model,
                       JsonObject input, const std::vector<store::InputFile>& files,
                       std::optional<WallTime> expires, bool all);

}  // namespace plantain::api
