// Memory of large tensors on the CPU.
#pragma once

namespace kinora {

/** Makes libtorch allocate large blocks from a cache. Call it before the first tensor; further calls do nothing. */
void cache_large_blocks();

}  // namespace kinora
