// The addon's table of contents. TypeScript's view of it is NativeModule in src/engine/native.ts.
#include "module.h"

namespace kinora {

napi_value initialize(napi_env env, napi_value exports) {
  define_dispatch(env, exports);     // overloads, resolve, call: every operator
  define_tensor(env, exports);       // data in and out, shape, dtype, handles, statistics
  define_autograd(env, exports);     // backward, grad, modes
  define_norm_activation(env, exports);  // kernels of our own:
  define_depthwise(env, exports);
  define_precision(env, exports);    // autocast, TF32, cuDNN's benchmarks
  define_random(env, exports);       // seeds, generators and their states
  define_device(env, exports);       // threads, memory of tensors, CUDA, determinism, versions
  define_stream(env, exports);       // streams and events of a device
  define_warning(env, exports);      // libtorch's warnings
  define_distributed(env, exports);  // process groups, reducer, heartbeats
  return exports;
}

}  // namespace kinora

NAPI_MODULE_INIT() {
  try {
    return kinora::initialize(env, exports);
  } catch (...) {
    kinora::js::raise(env);
    return nullptr;
  }
}
