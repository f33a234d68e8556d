#pragma once
// A second implementation of numerics sections 1 to 3 and 7, for tests only: exact rationals, tables and
// comparisons, slow and literal. It shares the plain data types with formats/ and not one function.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "formats/format.hpp"
#include "formats/project.hpp"
#include "tests/support/rational.hpp"
#include "tests/support/rational_operations.hpp"

namespace exmy::oracle {

/// The neighbours of a magnitude and where it lies between them; fraction 0: it is `lower`.
struct Place {
  mpq_class lower{}, upper{}, fraction{};
  bool lower_is_odd = false;
};

/// An exact number, located in a format once for all modes, with what its operands were.
struct Point {
  Real x{};
  Place place{};           ///< on the format's grid, exponents unbounded above
  Place unbounded{};       ///< exponents unbounded below too; filled in for 0 < |x| < 2^e_min
  bool operation = false;  ///< x is the exact result of one
  bool nan_operand = false;
  bool infinite_operand = false;
  bool zero_times_infinity = false;
  bool p3109 = false;  ///< an operand or the result has that semantics
};

struct Answer {
  double value = 0;
  std::uint32_t events = 0;  ///< bits of Event
  std::uint8_t flags = 0;    ///< bits of Flag
};

/// A format, understood from its ten parameters alone.
class Model {
 public:
  enum class Search { automatic, arithmetic };
  /// `automatic`: up to 16 bits neighbours are found in the table of all codes, else by division.
  explicit Model(const Format& format, Search search = Search::automatic);

  const Format& format() const { return format_; }
  Real decode(std::uint64_t code) const;
  const mpq_class& maximum() const { return maximum_; }
  /// 2^e_min.
  const mpq_class& smallest_binade() const { return smallest_binade_; }
  /// Finite magnitudes, ascending, each once; only in a table model. Subnormals of `flush` are included.
  std::vector<mpq_class> magnitudes() const;
  /// The magnitude that follows on the grid without upper bound.
  mpq_class successor(const mpq_class& magnitude) const { return locate_magnitude(magnitude).upper; }

  Point locate(const Real& x) const;
  /// The exact result of an operation (unused operands: 0). `toward_negative`: the rounding mode is that
  /// one (it decides the sign of x - x). `operands`: p3109 if any operand's format has it.
  Point locate(Operation operation, bool toward_negative, double x, double y, double z,
               Semantics operands) const;
  /// The same for any number of operands.
  Point locate(Operation operation, bool toward_negative, std::span<const double> x,
               Semantics operands) const;
  Answer project(const Projection& how, const Point& point, std::uint32_t random) const;

 private:
  mpq_class by_fields(std::uint64_t magnitude) const;
  bool reads_as_nan(bool negative, std::uint64_t magnitude) const;
  bool reads_as_infinity(std::uint64_t magnitude) const;
  void find_maximum();
  void fill_table();
  Place locate_magnitude(const mpq_class& size) const;
  Place locate_in_table(const mpq_class& size) const;
  Place locate_beyond(const mpq_class& size) const;
  Place locate_by_division(const mpq_class& size) const;
  Place locate_unbounded(const mpq_class& size) const;
  Real rounded(const Projection& how, const Point& point, std::uint32_t random) const;
  Real due_infinity(bool negative) const;
  Real saturated(const Projection& how, const Real& x, const Real& z) const;
  Real beyond_maximum(Rounding rounding, bool negative) const;
  Real admitted(const Projection& how, const Point& point, const Real& z, Real q) const;
  Real without_sign(const Projection& how, const Point& point, const Real& q) const;
  bool is_tiny(const Projection& how, const Point& point, std::uint32_t random) const;

  Format format_;
  std::uint64_t top_field_, all_ones_;
  mpq_class smallest_binade_, smallest_, maximum_;  // smallest_: least positive magnitude of the grid
  std::uint64_t maximum_code_ = 0;
  std::vector<std::pair<mpq_class, std::uint64_t>> table_;
};

}  // namespace exmy::oracle
