#pragma once
// Models of matrix units: how hardware adds a group of products at once (numerics: reductions, `block`).

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "formats/project.hpp"

namespace exmy {

/// What a running sum is between two groups.
enum class UnitOutput : unsigned char { fp32, e8m13, fp16 };

/// Which formats the factors may have.
enum class UnitOperands : unsigned char { any, fp16, fp16_or_bf16, fp8 };

/// For every `terms` consecutive products and the running sum s: with e the largest of their exponents, all
/// are truncated to multiples of 2^(e - fraction_bits), added exactly, and rounded to the output.
struct MatrixUnit {
  static constexpr std::size_t most_terms = 65536;
  static constexpr int most_fraction_bits = 100;

  std::size_t terms = 16;  ///< L, 1 to most_terms
  int fraction_bits = 25;  ///< F, 0 to most_fraction_bits
  UnitOutput output = UnitOutput::fp32;
  UnitOperands operands = UnitOperands::any;

  /// How s is rounded: toward zero, fp16 to nearest even.
  Projection projection(Saturation saturation) const;
  /// Whether factors may have this format: fp8 are e4m3fn and e5m2; flushed subnormals are as good as others.
  bool accepts(const Format& format) const;

  friend bool operator==(const MatrixUnit&, const MatrixUnit&) = default;
};

/// A unit that exists: row of a table that a configuration chooses from by name.
struct NamedUnit {
  std::string_view name;
  MatrixUnit value;
};

inline constexpr std::array matrix_units{
    NamedUnit{"volta", {4, 23, UnitOutput::fp32, UnitOperands::fp16}},
    NamedUnit{"ampere", {8, 24, UnitOutput::fp32, UnitOperands::fp16_or_bf16}},
    NamedUnit{"hopper", {16, 25, UnitOutput::fp32, UnitOperands::fp16_or_bf16}},
    NamedUnit{"ada_fp8", {16, 13, UnitOutput::e8m13, UnitOperands::fp8}},
    NamedUnit{"hopper_fp8", {32, 13, UnitOutput::e8m13, UnitOperands::fp8}},
    NamedUnit{"blackwell_fp8", {32, 25, UnitOutput::fp32, UnitOperands::fp8}}};

/// The formats that `operands` names, for messages.
std::string_view text_of(UnitOperands operands);

}  // namespace exmy
