// Memory of large tensors on the CPU.
#pragma once

namespace kinora {

/** Makes libtorch take large blocks from a cache of their own. Before the first tensor; further calls do nothing. */
void cache_large_blocks();

}  // namespace kinora
