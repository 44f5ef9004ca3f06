// Calls any of ~3,000 operators: finds a schema in the dispatcher once, then calls it by index with converted arguments.
// The dispatcher handles autograd, autocast and device selection, as it does for PyTorch.
#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "convert.h"
#include "handles.h"
#include "module.h"
#include "typed.h"

namespace kinora {

namespace {

constexpr size_t kMaxArguments = 40;

struct Operator {
  c10::OperatorHandle handle;
  /** For each result: the index of the argument that it is (in-place and out= operators), or -1 for a new value. */
  std::vector<int32_t> returned;
  std::unique_ptr<const TypedCall> typed;
};

/** By the index that JavaScript holds. A deque, because growing must not move an operator that a call is using. */
thread_local std::deque<Operator> operators;
thread_local std::unordered_map<c10::OperatorName, size_t> indices;

/** A result `Tensor(a!)` is the argument that is marked `a!`. */
int32_t returned_argument(const std::vector<c10::Argument>& arguments, const c10::Argument& result) {
  if (!is_written(result)) return -1;
  for (size_t i = 0; i < arguments.size(); ++i)
    if (is_written(arguments[i]) && arguments[i].alias_info()->beforeSets() == result.alias_info()->beforeSets())
      return static_cast<int32_t>(i);
  return -1;
}

size_t index_of(const c10::OperatorHandle& handle) {
  const auto [entry, is_new] = indices.try_emplace(handle.operator_name(), operators.size());
  if (!is_new) return entry->second;
  const auto& schema = handle.schema();
  std::vector<int32_t> returned;
  for (const auto& result : schema.returns()) returned.push_back(returned_argument(schema.arguments(), result));
  operators.push_back({handle, std::move(returned), typed_call(handle)});
  return entry->second;
}

napi_value describe_default(napi_env env, const c10::Argument& argument) {
  if (!argument.default_value()) return js::undefined(env);
  const auto& value = *argument.default_value();
  return value.isTensor() ? js::null(env) : from_ivalue(env, value, argument.real_type());
}

/** `int[]` also for `SymInt[]` of newer schemas: symbolic sizes exist only while a compiler traces. */
std::string type_of(const c10::Argument& argument) {
  const std::string symbolic = "SymInt";
  const std::string text = argument.real_type()->str();
  return text.rfind(symbolic, 0) == 0 ? "int" + text.substr(symbolic.size()) : text;
}

napi_value describe_argument(napi_env env, const c10::Argument& argument) {
  napi_value result = js::object(env);
  js::set(env, result, "name", js::string(env, argument.name()));
  js::set(env, result, "type", js::string(env, type_of(argument)));
  js::set(env, result, "named", js::boolean(env, argument.kwarg_only()));
  js::set(env, result, "optional", js::boolean(env, argument.default_value().has_value()));
  js::set(env, result, "default", describe_default(env, argument));
  if (argument.N()) js::set(env, result, "length", js::number(env, *argument.N()));
  js::set(env, result, "written", js::boolean(env, is_written(argument)));
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

/** resolve(name, overload): { index, schema, arguments, returns, returned } | undefined */
napi_value resolve(napi_env env, napi_callback_info info) {
  const js::Arguments<2> args(env, info);
  const c10::OperatorName name(js::to_string(env, args[0]), js::to_string(env, args[1]));
  const auto handle = c10::Dispatcher::singleton().findSchema(name);
  if (!handle || handle->schema().arguments().size() > kMaxArguments) return js::undefined(env);
  const auto& schema = handle->schema();
  const size_t index = index_of(*handle);
  const auto& returned = operators[index].returned;
  napi_value result = js::object(env);
  js::set(env, result, "index", js::number(env, static_cast<double>(index)));
  js::set(env, result, "schema", js::string(env, c10::toString(schema)));
  js::set(env, result, "arguments", describe_arguments(env, schema.arguments()));
  js::set(env, result, "returns", describe_arguments(env, schema.returns()));
  js::set(env, result, "returned", js::numbers(env, returned));
  return result;
}

/** Results that are arguments become undefined: JavaScript already has them. */
napi_value result_value(napi_env env, const Operator& op, const torch::jit::Stack& stack, size_t i) {
  return op.returned[i] >= 0 ? js::undefined(env)
                             : from_ivalue(env, stack[i], op.handle.schema().returns()[i].real_type());
}

/**
 * The stack of one call. Its memory is kept for the next call on this thread; a nested call (a hook in backward) allocates
 * its own.
 */
class CallStack {
 public:
  CallStack() : values(std::move(spare_)) { values.clear(); }
  ~CallStack() {
    values.clear();
    spare_ = std::move(values);
  }
  CallStack(const CallStack&) = delete;
  CallStack& operator=(const CallStack&) = delete;

  torch::jit::Stack values;

 private:
  static thread_local torch::jit::Stack spare_;
};

thread_local torch::jit::Stack CallStack::spare_;

napi_value boxed_call(napi_env env, const Operator& op, const napi_value* values) {
  const auto& arguments = op.handle.schema().arguments();
  CallStack call_stack;
  auto& stack = call_stack.values;
  stack.reserve(std::max(arguments.size(), op.returned.size()));
  for (size_t i = 0; i < arguments.size(); ++i) stack.push_back(argument_value(env, values[i], arguments[i]));
  op.handle.callBoxed(&stack);

  if (stack.size() == 1) return result_value(env, op, stack, 0);
  napi_value result = js::array(env, stack.size());
  for (size_t i = 0; i < stack.size(); ++i)
    js::set(env, result, static_cast<uint32_t>(i), result_value(env, op, stack, i));
  return result;
}

/** call(index, ...arguments in the schema's order; undefined stands for the default): one result, or an array of them */
napi_value call(napi_env env, napi_callback_info info) {
  // Few at first: Node fills unused slots with undefined, and filling forty of them takes 3 % of a short call.
  const js::Arguments<kMaxTypedArguments + 1> few(env, info);
  const auto& op = operators.at(static_cast<size_t>(js::to_double(env, few[0])));
  if (op.typed != nullptr) return (*op.typed)(env, few.values + 1);
  const js::Arguments<kMaxArguments + 1> all(env, info);
  return boxed_call(env, op, all.values + 1);
}

}  // namespace

void define_dispatch(napi_env env, napi_value exports) {
  js::define<overloads>(env, exports, "overloads");
  js::define<resolve>(env, exports, "resolve");
  js::define<call>(env, exports, "call");
}

}  // namespace kinora
