// The running statistics of a batch norm. They are not arguments of autograd functions, because those must be defined tensors.
#pragma once

#include <ATen/core/Tensor.h>

namespace kinora {

/** float tensors `[C]`; undefined if the norm keeps none. */
struct Running {
  at::Tensor mean, variance;
  double momentum;  // weight of the newest batch

  /** `now_variance` is unbiased, as PyTorch keeps it. */
  void update(const at::Tensor& now_mean, const at::Tensor& now_variance) const {
    blend(mean, now_mean);
    blend(variance, now_variance);
  }

 private:
  void blend(at::Tensor running, const at::Tensor& now) const {
    if (running.defined()) running.mul_(1 - momentum).add_(now.to(running.scalar_type()), momentum);
  }
};

}  // namespace kinora
