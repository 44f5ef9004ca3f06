// Native objects that JavaScript identifies by number: events, stores, process groups, work in flight. Unlike tensors they are few and
// belong to the whole process. They are not destroyed when it ends, because a group's destructor waits for work that a dead
// peer will never finish.
#pragma once

#include <mutex>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "js.h"

namespace kinora {

template <typename T>
class Registry {
 public:
  explicit Registry(const char* what) : what_(what) {}

  napi_value insert(napi_env env, T value) {
    const std::lock_guard<std::mutex> lock(mutex_);
    entries_.emplace(++last_, std::move(value));
    return js::number(env, static_cast<double>(last_));
  }

  T find(int64_t handle) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto entry = entries_.find(handle);
    if (entry == entries_.end())
      throw std::invalid_argument(std::string("expected an open ") + what_ + ", received one that was closed");
    return entry->second;
  }

  T find(napi_env env, napi_value handle) { return find(js::to_int64(env, handle)); }

  /** The object is destroyed with its last user, outside the lock. */
  void erase(napi_env env, napi_value handle) {
    T last{};  // declared before the lock, so destroyed after it
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto entry = entries_.find(js::to_int64(env, handle));
    if (entry == entries_.end()) return;
    last = std::move(entry->second);
    entries_.erase(entry);
  }

 private:
  const char* what_;
  std::mutex mutex_;
  int64_t last_ = 0;
  std::unordered_map<int64_t, T> entries_;
};

}  // namespace kinora
