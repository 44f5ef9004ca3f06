// Random number generators: the default generator of each device, separate generators on the CPU, and their states.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <mutex>

#include "handles.h"
#include "module.h"

namespace kinora {

namespace {

/** A generator is identified by a device string (the device's default generator) or by a handle (a separate generator). */
at::Generator generator_of(napi_env env, napi_value value) {
  if (js::type_of(env, value) == napi_number) return load_generator(js::to_double(env, value));
  return at::globalContext().defaultGenerator(c10::Device(js::to_string(env, value)));
}

/** manualSeed(seed): seeds the default generator of every device */
napi_value manual_seed(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  at::manual_seed(static_cast<uint64_t>(js::to_int64(env, args[0])));
  return js::undefined(env);
}

/** newGenerator(seed): handle */
napi_value new_generator(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return js::number(env, store_generator(at::detail::createCPUGenerator(static_cast<uint64_t>(js::to_int64(env, args[0])))));
}

napi_value release_own_generator(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  release_generator(js::to_double(env, args[0]));
  return js::undefined(env);
}

/** generatorState(device | handle): handle of a uint8 tensor */
napi_value generator_state(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  auto generator = generator_of(env, args[0]);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  return wrap(env, generator.get_state());
}

napi_value set_generator_state(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  auto generator = generator_of(env, args[0]);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(load(env, args[1]));
  return js::undefined(env);
}

}  // namespace

void define_random(napi_env env, napi_value exports) {
  js::define<manual_seed>(env, exports, "manualSeed");
  js::define<new_generator>(env, exports, "newGenerator");
  js::define<release_own_generator>(env, exports, "releaseGenerator");
  js::define<generator_state>(env, exports, "generatorState");
  js::define<set_generator_state>(env, exports, "setGeneratorState");
}

}  // namespace kinora
