// When each bucket of gradients was sent and received, to measure how much of the communication backward hides. It
// replaces the Reducer's own all-reduce, with the same arithmetic; only a timed training uses it.
#pragma once

#include <torch/csrc/distributed/c10d/comm.hpp>

#include <chrono>
#include <mutex>
#include <vector>

#include "shared.h"

namespace kinora {

/** For each bucket, the times of sending and receiving, in milliseconds of the clock that all processes of a host share. */
class BucketTimes {
 public:
  void clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    times_.clear();
  }

  size_t off() {
    const std::lock_guard<std::mutex> lock(mutex_);
    times_.insert(times_.end(), {now(), 0});
    return times_.size() - 1;
  }

  void back(size_t place) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (place < times_.size()) times_[place] = now();
  }

  std::vector<double> read() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return times_;
  }

 private:
  static double now() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
  }

  std::mutex mutex_;
  std::vector<double> times_;
};

class TimedAllReduce : public c10d::CommHookInterface {
 public:
  TimedAllReduce(BackendPtr group, std::shared_ptr<BucketTimes> times) : group_(std::move(group)), times_(std::move(times)) {}

  c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override {
    std::vector<at::Tensor> tensors{bucket.getBufferRef().div_(group_->getSize())};
    const auto place = times_->off();
    const auto sent = group_->allreduce(tensors)->getFuture();
    const auto record = [times = times_, place](c10::ivalue::Future& future) {
      times->back(place);
      return future.value();
    };
    return sent->then(record, sent->elementType());
  }

  at::Tensor parseHookResult(const c10::IValue& result) override {
    return result.isTensor() ? result.toTensor() : result.toTensorVector()[0];
  }

 private:
  const BackendPtr group_;
  const std::shared_ptr<BucketTimes> times_;
};

}  // namespace kinora
