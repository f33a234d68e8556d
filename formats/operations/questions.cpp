// Operations whose result is no number: classes, truth values, neighbours' codes. None raises a flag.

#include "formats/binary64.hpp"
#include "formats/classify.hpp"
#include "formats/codec.hpp"
#include "formats/operations/families.hpp"

namespace exmy {
namespace {

using Self = const Operation&;
using In = const Operands&;

std::uint64_t ask_zero(Self, const Format&, In x) { return x.values[0] == 0 ? 1 : 0; }
std::uint64_t ask_one(Self, const Format&, In x) { return x.values[0] == 1 ? 1 : 0; }
std::uint64_t ask_nan(Self, const Format&, In x) { return is_nan(x.values[0]) ? 1 : 0; }
std::uint64_t ask_sign_minus(Self, const Format&, In x) {
  return is_sign_minus(x.values[0], x.semantics) ? 1 : 0;
}
std::uint64_t ask_finite(Self, const Format&, In x) { return is_finite(x.values[0]) ? 1 : 0; }
std::uint64_t ask_infinite(Self, const Format&, In x) { return is_infinite(x.values[0]) ? 1 : 0; }
std::uint64_t ask_normal(Self, const Format& f, In x) { return is_normal(f, x.values[0]) ? 1 : 0; }
std::uint64_t ask_subnormal(Self, const Format& f, In x) { return is_subnormal(f, x.values[0]) ? 1 : 0; }
std::uint64_t ask_class(Self, const Format& f, In x) {
  return static_cast<std::uint64_t>(classify(f, x.values[0]));
}

// NaN compares false with everything.
std::uint64_t ask_less(Self, const Format&, In x) { return x.values[0] < x.values[1] ? 1 : 0; }
std::uint64_t ask_less_equal(Self, const Format&, In x) { return x.values[0] <= x.values[1] ? 1 : 0; }
std::uint64_t ask_equal(Self, const Format&, In x) { return x.values[0] == x.values[1] ? 1 : 0; }
std::uint64_t ask_greater_equal(Self, const Format&, In x) { return x.values[0] >= x.values[1] ? 1 : 0; }
std::uint64_t ask_greater(Self, const Format&, In x) { return x.values[0] > x.values[1] ? 1 : 0; }
std::uint64_t ask_total_order(Self, const Format&, In x) {
  return total_order(x.values[0], x.values[1], x.semantics) ? 1 : 0;
}

std::uint64_t ask_next_less(Self, const Format& f, In x) {
  return encode(f, next_less_than(f, x.values[0])).value_or(0);
}
std::uint64_t ask_next_greater(Self, const Format& f, In x) {
  return encode(f, next_greater_than(f, x.values[0])).value_or(0);
}

using Ask = std::uint64_t (*)(Self, const Format&, In);

constexpr Operation row(std::string_view name, std::string_view p3109, std::string_view category,
                        std::string_view group, int arity, Ask ask, ResultKind result) {
  return {name, p3109, category, group, arity, nullptr, ask, result};
}
constexpr Operation predicate(std::string_view name, std::string_view p3109, Ask ask) {
  return row(name, p3109, "Classification", "predicates", 1, ask, ResultKind::truth);
}
constexpr Operation comparison(std::string_view name, std::string_view p3109, Ask ask) {
  return row(name, p3109, "Comparison", "compare", 2, ask, ResultKind::truth);
}

constexpr std::array rows{
    predicate("is_zero", "IsZero", ask_zero),
    predicate("is_one", "IsOne", ask_one),
    predicate("is_nan", "IsNan", ask_nan),
    predicate("is_sign_minus", "IsSignMinus", ask_sign_minus),
    predicate("is_finite", "IsFinite", ask_finite),
    predicate("is_infinite", "IsInfinite", ask_infinite),
    predicate("is_normal", "IsNormal", ask_normal),
    predicate("is_subnormal", "IsSubnormal", ask_subnormal),
    row("class", "Class", "Classification", "identification", 1, ask_class, ResultKind::number_class),
    comparison("compare_less", "CompareLess", ask_less),
    comparison("compare_less_equal", "CompareLessEqual", ask_less_equal),
    comparison("compare_equal", "CompareEqual", ask_equal),
    comparison("compare_greater_equal", "CompareGreaterEqual", ask_greater_equal),
    comparison("compare_greater", "CompareGreater", ask_greater),
    row("total_order", "TotalOrder", "Comparison", "order", 2, ask_total_order, ResultKind::truth),
    row("next_less_than", "NextLessThan", "Format", "value", 1, ask_next_less, ResultKind::code),
    row("next_greater_than", "NextGreaterThan", "Format", "value", 1, ask_next_greater, ResultKind::code),
};

}  // namespace

std::span<const Operation> questions() { return rows; }

}  // namespace exmy
