// Passes libtorch's warnings to JavaScript instead of printing them to stderr, in the middle of other output.
#include <c10/util/Exception.h>
#include <torch/version.h>

#include "module.h"

namespace kinora {

namespace {

/** Receives the warnings of this thread; libtorch's handler is per thread too. */
struct Listener {
  napi_env env = nullptr;
  napi_ref callback = nullptr;
};
thread_local Listener listener;

void deliver(const std::string& text) {
  napi_value callback;
  if (napi_get_reference_value(listener.env, listener.callback, &callback) != napi_ok) return;
  napi_value argument = js::string(listener.env, text);
  napi_call_function(listener.env, js::undefined(listener.env), callback, 1, &argument, nullptr);
}

class Handler final : public c10::WarningHandler {
 public:
#if TORCH_VERSION_MAJOR >= 2
  void process(const c10::Warning& warning) override { deliver(warning.msg()); }
#else
  void process(const c10::SourceLocation&, const std::string& text, const bool) override { deliver(text); }
#endif
};
thread_local Handler handler;

void listen(c10::WarningHandler* next) {
#if TORCH_VERSION_MAJOR >= 2
  c10::WarningUtils::set_warning_handler(next);
#else
  c10::Warning::set_warning_handler(next);
#endif
}

/** onWarning(callback: (text: string) => void): receives every warning of this thread until it ends */
napi_value on_warning(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  if (listener.callback != nullptr) js::check(env, napi_delete_reference(env, listener.callback));
  else js::check(env, napi_add_env_cleanup_hook(env, [](void*) { listen(nullptr); }, nullptr));
  listener.env = env;
  js::check(env, napi_create_reference(env, args[0], 1, &listener.callback));
  listen(&handler);
  return js::undefined(env);
}

}  // namespace

void define_warning(napi_env env, napi_value exports) { js::define<on_warning>(env, exports, "onWarning"); }

}  // namespace kinora
