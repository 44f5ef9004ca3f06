// Tensor functions outside the dispatcher: copying data in and out, metadata, handles and their statistics.
#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cstring>

#include "handles.h"
#include "module.h"
#include "names.h"

namespace kinora {

namespace {

/** fromBytes(bytes: typed array, dtype, shape, pinned): handle of a new CPU tensor with a copy; pinned: in memory that CUDA reads directly */
napi_value from_bytes(napi_env env, napi_callback_info info) {
  const js::Arguments<4> args(env, info);
  const auto bytes = js::to_bytes(env, args[0]);
  const auto shape = js::to_int64s(env, args[2]);
  auto tensor = at::empty(shape, at::TensorOptions().dtype(dtype_of(js::to_string(env, args[1]))).pinned_memory(js::to_bool(env, args[3])));
  if (tensor.nbytes() != bytes.length)
    throw std::invalid_argument("expected " + std::to_string(tensor.nbytes()) + " bytes, received " + std::to_string(bytes.length));
  if (bytes.length > 0) std::memcpy(tensor.data_ptr(), bytes.data, bytes.length);
  return wrap(env, std::move(tensor));
}

/** readBytes(handle, destination: typed array, dtype): copies the elements, as that dtype, in row-major order */
napi_value read_bytes(napi_env env, napi_callback_info info) {
  const js::Arguments<3> args(env, info);
  const c10::NoGradGuard guard;
  const auto dtype = dtype_of(js::to_string(env, args[2]));
  const auto tensor = load(env, args[0]).detach().to(at::kCPU, dtype).resolve_conj().resolve_neg().contiguous();
  const auto bytes = js::to_bytes(env, args[1]);
  if (tensor.nbytes() != bytes.length)
    throw std::invalid_argument("expected room for " + std::to_string(tensor.nbytes()) + " bytes, received " + std::to_string(bytes.length));
  if (bytes.length > 0) std::memcpy(bytes.data, tensor.data_ptr(), bytes.length);
  return js::undefined(env);
}

/** writeBytes(handle, source: typed array): overwrites a contiguous CPU tensor's elements */
napi_value write_bytes(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto& tensor = load(env, args[0]);
  const auto bytes = js::to_bytes(env, args[1]);
  if (!tensor.is_contiguous() || !tensor.device().is_cpu()) throw std::invalid_argument("expected a contiguous CPU tensor");
  if (tensor.nbytes() != bytes.length)
    throw std::invalid_argument("expected " + std::to_string(tensor.nbytes()) + " bytes, received " + std::to_string(bytes.length));
  tensor.unsafeGetTensorImpl()->bump_version();  // so that autograd detects changes of saved values
  if (bytes.length > 0) std::memcpy(tensor.data_ptr(), bytes.data, bytes.length);
  return js::undefined(env);
}

/** item(handle): number | bigint (int64) | boolean; the tensor has one element */
napi_value item(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const auto& tensor = load(env, args[0]);
  const auto scalar = tensor.item();
  if (scalar.isBoolean()) return js::boolean(env, scalar.toBool());
  if (tensor.scalar_type() == at::kLong) return js::bigint(env, scalar.toLong());
  return js::number(env, scalar.toDouble());
}

napi_value shape(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return js::numbers(env, load(env, args[0]).sizes());
}

napi_value strides(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return js::numbers(env, load(env, args[0]).strides());
}

napi_value dtype(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return js::string(env, dtype_name(load(env, args[0]).scalar_type()));
}

napi_value device(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return js::string(env, load(env, args[0]).device().str());
}

napi_value is_contiguous(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return js::boolean(env, load(env, args[0]).is_contiguous());
}

/** storage(handle): { key, offset, bytes }: equal keys share memory; offset in elements */
napi_value storage(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const auto& tensor = load(env, args[0]);
  napi_value result = js::object(env);
  js::set(env, result, "key", js::bigint(env, reinterpret_cast<int64_t>(tensor.storage().unsafeGetStorageImpl())));
  js::set(env, result, "offset", js::number(env, static_cast<double>(tensor.storage_offset())));
  js::set(env, result, "bytes", js::number(env, static_cast<double>(tensor.storage().nbytes())));
  return result;
}

/** release(handle): ignores a stale one */
napi_value release_tensor(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  release(env, js::to_double(env, args[0]));
  return js::undefined(env);
}

/** entrust(handle): from now on only the garbage collector frees the tensor */
napi_value entrust_tensor(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  entrust(env, js::to_double(env, args[0]));
  return js::undefined(env);
}

/** statistics(): { liveTensors, liveBytes } */
napi_value statistics(napi_env env, napi_callback_info) {
  const auto live = live_statistics();
  napi_value result = js::object(env);
  js::set(env, result, "liveTensors", js::number(env, static_cast<double>(live.tensors)));
  js::set(env, result, "liveBytes", js::number(env, static_cast<double>(live.bytes)));
  return result;
}

}  // namespace

void define_tensor(napi_env env, napi_value exports) {
  js::define<from_bytes>(env, exports, "fromBytes");
  js::define<read_bytes>(env, exports, "readBytes");
  js::define<write_bytes>(env, exports, "writeBytes");
  js::define<item>(env, exports, "item");
  js::define<shape>(env, exports, "shape");
  js::define<strides>(env, exports, "strides");
  js::define<dtype>(env, exports, "dtype");
  js::define<device>(env, exports, "device");
  js::define<is_contiguous>(env, exports, "isContiguous");
  js::define<storage>(env, exports, "storage");
  js::define<release_tensor>(env, exports, "release");
  js::define<entrust_tensor>(env, exports, "entrust");
  js::define<statistics>(env, exports, "statistics");
}

}  // namespace kinora
