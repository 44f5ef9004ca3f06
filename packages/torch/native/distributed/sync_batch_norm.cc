// Batch norm over the batches of all ranks (torch.nn.SyncBatchNorm, which exists for CUDA only): an autograd function
// with one all-reduce of 2 C + 1 values forward and one of 2 C values backward, on any device that the group supports.
//
// Forward: ranks add up count, sum and sum of squares, in float64 so that their difference keeps its digits. Backward:
//   dx = weight / std * (dy - mean(dy) - xhat * mean(dy * xhat)), means over all ranks. libtorch's own kernel, told that
// the statistics are constants, computes the first term and the local sums in one pass.
#include <ATen/ops/cat.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/native_batch_norm_backward.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/var_mean.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "shared.h"
#include "../handles.h"
#include "../running.h"

namespace kinora {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void sum_over_ranks(int64_t group, at::Tensor& values) {
  std::vector<at::Tensor> tensors{values};
  groups().find(group)->allreduce(tensors)->wait();
}

/** Every dimension but the channels: 0, 2, 3, ... */
std::vector<int64_t> reduced_dimensions(const at::Tensor& input) {
  std::vector<int64_t> dimensions{0};
  for (int64_t i = 2; i < input.dim(); ++i) dimensions.push_back(i);
  return dimensions;
}

/** Per-channel values as `[1, C, 1, ...]`, to broadcast over the input. */
at::Tensor per_channel(const at::Tensor& values, const at::Tensor& input) {
  std::vector<int64_t> shape(input.dim(), 1);
  shape[1] = values.numel();
  return values.view(shape);
}

struct Statistics {
  at::Tensor mean;      // [C]
  at::Tensor variance;  // [C], biased
  double count;         // values a channel, over all ranks
};

Statistics global_statistics(const at::Tensor& input, int64_t group) {
  const auto channels = input.size(1);
  const double local = static_cast<double>(input.numel()) / static_cast<double>(channels);
  auto [variance, mean] = at::var_mean(input, reduced_dimensions(input), /*unbiased=*/false);
  const auto mean64 = mean.to(at::kDouble);
  const auto squares = variance.to(at::kDouble) + mean64 * mean64;
  auto sums = at::cat({mean64 * local, squares * local, at::full({1}, local, mean64.options())});
  sum_over_ranks(group, sums);
  const double count = sums[2 * channels].item<double>();
  const auto global_mean = sums.narrow(0, 0, channels) / count;
  const auto global_variance = (sums.narrow(0, channels, channels) / count - global_mean * global_mean).clamp_min(0);
  return {global_mean.to(mean.scalar_type()), global_variance.to(mean.scalar_type()), count};
}

class SyncBatchNorm : public torch::autograd::Function<SyncBatchNorm> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& raw, const at::Tensor& weight, const at::Tensor& bias,
                            const Running& running, double eps, int64_t group) {
    const auto input = raw.contiguous();
    const auto [mean, variance, count] = global_statistics(input, group);
    running.update(mean, variance * (count / std::max(count - 1, 1.0)));
    context->save_for_backward({input, weight, mean, variance});
    context->saved_data["count"] = count;
    context->saved_data["eps"] = eps;
    context->saved_data["group"] = group;
    return std::get<0>(at::native_batch_norm(input, weight, bias, mean, variance, /*training=*/false, 0, eps));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    const double count = context->saved_data["count"].toDouble();
    const double eps = context->saved_data["eps"].toDouble();
    auto [scaled, for_weight, for_bias] = at::native_batch_norm_backward(
        gradients[0].contiguous(), input, weight, mean, variance, {}, {}, /*train=*/false, eps, {true, true, true});
    auto sums = at::cat({for_bias, for_weight});
    sum_over_ranks(context->saved_data["group"].toInt(), sums);
    subtract_means(scaled, input, weight, mean, (variance + eps).rsqrt(), sums / count);
    const at::Tensor none;
    return {scaled, for_weight, for_bias, none, none, none};  // the reducer sums them over ranks, as for every parameter
  }

 private:
  /** `means`, [2 C]: of dy, then of dy * xhat. Written as dx -= slope * x + offset: two passes over the input. */
  static void subtract_means(at::Tensor& dx, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& mean,
                             const at::Tensor& inverse_std, const at::Tensor& means) {
    const auto channels = mean.numel();
    const auto scale = inverse_std * weight;
    const auto slope = scale * inverse_std * means.narrow(0, channels, channels);
    const auto offset = scale * means.narrow(0, 0, channels) - slope * mean;
    dx.addcmul_(input, per_channel(slope, input), -1).sub_(per_channel(offset, input));
  }
};

/** syncBatchNorm(input, weight?, bias?, runningMean?, runningVar?, momentum, eps, group): handle; in training mode */
napi_value sync_batch_norm(napi_env env, napi_callback_info info) {
  const js::Arguments<8> args(env, info);
  const at::Tensor input = load(env, args[0]);  // a copy, because the table of handles may move in the meantime
  const auto weight = load_optional(env, args[1]), bias = load_optional(env, args[2]);
  const auto options = input.options().requires_grad(false);
  const Running running{load_optional(env, args[3]), load_optional(env, args[4]), js::to_double(env, args[5])};
  return wrap(env, SyncBatchNorm::apply(input, weight.defined() ? weight : at::ones({input.size(1)}, options),
                                        bias.defined() ? bias : at::zeros({input.size(1)}, options), running,
                                        js::to_double(env, args[6]), js::to_int64(env, args[7])));
}

}  // namespace

void define_sync_batch_norm(napi_env env, napi_value exports) {
  js::define<sync_batch_norm>(env, exports, "syncBatchNorm");
}

}  // namespace kinora
