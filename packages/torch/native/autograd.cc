// Gradients: backward and grad over libtorch's engine, the grad field, and the thread's grad and inference modes.
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <memory>

#include "handles.h"
#include "module.h"

namespace kinora {

namespace {

/** Guards must be closed in reverse order; TypeScript's inferenceMode() closes its guard in `finally`. */
thread_local std::vector<std::unique_ptr<c10::InferenceMode>> inference_modes;

/** backward(outputs, gradients | [], retainGraph, createGraph, inputs) */
napi_value backward(napi_env env, napi_callback_info info) {
  const js::Arguments<5> args(env, info);
  torch::autograd::backward(load_list(env, args[0]), load_list(env, args[1]), js::to_bool(env, args[2]),
                            js::to_bool(env, args[3]), load_list(env, args[4]));
  return js::undefined(env);
}

/** grad(outputs, inputs, gradients | [], retainGraph, createGraph, allowUnused): (handle | null)[] */
napi_value grad(napi_env env, napi_callback_info info) {
  const js::Arguments<6> args(env, info);
  return wrap_list(env, torch::autograd::grad(load_list(env, args[0]), load_list(env, args[1]), load_list(env, args[2]),
                                              js::to_bool(env, args[3]), js::to_bool(env, args[4]), js::to_bool(env, args[5])));
}

napi_value get_gradient(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return wrap(env, load(env, args[0]).grad());
}

/** libtorch takes any gradient here; PyTorch checks it in its Python code. */
void check_gradient(const at::Tensor& tensor, const at::Tensor& gradient) {
  if (!gradient.defined()) return;
  TORCH_CHECK(gradient.sizes() == tensor.sizes(), "a gradient of shape ", gradient.sizes(), " for a tensor of shape ", tensor.sizes());
  TORCH_CHECK(gradient.scalar_type() == tensor.scalar_type(), "a gradient of dtype ", gradient.scalar_type(), " for a tensor of dtype ", tensor.scalar_type());
  TORCH_CHECK(gradient.device() == tensor.device(), "a gradient on ", gradient.device(), " for a tensor on ", tensor.device());
  TORCH_CHECK(!gradient.is_same(tensor), "the tensor itself as its gradient");
}

napi_value set_gradient(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto& tensor = load(env, args[0]);
  const auto gradient = load_optional(env, args[1]);
  check_gradient(tensor, gradient);
  tensor.mutable_grad() = gradient;
  return js::undefined(env);
}

napi_value requires_grad(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return js::boolean(env, load(env, args[0]).requires_grad());
}

napi_value set_requires_grad(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto& tensor = load(env, args[0]);
  const bool required = js::to_bool(env, args[1]);
  TORCH_CHECK(tensor.is_leaf() || tensor.requires_grad() == required, "a tensor that is no leaf; detach() it");
  tensor.set_requires_grad(required);
  return js::undefined(env);
}

napi_value is_leaf(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return js::boolean(env, load(env, args[0]).is_leaf());
}

/** setGradEnabled(enabled): the previous mode */
napi_value set_grad_enabled(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const bool previous = c10::GradMode::is_enabled();
  c10::GradMode::set_enabled(js::to_bool(env, args[0]));
  return js::boolean(env, previous);
}

napi_value is_grad_enabled(napi_env env, napi_callback_info) { return js::boolean(env, c10::GradMode::is_enabled()); }

napi_value enter_inference_mode(napi_env env, napi_callback_info) {
  inference_modes.push_back(std::make_unique<c10::InferenceMode>(true));
  return js::undefined(env);
}

napi_value leave_inference_mode(napi_env env, napi_callback_info) {
  if (!inference_modes.empty()) inference_modes.pop_back();
  return js::undefined(env);
}

}  // namespace

void define_autograd(napi_env env, napi_value exports) {
  js::define<backward>(env, exports, "backward");
  js::define<grad>(env, exports, "grad");
  js::define<get_gradient>(env, exports, "gradient");
  js::define<set_gradient>(env, exports, "setGradient");
  js::define<requires_grad>(env, exports, "requiresGrad");
  js::define<set_requires_grad>(env, exports, "setRequiresGrad");
  js::define<is_leaf>(env, exports, "isLeaf");
  js::define<set_grad_enabled>(env, exports, "setGradEnabled");
  js::define<is_grad_enabled>(env, exports, "isGradEnabled");
  js::define<enter_inference_mode>(env, exports, "enterInferenceMode");
  js::define<leave_inference_mode>(env, exports, "leaveInferenceMode");
}

}  // namespace kinora
