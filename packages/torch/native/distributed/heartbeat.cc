// Which rank has died. Every rank counts up a key of its own in the store of rank 0, from a thread that no computation and
// no collective can hold up; rank 0 watches the counters and writes down who fell silent, and the others read that.
// Rank 0 itself is missed when its store does not answer.
//
// Calls to the store may block for good when its host is gone, so that a second thread watches the first. A verdict
// is told to JavaScript; if that is stuck in a collective, the process ends after a grace time: a training run may be
// killed at any moment, and the other ranks must not wait for it.
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

constexpr const char* kVerdict = "heartbeat/verdict";
constexpr const char* kError = " failed: ";  // between a rank and its own error, which would come again

/** A rank's own error, or its silence? */
bool is_error(const std::string& verdict) { return verdict.find(kError) != std::string::npos; }

/** EX_TEMPFAIL: the ranks may be started again. */
int exit_code(const std::string& verdict) { return is_error(verdict) ? 1 : 75; }

struct Settings {
  std::string host;
  int port;
  int rank;
  int size;
  milliseconds interval;
  milliseconds limit;  // silence that counts as death
  milliseconds grace;  // for JavaScript to end the process in its own way
};

std::string beat_key(int rank) { return "heartbeat/" + std::to_string(rank); }

std::string seconds(Clock::duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

class Heartbeat {
 public:
  Heartbeat(Settings settings, std::shared_ptr<js::ThreadSafeFunction> listener)
      : settings_(std::move(settings)), listener_(std::move(listener)), heard_(settings_.size, {-1, Clock::now()}) {}

  /** Threads keep the object alive: one of them may hang in the store for ever. */
  static void start(const std::shared_ptr<Heartbeat>& self) {
    self->touch();
    std::thread([self] { self->beat(); }).detach();
    std::thread([self] { self->watch(); }).detach();
  }

  /** From now on silence is no failure: the ranks are about to end. On the thread of JavaScript. */
  void stop() {
    listener_->close();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopped_ = true;
    }
    wake_.notify_all();
  }

  /** Tells every other rank why this one ends. The reason is written by the beating thread, within one interval. */
  void report_error(const std::string& reason) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      accusation_ = "rank " + std::to_string(settings_.rank) + kError + reason;
    }
    wake_.notify_all();
  }

 private:
  struct Heard {
    int64_t count;
    Clock::time_point at;
  };

  void touch() { answered_ = Clock::now().time_since_epoch().count(); }
  Clock::duration silence_of_store() const { return Clock::now().time_since_epoch() - Clock::duration(answered_.load()); }

  /** Sleeps for an interval, or until there is something to do. False: to end. */
  bool pause() {
    std::unique_lock<std::mutex> lock(mutex_);
    wake_.wait_for(lock, settings_.interval, [this] { return stopped_ || !verdict_.empty() || !accusation_.empty(); });
    return !stopped_ && verdict_.empty();
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
      decide("rank 0, which keeps the store at " + settings_.host + ":" + std::to_string(settings_.port) +
             ", is gone: its connection broke");
    }
  }

  void exchange(c10d::Store& store) {
    store.add(beat_key(settings_.rank), 1);
    write_accusation(store);
    if (settings_.rank == 0) listen(store);
    if (!store.check({kVerdict})) return;
    const auto text = store.get(kVerdict);
    decide(std::string(text.begin(), text.end()));
  }

  void write_accusation(c10d::Store& store) {
    std::string text;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      text.swap(accusation_);
    }
    if (!text.empty()) publish(store, text);
  }

  /** Rank 0: who has begun to count up and not gone on for too long? Those that never came are the rendezvous' business. */
  void listen(c10d::Store& store) {
    const auto now = Clock::now();
    for (int rank = 1; rank < settings_.size; ++rank) {
      const auto count = store.add(beat_key(rank), 0);
      auto& heard = heard_[static_cast<size_t>(rank)];
      if (count == 0) continue;
      if (count != heard.count) heard = {count, now};
      else if (now - heard.at > settings_.limit)
        publish(store, "rank " + std::to_string(rank) + " has given no sign of life for " + seconds(now - heard.at));
    }
  }

  /** The first verdict stands: what fails next, fails because of it. */
  void publish(c10d::Store& store, const std::string& text) {
    store.compareSet(kVerdict, {}, std::vector<uint8_t>(text.begin(), text.end()));
  }

  /** The second thread: sees to it that the first one gets answers, and that a verdict has consequences. */
  void watch() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!wake_.wait_for(lock, settings_.interval, [this] { return stopped_ || !verdict_.empty(); })) {
      if (silence_of_store() <= settings_.limit) continue;
      verdict_ = "rank 0, which keeps the store at " + settings_.host + ":" + std::to_string(settings_.port) +
                 ", has not answered for " + seconds(silence_of_store());
    }
    if (stopped_) return;
    const auto text = verdict_;
    tell(text);
    if (wake_.wait_for(lock, settings_.grace, [this] { return stopped_; })) return;
    std::fprintf(stderr, "kinora: rank %d: %s; this process was waiting for it\n", settings_.rank, text.c_str());
    std::fflush(stderr);
    ::_exit(exit_code(text));
  }

  void tell(const std::string& text) {
    auto message = std::make_unique<std::string>(text);
    if (listener_->call(message.get())) static_cast<void>(message.release());
  }

  void decide(const std::string& text) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (stopped_ || !verdict_.empty()) return;
      verdict_ = text;
    }
    wake_.notify_all();
  }

  const Settings settings_;
  const std::shared_ptr<js::ThreadSafeFunction> listener_;
  std::vector<Heard> heard_;
  std::atomic<Clock::rep> answered_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::string accusation_;
  std::string verdict_;
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

/** startHeartbeat(host, port, rank, size, intervalMs, limitMs, graceMs, onVerdict: (text, isError) => void): handle */
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

/** reportError(heartbeat, reason): names this rank and its error to all others */
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
