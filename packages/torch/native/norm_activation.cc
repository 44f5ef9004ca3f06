// Batch norm with the statistics of the batch, an activation and max pooling as one autograd function. It makes half to a third of the
// passes over the maps that libtorch's operators make, and keeps neither the normalised maps nor, with pooling, the activated ones.
// float32 on the CPU, contiguous. docs/decisions/0114 counts the passes.
//
// One task computes a whole channel, so its sums are added in the same order for any number of threads.
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool3d.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "handles.h"
#include "module.h"
#include "map_loops.h"
#include "parallel.h"
#include "running.h"

namespace kinora {

namespace {

using fused::Activation;
using fused::Affine;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/** The operations after the norm. `window` has a size for each axis after N and C, or is empty without pooling. */
struct Settings {
  double eps, slope, cap;
  std::vector<int64_t> window;

  Activation activation() const { return {static_cast<float>(slope), static_cast<float>(cap)}; }
};

/** The last one to three of the axes T, H and W. */
Size3 size3(at::IntArrayRef sizes) {
  const auto from_end = [&](size_t i) { return sizes.size() < i ? 1 : sizes[sizes.size() - i]; };
  return {from_end(3), from_end(2), from_end(1)};
}

std::vector<int64_t> pooled_shape(at::IntArrayRef shape, at::IntArrayRef window) {
  auto pooled = shape.vec();
  for (size_t i = 0; i < window.size(); ++i) pooled[i + 2] /= window[i];
  return pooled;
}

/** The maps of an input `[N, C, ...]` and of its output, and the iteration over a channel. */
struct Maps {
  int64_t samples, channels;
  Size3 size, window;
  int64_t in, out;  // values of a map

  Maps(const at::Tensor& input, const at::Tensor& output, const Settings& settings)
      : samples(input.size(0)), channels(input.size(1)), size(size3(input.sizes().slice(2))), window(size3(settings.window)),
        in(size.count()), out(output.numel() / (samples * channels)) {}

  double count() const { return static_cast<double>(samples * in); }

  /** visit(offset in the input, offset in the output) for the channel's map in each sample */
  template <typename Visit>
  void each(int64_t channel, Visit visit) const {
    for (int64_t n = 0; n < samples; ++n) visit((n * channels + channel) * in, (n * channels + channel) * out);
  }
};

Affine affine_of(float mean, float inverse_std, float weight, float bias) {
  const float scale = inverse_std * weight;
  return {mean, scale, bias - mean * scale};
}

class NormActivation : public torch::autograd::Function<NormActivation> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                            const Running& running, const Settings& settings) {
    const auto shape = pooled_shape(input.sizes(), settings.window);
    const auto output = at::empty(shape, input.options());
    const auto places = settings.window.empty() ? at::empty({0}, at::kByte) : at::empty(shape, at::kByte);
    const auto mean = at::empty_like(weight), variance = at::empty_like(weight), inverse_std = at::empty_like(weight);
    const Maps maps(input, output, settings);
    const float *x = input.data_ptr<float>(), *gamma = weight.data_ptr<float>(), *beta = bias.data_ptr<float>();
    float *y = output.data_ptr<float>(), *mu = mean.data_ptr<float>(), *var = variance.data_ptr<float>();
    float* inverse = inverse_std.data_ptr<float>();
    uint8_t* at = places.data_ptr<uint8_t>();
    each_channel(maps.channels, [&](int64_t c) {
      fused::Moments all;
      maps.each(c, [&](int64_t in, int64_t) { all.merge(fused::moments(x + in, maps.in)); });
      mu[c] = static_cast<float>(all.mean);
      var[c] = static_cast<float>(all.squares / (maps.count() - 1));
      inverse[c] = static_cast<float>(1 / std::sqrt(all.squares / maps.count() + settings.eps));
      const auto affine = affine_of(mu[c], inverse[c], gamma[c], beta[c]);
      fused::MapLoops loops(maps.size, maps.window);
      maps.each(c, [&](int64_t in, int64_t out) { loops.activate(x + in, affine, settings.activation(), y + out, at + out); });
    });
    running.update(mean, variance);
    context->save_for_backward({input, weight, bias, mean, inverse_std, places});
    context->saved_data["eps"] = settings.eps;
    context->saved_data["slope"] = settings.slope;
    context->saved_data["cap"] = settings.cap;
    context->saved_data["window"] = settings.window;
    return output;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    auto& data = context->saved_data;
    const Settings settings{data["eps"].toDouble(), data["slope"].toDouble(), data["cap"].toDouble(), data["window"].toIntVector()};
    const auto saved = context->get_saved_variables();
    const auto found = c10::GradMode::is_enabled() ? differentiable(saved, gradients[0], settings) : computed(saved, gradients[0], settings);
    const at::Tensor none;
    return {found[0], found[1], found[2], none, none};
  }

 private:
  /** Gradients with respect to input, weight and bias. */
  static variable_list computed(const variable_list& saved, const at::Tensor& gradient, const Settings& settings) {
    const auto &input = saved[0], &weight = saved[1], &bias = saved[2];
    const auto output = gradient.contiguous();
    const Maps maps(input, output, settings);
    const auto for_input = at::empty_like(input), for_weight = at::empty_like(weight), for_bias = at::empty_like(weight);
    const float *x = input.data_ptr<float>(), *dy = output.data_ptr<float>(), *gamma = weight.data_ptr<float>();
    const float *beta = bias.data_ptr<float>(), *mean = saved[3].data_ptr<float>(), *inverse_std = saved[4].data_ptr<float>();
    const uint8_t* at = saved[5].data_ptr<uint8_t>();
    float *dx = for_input.data_ptr<float>(), *dgamma = for_weight.data_ptr<float>(), *dbeta = for_bias.data_ptr<float>();
    each_channel(maps.channels, [&](int64_t c) {
      const auto affine = affine_of(mean[c], inverse_std[c], gamma[c], beta[c]);
      const fused::MapLoops loops(maps.size, maps.window);
      fused::Sums sums;
      maps.each(c, [&](int64_t in, int64_t out) { sums += loops.gradient_sums(x + in, dy + out, at + out, affine, settings.activation()); });
      dgamma[c] = static_cast<float>(sums.by_distance * inverse_std[c]);
      dbeta[c] = static_cast<float>(sums.gradient);
      const double share = affine.scale / maps.count(), inverse_variance = double{inverse_std[c]} * inverse_std[c];
      const fused::Correction correction{static_cast<float>(share * sums.gradient),
                                         static_cast<float>(share * inverse_variance * sums.by_distance)};
      maps.each(c, [&](int64_t in, int64_t out) {
        loops.gradient(x + in, dy + out, at + out, affine, settings.activation(), correction, dx + in);
      });
    });
    return {for_input, for_weight, for_bias};
  }

  /** The same with libtorch's operators, if these gradients must be differentiable. */
  static variable_list differentiable(const variable_list& saved, const at::Tensor& gradient, const Settings& settings) {
    const auto normed = at::batch_norm(saved[0], saved[1], saved[2], {}, {}, /*training=*/true, 0, settings.eps, /*cudnn_enabled=*/false);
    const auto output = pooled(at::leaky_relu(normed, settings.slope).clamp_max(settings.cap), settings.window);
    variable_list wanted, found(3);
    for (int i = 0; i < 3; ++i)
      if (saved[i].requires_grad()) wanted.push_back(saved[i]);
    const auto gradients = torch::autograd::grad({output}, wanted, {gradient}, /*retain_graph=*/true, /*create_graph=*/true);
    for (size_t i = 0, next = 0; i < 3; ++i)
      if (saved[i].requires_grad()) found[i] = gradients[next++];
    return found;
  }

  static at::Tensor pooled(const at::Tensor& maps, const std::vector<int64_t>& window) {
    switch (window.size()) {
      case 1: return at::max_pool1d(maps, window);
      case 2: return at::max_pool2d(maps, window);
      case 3: return at::max_pool3d(maps, window);
      default: return maps;
    }
  }
};

/** normActivation(input, weight, bias, runningMean?, runningVar?, momentum, eps, slope, cap, window): handle; in training mode */
napi_value norm_activation(napi_env env, napi_callback_info info) {
  const js::Arguments<10> args(env, info);
  const Running running{load_optional(env, args[3]), load_optional(env, args[4]), js::to_double(env, args[5])};
  const Settings settings{js::to_double(env, args[6]), js::to_double(env, args[7]), js::to_double(env, args[8]),
                          js::to_int64s(env, args[9])};
  // Copies, because the table of handles may move in the meantime.
  const at::Tensor input = load(env, args[0]), weight = load(env, args[1]), bias = load(env, args[2]);
  return wrap(env, NormActivation::apply(input, weight, bias, running, settings));
}

}  // namespace

void define_norm_activation(napi_env env, napi_value exports) { js::define<norm_activation>(env, exports, "normActivation"); }

}  // namespace kinora
