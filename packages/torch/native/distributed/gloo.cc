// Process groups over Gloo: TCP between CPUs. Its code is inside libtorch.
#ifdef USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include <cstdlib>

#include "shared.h"

namespace kinora {

/** GLOO_SOCKET_IFNAME selects the interface, as in PyTorch; otherwise the address that the others can reach. */
static std::shared_ptr<::gloo::transport::Device> device_for(const std::string& address) {
  const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
  if (interface != nullptr && *interface != '\0') return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
  return address.empty() ? c10d::ProcessGroupGloo::createDefaultDevice()
                         : c10d::ProcessGroupGloo::createDeviceForHostname(address);
}

BackendPtr new_gloo(const StorePtr& store, const GroupOptions& group) {
  auto options = c10d::ProcessGroupGloo::Options::create(group.timeout);
  options->devices.push_back(device_for(group.address));
  options->threads = 2;  // as in PyTorch: two collectives at a time
  return c10::make_intrusive<c10d::ProcessGroupGloo>(store, group.rank, group.size, options);
}

}  // namespace kinora
#endif
