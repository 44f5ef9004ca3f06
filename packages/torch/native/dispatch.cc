// The one door to ~3,000 operators: find a schema in the dispatcher once, then call it by index with converted arguments.
// Autograd, autocast and device selection happen behind it, as they do for PyTorch.
#include <ATen/core/dispatch/Dispatcher.h>

#include <deque>
#include <unordered_map>

#include "convert.h"
#include "handles.h"
#include "module.h"

namespace kinora {

namespace {

struct Operator {
  c10::OperatorHandle handle;
  /** Index of the argument that the only result aliases (in-place and out= operators), or -1. */
  int32_t returned_argument;
};

thread_local std::deque<Operator> operators;

int32_t returned_argument(const c10::FunctionSchema& schema) {
  if (schema.returns().size() != 1) return -1;
  const auto* result = schema.returns()[0].alias_info();
  if (result == nullptr || !result->isWrite()) return -1;
  for (size_t i = 0; i < schema.arguments().size(); ++i) {
    const auto* argument = schema.arguments()[i].alias_info();
    if (argument != nullptr && argument->isWrite() && argument->beforeSets() == result->beforeSets())
      return static_cast<int32_t>(i);
  }
  return -1;
}

napi_value describe_default(napi_env env, const c10::Argument& argument) {
  if (!argument.default_value()) return js::undefined(env);
  const auto& value = *argument.default_value();
  return value.isTensor() ? js::null(env) : from_ivalue(env, value);
}

napi_value describe_argument(napi_env env, const c10::Argument& argument) {
  napi_value result = js::object(env);
  js::set(env, result, "name", js::string(env, argument.name()));
  js::set(env, result, "type", js::string(env, argument.real_type()->str()));
  js::set(env, result, "named", js::boolean(env, argument.kwarg_only()));
  js::set(env, result, "optional", js::boolean(env, argument.default_value().has_value()));
  js::set(env, result, "default", describe_default(env, argument));
  if (argument.N()) js::set(env, result, "length", js::number(env, *argument.N()));
  js::set(env, result, "written", js::boolean(env, argument.alias_info() != nullptr && argument.alias_info()->isWrite()));
  return result;
}

napi_value describe_arguments(napi_env env, const std::vector<c10::Argument>& arguments) {
  napi_value result = js::array(env, arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i)
    js::set(env, result, static_cast<uint32_t>(i), describe_argument(env, arguments[i]));
  return result;
}

/** overloads(name: 'aten::add'): string[] */
napi_value overloads(napi_env env, napi_callback_info info) {
  static const auto by_name = [] {
    std::unordered_map<std::string, std::vector<std::string>> names;
    for (const auto& op : c10::Dispatcher::singleton().getAllOpNames()) names[op.name].push_back(op.overload_name);
    return names;
  }();
  const js::Arguments<1> args(env, info);
  const auto found = by_name.find(js::to_string(env, args[0]));
  napi_value result = js::array(env, found == by_name.end() ? 0 : found->second.size());
  if (found == by_name.end()) return result;
  for (size_t i = 0; i < found->second.size(); ++i)
    js::set(env, result, static_cast<uint32_t>(i), js::string(env, found->second[i]));
  return result;
}

/** resolve(name, overload): { index, schema, arguments, returns, returnedArgument } | undefined */
napi_value resolve(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const c10::OperatorName name(js::to_string(env, args[0]), js::to_string(env, args[1]));
  const auto handle = c10::Dispatcher::singleton().findSchema(name);
  if (!handle) return js::undefined(env);
  const auto& schema = handle->schema();
  operators.push_back({*handle, returned_argument(schema)});
  napi_value result = js::object(env);
  js::set(env, result, "index", js::number(env, static_cast<double>(operators.size() - 1)));
  js::set(env, result, "schema", js::string(env, c10::toString(schema)));
  js::set(env, result, "arguments", describe_arguments(env, schema.arguments()));
  js::set(env, result, "returns", describe_arguments(env, schema.returns()));
  js::set(env, result, "returnedArgument", js::number(env, operators.back().returned_argument));
  return result;
}

c10::IValue argument_value(napi_env env, napi_value value, const c10::Argument& argument) {
  if (js::type_of(env, value) == napi_undefined && argument.default_value()) return *argument.default_value();
  try {
    return to_ivalue(env, value, argument.real_type(), argument.N());
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("argument '" + argument.name() + "': " + error.what());
  }
}

/** call(index, ...arguments in the schema's order; undefined stands for the default) */
napi_value call(napi_env env, napi_callback_info info) {
  constexpr size_t kMaxArguments = 40;
  const js::Arguments<kMaxArguments + 1> args(env, info);
  const auto& op = operators.at(static_cast<size_t>(js::to_double(env, args[0])));
  const auto& arguments = op.handle.schema().arguments();
  if (arguments.size() > kMaxArguments) throw std::runtime_error("operators with more than 40 arguments are not supported");

  torch::jit::Stack stack;
  stack.reserve(std::max(arguments.size(), op.handle.schema().returns().size()));
  for (size_t i = 0; i < arguments.size(); ++i) stack.push_back(argument_value(env, args[i + 1], arguments[i]));
  op.handle.callBoxed(&stack);

  if (op.returned_argument >= 0 || stack.empty()) return js::undefined(env);
  if (stack.size() == 1) return from_ivalue(env, stack[0]);
  napi_value result = js::array(env, stack.size());
  for (size_t i = 0; i < stack.size(); ++i) js::set(env, result, static_cast<uint32_t>(i), from_ivalue(env, stack[i]));
  return result;
}

}  // namespace

void define_dispatch(napi_env env, napi_value exports) {
  js::define<overloads>(env, exports, "overloads");
  js::define<resolve>(env, exports, "resolve");
  js::define<call>(env, exports, "call");
}

}  // namespace kinora
