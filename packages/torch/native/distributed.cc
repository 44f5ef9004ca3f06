// Several processes, with PyTorch's c10d: the table of contents, and which parts this build has. Missing parts are not
// exported; TypeScript checks `distributedFeatures` first. The parts are compiled as one file, because a compiler takes
// ten seconds to read c10d's headers.
#include "module.h"

#ifdef KINORA_C10D
#include "distributed/this_host.cc"
#include "distributed/store.cc"
#include "distributed/gloo.cc"
#include "distributed/nccl.cc"
#include "distributed/group.cc"
#include "distributed/reducer.cc"
#include "distributed/sync_batch_norm.cc"
#include "distributed/heartbeat.cc"
#endif

namespace kinora {

namespace {

#ifdef KINORA_C10D
constexpr bool kC10d = true;
#else
constexpr bool kC10d = false;
#endif
#ifdef USE_C10D_GLOO
constexpr bool kGloo = true;
#else
constexpr bool kGloo = false;
#endif
#ifdef USE_C10D_NCCL
constexpr bool kNccl = true;
#else
constexpr bool kNccl = false;
#endif

/** distributedFeatures(): { c10d, gloo, nccl } */
napi_value distributed_features(napi_env env, napi_callback_info) {
  napi_value result = js::object(env);
  js::set(env, result, "c10d", js::boolean(env, kC10d));
  js::set(env, result, "gloo", js::boolean(env, kGloo));
  js::set(env, result, "nccl", js::boolean(env, kNccl));
  return result;
}

}  // namespace

void define_distributed(napi_env env, napi_value exports) {
  js::define<distributed_features>(env, exports, "distributedFeatures");
#ifdef KINORA_C10D
  define_store(env, exports);            // TCP, file and prefix stores
  define_group(env, exports);            // process groups and their collectives
  define_reducer(env, exports);          // gradients averaged during backward
  define_sync_batch_norm(env, exports);  // batch norm over all ranks
  define_heartbeat(env, exports);        // which rank has died
#endif
}

}  // namespace kinora
