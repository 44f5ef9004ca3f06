// JavaScript values to and from the dispatcher's IValues, guided by an operator's schema.
#pragma once

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>

#include "js.h"

namespace kinora {

/** `Tensor(a!)`: an argument that the operator writes to, or a result that is such an argument. */
bool is_written(const c10::Argument& argument);
/** @param length the N of `int[N]`: a single number is repeated N times; 0 for other types. */
c10::IValue to_ivalue(napi_env env, napi_value value, const c10::TypePtr& type, int32_t length);
/** The same for one argument of an operator: undefined stands for its default, and errors name the argument. */
c10::IValue argument_value(napi_env env, napi_value value, const c10::Argument& argument);
/** @param type distinguishes a dtype from an integer; integers and Scalars beyond 2^53 become bigints. */
napi_value from_ivalue(napi_env env, const c10::IValue& value, const c10::TypePtr& type);

}  // namespace kinora
