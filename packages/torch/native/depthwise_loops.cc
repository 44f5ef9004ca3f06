#include "depthwise_loops.h"

#include <algorithm>
#include <numeric>

#include "vectorised.h"

namespace kinora::depthwise {

namespace {

constexpr int64_t kLanes = 8;
/** Eight floats at any address; two registers without AVX. */
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float)), may_alias));

/** Runs are computed in whole vectors, so up to this many floats beyond their end are read and written. */
constexpr int64_t kSlack = kLanes;

/** Keeps float sums short, and the data that is read for each value of a filter in the L1 cache. */
constexpr int64_t kChunk = 1024;

KINORA_INLINE const Lanes& lanes(const float* at) { return *reinterpret_cast<const Lanes*>(at); }

/** `Count` vectors of sums, kept in registers. */
template <int Count>
KINORA_INLINE void sum_block(const float* const* sources, const float* factors, int64_t taps, float start, int64_t at, float* to) {
  Lanes sums[Count];
  for (int i = 0; i < Count; ++i) sums[i] = Lanes{} + start;
  for (int64_t tap = 0; tap < taps; ++tap) {
    const float* source = sources[tap] + at;
    for (int i = 0; i < Count; ++i) sums[i] += lanes(source + i * kLanes) * factors[tap];
  }
  for (int i = 0; i < Count; ++i) *reinterpret_cast<Lanes*>(to + at + i * kLanes) = sums[i];
}

/** to[i] = start + the sum of sources[tap][i] * factors[tap] */
KINORA_VECTORISED void sum_runs(const float* const* sources, const float* factors, int64_t taps, float start, int64_t length, float* to) {
  int64_t at = 0;
  for (; at + 8 * kLanes <= length; at += 8 * kLanes) sum_block<8>(sources, factors, taps, start, at, to);
  for (; at + 4 * kLanes <= length; at += 4 * kLanes) sum_block<4>(sources, factors, taps, start, at, to);
  for (; at < length; at += kLanes) sum_block<1>(sources, factors, taps, start, at, to);
}

KINORA_INLINE double total(const Lanes& sums) {
  double all = 0;
  for (int64_t i = 0; i < kLanes; ++i) all += sums[i];
  return all;
}

/** Products of `Count` runs with one run, which is read once for all of them. */
template <int Count>
KINORA_INLINE void add_products(const float* const* sources, const float* with, int64_t length, double* to) {
  Lanes sums[Count] = {};
  for (int64_t at = 0; at < length; at += kLanes)
    for (int i = 0; i < Count; ++i) sums[i] += lanes(sources[i] + at) * lanes(with + at);
  for (int i = 0; i < Count; ++i) to[i] += total(sums[i]);
}

/** to[tap] += the sum of sources[tap][i] * with[i]; `with` is zero beyond its end */
KINORA_VECTORISED void add_all_products(const float* const* sources, int64_t taps, const float* with, int64_t length, double* to) {
  int64_t tap = 0;
  for (; tap + 9 <= taps; tap += 9) add_products<9>(sources + tap, with, length, to + tap);
  for (; tap + 3 <= taps; tap += 3) add_products<3>(sources + tap, with, length, to + tap);
  for (; tap < taps; ++tap) add_products<1>(sources + tap, with, length, to + tap);
}

KINORA_VECTORISED double sum_of_chunk(const float* x, int64_t count) {
  Lanes sums{};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) sums += lanes(x + i);
  return std::accumulate(x + i, x + count, total(sums));
}

/** Positions of a block along one axis. Without a stride, the zeros before a row are also those after the previous row. */
int64_t block_size(int64_t map, int64_t stride, int64_t padding) {
  return stride == 1 ? map + padding : (map + 2 * padding + stride - 1) / stride;
}

/** The first position of a map whose distance from the start of the padding has the remainder `remainder`. */
int64_t first_place(int64_t remainder, int64_t stride, int64_t padding) { return (remainder + (stride - 1) * padding) % stride; }

}  // namespace

double sum(const float* x, int64_t count) {
  double all = 0;
  for (int64_t first = 0; first < count; first += kChunk) all += sum_of_chunk(x + first, std::min(kChunk, count - first));
  return all;
}

MapLoops::MapLoops(Size3 map, const Filter& filter) : filter_(filter), map_(map), output_(filter.output(map)) {
  const auto& [size, stride, padding] = filter_;
  block_ = {block_size(map.t, stride.t, padding.t), block_size(map.h, stride.h, padding.h), block_size(map.w, stride.w, padding.w)};
  const auto place = [&](int64_t t, int64_t h, int64_t w) { return (t * block_.h + h) * block_.w + w; };
  run_ = place(output_.t - 1, output_.h - 1, output_.w - 1) + 1;
  lead_ = place((size.t - 1) / stride.t, (size.h - 1) / stride.h, (size.w - 1) / stride.w);
  for (int64_t t = 0; t < size.t; ++t)
    for (int64_t h = 0; h < size.h; ++h)
      for (int64_t w = 0; w < size.w; ++w)
        taps_.push_back({(t % stride.t * stride.h + h % stride.h) * stride.w + w % stride.w,
                         place(t / stride.t, h / stride.h, w / stride.w)});
  result_.resize(block_.count() + kSlack);
}

/** visit(offset in the block, offset in the map, count) for the rows of a block: positions of the map are a stride apart. */
template <typename Visit>
void MapLoops::each_row(int64_t block, Visit visit) const {
  const auto& [size, stride, padding] = filter_;
  const int64_t t0 = first_place(block / (stride.h * stride.w), stride.t, padding.t);
  const int64_t h0 = first_place(block / stride.w % stride.h, stride.h, padding.h);
  const int64_t w0 = first_place(block % stride.w, stride.w, padding.w);
  const int64_t count = (map_.w - w0 + stride.w - 1) / stride.w, w = (w0 + padding.w) / stride.w;
  if (count <= 0) return;
  for (int64_t t = t0; t < map_.t; t += stride.t)
    for (int64_t h = h0; h < map_.h; h += stride.h)
      visit(((t + padding.t) / stride.t * block_.h + (h + padding.h) / stride.h) * block_.w + w, (t * map_.h + h) * map_.w + w0, count);
}

/** Copies x into `blocks_`, whose zeros remain from one map to the next. */
void MapLoops::lay_out(const float* x) {
  const int64_t step = filter_.stride.w;
  blocks_.resize(filter_.stride.count() * block_.count() + lead_ + kSlack);
  for (int64_t block = 0; block < filter_.stride.count(); ++block) {
    float* to = blocks_.data() + block * block_.count();
    each_row(block, [&](int64_t at, int64_t from, int64_t count) {
      if (step == 1) std::copy_n(x + from, count, to + at);
      else for (int64_t i = 0; i < count; ++i) to[at + i] = x[from + i * step];
    });
  }
}

void MapLoops::convolve(const float* x, const float* weights, float bias, float* y) {
  lay_out(x);
  sources_.clear();
  for (const auto& tap : taps_) sources_.push_back(run_of(tap));
  sum_runs(sources_.data(), weights, static_cast<int64_t>(taps_.size()), bias, run_, result_.data());
  for (int64_t t = 0; t < output_.t; ++t)
    for (int64_t h = 0; h < output_.h; ++h) y = std::copy_n(result_.data() + (t * block_.h + h) * block_.w, output_.w, y);
}

void MapLoops::take_gradient(const float* dy) {
  gradient_.resize(lead_ + block_.count() + kSlack);
  for (int64_t t = 0; t < output_.t; ++t)
    for (int64_t h = 0; h < output_.h; ++h, dy += output_.w)
      std::copy_n(dy, output_.w, gradient_.data() + lead_ + (t * block_.h + h) * block_.w);
}

void MapLoops::input_gradient(const float* weights, float* dx) {
  const int64_t step = filter_.stride.w;
  for (int64_t block = 0; block < filter_.stride.count(); ++block) {
    sources_.clear(), factors_.clear();
    for (size_t i = 0; i < taps_.size(); ++i) {
      if (taps_[i].block != block) continue;
      sources_.push_back(gradient_.data() + lead_ - taps_[i].offset);
      factors_.push_back(weights[i]);
    }
    sum_runs(sources_.data(), factors_.data(), static_cast<int64_t>(sources_.size()), 0, block_.count(), result_.data());
    each_row(block, [&](int64_t at, int64_t to, int64_t count) {
      if (step == 1) std::copy_n(result_.data() + at, count, dx + to);
      else for (int64_t i = 0; i < count; ++i) dx[to + i * step] = result_[at + i];
    });
  }
}

void MapLoops::weight_gradient(const float* x, double* dweights) {
  lay_out(x);
  for (int64_t first = 0; first < run_; first += kChunk) {
    sources_.clear();
    for (const auto& tap : taps_) sources_.push_back(run_of(tap) + first);
    const auto taps = static_cast<int64_t>(taps_.size());
    add_all_products(sources_.data(), taps, gradient_.data() + lead_ + first, std::min(kChunk, run_ - first), dweights);
  }
}

}  // namespace kinora::depthwise
