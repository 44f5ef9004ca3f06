// A thin layer over Node-API: values in, values out, and one boundary where C++ exceptions become JavaScript errors.
// Independent of tensors.
#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kinora::js {

/** A JavaScript exception is already pending; unwinding to the boundary must not replace it. */
struct Pending : std::exception {};

inline void check(napi_env env, napi_status status) {
  if (status == napi_ok) return;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (pending) throw Pending();
  const napi_extended_error_info* info = nullptr;
  napi_get_last_error_info(env, &info);
  throw std::runtime_error(info && info->error_message ? info->error_message : "Node-API call failed");
}

napi_valuetype type_of(napi_env env, napi_value value);
bool is_nullish(napi_env env, napi_value value);
std::string describe(napi_env env, napi_value value);

double to_double(napi_env env, napi_value value);
int64_t to_int64(napi_env env, napi_value value);
bool to_bool(napi_env env, napi_value value);
std::string to_string(napi_env env, napi_value value);
uint32_t array_length(napi_env env, napi_value array);
napi_value element(napi_env env, napi_value array, uint32_t index);
std::vector<int64_t> to_int64s(napi_env env, napi_value array);

/** The bytes of a typed array or Buffer. Valid until control returns to JavaScript. */
struct Bytes {
  uint8_t* data;
  size_t length;
};
Bytes to_bytes(napi_env env, napi_value view);

napi_value undefined(napi_env env);
napi_value null(napi_env env);
napi_value number(napi_env env, double value);
napi_value boolean(napi_env env, bool value);
napi_value string(napi_env env, const std::string& value);
napi_value bigint(napi_env env, int64_t value);
napi_value array(napi_env env, size_t length);
napi_value object(napi_env env);
template <typename List>
napi_value numbers(napi_env env, const List& list);
void set(napi_env env, napi_value array, uint32_t index, napi_value value);
void set(napi_env env, napi_value object, const char* name, napi_value value);

template <typename List>
napi_value numbers(napi_env env, const List& list) {
  napi_value result = array(env, list.size());
  for (size_t i = 0; i < list.size(); ++i) set(env, result, static_cast<uint32_t>(i), number(env, static_cast<double>(list[i])));
  return result;
}

/** The arguments of one call. `Max` bounds how many are read; missing ones are undefined. */
template <size_t Max>
struct Arguments {
  size_t count = Max;
  napi_value values[Max];
  Arguments(napi_env env, napi_callback_info info) {
    check(env, napi_get_cb_info(env, info, &count, values, nullptr, nullptr));
  }
  napi_value operator[](size_t i) const { return values[i]; }
};

/** Turns the exception in flight into a pending JavaScript error; only to be called inside a catch block. */
void raise(napi_env env) noexcept;

/** Wraps a function so that no C++ exception crosses into JavaScript. */
template <napi_value (*Function)(napi_env, napi_callback_info)>
napi_value guarded(napi_env env, napi_callback_info info) noexcept {
  try {
    return Function(env, info);
  } catch (...) {
    raise(env);
    return nullptr;
  }
}

template <napi_value (*Function)(napi_env, napi_callback_info)>
void define(napi_env env, napi_value exports, const char* name) {
  napi_value function;
  check(env, napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded<Function>, nullptr, &function));
  set(env, exports, name, function);
}

}  // namespace kinora::js
