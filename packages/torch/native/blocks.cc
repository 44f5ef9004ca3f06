// A cache of large memory blocks for CPU tensors. Each training step allocates and frees the same sizes as the one before, so blocks
// kept by size cause no new page faults, and small allocations never split them. docs/decisions/0113.
#include "blocks.h"

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <unordered_map>

namespace kinora {

namespace {

/** From this size on, glibc too would request each block from the kernel. */
constexpr size_t kLarge = size_t{128} << 10;
constexpr size_t kPage = size_t{4} << 10;
constexpr size_t kHugePage = size_t{2} << 20;
/** The cache may exceed the peak usage by half, and by at least this. */
constexpr size_t kSpare = size_t{64} << 20;

constexpr size_t round_up(size_t size, size_t unit) { return (size + unit - 1) / unit * unit; }

struct Block {
  void* data;
  size_t size;
  void* mapped;
  size_t mapped_size;
  uint64_t given_back;
};

class BlockCache final : public c10::Allocator {
 public:
  explicit BlockCache(c10::Allocator* small) : small_(small) {}

  // Const in the base class up to libtorch 2.2, not since 2.3, which added copy_data; the other form overrides nothing.
  c10::DataPtr allocate(size_t size) const { return const_cast<BlockCache*>(this)->allocate(size); }
  c10::DataPtr allocate(size_t size) {
    if (size < kLarge) return small_->allocate(size);
    void* data = take(round_up(size, kPage));
    return {data, data, &give_back, c10::Device(c10::DeviceType::CPU)};
  }
  void copy_data(void* target, const void* source, size_t count) const { std::memcpy(target, source, count); }
  /** oneDNN allocates and frees its scratch memory without a DataPtr, small blocks included. */
  c10::DeleterFnPtr raw_deleter() const override { return &give_back; }

 private:
  void* take(size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = free_.lower_bound(size);
    const bool fits = found != free_.end() && found->first <= size + size / 8;
    const size_t taken = fits ? found->first : size;
    used_ += taken;
    void* data = fits ? reuse(found) : map(size);
    most_used_ = std::max(most_used_, used_);  // only now: a refused allocation was never in use
    return data;
  }

  void* reuse(std::multimap<size_t, Block*>::iterator position) {
    const Block* block = position->second;
    free_.erase(position);
    kept_ -= block->size;
    return block->data;
  }

  /** A new block. Makes room by freeing cached blocks, least recently used first. */
  void make_room() {
    const size_t most = std::max(most_used_, used_);
    while (!free_.empty() && used_ + kept_ > most + std::max(most / 2, kSpare)) {
      unmap(std::min_element(free_.begin(), free_.end(), [](const auto& a, const auto& b) {
        return a.second->given_back < b.second->given_back;
      }));
    }
  }

  void* map(size_t size) {
    make_room();
    const size_t mapped_size = size < kHugePage ? size : size + kHugePage;
    void* mapped = map_pages(mapped_size);
    while (mapped == MAP_FAILED && !free_.empty()) {
      unmap(free_.begin());
      mapped = map_pages(mapped_size);
    }
    if (mapped == MAP_FAILED) used_ -= size;
    TORCH_CHECK(mapped != MAP_FAILED, "not enough memory: you tried to allocate ", size, " bytes");
    void* data = mapped;
    if (size >= kHugePage) {
      data = reinterpret_cast<void*>(round_up(reinterpret_cast<uintptr_t>(mapped), kHugePage));
#ifdef MADV_HUGEPAGE
      madvise(data, size, MADV_HUGEPAGE);
#endif
    }
    blocks_[data] = {data, size, mapped, mapped_size, 0};
    return data;
  }

  static void* map_pages(size_t size) {
    return mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }

  void unmap(std::multimap<size_t, Block*>::iterator position) {
    const Block block = *position->second;
    free_.erase(position);
    blocks_.erase(block.data);
    kept_ -= block.size;
    munmap(block.mapped, block.mapped_size);
  }

  static void give_back(void* data);

  /** False if the block does not belong to this cache. */
  bool keep(void* data) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = blocks_.find(data);
    if (found == blocks_.end()) return false;
    Block& block = found->second;
    block.given_back = ++time_;
    free_.emplace(block.size, &block);
    used_ -= block.size;
    kept_ += block.size;
    return true;
  }

  c10::Allocator* const small_;
  std::mutex mutex_;
  std::unordered_map<void*, Block> blocks_;
  std::multimap<size_t, Block*> free_;
  size_t used_ = 0;
  size_t kept_ = 0;
  size_t most_used_ = 0;
  uint64_t time_ = 0;
};

/** Never freed: tensors may outlive the exit handlers. */
BlockCache* cache = nullptr;

void BlockCache::give_back(void* data) {
  if (data != nullptr && !cache->keep(data)) cache->small_->raw_deleter()(data);
}

}  // namespace

void cache_large_blocks() {
  static std::once_flag once;
  std::call_once(once, [] {
    cache = new BlockCache(c10::GetCPUAllocator());
    c10::SetAllocator(c10::DeviceType::CPU, cache, 1);
  });
}

}  // namespace kinora
