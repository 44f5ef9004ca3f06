// Detects ranks that have died. Every rank increments its own counter in the store of rank 0, on a thread that no
// computation and no collective can block. Rank 0 watches the counters and publishes which rank has stopped; the others
// read that. Rank 0 counts as lost if its store does not answer.
//
// Calls to the store may block for ever if its host is gone, so a second thread watches the first. A failure is reported
// to JavaScript; if that is stuck in a collective, the process ends after a grace period, because the other ranks must not
// wait for it. A training run may be killed at any time.
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <thread>

#include "../thread_safe_function.h"
#include "shared.h"

namespace kinora {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* kFailure = "heartbeat/failure";
constexpr const char* kError = " failed: ";  // between a rank and its own error, which would recur

/** Whether a rank reported an error; otherwise it is lost. */
bool is_error(const std::string& failure) { return failure.find(kError) != std::string::npos; }

/** 75 is EX_TEMPFAIL: a restart may succeed. */
int exit_code(const std::string& failure) { return is_error(failure) ? 1 : 75; }

struct Settings {
  std::string host;
  int port;
  int rank;
  int size;
  milliseconds interval;
  milliseconds limit;  // a rank without a heartbeat for this long counts as dead
  milliseconds grace;  // time for JavaScript to end the process itself
};

std::string beat_key(int rank) { return "heartbeat/" + std::to_string(rank); }

std::string seconds(Clock::duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

class Heartbeat {
 public:
  Heartbeat(Settings settings, std::shared_ptr<js::ThreadSafeFunction> listener)
      : settings_(std::move(settings)), listener_(std::move(listener)), last_beats_(settings_.size, {-1, Clock::now()}) {}

  /** The threads keep the object alive: one of them may block in the store for ever. */
  static void start(const std::shared_ptr<Heartbeat>& self) {
    self->touch();
    std::thread([self] { self->beat(); }).detach();
    std::thread([self] { self->watch(); }).detach();
  }

  /** From now on a missing heartbeat is not a failure: the ranks are about to end. On JavaScript's thread. */
  void stop() {
    listener_->close();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
    }
    wake_.notify_all();
  }

  /** Reports to all other ranks why this one ends. The heartbeat thread writes the reason within one interval. */
  void report_error(const std::string& reason) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      own_error_ = "rank " + std::to_string(settings_.rank) + kError + reason;
    }
    wake_.notify_all();
  }

 private:
  struct LastBeat {
    int64_t count;
    Clock::time_point at;
  };

  void touch() { answered_at_ = Clock::now().time_since_epoch().count(); }
  Clock::duration silence_of_store() const { return Clock::now().time_since_epoch() - Clock::duration(answered_at_.load()); }

  /** Sleeps for an interval, or until there is something to do. False: the thread must end. */
  bool pause() {
    std::unique_lock<std::mutex> lock(mutex_);
    wake_.wait_for(lock, settings_.interval, [this] { return stopped_ || !failure_.empty() || !own_error_.empty(); });
    return !stopped_ && failure_.empty();
  }

  void beat() {
    StorePtr store;
    try {
      store = connect_store(settings_.host, settings_.port, false, settings_.limit);
      do {
        exchange(*store);
        touch();
      } while (pause());
    } catch (const std::exception&) {
      fail("rank 0, which keeps the store at " + settings_.host + ":" + std::to_string(settings_.port) +
             ", is gone: its connection broke");
    }
  }

  void exchange(c10d::Store& store) {
    store.add(beat_key(settings_.rank), 1);
    write_own_error(store);
    if (settings_.rank == 0) watch_ranks(store);
    if (!store.check({kFailure})) return;
    const auto text = store.get(kFailure);
    fail(std::string(text.begin(), text.end()));
  }

  void write_own_error(c10d::Store& store) {
    std::string text;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      text.swap(own_error_);
    }
    if (!text.empty()) publish(store, text);
  }

  /** On rank 0: looks for ranks whose counters have stopped. The rendezvous reports ranks that never joined. */
  void watch_ranks(c10d::Store& store) {
    const auto now = Clock::now();
    for (int rank = 1; rank < settings_.size; ++rank) {
      const auto count = store.add(beat_key(rank), 0);
      auto& last = last_beats_[static_cast<size_t>(rank)];
      if (count == 0) continue;
      if (count != last.count) last = {count, now};
      else if (now - last.at > settings_.limit)
        publish(store, "rank " + std::to_string(rank) + " has given no sign of life for " + seconds(now - last.at));
    }
  }

  /** The first failure counts: later ones are its consequences. */
  void publish(c10d::Store& store, const std::string& text) {
    store.compareSet(kFailure, {}, std::vector<uint8_t>(text.begin(), text.end()));
  }

  /** The second thread: detects a store that does not answer, and ends the process after a failure. */
  void watch() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!wake_.wait_for(lock, settings_.interval, [this] { return stopped_ || !failure_.empty(); })) {
      if (silence_of_store() <= settings_.limit) continue;
      failure_ = "rank 0, which keeps the store at " + settings_.host + ":" + std::to_string(settings_.port) +
                 ", has not answered for " + seconds(silence_of_store());
    }
    if (stopped_) return;
    const auto text = failure_;
    notify(text);
    if (wake_.wait_for(lock, settings_.grace, [this] { return stopped_; })) return;
    std::fprintf(stderr, "kinora: rank %d: %s; this process was waiting for it\n", settings_.rank, text.c_str());
    std::fflush(stderr);
    ::_exit(exit_code(text));
  }

  void notify(const std::string& text) {
    auto message = std::make_unique<std::string>(text);
    if (listener_->call(message.get())) static_cast<void>(message.release());
  }

  void fail(const std::string& text) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (stopped_ || !failure_.empty()) return;
      failure_ = text;
    }
    wake_.notify_all();
  }

  const Settings settings_;
  const std::shared_ptr<js::ThreadSafeFunction> listener_;
  std::vector<LastBeat> last_beats_;
  std::atomic<Clock::rep> answered_at_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::string own_error_;
  std::string failure_;
};

Registry<std::shared_ptr<Heartbeat>>& heartbeats() {
  static auto* registry = new Registry<std::shared_ptr<Heartbeat>>("heartbeat");
  return *registry;
}

void deliver(napi_env env, napi_value callback, void*, void* data) {
  const std::unique_ptr<std::string> text(static_cast<std::string*>(data));
  if (env == nullptr) return;
  const napi_value arguments[] = {js::string(env, *text), js::boolean(env, is_error(*text))};
  napi_call_function(env, js::undefined(env), callback, 2, arguments, nullptr);
}

/** startHeartbeat(host, port, rank, size, intervalMs, limitMs, graceMs, onFailure: (text, isError) => void): handle */
napi_value start_heartbeat(napi_env env, napi_callback_info info) {
  const js::Arguments<8> args(env, info);
  const auto time = [&](size_t i) { return milliseconds(js::to_int64(env, args[i])); };
  Settings settings{js::to_string(env, args[0]), static_cast<int>(js::to_int64(env, args[1])),
                    static_cast<int>(js::to_int64(env, args[2])), static_cast<int>(js::to_int64(env, args[3])),
                    time(4), time(5), time(6)};
  const auto listener = js::ThreadSafeFunction::open(env, args[7], deliver);
  listener->keep_alive(false);
  const auto heartbeat = std::make_shared<Heartbeat>(std::move(settings), listener);
  Heartbeat::start(heartbeat);
  return heartbeats().insert(env, heartbeat);
}

/** reportError(heartbeat, reason): reports this rank and its error to all others */
napi_value report_error(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  heartbeats().find(env, args[0])->report_error(js::to_string(env, args[1]));
  return js::undefined(env);
}

napi_value stop_heartbeat(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  heartbeats().find(env, args[0])->stop();
  heartbeats().erase(env, args[0]);
  return js::undefined(env);
}

}  // namespace

void define_heartbeat(napi_env env, napi_value exports) {
  js::define<start_heartbeat>(env, exports, "startHeartbeat");
  js::define<report_error>(env, exports, "reportError");
  js::define<stop_heartbeat>(env, exports, "stopHeartbeat");
}

}  // namespace kinora
