// The enumerations of libtorch by PyTorch's names: dtypes, layouts, memory formats.
#pragma once

#include <ATen/core/jit_type_base.h>
#include <c10/core/Layout.h>
#include <c10/core/MemoryFormat.h>
#include <c10/core/ScalarType.h>

#include <string>

namespace kinora {

/** `float32`, `int64`, ...: the names PyTorch prints after `torch.`. */
const char* dtype_name(c10::ScalarType dtype);
c10::ScalarType dtype_of(const std::string& name);
c10::Layout layout_of(const std::string& name);
c10::MemoryFormat memory_format_of(const std::string& name);

/** The name of a value that the dispatcher treats as an integer and the schema as an enumerator; null for real integers. */
const char* enumerator_name(int64_t value, const c10::Type& type);

}  // namespace kinora
