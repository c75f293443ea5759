#include "model/text_prompt.h"

#include <algorithm>

#include "base/text.h"

namespace plantain::model {
namespace {

constexpr std::string_view kPadding = "<|endoftext|>";

}  // namespace

Result<std::vector<int32_t>> PromptEncoder::ids_of(const std::string& prompt) const {
  const std::string text =
      concat("<|im_start|>user\n", prompt, "<|im_end|>\n<|im_start|>assistant\n",
             form_.closed_thinking ? "<think>\n\n</think>\n\n" : "");
  Result<std::vector<int32_t>> ids = tokenize_(text);
  if (!ids.ok()) return ids.error();
  if (ids->empty()) return invalid("the prompt has no tokens");
  ids->resize(std::min(ids->size(), static_cast<std::size_t>(form_.length)));
  return ids;
}

// The reference pads everything; so does what it is compared with.
void PromptEncoder::trace_tokens(const std::vector<int32_t>& ids, int64_t used,
                                 const Named& trace) const {
  if (!trace.looking()) return;
  std::vector<float> row(ids.begin(), ids.end()), mask(static_cast<std::size_t>(used), 1.0f);
  trace.rows({row.data(), 1, static_cast<int64_t>(row.size())}, "tokens.ids");
  mask.resize(row.size(), 0.0f);
  trace.rows({mask.data(), 1, static_cast<int64_t>(mask.size())}, "tokens.mask");
}

Result<std::shared_ptr<const TextStates>> PromptEncoder::states(
    const std::string& prompt, tensor::Runtime& runtime, tensor::Arena& arena,
    const KeepGoing& keep_going, const Named& trace, const Named& token_trace) {
  if (!trace.looking()) {
    if (std::shared_ptr<const TextStates> kept = cache_.find(prompt)) {
      // As many questions as if it were computed: progress looks the same either way.
      for (int layer = 0; layer < taps_.back(); ++layer)
        if (!keep_going()) return stopped();
      return kept;
    }
  }
  Result<std::vector<int32_t>> ids = ids_of(prompt);
  if (!ids.ok()) return ids.error();
  const int64_t used = static_cast<int64_t>(ids->size());
  if (form_.pad || token_trace.looking()) {
    Result<std::vector<int32_t>> padding = tokenize_(kPadding);
    if (!padding.ok()) return padding.error();
    if (padding->size() != 1)
      return Error{ErrorCode::kCorrupt, concat("the tokenizer has no token ", kPadding)};
    ids->resize(static_cast<std::size_t>(form_.length), padding->front());
  }
  trace_tokens(*ids, used, token_trace);
  if (!form_.pad) ids->resize(static_cast<std::size_t>(used));
  auto states = std::make_shared<TextStates>();
  states->tokens = static_cast<int64_t>(ids->size());
  states->width = width();
  states->values.resize(static_cast<std::size_t>(states->tokens * states->width));
  const Result<void> done =
      encoder_.encode(runtime, arena, *ids, used, taps_, states->rows(), keep_going, trace);
  if (!done.ok()) return done.error();
  cache_.keep(prompt, states);
  return std::shared_ptr<const TextStates>(states);
}

}  // namespace plantain::model
