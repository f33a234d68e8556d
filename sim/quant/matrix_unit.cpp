#include "sim/quant/matrix_unit.hpp"

#include "formats/catalog.hpp"

namespace exmy {

Projection MatrixUnit::projection(Saturation saturation) const {
  switch (output) {
    case UnitOutput::fp32: return {Format{}, Rounding::toward_zero, saturation};
    case UnitOutput::e8m13: return {format_of("e8m13"), Rounding::toward_zero, saturation};
    case UnitOutput::fp16: return {format_of("fp16"), Rounding::nearest_even, saturation};
  }
  return {};
}

bool MatrixUnit::accepts(const Format& format) const {
  Format f = format;
  if (f.subnormals == Subnormals::flush || f.subnormals == Subnormals::flush_nearest)
    f.subnormals = Subnormals::gradual;
  switch (operands) {
    case UnitOperands::any: return true;
    case UnitOperands::fp16: return f == format_of("fp16");
    case UnitOperands::fp16_or_bf16: return f == format_of("fp16") || f == format_of("bf16");
    case UnitOperands::fp8: return f == format_of("e4m3fn") || f == format_of("e5m2");
  }
  return false;
}

std::string_view text_of(UnitOperands operands) {
  switch (operands) {
    case UnitOperands::any: return "any format";
    case UnitOperands::fp16: return "fp16";
    case UnitOperands::fp16_or_bf16: return "fp16 or bf16";
    case UnitOperands::fp8: return "e4m3fn or e5m2";
  }
  return "";
}

}  // namespace exmy
