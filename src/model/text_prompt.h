// A prompt as the token ids that text encoders are given, and their states traced and kept.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/pipeline.h"
#include "model/qwen3/encoder.h"
#include "model/text_states.h"

namespace plantain::model {

// How a family talks to its Qwen3.
struct PromptForm {
  bool closed_thinking = false;  // the template's empty <think> block
  bool pad = false;              // pad to `length` and give the padding's states too
  int64_t length = 512;          // longer prompts are cut, their template's end included
};

class PromptEncoder {
 public:
  PromptEncoder(qwen3::Encoder encoder, Tokenize tokenize, PromptForm form, std::vector<int> taps)
      : encoder_(std::move(encoder)),
        tokenize_(std::move(tokenize)),
        form_(form),
        taps_(std::move(taps)) {}

  // kCancelled, kInvalidInput (a prompt without tokens).
  Result<std::shared_ptr<const TextStates>> states(const std::string& prompt,
                                                   tensor::Runtime& runtime, tensor::Arena& arena,
                                                   const KeepGoing& keep_going, const Named& trace,
                                                   const Named& token_trace);

  int64_t width() const { return encoder_.config().hidden * static_cast<int64_t>(taps_.size()); }
  const PromptForm& form() const { return form_; }
  const qwen3::Config& config() const { return encoder_.config(); }

 private:
  Result<std::vector<int32_t>> ids_of(const std::string& prompt) const;
  void trace_tokens(const std::vector<int32_t>& ids, int64_t used, const Named& trace) const;

  qwen3::Encoder encoder_;
  Tokenize tokenize_;
  PromptForm form_;
  std::vector<int> taps_;
  TextStatesCache cache_;
};

}  // namespace plantain::model
