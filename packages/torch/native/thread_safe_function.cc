#include "thread_safe_function.h"

namespace kinora::js {

std::shared_ptr<ThreadSafeFunction> ThreadSafeFunction::open(napi_env env, napi_value callback, napi_threadsafe_function_call_js receive) {
  const std::shared_ptr<ThreadSafeFunction> line(new ThreadSafeFunction(env));
  check(env, napi_create_threadsafe_function(env, callback, nullptr, string(env, "kinora"), 0, 1, nullptr, nullptr, nullptr,
                                             receive, &line->function_));
  // Hooks run in reverse order: this one before the function's own.
  check(env, napi_add_env_cleanup_hook(env, on_exit, line.get()));
  line->self_ = line;
  return line;
}

bool ThreadSafeFunction::call(void* data) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return function_ != nullptr && napi_call_threadsafe_function(function_, data, napi_tsfn_nonblocking) == napi_ok;
}

void ThreadSafeFunction::keep_alive(bool wanted) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (function_ == nullptr) return;
  wanted ? napi_ref_threadsafe_function(env_, function_) : napi_unref_threadsafe_function(env_, function_);
}

void ThreadSafeFunction::close() {
  const auto self = std::move(self_);  // must outlive the lock
  const std::lock_guard<std::mutex> lock(mutex_);
  if (function_ == nullptr) return;
  napi_remove_env_cleanup_hook(env_, on_exit, this);
  napi_release_threadsafe_function(function_, napi_tsfn_release);
  function_ = nullptr;
}

void ThreadSafeFunction::on_exit(void* line) {
  auto* closing = static_cast<ThreadSafeFunction*>(line);
  const auto self = std::move(closing->self_);
  const std::lock_guard<std::mutex> lock(closing->mutex_);
  closing->function_ = nullptr;
}

}  // namespace kinora::js
