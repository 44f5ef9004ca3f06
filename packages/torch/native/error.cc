// The one boundary where C++ exceptions become JavaScript errors: the message is the first line,
// libtorch's C++ backtrace goes into a property, and the JavaScript stack stays.
#include <c10/util/Exception.h>

#include "js.h"

namespace kinora::js {

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

void raise_message(napi_env env, const std::string& message, const std::string& detail) {
  napi_value error;
  napi_value text;
  if (napi_create_string_utf8(env, message.data(), message.size(), &text) != napi_ok) return;
  if (napi_create_error(env, nullptr, text, &error) != napi_ok) return;
  napi_value native;
  if (!detail.empty() && napi_create_string_utf8(env, detail.data(), detail.size(), &native) == napi_ok)
    napi_set_named_property(env, error, "native", native);
  napi_throw(env, error);
}

}  // namespace

void raise(napi_env env) noexcept {
  try {
    throw;
  } catch (const Pending&) {
  } catch (const c10::Error& error) {
    raise_message(env, first_line(error.what_without_backtrace()), error.what());
  } catch (const std::exception& error) {
    raise_message(env, first_line(error.what()), error.what());
  } catch (...) {
    raise_message(env, "libtorch threw something that is not a std::exception", "");
  }
}

}  // namespace kinora::js
