// What each part of the addon contributes to its exports.
#pragma once

#include "js.h"

namespace kinora {

void define_dispatch(napi_env env, napi_value exports);
void define_tensor(napi_env env, napi_value exports);
void define_autograd(napi_env env, napi_value exports);
void define_norm_activation(napi_env env, napi_value exports);
void define_depthwise(napi_env env, napi_value exports);
void define_precision(napi_env env, napi_value exports);
void define_random(napi_env env, napi_value exports);
void define_device(napi_env env, napi_value exports);
void define_stream(napi_env env, napi_value exports);
void define_warning(napi_env env, napi_value exports);
void define_distributed(napi_env env, napi_value exports);

}  // namespace kinora
