// Process groups over NCCL, between GPUs. Compiled if libtorch has it and nccl.h exists.
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include "shared.h"

namespace kinora {

BackendPtr new_nccl(const StorePtr& store, const GroupOptions& group) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = group.timeout;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, group.rank, group.size, options);
}

}  // namespace kinora
#endif
