// Sizes along time, height and width.
#pragma once

#include <cstdint>

namespace kinora {

struct Size3 {
  int64_t t, h, w;
  int64_t count() const { return t * h * w; }
};

}  // namespace kinora
