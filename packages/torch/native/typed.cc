// One template over the types of the arguments, and the table of the types for which it is compiled.
#include "typed.h"

#include <ATen/core/Tensor.h>

#include <tuple>

#include "convert.h"
#include "handles.h"

namespace kinora {

namespace {

using at::Scalar;
using at::Tensor;

/** A tensor without an IValue, whose construction takes as long as finding the tensor. */
template <typename T>
T convert(napi_env env, napi_value value, const c10::Argument& argument) {
  if constexpr (std::is_same_v<T, Tensor>) {
    double handle;
    if (napi_get_value_double(env, value, &handle) == napi_ok) return load(handle);
  }
  return argument_value(env, value, argument).template to<T>();
}

template <typename Result, typename... Arguments>
class Typed final : public TypedCall {
  static_assert(sizeof...(Arguments) <= kMaxTypedArguments);

 public:
  explicit Typed(const c10::OperatorHandle& handle)
      : handle_(handle.typed<Result(Arguments...)>()), arguments_(handle.schema().arguments()) {}

  napi_value operator()(napi_env env, const napi_value* values) const override {
    return run(env, values, std::index_sequence_for<Arguments...>());
  }

 private:
  template <size_t... I>
  napi_value run(napi_env env, const napi_value* values, std::index_sequence<I...>) const {
    std::tuple<std::decay_t<Arguments>...> owned{
        convert<std::decay_t<Arguments>>(env, values[I], arguments_[I])...};
    if constexpr (!std::is_reference_v<Result>) return wrap(env, handle_.call(std::get<I>(owned)...));
    handle_.call(std::get<I>(owned)...);
    return nullptr;  // undefined
  }

  c10::TypedOperatorHandle<Result(Arguments...)> handle_;
  const std::vector<c10::Argument>& arguments_;
};

using Maker = std::unique_ptr<const TypedCall> (*)(const c10::OperatorHandle&);

template <typename Result, typename... Arguments>
std::unique_ptr<const TypedCall> make(const c10::OperatorHandle& handle) {
  return std::make_unique<const Typed<Result, Arguments...>>(handle);
}

/** Named by their arguments: T a tensor, W a tensor that is written to and is the result, S a Scalar. */
const std::unordered_map<std::string, Maker> makers = {
    {"T", make<Tensor, const Tensor&>},
    {"TT", make<Tensor, const Tensor&, const Tensor&>},
    {"TS", make<Tensor, const Tensor&, const Scalar&>},
    {"TTS", make<Tensor, const Tensor&, const Tensor&, const Scalar&>},
    {"TSS", make<Tensor, const Tensor&, const Scalar&, const Scalar&>},
    {"W", make<Tensor&, Tensor&>},
    {"WT", make<Tensor&, Tensor&, const Tensor&>},
    {"WS", make<Tensor&, Tensor&, const Scalar&>},
    {"WTS", make<Tensor&, Tensor&, const Tensor&, const Scalar&>},
    {"WTTS", make<Tensor&, Tensor&, const Tensor&, const Tensor&, const Scalar&>},
};

char letter_of(const c10::Argument& argument) {
  switch (argument.real_type()->kind()) {
    case c10::TypeKind::TensorType: return is_written(argument) ? 'W' : 'T';
    case c10::TypeKind::NumberType: return 'S';
    default: return '?';
  }
}

std::string letters_of(const c10::FunctionSchema& schema) {
  std::string letters;
  for (const auto& argument : schema.arguments()) letters += letter_of(argument);
  return letters;
}

/** Whether there is one result, a tensor, which is the first argument if that is written to. */
bool returns_tensor(const c10::FunctionSchema& schema, char first) {
  return schema.returns().size() == 1 && letter_of(schema.returns()[0]) == first;
}

}  // namespace

std::unique_ptr<const TypedCall> typed_call(const c10::OperatorHandle& handle) {
  const auto letters = letters_of(handle.schema());
  const auto maker = makers.find(letters);
  if (maker == makers.end() || !returns_tensor(handle.schema(), letters[0])) return nullptr;
  try {
    return maker->second(handle);
  } catch (const c10::Error&) {
    return nullptr;  // a few declare the argument that they write to as const: the dispatcher compares C++ types and refuses
  }
}

}  // namespace kinora
