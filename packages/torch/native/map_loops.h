// Loops over one map, the values of one channel of one sample: float32, contiguous, `[T, H, W]`. Independent of tensors and
// threads. A value x is normalised and activated as z = x * scale + shift, y = min(z > 0 ? z : z * slope, cap).
#pragma once

#include <cstdint>
#include <vector>

#include "size3.h"

namespace kinora::fused {

struct Affine {
  float mean, scale, shift;
};

/** LeakyReLU by its slope; ReLU has slope 0; ReLU6 also has cap 6. */
struct Activation {
  float slope, cap;
};

/** Statistics of the values seen so far; `squares` is the sum of squared distances from the mean. */
struct Moments {
  double count = 0, mean = 0, squares = 0;
  /** Chan, Golub and LeVeque 1979: as exact as two passes, in one. */
  void merge(const Moments& other);
};

/** Sums of the gradient d with respect to z, and of d * (x - mean). */
struct Sums {
  double gradient = 0, by_distance = 0;
  void operator+=(const Sums& other) { gradient += other.gradient, by_distance += other.by_distance; }
};

/** What batch norm subtracts from each gradient with respect to x: constant + factor * (x - mean). */
struct Correction {
  float constant, factor;
};

Moments moments(const float* x, int64_t count);

/**
 * The operation on maps of one size. With a window, maps are max-pooled: `y`, `at` and `dy` then have the size of the result, and `at` is
 * the position of each maximum in its window. With a window of one value they are as large as `x`, and `at` is not used.
 */
class MapLoops {
 public:
  MapLoops(Size3 map, Size3 window);
  void activate(const float* x, Affine, Activation, float* y, uint8_t* at);
  Sums gradient_sums(const float* x, const float* dy, const uint8_t* at, Affine, Activation) const;
  void gradient(const float* x, const float* dy, const uint8_t* at, Affine, Activation, Correction, float* dx) const;

 private:
  bool pools() const { return offsets_.size() > 1; }

  Size3 map_, window_, pooled_;
  std::vector<int64_t> offsets_;  // of each position in a window, from its first value
  std::vector<float> row_, best_;
  std::vector<int32_t> best_at_;
};

}  // namespace kinora::fused
