// Work on libtorch's threads. These are OpenMP threads, and an addon that is compiled without libtorch's OpenMP can only share them
// through libtorch, whose TensorIterator runs any loop on them.
#pragma once

#include <ATen/TensorIterator.h>
#include <ATen/ops/arange.h>

namespace kinora {

/** Runs work(first, end) for ranges of `channels`, in any order and on any thread. */
template <typename Work>
void each_range(int64_t channels, const Work& work) {
  const auto numbers = at::arange(channels, at::kLong);
  at::TensorIterator::borrowing_nullary_op(numbers).for_each(
      [&](char** data, const int64_t*, int64_t count) {
        const int64_t first = *reinterpret_cast<const int64_t*>(data[0]);  // consecutive numbers
        work(first, first + count);
      },
      /*grain_size=*/1);
}

/** Runs work(channel) for each of them. */
template <typename Work>
void each_channel(int64_t channels, const Work& work) {
  each_range(channels, [&](int64_t first, int64_t end) {
    for (int64_t channel = first; channel < end; ++channel) work(channel);
  });
}

}  // namespace kinora
