// Depthwise 3D convolution, one filter for each channel, as an autograd function: libtorch's kernels treat each channel as a separate
// convolution. float32 on the CPU, contiguous, without dilation. docs/decisions/0171 has the figures.
//
// One task computes a whole channel, so its sums are added in the same order for any number of threads.
#include <ATen/ops/conv3d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>

#include "depthwise_loops.h"
#include "handles.h"
#include "module.h"
#include "parallel.h"

namespace kinora {

namespace {

using depthwise::Filter;
using depthwise::MapLoops;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Size3 size3(at::IntArrayRef sizes) { return {sizes[0], sizes[1], sizes[2]}; }

class DepthwiseConv3d : public torch::autograd::Function<DepthwiseConv3d> {
 public:
  /** Without a bias, `bias` is an empty tensor: the tensors of an autograd function must be defined. */
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                            const std::vector<int64_t>& stride, const std::vector<int64_t>& padding) {
    const Filter filter{size3(weight.sizes().slice(2)), size3(stride), size3(padding)};
    const auto map = size3(input.sizes().slice(2)), size = filter.output(map);
    const int64_t samples = input.size(0), channels = input.size(1);
    const auto output = at::empty({samples, channels, size.t, size.h, size.w}, input.options());
    const float *x = input.data_ptr<float>(), *w = weight.data_ptr<float>();
    const float* b = bias.numel() > 0 ? bias.data_ptr<float>() : nullptr;
    float* y = output.data_ptr<float>();
    each_range(channels, [&](int64_t first, int64_t end) {
      MapLoops loops(map, filter);
      for (int64_t c = first; c < end; ++c) {
        for (int64_t n = 0; n < samples; ++n) {
          const int64_t nth = n * channels + c;
          loops.convolve(x + nth * map.count(), w + c * filter.size.count(), b ? b[c] : 0, y + nth * size.count());
        }
      }
    });
    context->save_for_backward({input, weight, bias});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    return output;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto stride = context->saved_data["stride"].toIntVector(), padding = context->saved_data["padding"].toIntVector();
    const auto saved = context->get_saved_variables();
    const auto found = c10::GradMode::is_enabled() ? differentiable(saved, gradients[0], stride, padding)
                                                   : computed(saved, gradients[0], stride, padding);
    const at::Tensor none;
    return {found[0], found[1], found[2], none, none};
  }

 private:
  /** Gradients with respect to input, weight and bias; only those that are required. */
  static std::array<at::Tensor, 3> computed(const variable_list& saved, const at::Tensor& gradient, const std::vector<int64_t>& stride,
                                            const std::vector<int64_t>& padding) {
    const auto &input = saved[0], &weight = saved[1];
    const auto output = gradient.contiguous();
    const Filter filter{size3(weight.sizes().slice(2)), size3(stride), size3(padding)};
    const auto map = size3(input.sizes().slice(2)), size = size3(output.sizes().slice(2));
    const int64_t samples = input.size(0), channels = input.size(1), taps = filter.size.count();
    std::array<at::Tensor, 3> found;
    std::array<float*, 3> to{};
    for (int i = 0; i < 3; ++i) {
      if (!saved[i].requires_grad()) continue;
      found[i] = at::empty_like(saved[i]);
      to[i] = found[i].data_ptr<float>();
    }
    const float *x = input.data_ptr<float>(), *w = weight.data_ptr<float>(), *dy = output.data_ptr<float>();
    each_range(channels, [&](int64_t first, int64_t end) {
      MapLoops loops(map, filter);
      for (int64_t c = first; c < end; ++c) {
        std::vector<double> for_weight(taps);
        double for_bias = 0;
        for (int64_t n = 0; n < samples; ++n) {
          const int64_t nth = n * channels + c;
          loops.take_gradient(dy + nth * size.count());
          if (to[0]) loops.input_gradient(w + c * taps, to[0] + nth * map.count());
          if (to[1]) loops.weight_gradient(x + nth * map.count(), for_weight.data());
          if (to[2]) for_bias += depthwise::sum(dy + nth * size.count(), size.count());
        }
        if (to[1]) std::copy(for_weight.begin(), for_weight.end(), to[1] + c * taps);
        if (to[2]) to[2][c] = static_cast<float>(for_bias);
      }
    });
    return found;
  }

  /** The same with libtorch's operators, if these gradients must be differentiable. */
  static std::array<at::Tensor, 3> differentiable(const variable_list& saved, const at::Tensor& gradient,
                                                  const std::vector<int64_t>& stride, const std::vector<int64_t>& padding) {
    const auto bias = saved[2].numel() > 0 ? saved[2] : at::Tensor();
    const auto output = at::conv3d(saved[0], saved[1], bias, stride, padding, /*dilation=*/{1, 1, 1}, saved[0].size(1));
    variable_list wanted;
    for (const auto& tensor : saved)
      if (tensor.requires_grad()) wanted.push_back(tensor);
    const auto gradients = torch::autograd::grad({output}, wanted, {gradient}, /*retain_graph=*/true, /*create_graph=*/true);
    std::array<at::Tensor, 3> found;
    for (size_t i = 0, next = 0; i < 3; ++i)
      if (saved[i].requires_grad()) found[i] = gradients[next++];
    return found;
  }
};

/** depthwiseConv3d(input, weight, bias?, stride, padding): handle */
napi_value depthwise_conv3d(napi_env env, napi_callback_info info) {
  const js::Arguments<5> args(env, info);
  const at::Tensor input = load(env, args[0]), weight = load(env, args[1]);
  auto bias = load_optional(env, args[2]);
  if (!bias.defined()) bias = at::empty({0}, weight.options().requires_grad(false));
  return wrap(env, DepthwiseConv3d::apply(input, weight, bias, js::to_int64s(env, args[3]), js::to_int64s(env, args[4])));
}

}  // namespace

void define_depthwise(napi_env env, napi_value exports) { js::define<depthwise_conv3d>(env, exports, "depthwiseConv3d"); }

}  // namespace kinora
