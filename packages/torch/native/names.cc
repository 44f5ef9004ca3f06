#include "names.h"

#include <ATen/core/jit_type.h>

#include <stdexcept>

namespace kinora {

namespace {

struct Name {
  const char* text;
  int64_t value;
};

template <typename Enum>
constexpr Name entry(const char* text, Enum value) {
  return {text, static_cast<int64_t>(value)};
}

const Name kDtypes[] = {
    entry("uint8", c10::ScalarType::Byte),           entry("int8", c10::ScalarType::Char),
    entry("int16", c10::ScalarType::Short),          entry("int32", c10::ScalarType::Int),
    entry("int64", c10::ScalarType::Long),           entry("float16", c10::ScalarType::Half),
    entry("float32", c10::ScalarType::Float),        entry("float64", c10::ScalarType::Double),
    entry("bool", c10::ScalarType::Bool),            entry("bfloat16", c10::ScalarType::BFloat16),
    entry("complex64", c10::ScalarType::ComplexFloat), entry("complex128", c10::ScalarType::ComplexDouble),
};
const Name kLayouts[] = {entry("strided", c10::Layout::Strided), entry("sparse_coo", c10::Layout::Sparse)};
const Name kMemoryFormats[] = {
    entry("contiguous_format", c10::MemoryFormat::Contiguous),
    entry("preserve_format", c10::MemoryFormat::Preserve),
    entry("channels_last", c10::MemoryFormat::ChannelsLast),
    entry("channels_last_3d", c10::MemoryFormat::ChannelsLast3d),
};

template <size_t Count>
int64_t value_of(const Name (&names)[Count], const char* what, const std::string& text) {
  std::string known;
  for (const auto& name : names) {
    if (text == name.text) return name.value;
    known += std::string(known.empty() ? "" : ", ") + name.text;
  }
  throw std::invalid_argument(std::string("expected a ") + what + " (" + known + "), received '" + text + "'");
}

template <size_t Count>
const char* text_of(const Name (&names)[Count], int64_t value) {
  for (const auto& name : names)
    if (name.value == value) return name.text;
  return nullptr;
}

}  // namespace

const char* dtype_name(c10::ScalarType dtype) {
  const char* name = text_of(kDtypes, static_cast<int64_t>(dtype));
  return name != nullptr ? name : c10::toString(dtype);
}

c10::ScalarType dtype_of(const std::string& name) {
  return static_cast<c10::ScalarType>(value_of(kDtypes, "dtype", name));
}

c10::Layout layout_of(const std::string& name) { return static_cast<c10::Layout>(value_of(kLayouts, "layout", name)); }

c10::MemoryFormat memory_format_of(const std::string& name) {
  return static_cast<c10::MemoryFormat>(value_of(kMemoryFormats, "memory format", name));
}

const char* enumerator_name(int64_t value, const c10::Type& type) {
  switch (type.kind()) {
    case c10::TypeKind::ScalarTypeType: return text_of(kDtypes, value);
    case c10::TypeKind::LayoutType: return text_of(kLayouts, value);
    case c10::TypeKind::MemoryFormatType: return text_of(kMemoryFormats, value);
    case c10::TypeKind::OptionalType: return enumerator_name(value, *type.castRaw<c10::OptionalType>()->getElementType());
    default: return nullptr;
  }
}

}  // namespace kinora
