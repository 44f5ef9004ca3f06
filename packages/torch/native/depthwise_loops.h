// The 3D convolution of one map, `[T, H, W]`, with one filter: float32, contiguous, without dilation. Independent of tensors and
// threads.
//
// A map is rearranged so that each value of the filter multiplies one run of consecutive numbers, as long as the map. Padding becomes
// zeros between rows and between frames. A stride of s takes every s-th position: positions are sorted into blocks by their remainders
// along the three axes, so that neighbours in the output are neighbours in memory. The output and its gradient have the same rows and
// frames as a block; results for the positions between them are discarded.
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

/** The gradient with respect to the bias, from a map of the output's gradient. */
double sum(const float* x, int64_t count);

/** For any number of maps of one size. */
class MapLoops {
 public:
  MapLoops(Size3 map, const Filter& filter);

  /** y = x * weights + bias */
  void convolve(const float* x, const float* weights, float bias, float* y);

  /** Rearranges the output's gradient for the two functions below. */
  void take_gradient(const float* dy);
  void input_gradient(const float* weights, float* dx);
  /** Adds to `dweights`. */
  void weight_gradient(const float* x, double* dweights);

 private:
  /** A value of the filter: the block that it multiplies, and the offset of its run in the block. */
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
  int64_t run_;   // length from the first number of the output in a block to the last
  int64_t lead_;  // zeros before the gradient, for taps that look back
  std::vector<Tap> taps_;
  std::vector<float> blocks_, gradient_, result_;
  // The terms of a run's sums.
  std::vector<const float*> sources_;
  std::vector<float> factors_;
};

}  // namespace kinora::depthwise
