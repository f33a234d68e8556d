#pragma once
// A second implementation of NUMERICS.md sections 1 to 3 and 7, in exact integers. It works on codes: a
// magnitude is rounded to one of two neighbouring codes, saturation compares codes, and only the result is
// decoded. It shares the plain data types with formats/ (Format, Projection, the numbers of Event and Flag)
// and not one function, so that an error there cannot hide here.

#include <cstdint>

#include "formats/project.hpp"
#include "sim/verify/number.hpp"

namespace exmy::second {

/// The number of an event in a set of events.
constexpr std::uint32_t bit(Event e) { return static_cast<std::uint32_t>(e); }

struct Result {
  double value = 0;
  std::uint32_t events = 0;  ///< bits of Event
  std::uint8_t flags = 0;    ///< bits of Flag
};

/// The five flags that events stand for.
std::uint8_t flags_of(std::uint32_t events);

/// A format, understood from its ten parameters.
class Model {
 public:
  explicit Model(const Format& format);

  int bits() const { return magnitude_bits_ + (f_.is_signed ? 1 : 0); }
  const Format& format() const { return f_; }
  /// The value of a code of `bits()` bits.
  Number decode(std::uint64_t code) const;
  double value(std::uint64_t code) const;
  bool is_nan_code(std::uint64_t code) const;

  /// The projection of an exact number; `random` is R of the stochastic modes.
  Result project(const Projection& how, const Number& x, std::uint32_t random) const;

 private:
  /// A magnitude between two neighbouring codes, exponents unbounded above: code + v.
  struct Place;
  struct Rounded {
    U128 code = 0;  ///< of z
    bool exact = true, away = false, tie = false;
  };
  /// What a number became: a magnitude code that is finite or infinite, or NaN.
  struct Final {
    enum class Kind : std::uint8_t { finite, infinite, nan } kind = Kind::finite;
    bool negative = false;
    std::uint64_t code = 0;
  };

  Number by_fields(bool negative, std::uint64_t magnitude) const;
  Place place_on_binade(const Number& x, int exponent) const;
  Place place_below_smallest(const Number& x) const;
  bool is_below_smallest(const Number& x) const;
  Rounded round(const Projection& how, const Number& x, std::uint32_t random) const;
  bool is_tiny(const Projection& how, const Number& x, std::uint32_t random) const;
  bool is_flushed(U128 code) const { return f_.subnormals == Subnormals::flush && code < first_normal_; }
  bool falls_below(const Number& x, const Rounded& z) const;
  Final settle(const Projection& how, const Number& x, const Rounded& z) const;
  Final beyond_maximum(const Projection& how, bool negative) const;
  Final below_zero(const Projection& how) const;
  Final of_infinity(const Projection& how, bool negative) const;
  Final due_infinity(bool negative) const;
  Final due_nan() const;
  Final zero_with_sign(bool negative) const;
  Result project_zero(const Projection& how, bool negative) const;
  Result project_infinity(const Projection& how, bool negative) const;
  Result project_nan() const;
  Result project_number(const Projection& how, const Number& x, std::uint32_t random) const;
  Result finished(const Final& q, std::uint32_t events) const;
  bool is_subnormal(const Final& q) const;

  Format f_;
  int magnitude_bits_, e_min_;
  std::uint64_t all_ones_, infinity_code_, maximum_code_, first_normal_;
  std::uint64_t smallest_code_;  ///< of x_min, the least magnitude beside zero
  Number smallest_;
};

enum class Operation : std::uint8_t { convert, add, sub, mul, div, fma, sqrt };

/// The exact result of the operands' values, projected once; operands that it has not are ignored. `p3109`: an operand's
/// format has that semantics.
Result operate(const Model& model, const Projection& how, Operation operation, double x, double y, double z,
               std::uint32_t random, bool p3109);

}  // namespace exmy::second
