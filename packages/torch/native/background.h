// Work that blocks, done on a thread of its own and answered by a promise.
#pragma once

#include <functional>

#include "js.h"

namespace kinora::js {

/** Makes the promise's value, on the thread of JavaScript. */
using Settle = std::function<napi_value(napi_env)>;

/** Runs `work` in a thread of its own and returns a promise of what it settles with, or of the error it throws. */
napi_value in_background(napi_env env, std::function<Settle()> work);

}  // namespace kinora::js
