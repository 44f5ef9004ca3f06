// The loops in a form that compilers vectorise: sums in separate lanes, selections instead of branches.
#include "map_loops.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "vectorised.h"

namespace kinora::fused {

namespace {

/** Keeps float sums short, and data that is read twice in the L1 cache. */
constexpr int64_t kChunk = 2048;

constexpr int64_t kLanes = 16;

double total(const float* lanes) { return std::accumulate(lanes, lanes + kLanes, 0.0); }

KINORA_INLINE float normalised(float x, Affine affine) { return x * affine.scale + affine.shift; }

KINORA_INLINE float activated(float z, Activation activation) {
  const float y = z > 0 ? z : z * activation.slope;
  return y > activation.cap ? activation.cap : y;
}

KINORA_INLINE float derivative(float z, Activation activation) {
  const float above = z < activation.cap ? 1.0f : 0.0f;
  return z > 0 ? above : activation.slope;
}

KINORA_VECTORISED double sum(const float* x, int64_t count) {
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += x[i + lane];
  for (; i < count; ++i) lanes[0] += x[i];
  return total(lanes);
}

KINORA_VECTORISED double squared_distances(const float* x, int64_t count, float from) {
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (int64_t lane = 0; lane < kLanes; ++lane) lanes[lane] += (x[i + lane] - from) * (x[i + lane] - from);
  for (; i < count; ++i) lanes[0] += (x[i] - from) * (x[i] - from);
  return total(lanes);
}

/** Takes the values of `row` that are larger. As in libtorch's kernel, the first of equal values wins, and NaN always wins. */
template <int64_t Step>
KINORA_INLINE void keep_largest(const float* row, int64_t count, int32_t place, float* best, int32_t* best_at) {
  for (int64_t i = 0; i < count; ++i) {
    const float value = row[i * Step];
    const bool larger = (value > best[i]) | (value != value);
    best[i] = larger ? value : best[i];
    best_at[i] = larger ? place : best_at[i];
  }
}

KINORA_VECTORISED void activate_row(const float* x, int64_t count, Affine affine, Activation activation, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = activated(normalised(x[i], affine), activation);
}

KINORA_VECTORISED void keep_largest_of(const float* row, int64_t count, int64_t step, int32_t first_place, float* best, int32_t* best_at) {
  for (int64_t offset = 0; offset < step; ++offset) {
    const auto place = static_cast<int32_t>(first_place + offset);
    if (step == 1) keep_largest<1>(row + offset, count, place, best, best_at);
    else if (step == 2) keep_largest<2>(row + offset, count, place, best, best_at);
    else keep_largest<3>(row + offset, count, place, best, best_at);
  }
}

/** dx = -correction, for every value of a map. */
KINORA_VECTORISED void correct(const float* x, int64_t count, float mean, Correction correction, float* dx) {
  for (int64_t i = 0; i < count; ++i) dx[i] = -correction.constant - correction.factor * (x[i] - mean);
}

KINORA_VECTORISED Sums gradient_sums_of_chunk(const float* x, const float* dy, int64_t count, Affine affine, Activation activation) {
  float gradients[kLanes] = {}, by_distance[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const float d = dy[i + lane] * derivative(normalised(x[i + lane], affine), activation);
      gradients[lane] += d;
      by_distance[lane] += d * (x[i + lane] - affine.mean);
    }
  }
  for (; i < count; ++i) {
    const float d = dy[i] * derivative(normalised(x[i], affine), activation);
    gradients[0] += d;
    by_distance[0] += d * (x[i] - affine.mean);
  }
  return {total(gradients), total(by_distance)};
}

Sums plain_gradient_sums(const float* x, const float* dy, int64_t count, Affine affine, Activation activation) {
  Sums all;
  for (int64_t first = 0; first < count; first += kChunk)
    all += gradient_sums_of_chunk(x + first, dy + first, std::min(kChunk, count - first), affine, activation);
  return all;
}

KINORA_VECTORISED void plain_gradient(const float* x, const float* dy, int64_t count, Affine affine, Activation activation,
                                      Correction correction, float* dx) {
  for (int64_t i = 0; i < count; ++i) {
    const float d = dy[i] * derivative(normalised(x[i], affine), activation);
    dx[i] = affine.scale * d - correction.constant - correction.factor * (x[i] - affine.mean);
  }
}

}  // namespace

void Moments::merge(const Moments& other) {
  const double both = count + other.count, distance = other.mean - mean;
  mean += distance * other.count / both;
  squares += other.squares + distance * distance * count * other.count / both;
  count = both;
}

Moments moments(const float* x, int64_t count) {
  Moments all;
  for (int64_t first = 0; first < count; first += kChunk) {
    const int64_t length = std::min(kChunk, count - first);
    const double mean = sum(x + first, length) / static_cast<double>(length);
    const float near = static_cast<float>(mean);
    const double off = mean - near, squares = squared_distances(x + first, length, near);
    all.merge({static_cast<double>(length), mean, squares - static_cast<double>(length) * off * off});
  }
  return all;
}

MapLoops::MapLoops(Size3 map, Size3 window)
    : map_(map), window_(window), pooled_{map.t / window.t, map.h / window.h, map.w / window.w} {
  for (int64_t t = 0; t < window.t; ++t)
    for (int64_t h = 0; h < window.h; ++h)
      for (int64_t w = 0; w < window.w; ++w) offsets_.push_back((t * map.h + h) * map.w + w);
  if (!pools()) return;
  row_.resize(map.w);
  best_.resize(pooled_.w);
  best_at_.resize(pooled_.w);
}

void MapLoops::activate(const float* x, Affine affine, Activation activation, float* y, uint8_t* at) {
  if (!pools()) return activate_row(x, map_.count(), affine, activation, y);
  for (int64_t t = 0; t < pooled_.t; ++t) {
    for (int64_t h = 0; h < pooled_.h; ++h) {
      const float* first = x + (t * window_.t * map_.h + h * window_.h) * map_.w;
      std::fill(best_.begin(), best_.end(), -std::numeric_limits<float>::infinity());
      std::fill(best_at_.begin(), best_at_.end(), 0);
      for (size_t place = 0; place < offsets_.size(); place += window_.w) {
        activate_row(first + offsets_[place], pooled_.w * window_.w, affine, activation, row_.data());
        keep_largest_of(row_.data(), pooled_.w, window_.w, static_cast<int32_t>(place), best_.data(), best_at_.data());
      }
      y = std::copy(best_.begin(), best_.end(), y);
      at = std::copy(best_at_.begin(), best_at_.end(), at);
    }
  }
}

Sums MapLoops::gradient_sums(const float* x, const float* dy, const uint8_t* at, Affine affine, Activation activation) const {
  if (!pools()) return plain_gradient_sums(x, dy, map_.count(), affine, activation);
  Sums all;
  for (int64_t t = 0; t < pooled_.t; ++t) {
    for (int64_t h = 0; h < pooled_.h; ++h, dy += pooled_.w, at += pooled_.w) {
      const float* first = x + (t * window_.t * map_.h + h * window_.h) * map_.w;
      float gradients = 0, by_distance = 0;
      for (int64_t i = 0; i < pooled_.w; ++i) {
        const float value = first[i * window_.w + offsets_[at[i]]];
        const float d = dy[i] * derivative(normalised(value, affine), activation);
        gradients += d;
        by_distance += d * (value - affine.mean);
      }
      all.gradient += gradients;
      all.by_distance += by_distance;
    }
  }
  return all;
}

void MapLoops::gradient(const float* x, const float* dy, const uint8_t* at, Affine affine, Activation activation, Correction correction,
                        float* dx) const {
  if (!pools()) return plain_gradient(x, dy, map_.count(), affine, activation, correction, dx);
  const int64_t slab = window_.t * map_.h * map_.w, rest = pooled_.t * slab;
  for (int64_t t = 0; t < pooled_.t; ++t) {
    correct(x + t * slab, slab, affine.mean, correction, dx + t * slab);
    for (int64_t h = 0; h < pooled_.h; ++h, dy += pooled_.w, at += pooled_.w) {
      const int64_t first = t * slab + h * window_.h * map_.w;
      for (int64_t i = 0; i < pooled_.w; ++i) {
        const int64_t place = first + i * window_.w + offsets_[at[i]];
        dx[place] += affine.scale * dy[i] * derivative(normalised(x[place], affine), activation);
      }
    }
  }
  correct(x + rest, map_.count() - rest, affine.mean, correction, dx + rest);  // leftover frames belong to no window
}

}  // namespace kinora::fused
