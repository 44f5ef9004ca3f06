#include "background.h"

#include <exception>
#include <memory>
#include <thread>

#include "thread_safe_function.h"

namespace kinora::js {

namespace {

struct Task {
  std::function<Settle()> work;
  Settle settle;
  std::exception_ptr error;
  napi_deferred deferred = nullptr;
  std::shared_ptr<ThreadSafeFunction> done;
};

/** The JavaScript error of an exception, as `raise` words it. */
napi_value error_of(napi_env env, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (...) {
    raise(env);
  }
  napi_value value = nullptr;
  napi_get_and_clear_last_exception(env, &value);
  return value;
}

/** Runs on JavaScript's thread. `env` is null if the environment is shutting down; nothing waits for the result then. */
void finish(napi_env env, napi_value, void*, void* data) {
  const std::unique_ptr<Task> task(static_cast<Task*>(data));
  if (env == nullptr) return;
  task->done->close();
  try {
    if (task->error) std::rethrow_exception(task->error);
    napi_resolve_deferred(env, task->deferred, task->settle(env));
  } catch (...) {
    napi_reject_deferred(env, task->deferred, error_of(env, std::current_exception()));
  }
}

void execute(Task* task) {
  try {
    task->settle = task->work();
  } catch (...) {
    task->error = std::current_exception();
  }
  if (!std::shared_ptr<ThreadSafeFunction>(task->done)->call(task)) delete task;
}

}  // namespace

napi_value in_background(napi_env env, std::function<Settle()> work) {
  auto task = std::make_unique<Task>();
  task->work = std::move(work);
  napi_value promise;
  check(env, napi_create_promise(env, &task->deferred, &promise));
  task->done = ThreadSafeFunction::open(env, nullptr, finish);
  try {
    std::thread(execute, task.get()).detach();
  } catch (...) {  // the thread could not be started
    task->done->close();
    throw;
  }
  task.release();
  return promise;
}

}  // namespace kinora::js
