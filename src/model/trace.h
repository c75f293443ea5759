// Looking into a run: every named number a model makes on its way, as the reference names them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "tensor/matrix.h"

namespace plantain::model {

// Gets results as they are made; the views end with the call. Used to hold a model to reference
// vectors. A null pointer to one means that nobody looks.
class Trace {
 public:
  virtual ~Trace() = default;
  // `item` tells apart the results that the reference keeps in one batch.
  virtual void rows(std::string_view name, tensor::ConstMatrix values, int item = 0) = 0;
  virtual void map(std::string_view name, tensor::ConstMap values, int item = 0) = 0;
};

// A trace with a prefix to its names: "denoiser", "vae.decoder".
class Named {
 public:
  Named(Trace* trace, std::string prefix) : trace_(trace), prefix_(std::move(prefix)) {}

  template <class... Pieces>
  void rows(tensor::ConstMatrix values, const Pieces&... name) const {
    if (trace_ != nullptr) trace_->rows(concat(prefix_, name...), values);
  }
  template <class... Pieces>
  void map(tensor::ConstMap values, const Pieces&... name) const {
    if (trace_ != nullptr) trace_->map(concat(prefix_, name...), values);
  }
  // Whether anybody looks: what only a trace needs is made only then.
  bool looking() const { return trace_ != nullptr; }
  Named under(std::string_view more) const { return Named(trace_, concat(prefix_, more)); }

 private:
  Trace* trace_;
  std::string prefix_;
};

// Asked between two blocks of a model, from the thread that runs it. False: stop now.
using KeepGoing = std::function<bool()>;

inline Error stopped() { return Error{ErrorCode::kCancelled, "stopped between two blocks"}; }

}  // namespace plantain::model
