// The 3D convolution of one map, `[T, H, W]`, with one filter: float32, contiguous, without dilation. Nothing here knows of tensors or
// threads.
//
// A map is laid out anew so that each value of the filter multiplies one run of consecutive numbers, as long as the map. Padding becomes
// zeros between rows and between frames. A stride of s takes every s-th place: places are sorted by their remainders along the three axes
// into blocks of their own, in which neighbours of the output are neighbours in memory. The output and its gradient have the same rows and
// frames as a block; what is computed for the places between them is not kept.
#pragma once

#include <cstdint>
#include <vector>

#include "size3.h"

namespace kinora::depthwise {

struct Filter {
  Size3 size, stride, padding;

  Size3 output(Size3 map) const {
    return {along(map.t, size.t, stride.t, padding.t), along(map.h, size.h, stride.h, padding.h),
            along(map.w, size.w, stride.w, padding.w)};
  }

 private:
  static int64_t along(int64_t map, int64_t size, int64_t stride, int64_t padding) { return (map + 2 * padding - size) / stride + 1; }
};

/** Of a map of the gradient by the output: the gradient by the bias. */
double sum(const float* x, int64_t count);

/** For any number of maps of one size. */
class MapLoops {
 public:
  MapLoops(Size3 map, const Filter& filter);

  /** y = x * weights + bias */
  void convolve(const float* x, const float* weights, float bias, float* y);

  /** Lays out the gradient by the output for the two below. */
  void take_gradient(const float* dy);
  void input_gradient(const float* weights, float* dx);
  /** Adds to `dweights`. */
  void weight_gradient(const float* x, double* dweights);

 private:
  /** A value of the filter: the block it multiplies, and how far into the block its run begins. */
  struct Tap {
    int64_t block, offset;
  };

  template <typename Visit>
  void each_row(int64_t block, Visit visit) const;
  void lay_out(const float* x);
  const float* run_of(const Tap& tap) const { return blocks_.data() + tap.block * block_.count() + tap.offset; }

  Filter filter_;
  Size3 map_, output_;
  Size3 block_;   // rows and frames of all blocks
  int64_t run_;   // from the first number of the output in a block to its last
  int64_t lead_;  // zeros before the gradient, over which taps may look back
  std::vector<Tap> taps_;
  std::vector<float> blocks_, gradient_, result_;
  // What a run is summed from.
  std::vector<const float*> sources_;
  std::vector<float> factors_;
};

}  // namespace kinora::depthwise
