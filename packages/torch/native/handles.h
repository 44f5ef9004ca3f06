// Tensors as JavaScript sees them: a number that names a slot and its generation. A stale number is recognised,
// so using a disposed tensor is an error with a name and never a crash.
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
 * Tells V8 of memory that its garbage collector alone will free. What a scope frees is none of its business: each report
 * can bring on a full collection.
 */
void entrust(napi_env env, double handle);

inline const at::Tensor& load(napi_env env, napi_value handle) { return load(js::to_double(env, handle)); }
/** Undefined tensors, as optional results and missing gradients are, become null. */
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
