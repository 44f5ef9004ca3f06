// Key-value stores through which ranks find and watch each other: one that rank 0 serves on a TCP port, one in a file.
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

#include "../background.h"
#include "shared.h"

namespace kinora {

Registry<StorePtr>& stores() {
  static auto* registry = new Registry<StorePtr>("store");
  return *registry;
}

namespace {

/**
 * Newer versions can serve with libuv, but Node exports the functions of another version of libuv, and the loader would
 * mix the two. Older versions have no such option.
 */
template <typename Options>
auto without_libuv(Options& options, int) -> decltype(static_cast<void>(options.useLibUV)) {
  options.useLibUV = false;
}
template <typename Options>
void without_libuv(Options&, long) {}

/** Whether the exception that would end the program only reports a lost connection to another host. */
bool connection_is_gone(const std::exception_ptr& error) {
  try {
    if (error) std::rethrow_exception(error);
  } catch (const std::system_error& failure) {
    const auto code = failure.code().value();
    return code == ECONNRESET || code == ECONNABORTED || code == EPIPE || code == ETIMEDOUT || code == EHOSTUNREACH;
  } catch (...) {
  }
  return false;
}

/**
 * Ends only this thread. pthread_exit would unwind its stack through std::terminate and end the program after all. To the kernel, and
 * to a destructor that joins it, the thread has ended normally. On systems other than Linux it sleeps instead, and a join waits
 * for ever.
 */
void end_thread() {
#ifdef __linux__
  ::syscall(SYS_exit, 0);
#endif
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

/**
 * libtorch 1.13 has a thread for each client of a store, which throws an uncaught exception when the host of rank 0 resets
 * the connection: the process would end before it could report which rank is lost. Instead, only that thread ends, and the
 * heartbeat reports the failure. Called on JavaScript's thread or one of its pool.
 */
void survive_broken_stores() {
  static std::once_flag once;
  std::call_once(once, [] {
    static const auto otherwise = std::get_terminate();
    static const auto pid = ::getpid();
    std::set_terminate([] {
      const bool main_thread = static_cast<pid_t>(::syscall(SYS_gettid)) == pid;
      if (!main_thread && connection_is_gone(std::current_exception())) end_thread();
      otherwise();
    });
  });
}

/**
 * newTcpStore(host, port, isServer, timeoutMs, thisHostOnly): Promise<handle>; a server with port 0 gets a free port, and one for
 * this host only accepts no connection from others
 */
napi_value new_tcp_store(napi_env env, napi_callback_info info) {
  const js::Arguments<5> args(env, info);
  const auto host = js::to_string(env, args[0]);
  const auto port = static_cast<int>(js::to_int64(env, args[1]));
  const bool is_server = js::to_bool(env, args[2]);
  const std::chrono::milliseconds timeout(js::to_int64(env, args[3]));
  const bool this_host_only = js::to_bool(env, args[4]);
  return js::in_background(env, [=]() -> js::Settle {
    const auto store = connect_store(host, port, is_server, timeout);
    if (is_server && this_host_only) accept_only_this_host(store->getPort());
    return [store](napi_env env) { return stores().insert(env, store); };
  });
}

/** newFileStore(path, worldSize): handle */
napi_value new_file_store(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto size = static_cast<int>(js::to_int64(env, args[1]));
  return stores().insert(env, c10::make_intrusive<c10d::FileStore>(js::to_string(env, args[0]), size));
}

/** newPrefixStore(prefix, store): handle */
napi_value new_prefix_store(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto inner = stores().find(env, args[1]);
  return stores().insert(env, c10::make_intrusive<c10d::PrefixStore>(js::to_string(env, args[0]), inner));
}

/** storePort(store): the port of a TCP store */
napi_value store_port(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const auto store = stores().find(env, args[0]);
  const auto* tcp = dynamic_cast<c10d::TCPStore*>(store.get());
  return tcp == nullptr ? js::null(env) : js::number(env, tcp->getPort());
}

napi_value store_set(napi_env env, napi_callback_info info) {
  const js::Arguments<3> args(env, info);
  const auto value = js::to_string(env, args[2]);
  stores().find(env, args[0])->set(js::to_string(env, args[1]), std::vector<uint8_t>(value.begin(), value.end()));
  return js::undefined(env);
}

/** storeGet(store, key): its text; waits for the key until the store's timeout */
napi_value store_get(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto value = stores().find(env, args[0])->get(js::to_string(env, args[1]));
  return js::string(env, std::string(value.begin(), value.end()));
}

/** storeAdd(store, key, amount): the new value of a counter */
napi_value store_add(napi_env env, napi_callback_info info) {
  const js::Arguments<3> args(env, info);
  const auto value = stores().find(env, args[0])->add(js::to_string(env, args[1]), js::to_int64(env, args[2]));
  return js::number(env, static_cast<double>(value));
}

/** storeCheck(store, keys): whether all of them exist */
napi_value store_check(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  std::vector<std::string> keys(js::array_length(env, args[1]));
  for (uint32_t i = 0; i < keys.size(); ++i) keys[i] = js::to_string(env, js::element(env, args[1], i));
  return js::boolean(env, stores().find(env, args[0])->check(keys));
}

napi_value store_delete(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  return js::boolean(env, stores().find(env, args[0])->deleteKey(js::to_string(env, args[1])));
}

napi_value release_store(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  stores().erase(env, args[0]);
  return js::undefined(env);
}

}  // namespace

c10::intrusive_ptr<c10d::TCPStore> connect_store(const std::string& host, int port, bool is_server, std::chrono::milliseconds timeout) {
  survive_broken_stores();
  c10d::TCPStoreOptions options;
  options.port = static_cast<uint16_t>(port);
  options.isServer = is_server;
  options.waitWorkers = false;  // TypeScript finds out which ranks are missing
  options.timeout = timeout;
  without_libuv(options, 0);
  return c10::make_intrusive<c10d::TCPStore>(host, options);
}

void define_store(napi_env env, napi_value exports) {
  js::define<new_tcp_store>(env, exports, "newTcpStore");
  js::define<new_file_store>(env, exports, "newFileStore");
  js::define<new_prefix_store>(env, exports, "newPrefixStore");
  js::define<store_port>(env, exports, "storePort");
  js::define<store_set>(env, exports, "storeSet");
  js::define<store_get>(env, exports, "storeGet");
  js::define<store_add>(env, exports, "storeAdd");
  js::define<store_check>(env, exports, "storeCheck");
  js::define<store_delete>(env, exports, "storeDelete");
  js::define<release_store>(env, exports, "releaseStore");
}

}  // namespace kinora
