// The machine: threads, CUDA devices, determinism, and libtorch's description of its build.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <torch/version.h>

#include "blocks.h"
#include "module.h"

namespace kinora {

namespace {

napi_value threads(napi_env env, napi_callback_info) { return js::number(env, at::get_num_threads()); }

/** OpenBLAS built with its own threads (Debian's default) ignores OpenMP's count, which is the only one that libtorch sets. */
void set_blas_threads(int count) {
  using SetThreads = void (*)(int);
  static const auto set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set != nullptr) set(count);
}

napi_value set_threads(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto count = static_cast<int>(js::to_int64(env, args[0]));
  at::set_num_threads(count);
  if (js::to_bool(env, args[1])) set_blas_threads(count);
  return js::undefined(env);
}

/** cudaDeviceCount(): 0 if libtorch has no CUDA or no device is usable */
napi_value cuda_device_count(napi_env env, napi_callback_info) {
  const int count = at::hasCUDA() ? static_cast<int>(c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).deviceCount()) : 0;
  return js::number(env, count);
}

napi_value synchronize(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const c10::Device device(js::to_string(env, args[0]));
  if (!device.is_cuda()) return js::undefined(env);
  const c10::impl::VirtualGuardImpl guard(c10::DeviceType::CUDA);
  guard.getStream(device).synchronize();
  return js::undefined(env);
}

/** setDeterministic(enabled): deterministic algorithms, cuDNN included; operators without one throw */
napi_value set_deterministic(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const bool enabled = js::to_bool(env, args[0]);
  at::globalContext().setDeterministicAlgorithms(enabled, false);
  at::globalContext().setDeterministicCuDNN(enabled);
  if (enabled) at::globalContext().setBenchmarkCuDNN(false);
  return js::undefined(env);
}

/** description(): { version, config, parallel } */
napi_value description(napi_env env, napi_callback_info) {
  napi_value result = js::object(env);
  js::set(env, result, "version", js::string(env, TORCH_VERSION));
  js::set(env, result, "config", js::string(env, at::show_config()));
  js::set(env, result, "parallel", js::string(env, at::get_parallel_info()));
  return result;
}

}  // namespace

void define_device(napi_env env, napi_value exports) {
  cache_large_blocks();
  js::define<threads>(env, exports, "threads");
  js::define<set_threads>(env, exports, "setThreads");
  js::define<cuda_device_count>(env, exports, "cudaDeviceCount");
  js::define<synchronize>(env, exports, "synchronize");
  js::define<set_deterministic>(env, exports, "setDeterministic");
  js::define<description>(env, exports, "description");
}

}  // namespace kinora
