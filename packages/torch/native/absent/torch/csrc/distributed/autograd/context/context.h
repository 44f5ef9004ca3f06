// c10d's reducer.hpp includes this header of PyTorch's RPC, which many packages of libtorch leave out. The Reducer keeps a
// pointer to such a context and compares one type with it; neither is used without RPC. Looked for last: a real one wins.
#pragma once

#include <torch/csrc/autograd/variable.h>

#include <functional>
#include <memory>

namespace torch::distributed::autograd {

class DistAutogradContext {
 public:
  using GradCallback = std::function<bool(torch::autograd::Variable&)>;
};

using ContextPtr = std::shared_ptr<DistAutogradContext>;

}  // namespace torch::distributed::autograd
