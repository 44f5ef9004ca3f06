// Node-API conversions. The error boundary is in error.cc.
#include "js.h"

#include <cmath>

namespace kinora::js {

napi_valuetype type_of(napi_env env, napi_value value) {
  napi_valuetype type;
  check(env, napi_typeof(env, value, &type));
  return type;
}

bool is_nullish(napi_env env, napi_value value) {
  const auto type = type_of(env, value);
  return type == napi_undefined || type == napi_null;
}

std::string describe(napi_env env, napi_value value) {
  switch (type_of(env, value)) {
    case napi_undefined: return "undefined";
    case napi_null: return "null";
    case napi_boolean: return to_bool(env, value) ? "true" : "false";
    case napi_string: return "'" + to_string(env, value) + "'";
    case napi_symbol: return "a symbol";
    case napi_function: return "a function";
    case napi_external: return "an external value";
    case napi_number:
    case napi_bigint: {
      napi_value text;
      check(env, napi_coerce_to_string(env, value, &text));
      return to_string(env, text);
    }
    case napi_object: {
      bool is_array = false;
      check(env, napi_is_array(env, value, &is_array));
      return is_array ? "an array of " + std::to_string(array_length(env, value)) : "an object";
    }
  }
  return "an unknown value";
}

double to_double(napi_env env, napi_value value) {
  double result;
  if (napi_get_value_double(env, value, &result) != napi_ok)
    throw std::invalid_argument("expected a number, received " + describe(env, value));
  return result;
}

int64_t to_int64(napi_env env, napi_value value) {
  const auto type = type_of(env, value);
  if (type == napi_number) {
    const double number = to_double(env, value);
    if (std::floor(number) == number && std::fabs(number) <= 9007199254740992.0) return static_cast<int64_t>(number);
  } else if (type == napi_bigint) {
    int64_t result;
    bool lossless = false;
    check(env, napi_get_value_bigint_int64(env, value, &result, &lossless));
    if (lossless) return result;
  }
  throw std::invalid_argument("expected an integer, received " + describe(env, value));
}

bool to_bool(napi_env env, napi_value value) {
  bool result;
  if (napi_get_value_bool(env, value, &result) != napi_ok)
    throw std::invalid_argument("expected true or false, received " + describe(env, value));
  return result;
}

std::string to_string(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok)
    throw std::invalid_argument("expected a string, received " + describe(env, value));
  std::string result(length, '\0');
  check(env, napi_get_value_string_utf8(env, value, result.data(), length + 1, &length));
  return result;
}

uint32_t array_length(napi_env env, napi_value array) {
  bool is_array = false;
  check(env, napi_is_array(env, array, &is_array));
  if (!is_array) throw std::invalid_argument("expected an array, received " + describe(env, array));
  uint32_t length;
  check(env, napi_get_array_length(env, array, &length));
  return length;
}

napi_value element(napi_env env, napi_value array, uint32_t index) {
  napi_value value;
  check(env, napi_get_element(env, array, index, &value));
  return value;
}

std::vector<int64_t> to_int64s(napi_env env, napi_value array) {
  std::vector<int64_t> result(array_length(env, array));
  for (uint32_t i = 0; i < result.size(); ++i) result[i] = to_int64(env, element(env, array, i));
  return result;
}

namespace {

size_t element_size(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array:
    case napi_uint8_array:
    case napi_uint8_clamped_array: return 1;
    case napi_int16_array:
    case napi_uint16_array: return 2;
    case napi_int32_array:
    case napi_uint32_array:
    case napi_float32_array: return 4;
    case napi_float64_array:
    case napi_bigint64_array:
    case napi_biguint64_array: return 8;
    default: throw std::invalid_argument("expected a typed array of a known kind");
  }
}

}  // namespace

Bytes to_bytes(napi_env env, napi_value view) {
  bool is_typed = false;
  check(env, napi_is_typedarray(env, view, &is_typed));
  if (!is_typed) throw std::invalid_argument("expected a typed array, received " + describe(env, view));
  void* data = nullptr;
  size_t length = 0;
  napi_typedarray_type type;
  check(env, napi_get_typedarray_info(env, view, &type, &length, &data, nullptr, nullptr));
  return {static_cast<uint8_t*>(data), length * element_size(type)};
}

napi_value undefined(napi_env env) {
  napi_value value;
  check(env, napi_get_undefined(env, &value));
  return value;
}

napi_value null(napi_env env) {
  napi_value value;
  check(env, napi_get_null(env, &value));
  return value;
}

napi_value number(napi_env env, double value) {
  napi_value result;
  check(env, napi_create_double(env, value, &result));
  return result;
}

napi_value boolean(napi_env env, bool value) {
  napi_value result;
  check(env, napi_get_boolean(env, value, &result));
  return result;
}

napi_value string(napi_env env, const std::string& value) {
  napi_value result;
  check(env, napi_create_string_utf8(env, value.data(), value.size(), &result));
  return result;
}

napi_value bigint(napi_env env, int64_t value) {
  napi_value result;
  check(env, napi_create_bigint_int64(env, value, &result));
  return result;
}

napi_value array(napi_env env, size_t length) {
  napi_value result;
  check(env, napi_create_array_with_length(env, length, &result));
  return result;
}

napi_value object(napi_env env) {
  napi_value result;
  check(env, napi_create_object(env, &result));
  return result;
}

void set(napi_env env, napi_value array, uint32_t index, napi_value value) {
  check(env, napi_set_element(env, array, index, value));
}

void set(napi_env env, napi_value object, const char* name, napi_value value) {
  check(env, napi_set_named_property(env, object, name, value));
}

}  // namespace kinora::js
