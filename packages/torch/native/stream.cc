// Streams: queues of work on a device, in addition to the one that computes. Uses c10's interface for all devices, which needs no
// CUDA headers. The CPU has no queue: work is done when a call returns. It has one stream, number 0, on which waiting has no
// effect.
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <memory>

#include "handles.h"
#include "module.h"
#include "registry.h"

namespace kinora {

namespace {

using c10::impl::VirtualGuardImpl;

/** "cuda" without a number is the current device. */
c10::Device device_of(napi_env env, napi_value name) {
  const c10::Device device(js::to_string(env, name));
  return device.is_cpu() || device.has_index() ? device : VirtualGuardImpl(device.type()).getDevice();
}

c10::Stream stream_of(napi_env env, napi_value name, napi_value id) {
  return c10::Stream(c10::Stream::UNSAFE, device_of(env, name), js::to_int64(env, id));
}

/** newStream(device): the id of a stream from libtorch's pool, which owns it */
napi_value new_stream(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const auto device = device_of(env, args[0]);
  if (device.is_cpu()) return js::number(env, 0);
  return js::number(env, static_cast<double>(VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device).id()));
}

/** exchangeStream(device, id): makes it this thread's current stream of the device; returns the id of the previous one */
napi_value exchange_stream(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto stream = stream_of(env, args[0], args[1]);
  if (stream.device().is_cpu()) return js::number(env, 0);
  return js::number(env, static_cast<double>(VirtualGuardImpl(stream.device_type()).exchangeStream(stream).id()));
}

/** followStream(device, id): work queued on the current stream from now on waits for the work already queued on that one */
napi_value follow_stream(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const auto stream = stream_of(env, args[0], args[1]);
  if (stream.device().is_cpu()) return js::undefined(env);
  c10::Event event(stream.device_type());
  event.record(stream);
  event.block(VirtualGuardImpl(stream.device_type()).getStream(stream.device()));
  return js::undefined(env);  // the device keeps what it needs from the event
}

/** recordStream(handle): once freed, its memory is not reused before the work that the current stream has queued by then is done */
napi_value record_stream(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const auto& tensor = load(env, args[0]);
  if (tensor.device().is_cpu()) return js::undefined(env);
  const VirtualGuardImpl guard(tensor.device().type());
  guard.recordDataPtrOnStream(tensor.storage().data_ptr(), guard.getStream(tensor.device()));
  return js::undefined(env);
}

Registry<std::shared_ptr<c10::Event>>& events() {
  static auto* registry = new Registry<std::shared_ptr<c10::Event>>("event");
  return *registry;
}

/** recordEvent(device): handle of an event that occurs when the work now in the device's current stream is done */
napi_value record_event(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  const auto device = device_of(env, args[0]);
  auto event = std::make_shared<c10::Event>(device.type());
  if (!device.is_cpu()) event->record(VirtualGuardImpl(device.type()).getStream(device));
  return events().insert(env, std::move(event));
}

/** isEventDone(handle): true also for an event that was never recorded, such as those of the CPU */
napi_value is_event_done(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  return js::boolean(env, events().find(env, args[0])->query());
}

napi_value release_event(napi_env env, napi_callback_info info) {
  const js::Arguments<1> args(env, info);
  events().erase(env, args[0]);
  return js::undefined(env);
}

}  // namespace

void define_stream(napi_env env, napi_value exports) {
  js::define<new_stream>(env, exports, "newStream");
  js::define<exchange_stream>(env, exports, "exchangeStream");
  js::define<follow_stream>(env, exports, "followStream");
  js::define<record_stream>(env, exports, "recordStream");
  js::define<record_event>(env, exports, "recordEvent");
  js::define<is_event_done>(env, exports, "isEventDone");
  js::define<release_event>(env, exports, "releaseEvent");
}

}  // namespace kinora
