// Calls without the dispatcher's stack, for operators whose C++ type is one of the common few: tensors, then Scalars.
// They run the same kernels but avoid boxing each argument, which takes a tenth of a short call.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

#include <memory>

#include "js.h"

namespace kinora {

constexpr size_t kMaxTypedArguments = 4;

struct TypedCall {
  virtual ~TypedCall() = default;
  /** @param values the arguments in the schema's order. Returns undefined if the result is the first argument, which was written to. */
  virtual napi_value operator()(napi_env env, const napi_value* values) const = 0;
};

/** Null for operators of all other types. */
std::unique_ptr<const TypedCall> typed_call(const c10::OperatorHandle& handle);

}  // namespace kinora
