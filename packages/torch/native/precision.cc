// Precision: autocast, which runs operators that gain from it in a shorter type, and the reductions that CUDA may apply to float32.
#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <torch/version.h>

#include "module.h"
#include "names.h"

namespace kinora {

namespace {

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
bool is_enabled(c10::DeviceType device) { return at::autocast::is_autocast_enabled(device); }
c10::ScalarType dtype(c10::DeviceType device) { return at::autocast::get_autocast_dtype(device); }
void enable(c10::DeviceType device, c10::ScalarType dtype) {
  at::autocast::set_autocast_dtype(device, dtype);
  at::autocast::set_autocast_enabled(device, true);
}
void disable(c10::DeviceType device) { at::autocast::set_autocast_enabled(device, false); }
#else
bool is_cuda(c10::DeviceType device) { return device == c10::DeviceType::CUDA; }
bool is_enabled(c10::DeviceType device) { return is_cuda(device) ? at::autocast::is_enabled() : at::autocast::is_cpu_enabled(); }
c10::ScalarType dtype(c10::DeviceType device) {
  return is_cuda(device) ? at::autocast::get_autocast_gpu_dtype() : at::autocast::get_autocast_cpu_dtype();
}
void enable(c10::DeviceType device, c10::ScalarType dtype) {
  is_cuda(device) ? at::autocast::set_autocast_gpu_dtype(dtype) : at::autocast::set_autocast_cpu_dtype(dtype);
  is_cuda(device) ? at::autocast::set_enabled(true) : at::autocast::set_cpu_enabled(true);
}
void disable(c10::DeviceType device) { is_cuda(device) ? at::autocast::set_enabled(false) : at::autocast::set_cpu_enabled(false); }
#endif

/** setAutocast(device, dtype | null): the previous dtype, or null if it was off. Applies to this thread; casts are not cached. */
napi_value set_autocast(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto device = c10::Device(js::to_string(env, args[0])).type();
  const bool before = is_enabled(device);
  napi_value previous = before ? js::string(env, dtype_name(dtype(device))) : js::null(env);
  const bool wanted = js::type_of(env, args[1]) == napi_string;
  at::autocast::set_autocast_cache_enabled(!wanted);
  wanted ? enable(device, dtype_of(js::to_string(env, args[1]))) : disable(device);
  return previous;
}

/** setCuda(tf32, benchmark): TensorFloat-32 in float32 products and convolutions; whether cuDNN times its algorithms for each new shape */
napi_value set_cuda(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const bool tf32 = js::to_bool(env, args[0]);
  at::globalContext().setAllowTF32CuBLAS(tf32);
  at::globalContext().setAllowTF32CuDNN(tf32);
  at::globalContext().setBenchmarkCuDNN(js::to_bool(env, args[1]));
  return js::undefined(env);
}

}  // namespace

void define_precision(napi_env env, napi_value exports) {
  js::define<set_autocast>(env, exports, "setAutocast");
  js::define<set_cuda>(env, exports, "setCuda");
}

}  // namespace kinora
