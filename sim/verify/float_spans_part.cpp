// Elementwise kernels on floats, at every instruction-set level, against the definition.

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/arithmetic.hpp"
#include "formats/kernels/float_spans.hpp"
#include "sim/verify/kernel_data.hpp"
#include "sim/verify/parts.hpp"
#include "sim/verify/subjects.hpp"

namespace exmy::verify {
namespace {

struct SpanCase {
  const Subject& subject;
  Projection how;
  FloatProjection form;
  std::size_t op;
  std::vector<float> x, y;
  std::vector<std::uint32_t> r;
};

struct NamedOp {
  const char* name;
  SpanOp op;
  bool has_y;
  Outcome (*reference)(const Projection&, double x, double y, std::uint32_t r);
};

constexpr std::array span_ops{
    NamedOp{"convert", SpanOp::convert, false,
            [](const Projection& h, double x, double, std::uint32_t r) { return convert(h, x, r); }},
    NamedOp{"add", SpanOp::add, true,
            [](const Projection& h, double x, double y, std::uint32_t r) { return add(h, x, y, r); }},
    NamedOp{"sub", SpanOp::sub, true,
            [](const Projection& h, double x, double y, std::uint32_t r) { return sub(h, x, y, r); }},
    NamedOp{"mul", SpanOp::mul, true,
            [](const Projection& h, double x, double y, std::uint32_t r) { return mul(h, x, y, r); }},
    NamedOp{"div", SpanOp::div, true,
            [](const Projection& h, double x, double y, std::uint32_t r) { return div(h, x, y, r); }},
    NamedOp{"sqrt", SpanOp::sqrt, false,
            [](const Projection& h, double x, double, std::uint32_t r) { return exmy::sqrt(h, x, r); }}};

float as_float(double x) {
  return std::abs(x) > 0x1p127 && std::abs(x) < 0x1p999 ? 0x1p127f : static_cast<float>(x);
}

/// Half of the cases stay within the range, where nothing is special.
SpanCase drawn_case(const Subject& s, const Projection& how, Draw& draw) {
  const std::size_t n = 40 + draw.below(draw.one_in(8) ? 2500 : 60);
  SpanCase c{s,  how, *float_projection_of(how), draw.below(span_ops.size()),
             {}, {},  randoms_of(how, n, draw)};
  const bool plain = draw.one_in(2);
  const auto inside = [&](float v) {
    const auto a = std::abs(static_cast<double>(v));
    return !plain || (a <= s.format.max_finite() && (a == 0 || a > 0x1p-60));
  };
  for (const double v : hard_values(s.format, n, draw)) {
    const float x = as_float(v);
    const auto y = static_cast<float>(any_float(draw, !plain));
    c.x.push_back(inside(x) ? x : 1.5f);
    c.y.push_back(draw.one_in(4) ? -x : plain && y == 0 ? 0.75f : y);
  }
  return c;
}

void compare(const FloatSpanKernels& k, const SpanCase& c, Tally& tally) {
  const NamedOp& op = span_ops[c.op];
  const std::string how = std::string(op.name) + " " + text(c.subject, c.how) + ", " + k.isa;
  std::vector<float> q(c.x.size()), in_place = c.x;
  Counters got, want;
  const FloatSpan y{op.has_y ? c.y.data() : nullptr};
  k.run(c.form, {op.op, {c.x.data()}, y, q.data(), q.size(), c.r.data(), &got});
  k.run(c.form, {op.op, {in_place.data()}, y, in_place.data(), q.size(), c.r.data()});
  for (std::size_t i = 0; i < q.size(); ++i) {
    const auto a = static_cast<double>(c.x[i]), b = static_cast<double>(c.y[i]);
    const auto counting = static_cast<double>(q[i]), silent = static_cast<double>(in_place[i]);
    const Outcome out = op.reference(c.how, a, b, c.r[i]);
    want.add(out.events);
    tally.expect(same_bits(counting, out.value) && same_bits(silent, out.value), [&] {
      return Mismatch{how, "x " + text(a) + " y " + text(b) + " R " + std::to_string(c.r[i]), text(out.value),
                      text(counting) + " counting, " + text(silent) + " without"};
    });
  }
  for (std::size_t i = 0; i < counters_count; ++i)
    tally.expect(got.counts[i] == want.counts[i], [&] {
      return Mismatch{how, "counter " + std::string(counter_names[i]), std::to_string(want.counts[i]),
                      std::to_string(got.counts[i])};
    });
}

void run_float_spans(const Batch& batch, Tally& tally) {
  const std::vector<Subject>& subjects = kernel_subjects();
  for (const std::uint64_t unit : batch.units) {
    Draw draw(batch.seed, unit);
    const Subject& s = subjects[unit % subjects.size()];
    const Projection how = fast_mode(s.format, draw);
    if (!float_projection_of(how)) continue;
    const SpanCase c = drawn_case(s, how, draw);
    for (const FloatSpanKernels* k : available_float_span_kernels()) compare(*k, c, tally);
  }
}

}  // namespace

Part float_spans_part();
Part float_spans_part() {
  return {"kernels/float_spans",
          "kernels at every instruction-set level",
          "reference",
          "convert add sub mul div sqrt of floats, projected in every mode; values and counters",
          std::uint64_t{1} << 19,
          64,
          8,
          run_float_spans,
          {}};
}

}  // namespace exmy::verify
