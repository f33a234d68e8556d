#pragma once
// The words of configurations and reports for the values of enumerations.

#include <array>

#include "formats/format.hpp"
#include "formats/rounding.hpp"
#include "sim/base/known.hpp"
#include "sim/quant/matrix_unit.hpp"
#include "sim/quant/quantizer.hpp"
#include "sim/quant/site.hpp"

namespace exmy {

inline constexpr std::array rounding_names{Named<Rounding>{"nearest_even", Rounding::nearest_even},
                                           Named<Rounding>{"nearest_away", Rounding::nearest_away},
                                           Named<Rounding>{"toward_zero", Rounding::toward_zero},
                                           Named<Rounding>{"toward_positive", Rounding::toward_positive},
                                           Named<Rounding>{"toward_negative", Rounding::toward_negative},
                                           Named<Rounding>{"to_odd", Rounding::to_odd},
                                           Named<Rounding>{"stochastic_a", Rounding::stochastic_a},
                                           Named<Rounding>{"stochastic_b", Rounding::stochastic_b},
                                           Named<Rounding>{"stochastic_c", Rounding::stochastic_c}};

inline constexpr std::array saturation_names{Named<Saturation>{"none", Saturation::none},
                                             Named<Saturation>{"finite", Saturation::finite},
                                             Named<Saturation>{"propagate", Saturation::propagate}};

inline constexpr std::array subnormals_names{Named<Subnormals>{"gradual", Subnormals::gradual},
                                             Named<Subnormals>{"flush", Subnormals::flush},
                                             Named<Subnormals>{"flush_nearest", Subnormals::flush_nearest},
                                             Named<Subnormals>{"none", Subnormals::none}};

inline constexpr std::array nan_names{
    Named<NanCodes>{"ieee", NanCodes::ieee}, Named<NanCodes>{"all_ones", NanCodes::all_ones},
    Named<NanCodes>{"negative_zero", NanCodes::negative_zero},
    Named<NanCodes>{"top_code", NanCodes::top_code}, Named<NanCodes>{"none", NanCodes::none}};

inline constexpr std::array semantics_names{Named<Semantics>{"ieee754", Semantics::ieee754},
                                            Named<Semantics>{"p3109", Semantics::p3109}};

inline constexpr std::array order_names{
    Named<Order>{"sequential", Order::sequential}, Named<Order>{"chunked", Order::chunked},
    Named<Order>{"pairwise", Order::pairwise}, Named<Order>{"exact", Order::exact},
    Named<Order>{"block", Order::block}};

inline constexpr std::array unit_output_names{Named<UnitOutput>{"fp32", UnitOutput::fp32},
                                              Named<UnitOutput>{"e8m13", UnitOutput::e8m13},
                                              Named<UnitOutput>{"fp16", UnitOutput::fp16}};

/// The word for a value of one of these tables.
template <class Table, class T>
std::string word_of(const Table& table, const T& value) {
  for (const auto& row : table)
    if (row.value == value) return std::string(row.name);
  return "?";
}

}  // namespace exmy
