// Lets other threads call JavaScript. Node frees a thread-safe function with its environment even if it is still in use;
// this wrapper is then closed, and calling it does nothing.
#pragma once

#include <memory>
#include <mutex>

#include "js.h"

namespace kinora::js {

class ThreadSafeFunction {
 public:
  /**
   * @param callback a function for `receive`, or null
   * @param receive called on JavaScript's thread with the argument of `call`; without an environment, only to free it
   */
  static std::shared_ptr<ThreadSafeFunction> open(napi_env env, napi_value callback, napi_threadsafe_function_call_js receive);

  /** Call it from any thread. If it is closed, returns false, and the caller still owns `data`. */
  bool call(void* data);
  /** Whether it keeps the process alive. Default: true. */
  void keep_alive(bool wanted);
  /** On JavaScript's thread. */
  void close();

 private:
  explicit ThreadSafeFunction(napi_env env) : env_(env) {}
  static void on_exit(void* self);

  const napi_env env_;
  std::mutex mutex_;
  napi_threadsafe_function function_ = nullptr;
  std::shared_ptr<ThreadSafeFunction> self_;  // set while it is open, so that on_exit finds it
};

}  // namespace kinora::js
