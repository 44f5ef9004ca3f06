// Gradients averaged over all ranks while backward still computes earlier ones: c10d's Reducer, the core of PyTorch's
// DistributedDataParallel (Li et al. 2020, PyTorch Distributed). Its constructor changes between versions; if no known one
// fits, this part is left out and TypeScript reduces after backward.
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include "bucket_times.h"
#include "shared.h"
#include "../handles.h"

namespace kinora {

namespace {

using Params = std::vector<at::Tensor>;
using Buckets = std::vector<std::vector<size_t>>;
using Sizes = std::vector<size_t>;
using GroupPtr = c10::intrusive_ptr<c10d::ProcessGroup>;
using Flags = std::vector<bool>;
using Names = std::unordered_map<size_t, std::string>;

/** 1.13 to 2.12: with a limit for each bucket. The arguments that newer ones add have defaults. */
template <typename Reducer>
constexpr bool kWithLimits =
    std::is_constructible_v<Reducer, Params, Buckets, Sizes, GroupPtr, Flags, int64_t, bool, bool, Names, int64_t>;
template <typename Reducer>
constexpr bool kWithLimitsAndSwitches =
    std::is_constructible_v<Reducer, Params, Buckets, Sizes, GroupPtr, Flags, int64_t, bool, bool, Names, int64_t, bool, bool>;
/** 2.13 */
template <typename Reducer>
constexpr bool kWithCaps = std::is_constructible_v<Reducer, Params, Buckets, GroupPtr, Flags, int64_t, bool, bool, Names,
                                                   int64_t, bool, bool, std::vector<int64_t>>;

struct Plan {
  Params params;
  Buckets buckets;
  Sizes limits;
  GroupPtr group;
  int64_t bytes;
  int64_t first_bytes;
  bool find_unused;
};

template <typename Reducer>
std::shared_ptr<Reducer> make(Plan plan) {
  const Flags dense(plan.params.size(), false);
  if constexpr (kWithLimits<Reducer>)
    return std::make_shared<Reducer>(plan.params, plan.buckets, plan.limits, plan.group, dense, plan.bytes, plan.find_unused,
                                     true, Names(), plan.first_bytes);
  else if constexpr (kWithLimitsAndSwitches<Reducer>)
    return std::make_shared<Reducer>(plan.params, plan.buckets, plan.limits, plan.group, dense, plan.bytes, plan.find_unused,
                                     true, Names(), plan.first_bytes, false, false);
  else if constexpr (kWithCaps<Reducer>)
    return std::make_shared<Reducer>(plan.params, plan.buckets, plan.group, dense, plan.bytes, plan.find_unused, true, Names(),
                                     plan.first_bytes, false, false, std::vector<int64_t>());
  else
    return nullptr;
}

constexpr bool kBuilds = kWithLimits<c10d::Reducer> || kWithLimitsAndSwitches<c10d::Reducer> || kWithCaps<c10d::Reducer>;

struct TimedReducer {
  std::shared_ptr<c10d::Reducer> reducer;
  /** Null if the reducer is not timed. */
  std::shared_ptr<BucketTimes> times;
};

Registry<TimedReducer>& reducers() {
  static auto* registry = new Registry<TimedReducer>("reducer");
  return *registry;
}

/** The ProcessGroup that the Reducer expects; 1.13 has only one kind of group. */
GroupPtr bundle(const BackendPtr& backend) {
#if TORCH_VERSION_MAJOR >= 2
  using Kind = c10d::ProcessGroup::BackendType;
  const bool is_nccl = backend->getBackendName() == "nccl";
  const auto device = is_nccl ? c10::DeviceType::CUDA : c10::DeviceType::CPU;
  auto group = c10::make_intrusive<c10d::ProcessGroup>(backend->getRank(), backend->getSize());
  group->setBackend(device, is_nccl ? Kind::NCCL : Kind::GLOO, backend);
  return group;
#else
  return backend;
#endif
}

/** Backward computes the last layers' gradients first, so their buckets come first. */
std::pair<Buckets, Sizes> assign(const Params& params, int64_t first_bytes, int64_t bytes) {
  const Sizes sizes{static_cast<size_t>(first_bytes), static_cast<size_t>(bytes)};
  auto [buckets, limits] = c10d::compute_bucket_assignment_by_size(params, sizes, Flags(params.size(), false));
  return {Buckets(buckets.rbegin(), buckets.rend()), Sizes(limits.rbegin(), limits.rend())};
}

std::shared_ptr<BucketTimes> time_buckets(c10d::Reducer& reducer, const BackendPtr& group) {
  auto times = std::make_shared<BucketTimes>();
  reducer.register_comm_hook(std::make_unique<TimedAllReduce>(group, times));
  return times;
}

/** newReducer(group, parameters, firstBucketBytes, bucketBytes, findUnused, timed): handle */
napi_value new_reducer(napi_env env, napi_callback_info info) {
  const js::Arguments<6> args(env, info);
  const auto group = groups().find(env, args[0]);
  auto params = load_list(env, args[1]);
  const int64_t first_bytes = js::to_int64(env, args[2]);
  const int64_t bytes = js::to_int64(env, args[3]);
  auto [buckets, limits] = assign(params, first_bytes, bytes);
  auto reducer = make<c10d::Reducer>({std::move(params), std::move(buckets), std::move(limits),
                                      bundle(group), bytes, first_bytes, js::to_bool(env, args[4])});
  auto times = js::to_bool(env, args[5]) ? time_buckets(*reducer, group) : nullptr;
  return reducers().insert(env, {std::move(reducer), std::move(times)});
}

/** prepareForward(reducer): before each forward pass whose gradients will be reduced */
napi_value prepare_forward(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const auto reducer = reducers().find(env, args[0]).reducer;
  reducer->prepare_for_forward();
  reducer->rebuild_buckets();  // once, after the first backward, which shows the order of the gradients
  return js::undefined(env);
}

/** prepareBackward(reducer, outputs): outputs only if unused parameters must be found */
napi_value prepare_backward(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto [reducer, times] = reducers().find(env, args[0]);
  if (times != nullptr) times->clear();
  reducer->prepare_for_backward(load_list(env, args[1]));
  return js::undefined(env);
}

/** bucketTimes(reducer): [sent, received, sent, received, ...] of the last backward, in milliseconds */
napi_value bucket_times(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const auto times = reducers().find(env, args[0]).times;
  return js::numbers(env, times == nullptr ? std::vector<double>() : times->read());
}

napi_value release_reducer(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  reducers().erase(env, args[0]);
  return js::undefined(env);
}

}  // namespace

void define_reducer(napi_env env, napi_value exports) {
  if constexpr (!kBuilds) return;
  js::define<new_reducer>(env, exports, "newReducer");
  js::define<prepare_forward>(env, exports, "prepareForward");
  js::define<prepare_backward>(env, exports, "prepareBackward");
  js::define<bucket_times>(env, exports, "bucketTimes");
  js::define<release_reducer>(env, exports, "releaseReducer");
}

}  // namespace kinora
