// A way back to the thread of JavaScript for other threads. Node frees a thread-safe function with its environment, whoever
// may still hold it; this one is then closed, and calling it does nothing.
#pragma once

#include <memory>
#include <mutex>

#include "js.h"

namespace kinora::js {

class ThreadSafeFunction {
 public:
  /**
   * @param callback a function for `receive`, or null
   * @param receive is called on JavaScript's thread with what `call` was given; without an environment only to free it
   */
  static std::shared_ptr<ThreadSafeFunction> open(napi_env env, napi_value callback, napi_threadsafe_function_call_js receive);

  /** From any thread. False, and `data` stays the caller's, when it is closed. */
  bool call(void* data);
  /** Whether it keeps the process alive, as it does at first. */
  void keep_alive(bool wanted);
  /** On the thread of JavaScript. */
  void close();

 private:
  explicit ThreadSafeFunction(napi_env env) : env_(env) {}
  static void on_exit(void* self);

  const napi_env env_;
  std::mutex mutex_;
  napi_threadsafe_function function_ = nullptr;
  std::shared_ptr<ThreadSafeFunction> self_;  // while it is open, so that on_exit finds it
};

}  // namespace kinora::js
