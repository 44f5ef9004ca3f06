// JavaScript values to and from IValues. The dispatcher represents dtype, layout and memory format as integers; only the
// schema's real type distinguishes them, so conversion uses that type and never guesses from the value.
#include "convert.h"

#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>
#include <c10/core/Device.h>

#include <cmath>

#include "handles.h"
#include "names.h"

namespace kinora {

namespace {

c10::Scalar to_scalar(napi_env env, napi_value value) {
  switch (js::type_of(env, value)) {
    case napi_boolean: return js::to_bool(env, value);
    case napi_bigint: return js::to_int64(env, value);
    default: break;
  }
  const double number = js::to_double(env, value);
  // JavaScript cannot tell 1.0 from 1: integral numbers are integer Scalars, so that an int tensor stays one.
  const bool integral = std::floor(number) == number && std::fabs(number) <= 9007199254740992.0;
  return integral ? c10::Scalar(static_cast<int64_t>(number)) : c10::Scalar(number);
}

/** A float argument accepts any number, and bigints, because int64 tensors are read as bigints. */
double to_float(napi_env env, napi_value value) {
  if (js::type_of(env, value) == napi_bigint) return static_cast<double>(js::to_int64(env, value));
  return js::to_double(env, value);
}

bool is_array(napi_env env, napi_value value) {
  bool result = false;
  js::check(env, napi_is_array(env, value, &result));
  return result;
}

template <typename List, typename Convert>
List to_list(napi_env env, napi_value value, List list, Convert convert) {
  const uint32_t length = js::array_length(env, value);
  list.reserve(length);
  for (uint32_t i = 0; i < length; ++i) list.push_back(convert(js::element(env, value, i)));
  return list;
}

c10::IValue to_ints(napi_env env, napi_value value, int32_t length) {
  if (length > 0 && !is_array(env, value)) return std::vector<int64_t>(length, js::to_int64(env, value));
  return js::to_int64s(env, value);
}

c10::IValue to_floats(napi_env env, napi_value value, int32_t length) {
  if (length > 0 && !is_array(env, value)) return std::vector<double>(length, to_float(env, value));
  return to_list(env, value, std::vector<double>(), [&](napi_value v) { return to_float(env, v); });
}

c10::IValue to_optional_tensors(napi_env env, napi_value value) {
  return to_list(env, value, c10::impl::GenericList(c10::OptionalType::ofTensor()), [&](napi_value v) {
    return js::is_nullish(env, v) ? c10::IValue() : c10::IValue(load(env, v));
  });
}

c10::IValue to_list_ivalue(napi_env env, napi_value value, const c10::TypePtr& element, int32_t length) {
  switch (element->kind()) {
    case c10::TypeKind::TensorType: return load_list(env, value);
    case c10::TypeKind::SymIntType:
    case c10::TypeKind::IntType: return to_ints(env, value, length);
    case c10::TypeKind::FloatType: return to_floats(env, value, length);
    case c10::TypeKind::BoolType:
      return to_list(env, value, c10::List<bool>(), [&](napi_value v) { return js::to_bool(env, v); });
    case c10::TypeKind::NumberType:
      return to_list(env, value, c10::impl::GenericList(c10::NumberType::get()),
                     [&](napi_value v) { return c10::IValue(to_scalar(env, v)); });
    case c10::TypeKind::OptionalType:
      if (element->castRaw<c10::OptionalType>()->getElementType()->kind() == c10::TypeKind::TensorType)
        return to_optional_tensors(env, value);
      [[fallthrough]];
    default: throw std::invalid_argument("lists of " + element->str() + " are not supported");
  }
}

napi_value from_int(napi_env env, int64_t value) {
  constexpr int64_t kSafe = int64_t{1} << 53;
  return -kSafe <= value && value <= kSafe ? js::number(env, static_cast<double>(value)) : js::bigint(env, value);
}

napi_value from_list(napi_env env, const c10::List<c10::IValue>& list, const c10::TypePtr& type) {
  napi_value result = js::array(env, list.size());
  for (size_t i = 0; i < list.size(); ++i)
    js::set(env, result, static_cast<uint32_t>(i), from_ivalue(env, list.get(i), type));
  return result;
}

}  // namespace

c10::IValue to_ivalue(napi_env env, napi_value value, const c10::TypePtr& type, int32_t length) {
  switch (type->kind()) {
    case c10::TypeKind::OptionalType:
      if (js::is_nullish(env, value)) return c10::IValue();
      return to_ivalue(env, value, type->castRaw<c10::OptionalType>()->getElementType(), length);
    case c10::TypeKind::TensorType: return load(env, value);
    case c10::TypeKind::ListType:
      return to_list_ivalue(env, value, type->castRaw<c10::ListType>()->getElementType(), length);
    case c10::TypeKind::NumberType: return to_scalar(env, value);
    case c10::TypeKind::SymIntType:
    case c10::TypeKind::IntType: return js::to_int64(env, value);
    case c10::TypeKind::FloatType: return to_float(env, value);
    case c10::TypeKind::BoolType: return js::to_bool(env, value);
    case c10::TypeKind::StringType: return js::to_string(env, value);
    case c10::TypeKind::DeviceObjType: return c10::Device(js::to_string(env, value));
    case c10::TypeKind::ScalarTypeType: return static_cast<int64_t>(dtype_of(js::to_string(env, value)));
    case c10::TypeKind::LayoutType: return static_cast<int64_t>(layout_of(js::to_string(env, value)));
    case c10::TypeKind::MemoryFormatType: return static_cast<int64_t>(memory_format_of(js::to_string(env, value)));
    case c10::TypeKind::GeneratorType: return load_generator(js::to_double(env, value));
    default: throw std::invalid_argument("arguments of type " + type->str() + " are not supported");
  }
}

bool is_written(const c10::Argument& argument) {
  return argument.alias_info() != nullptr && argument.alias_info()->isWrite();
}

c10::IValue argument_value(napi_env env, napi_value value, const c10::Argument& argument) {
  if (argument.default_value() && js::type_of(env, value) == napi_undefined) return *argument.default_value();
  try {
    return to_ivalue(env, value, argument.real_type(), argument.N().value_or(0));
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("argument '" + argument.name() + "': " + error.what());
  }
}

napi_value from_ivalue(napi_env env, const c10::IValue& value, const c10::TypePtr& type) {
  if (value.isNone()) return js::null(env);
  if (value.isTensor()) return wrap(env, value.toTensor());
  if (value.isTensorList()) return wrap_list(env, value.toTensorVector());
  if (value.isBool()) return js::boolean(env, value.toBool());
  if (value.isInt()) {
    const char* name = enumerator_name(value.toInt(), *type);
    return name != nullptr ? js::string(env, name) : from_int(env, value.toInt());
  }
  if (value.isDouble()) return js::number(env, value.toDouble());
  if (value.isString()) return js::string(env, value.toStringRef());
  if (value.isDevice()) return js::string(env, value.toDevice().str());
  if (value.isList()) return from_list(env, value.toList(), type);
  throw std::runtime_error("results of type " + value.tagKind() + " have no JavaScript value");
}

}  // namespace kinora
