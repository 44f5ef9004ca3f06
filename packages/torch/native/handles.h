// Tensors as JavaScript sees them: a number that identifies a slot and its generation. A stale number is detected,
// so using a disposed tensor is a named error and never a crash.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include "js.h"

namespace kinora {

/** Thrown for a handle whose tensor has been disposed, or that belongs to another thread. TypeScript sees it first. */
struct Disposed : std::runtime_error {
  Disposed() : std::runtime_error("a handle of a disposed tensor or of another thread") {}
};

double store(at::Tensor tensor);
const at::Tensor& load(double handle);
void release(napi_env env, double handle);
/**
 * Reports to V8 memory that only its garbage collector will free. Memory that a scope frees is not reported, because each
 * report can trigger a full collection.
 */
void entrust(napi_env env, double handle);

inline const at::Tensor& load(napi_env env, napi_value handle) { return load(js::to_double(env, handle)); }
/** Undefined tensors (optional results, missing gradients) become null. */
napi_value wrap(napi_env env, at::Tensor tensor);
/** null becomes an undefined tensor. */
at::Tensor load_optional(napi_env env, napi_value handle);
std::vector<at::Tensor> load_list(napi_env env, napi_value handles);
napi_value wrap_list(napi_env env, const std::vector<at::Tensor>& tensors);

struct LiveStatistics {
  size_t tensors;
  size_t bytes;
};
/** Counts handles, and the bytes of the distinct storages behind them. */
LiveStatistics live_statistics();

double store_generator(at::Generator generator);
const at::Generator& load_generator(double handle);
void release_generator(double handle);

}  // namespace kinora
