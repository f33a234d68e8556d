#include "formats/kernels/float_spans_wide.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "formats/arithmetic.hpp"
#include "formats/binary64.hpp"
#include "formats/scans.hpp"

namespace exmy {
namespace {

using Block = std::array<double, float_block>;

bool is_p3109(const FloatProjection& k) {
  return k.operands == Semantics::p3109 || k.how.format.semantics == Semantics::p3109;
}

Outcome reference(const FloatProjection& k, SpanOp op, double x, double y, std::uint32_t random) {
  switch (op) {
    case SpanOp::convert: return convert(k.how, x, random, k.operands);
    case SpanOp::add: return add(k.how, x, y, random, k.operands);
    case SpanOp::sub: return sub(k.how, x, y, random, k.operands);
    case SpanOp::mul: return mul(k.how, x, y, random, k.operands);
    case SpanOp::div: return div(k.how, x, y, random, k.operands);
    case SpanOp::sqrt: return sqrt(k.how, x, random, k.operands);
  }
  return {};
}

/// x op y rounded to odd in binary64.
void operate(SpanOp op, const Block& x, Block& y, Block& odd, std::size_t n) {
  const Kernels& k = kernels();
  if (op == SpanOp::sub) std::transform(y.data(), y.data() + n, y.data(), std::negate<>());
  switch (op) {
    case SpanOp::convert: odd = x; break;
    case SpanOp::add:
    case SpanOp::sub: k.add(x.data(), y.data(), odd.data(), n); break;
    case SpanOp::mul: k.mul(x.data(), y.data(), odd.data(), n); break;
    case SpanOp::div: k.div(x.data(), y.data(), odd.data(), n); break;
    case SpanOp::sqrt: k.sqrt(x.data(), odd.data(), n); break;
  }
}

/// A sum of zero is negative if a term is and the mode is toward_negative.
void set_zeros(const FloatProjection& k, SpanOp op, const Block& x, const Block& y, Block& odd,
               std::size_t n) {
  if (k.cancelled_zero == 0 || (op != SpanOp::add && op != SpanOp::sub)) return;
  for (std::size_t i = 0; i < n; ++i)
    if (odd[i] == 0) odd[i] = with_sign(0.0, is_negative(x[i]) || is_negative(y[i]));
}

/// Whose NaN it is, and x/0 where that is one, is for the reference.
bool is_decided(const FloatProjection& k, SpanOp op, const Block& y, const Block& odd, std::size_t n) {
  if (op == SpanOp::convert) return true;
  if (any_nan(odd.data(), n)) return false;
  return op != SpanOp::div || !is_p3109(k) || std::find(y.data(), y.data() + n, 0.0) == y.data() + n;
}

void by_reference(const FloatProjection& k, const SpanTask& t) {
  for (std::size_t i = 0; i < t.n; ++i) {
    const double x = static_cast<double>(t.x.data[i]);
    const double y = t.y.data != nullptr ? static_cast<double>(t.y.data[i]) : 0.0;
    const Outcome out = reference(k, t.op, x, y, t.random != nullptr ? t.random[i] : 0);
    t.q[i] = static_cast<float>(out.value);
    if (t.counters != nullptr) t.counters->add(out.events);
  }
}

}  // namespace

SpanResult run_wide(const FloatProjection& k, const SpanTask& t) {
  Block x, y, odd;
  std::copy_n(t.x.data, t.n, x.data());
  if (t.y.data != nullptr) std::copy_n(t.y.data, t.n, y.data());
  operate(t.op, x, y, odd, t.n);
  set_zeros(k, t.op, x, y, odd, t.n);
  if (is_decided(k, t.op, y, odd, t.n)) {
    kernels().round(k.wide, odd.data(), odd.data(), t.n, t.counters, t.random);
    std::transform(odd.data(), odd.data() + t.n, t.q, [](double q) { return static_cast<float>(q); });
  } else {
    by_reference(k, t);
    std::copy_n(t.q, t.n, odd.data());
  }
  return any_non_finite(odd.data(), t.n) ? SpanResult::non_finite : SpanResult::done;
}

}  // namespace exmy
