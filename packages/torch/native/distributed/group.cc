// Process groups and their collectives. All ranks call the same ones in the same order; each call returns work in flight.
#include <thread>

#include "../background.h"
#include "shared.h"
#include "../handles.h"

namespace kinora {

Registry<BackendPtr>& groups() {
  static auto* registry = new Registry<BackendPtr>("process group");
  return *registry;
}

namespace {

using WorkPtr = c10::intrusive_ptr<c10d::Work>;

/** A collective and the tensors it reads and writes, which must outlive it. */
struct Pending {
  WorkPtr work;
  std::vector<at::Tensor> tensors;
  bool is_cuda() const { return !tensors.empty() && tensors[0].is_cuda(); }
};

Registry<Pending>& works() {
  static auto* registry = new Registry<Pending>("collective");
  return *registry;
}

BackendPtr new_backend(const std::string& name, const StorePtr& store, const GroupOptions& options) {
#ifdef USE_C10D_GLOO
  if (name == "gloo") return new_gloo(store, options);
#endif
#ifdef USE_C10D_NCCL
  if (name == "nccl") return new_nccl(store, options);
#endif
  throw std::invalid_argument("expected a backend of this build, received '" + name + "'");
}

/** newGroup(store, backend, rank, size, timeoutMs, address): Promise<handle> */
napi_value new_group(napi_env env, napi_callback_info info) {
  const js::Arguments<6> args(env, info);
  const auto store = stores().find(env, args[0]);
  const auto backend = js::to_string(env, args[1]);
  const GroupOptions options{static_cast<int>(js::to_int64(env, args[2])), static_cast<int>(js::to_int64(env, args[3])),
                             std::chrono::milliseconds(js::to_int64(env, args[4])), js::to_string(env, args[5])};
  return js::in_background(env, [=]() -> js::Settle {
    const auto group = new_backend(backend, store, options);
    return [group](napi_env env) { return groups().insert(env, group); };
  });
}

napi_value release_group(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  groups().erase(env, args[0]);
  return js::undefined(env);
}

c10d::ReduceOp reduction(const std::string& name) {
  if (name == "sum") return c10d::ReduceOp::SUM;
  if (name == "product") return c10d::ReduceOp::PRODUCT;
  if (name == "min") return c10d::ReduceOp::MIN;
  if (name == "max") return c10d::ReduceOp::MAX;
  throw std::invalid_argument("expected sum, product, min or max, received '" + name + "'");
}

napi_value in_flight(napi_env env, WorkPtr work, std::vector<at::Tensor> tensors) {
  return works().insert(env, Pending{std::move(work), std::move(tensors)});
}

/** allReduce(group, tensor, op): work; in place */
napi_value all_reduce(napi_env env, napi_callback_info info) {
  const js::Arguments<3> args(env, info);
  std::vector<at::Tensor> tensors{load(env, args[1])};
  c10d::AllreduceOptions options;
  options.reduceOp = reduction(js::to_string(env, args[2]));
  auto work = groups().find(env, args[0])->allreduce(tensors, options);
  return in_flight(env, std::move(work), std::move(tensors));
}

/** broadcast(group, tensor, root): work; in place */
napi_value broadcast(napi_env env, napi_callback_info info) {
  const js::Arguments<3> args(env, info);
  std::vector<at::Tensor> tensors{load(env, args[1])};
  c10d::BroadcastOptions options;
  options.rootRank = js::to_int64(env, args[2]);
  auto work = groups().find(env, args[0])->broadcast(tensors, options);
  return in_flight(env, std::move(work), std::move(tensors));
}

/** allGather(group, outputs, input): work; one output a rank, each of the input's shape */
napi_value all_gather(napi_env env, napi_callback_info info) {
  const js::Arguments<3> args(env, info);
  std::vector<std::vector<at::Tensor>> outputs{load_list(env, args[1])};
  std::vector<at::Tensor> inputs{load(env, args[2])};
  auto work = groups().find(env, args[0])->allgather(outputs, inputs);
  auto tensors = std::move(outputs[0]);
  tensors.push_back(inputs[0]);
  return in_flight(env, std::move(work), std::move(tensors));
}

/** barrier(group): work */
napi_value barrier(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return in_flight(env, groups().find(env, args[0])->barrier(), {});
}

/** waitWork(work): blocks until it is done; on CUDA, only until the current stream is ordered after it */
napi_value wait_work(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  works().find(env, args[0]).work->wait();
  return js::undefined(env);
}

napi_value is_work_done(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return js::boolean(env, works().find(env, args[0]).work->isCompleted());
}

/** On CUDA `wait` only orders streams, so this waits for the event that the work records. */
void finish(const Pending& pending) {
  while (pending.is_cuda() && !pending.work->isCompleted()) std::this_thread::sleep_for(std::chrono::microseconds(200));
  pending.work->wait();
}

/** promiseOfWork(work): Promise<undefined>, resolved when its results are available */
napi_value promise_of_work(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const auto pending = works().find(env, args[0]);
  return js::in_background(env, [pending]() -> js::Settle {
    finish(pending);
    return [](napi_env env) { return js::undefined(env); };
  });
}

napi_value release_work(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  works().erase(env, args[0]);
  return js::undefined(env);
}

}  // namespace

void define_group(napi_env env, napi_value exports) {
  js::define<new_group>(env, exports, "newGroup");
  js::define<release_group>(env, exports, "releaseGroup");
  js::define<all_reduce>(env, exports, "allReduce");
  js::define<broadcast>(env, exports, "broadcast");
  js::define<all_gather>(env, exports, "allGather");
  js::define<barrier>(env, exports, "barrier");
  js::define<wait_work>(env, exports, "waitWork");
  js::define<is_work_done>(env, exports, "isWorkDone");
  js::define<promise_of_work>(env, exports, "promiseOfWork");
  js::define<release_work>(env, exports, "releaseWork");
}

}  // namespace kinora
