// Calls without the dispatcher's stack, for operators whose C++ type is one of the common few: tensors, then Scalars.
// They run the same kernels; what is saved is the boxing of each argument, a tenth of a short call.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>

#include <memory>

#include "js.h"

namespace kinora {

constexpr size_t kMaxTypedArguments = 4;

struct TypedCall {
  virtual ~TypedCall() = default;
  /** @param values the arguments in the schema's order. Undefined if the result is the first argument, written to. */
  virtual napi_value operator()(napi_env env, const napi_value* values) const = 0;
};

/** Null for operators of every other type. */
std::unique_ptr<const TypedCall> typed_call(const c10::OperatorHandle& handle);

}  // namespace kinora
