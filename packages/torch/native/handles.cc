// The slot tables of handles: one for tensors, one for generators. A table belongs to one JavaScript thread.
#include "handles.h"

#include <atomic>
#include <unordered_set>

namespace kinora {

namespace {

constexpr uint32_t kSlots = 1u << 24;
constexpr uint32_t kGenerations = 1u << 29;  // 24 + 29 bits: handles are safe integers
/** Tables start this far apart, so that a handle of another thread is stale here instead of naming a different tensor. */
constexpr uint32_t kTableStride = 1u << 20;
constexpr int64_t kWorthReporting = 1 << 16;  // bytes

template <typename T>
class SlotTable {
 public:
  struct Slot {
    T value;
    uint32_t generation;
    bool live = false;
    int64_t reported = 0;
  };

  double insert(T value) {
    if (free_.empty()) {
      if (slots_.size() >= kSlots) throw std::runtime_error("more than 16,777,216 tensors are alive");
      free_.push_back(static_cast<uint32_t>(slots_.size()));
      slots_.push_back({T(), first_generation_});
    }
    const uint32_t index = free_.back();
    free_.pop_back();
    Slot& slot = slots_[index];
    slot.value = std::move(value);
    slot.live = true;
    ++live_;
    return static_cast<double>(uint64_t{slot.generation} * kSlots + index);
  }

  Slot* find(double handle) {
    if (!(handle >= 0 && handle < static_cast<double>(uint64_t{kSlots} * kGenerations))) return nullptr;
    const auto bits = static_cast<uint64_t>(handle);
    const size_t index = bits % kSlots;
    if (index >= slots_.size()) return nullptr;
    Slot& slot = slots_[index];
    return slot.live && slot.generation == bits / kSlots ? &slot : nullptr;
  }

  void erase(Slot* slot) {
    T value = std::move(slot->value);  // released last: freeing a graph can run arbitrary destructors
    slot->value = T();
    slot->live = false;
    slot->generation = (slot->generation + 1) % kGenerations;
    free_.push_back(static_cast<uint32_t>(slot - slots_.data()));
    --live_;
  }

  size_t live() const { return live_; }
  const std::vector<Slot>& slots() const { return slots_; }

 private:
  static uint32_t next_first_generation() {
    static std::atomic<uint32_t> tables{0};
    return tables++ * kTableStride % kGenerations;
  }

  const uint32_t first_generation_ = next_first_generation();
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  size_t live_ = 0;
};

thread_local SlotTable<at::Tensor> tensors;
thread_local SlotTable<at::Generator> generators;

void report(napi_env env, int64_t bytes) {
  int64_t total;
  napi_adjust_external_memory(env, bytes, &total);
}

}  // namespace

double store(at::Tensor tensor) { return tensors.insert(std::move(tensor)); }

void entrust(napi_env env, double handle) {
  auto* slot = tensors.find(handle);
  if (slot == nullptr || slot->reported != 0 || !slot->value.has_storage()) return;
  const auto& storage = slot->value.storage();
  if (storage.use_count() != 1) return;  // freeing this tensor alone frees nothing
  const auto bytes = static_cast<int64_t>(storage.nbytes());
  if (bytes < kWorthReporting) return;
  slot->reported = bytes;
  report(env, bytes);
}

const at::Tensor& load(double handle) {
  const auto* slot = tensors.find(handle);
  if (slot == nullptr) throw Disposed();
  return slot->value;
}

void release(napi_env env, double handle) {
  auto* slot = tensors.find(handle);
  if (slot == nullptr) return;
  if (slot->reported != 0) report(env, -slot->reported);
  slot->reported = 0;
  tensors.erase(slot);
}

napi_value wrap(napi_env env, at::Tensor tensor) {
  return tensor.defined() ? js::number(env, store(std::move(tensor))) : js::null(env);
}

at::Tensor load_optional(napi_env env, napi_value handle) {
  return js::is_nullish(env, handle) ? at::Tensor() : load(env, handle);
}

std::vector<at::Tensor> load_list(napi_env env, napi_value handles) {
  std::vector<at::Tensor> result;
  const uint32_t length = js::array_length(env, handles);
  result.reserve(length);
  for (uint32_t i = 0; i < length; ++i) result.push_back(load_optional(env, js::element(env, handles, i)));
  return result;
}

napi_value wrap_list(napi_env env, const std::vector<at::Tensor>& list) {
  napi_value result = js::array(env, list.size());
  for (size_t i = 0; i < list.size(); ++i) js::set(env, result, static_cast<uint32_t>(i), wrap(env, list[i]));
  return result;
}

LiveStatistics live_statistics() {
  std::unordered_set<const void*> seen;
  size_t bytes = 0;
  for (const auto& slot : tensors.slots()) {
    if (!slot.live || !slot.value.has_storage()) continue;
    const auto* storage = slot.value.storage().unsafeGetStorageImpl();
    if (seen.insert(storage).second) bytes += storage->nbytes();
  }
  return {tensors.live(), bytes};
}

double store_generator(at::Generator generator) { return generators.insert(std::move(generator)); }

const at::Generator& load_generator(double handle) {
  const auto* slot = generators.find(handle);
  if (slot == nullptr) throw Disposed();
  return slot->value;
}

void release_generator(double handle) {
  if (auto* slot = generators.find(handle)) generators.erase(slot);
}

}  // namespace kinora
