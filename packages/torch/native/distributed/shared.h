// Shared by the parts of ../distributed.cc: the registries of c10d's stores, process groups and work, and the one
// difference between libtorch 1 and 2 that concerns all of them.
#pragma once

#include <c10/util/intrusive_ptr.h>
#include <torch/version.h>

#include <chrono>

#include "../registry.h"

#if TORCH_VERSION_MAJOR >= 2
#include <torch/csrc/distributed/c10d/Backend.hpp>
#else
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#endif
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

namespace kinora {

/** The backend that runs a group's collectives: Gloo or NCCL. Since 2.0 a ProcessGroup contains several of these. */
#if TORCH_VERSION_MAJOR >= 2
using Backend = c10d::Backend;
#else
using Backend = c10d::ProcessGroup;
#endif

using StorePtr = c10::intrusive_ptr<c10d::Store>;
using BackendPtr = c10::intrusive_ptr<Backend>;

Registry<StorePtr>& stores();
Registry<BackendPtr>& groups();

struct GroupOptions {
  int rank;
  int size;
  std::chrono::milliseconds timeout;
  /** The address of this host that the other ranks can reach; Gloo listens there. */
  std::string address;
};

#ifdef USE_C10D_GLOO
BackendPtr new_gloo(const StorePtr& store, const GroupOptions& options);
#endif
#ifdef USE_C10D_NCCL
BackendPtr new_nccl(const StorePtr& store, const GroupOptions& options);
#endif

void define_store(napi_env env, napi_value exports);
void define_group(napi_env env, napi_value exports);
void define_reducer(napi_env env, napi_value exports);
void define_sync_batch_norm(napi_env env, napi_value exports);
void define_heartbeat(napi_env env, napi_value exports);

/** A separate client of the store at an address, for a thread whose waits must not block others. */
c10::intrusive_ptr<c10d::TCPStore> connect_store(const std::string& host, int port, bool is_server, std::chrono::milliseconds timeout);

/**
 * Makes this process's socket that listens on `port` accept connections to 127.0.0.0/8 and ::1 only. Does nothing on systems other
 * than Linux. Throws std::system_error if the kernel refuses.
 */
void accept_only_this_host(int port);

}  // namespace kinora
