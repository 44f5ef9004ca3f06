// Runs blocking work on a separate thread and returns a promise of its result.
#pragma once

#include <functional>

#include "js.h"

namespace kinora::js {

/** Creates the promise's value, on JavaScript's thread. */
using Settle = std::function<napi_value(napi_env)>;

/** Runs `work` on a separate thread. The promise settles with its result or with the error that it throws. */
napi_value in_background(napi_env env, std::function<Settle()> work);

}  // namespace kinora::js
