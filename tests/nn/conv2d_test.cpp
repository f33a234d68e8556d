// Convolutions bit for bit, counters too, against sums written out from the page: random shapes, formats, orders and
// roundings, all three passes.

#include "sim/nn/ops/conv2d.hpp"

#include <omp.h>

#include <array>
#include <bit>
#include <map>
#include <string>

#include "formats/catalog.hpp"
#include "formats/codec.hpp"
#include "tests/ops/every_product_reference.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/splitmix64.hpp"

namespace {

using namespace exmy;
using test::Sums;
using test::SumsReference;
using Random = test::SplitMix64;

struct Case {
  std::size_t B, H, W, G, C, O, kh, kw, stride, padding;  // C, O: of a group
  Sums how;
  Format fx, fw, fd;
  Histograms histograms = Histograms::tensors;
  int threads = 1;

  std::size_t rows() const { return count(H, kh); }
  std::size_t columns() const { return count(W, kw); }
  Shape x() const { return {B, H, W, G * C}; }
  Shape w() const { return {G * O, kh, kw, C}; }
  Shape y() const { return {B, rows(), columns(), G * O}; }
  std::string text() const {
    std::string all;
    for (const std::size_t n : {B, H, W, G, C, O, kh, kw, stride, padding}) all += std::to_string(n) + " ";
    return "B H W G C O kh kw stride padding: " + all + "order " +
           std::to_string(static_cast<int>(how.order)) + " chunk " + std::to_string(how.chunk) + " product " +
           (how.product ? "rounded" : "exact") + " to " + name_of(how.accumulator.format) + " rounding " +
           std::to_string(static_cast<int>(how.accumulator.rounding)) + " of " + name_of(fx) + " " +
           name_of(fw) + " " + name_of(fd) + " threads " + std::to_string(threads);
  }

 private:
  std::size_t count(std::size_t n, std::size_t k) const {
    return n + 2 * padding < k ? 0 : (n + 2 * padding - k) / stride + 1;
  }
};

// ---- the reference ------------------------------------------------------------------------------------

using Numbers = std::vector<double>;

/// What a pass gives: its sums, and what they count.
struct Answer {
  Numbers y;
  Counters products, sums;
};

/// x of group g at a row and a column of the padded image.
double pixel(const Case& c, const Numbers& x, std::size_t b, std::size_t h, std::size_t v,
             std::size_t channel) {
  if (h < c.padding || v < c.padding || h - c.padding >= c.H || v - c.padding >= c.W) return 0;
  return x[((b * c.H + h - c.padding) * c.W + v - c.padding) * c.G * c.C + channel];
}

std::size_t weight_at(const Case& c, std::size_t o, std::size_t i, std::size_t j, std::size_t channel) {
  return ((o * c.kh + i) * c.kw + j) * c.C + channel;
}

/// One product: its sums, in the order in which outputs are numbered.
class Product {
 public:
  Product(const Case& c, const char* pass, const Format& a, const Format& b, std::size_t before, Answer& out)
      : reference_(c.how, std::string("c/conv2d/") + pass, a.e_min(), b.e_min(), before), out_(out) {}
  ~Product() { out_.products += reference_.products, out_.sums += reference_.sums; }
  void term(double a, double b) { a_.push_back(a), b_.push_back(b); }
  double sum() {
    const double s = reference_.reduce(a_.data(), b_.data(), a_.size(), outputs_++);
    a_.clear(), b_.clear();
    return s;
  }

 private:
  SumsReference reference_;
  Answer& out_;
  Numbers a_, b_;
  std::uint64_t outputs_ = 0;
};

Answer forward(const Case& c, const Numbers& x, const Numbers& w) {
  Answer out{Numbers(size_of(c.y())), {}, {}};
  for (std::size_t g = 0; g < c.G; ++g) {
    Product product(c, "forward", c.fx, c.fw, g, out);
    for (std::size_t p = 0; p < c.B * c.rows() * c.columns(); ++p)
      for (std::size_t o = g * c.O; o < (g + 1) * c.O; ++o) {
        const std::size_t q = p % c.columns(), r = p / c.columns() % c.rows(), b = p / c.columns() / c.rows();
        for (std::size_t i = 0; i < c.kh; ++i)
          for (std::size_t j = 0; j < c.kw; ++j)
            for (std::size_t k = 0; k < c.C; ++k)
              product.term(pixel(c, x, b, r * c.stride + i, q * c.stride + j, g * c.C + k),
                           w[weight_at(c, o, i, j, k)]);
        out.y[p * c.G * c.O + o] = product.sum();
      }
  }
  return out;
}

Answer weight_grad(const Case& c, const Numbers& x, const Numbers& d) {
  Answer out;
  for (std::size_t g = 0; g < c.G; ++g) {
    Product product(c, "wgrad", c.fd, c.fx, g, out);
    for (std::size_t e = 0; e < c.O * c.kh * c.kw * c.C; ++e) {  // (o, i, j, k)
      const std::size_t k = e % c.C, j = e / c.C % c.kw, i = e / c.C / c.kw % c.kh;
      const std::size_t o = g * c.O + e / c.C / c.kw / c.kh;
      for (std::size_t b = 0; b < c.B; ++b)
        for (std::size_t r = 0; r < c.rows(); ++r)
          for (std::size_t q = 0; q < c.columns(); ++q)
            product.term(d[((b * c.rows() + r) * c.columns() + q) * c.G * c.O + o],
                         pixel(c, x, b, r * c.stride + i, q * c.stride + j, g * c.C + k));
      out.y.push_back(product.sum());
    }
  }
  return out;
}

/// An element of dx: all taps that meet it from a window of the grid of windows, were that without end.
double input_sum(const Case& c, const Numbers& w, const Numbers& d, std::size_t g, std::size_t b,
                 std::size_t h, std::size_t v, std::size_t k, Product& product) {
  const auto at = [](std::size_t n) { return static_cast<std::ptrdiff_t>(n); };
  for (std::size_t i = 0; i < c.kh; ++i)
    for (std::size_t j = 0; j < c.kw; ++j)
      for (std::size_t o = g * c.O; o < (g + 1) * c.O; ++o) {
        const std::ptrdiff_t r = at(h + c.padding) - at(i), q = at(v + c.padding) - at(j), s = at(c.stride);
        if (r % s != 0 || q % s != 0) continue;
        const bool inside = r >= 0 && q >= 0 && r / s < at(c.rows()) && q / s < at(c.columns());
        const std::size_t window =
            inside ? static_cast<std::size_t>((at(b * c.rows()) + r / s) * at(c.columns()) + q / s) : 0;
        product.term(inside ? d[window * c.G * c.O + o] : 0, w[weight_at(c, o, i, j, k)]);
      }
  return product.sum();
}

Answer input_grad(const Case& c, const Numbers& w, const Numbers& d) {
  Answer out{Numbers(size_of(c.x())), {}, {}};
  std::size_t before = 0;
  for (std::size_t i = 0; i < c.stride; ++i)
    for (std::size_t j = 0; j < c.stride; ++j)
      for (std::size_t g = 0; g < c.G; ++g) {
        bool any = false;
        Product product(c, "dgrad", c.fd, c.fw, before, out);
        for (std::size_t b = 0; b < c.B; ++b)
          for (std::size_t h = 0; h < c.H; ++h)
            for (std::size_t v = 0; v < c.W; ++v) {
              if ((h + c.padding) % c.stride != i || (v + c.padding) % c.stride != j) continue;
              any = true;
              for (std::size_t k = 0; k < c.C; ++k)
                out.y[((b * c.H + h) * c.W + v) * c.G * c.C + g * c.C + k] =
                    input_sum(c, w, d, g, b, h, v, k, product);
            }
        before += any ? 1 : 0;
      }
  return out;
}

// ---- cases --------------------------------------------------------------------------------------------

/// Codes around 1 and a few others; now and then anything, NaN too.
Numbers numbers(Random& random, std::size_t n, const Format& f) {
  const std::uint64_t one = static_cast<std::uint64_t>(f.bias) << f.mantissa_bits;
  const std::uint64_t binade = std::uint64_t{1} << f.mantissa_bits;
  const bool wild = random.below(8) == 0, narrow = random.below(2) == 0;
  Numbers x(n);
  for (double& v : x) {
    std::uint64_t code =
        one - std::min(one, binade * (narrow ? 1 : 3)) + random.below((narrow ? 2 : 6) * binade);
    if (wild) code = random.below(f.max_finite_code() + 1 + random.below(2));
    code = std::min(code, f.magnitude_mask());
    v = random.below(9) == 0 ? 0.0 : decode(f, code | (random.below(2) == 0 ? f.sign_mask() : 0));
    if (v != v && !wild) v = 1;
  }
  return x;
}

Projection any_projection(Random& random) {
  constexpr std::array formats{"fp32", "fp32", "fp16", "bf16", "e6m9", "e5m7", "e4m3fn", "e5m6"};
  constexpr std::array bits{1, 4, 8, 13, 20};
  Projection p{format_of(formats[random.below(formats.size())]), Rounding::nearest_even,
               static_cast<Saturation>(random.below(3)), bits[random.below(bits.size())]};
  if (random.below(3) == 0) p.rounding = static_cast<Rounding>(random.below(9));
  return p;
}

Sums any_sums(Random& random) {
  Sums how;
  how.accumulator = any_projection(random);
  how.order = std::array{Order::sequential, Order::sequential, Order::sequential, Order::chunked,
                         Order::pairwise,   Order::exact,      Order::block}[random.below(7)];
  if (how.order == Order::chunked || (how.order == Order::block && random.below(2) == 0))
    how.chunk = 1 + random.below(20), how.outer = any_projection(random);
  if (how.order == Order::block) {
    how.unit = {1 + random.below(20), static_cast<int>(random.below(30)),
                std::array{UnitOutput::fp32, UnitOutput::fp16}[random.below(2)], UnitOperands::any};
    how.accumulator = how.unit.projection(static_cast<Saturation>(random.below(3)));
  } else if (random.below(3) == 0) {
    how.product = any_projection(random);
  }
  return how;
}

Case any_case(Random& random) {
  const auto up_to = [&](std::uint64_t n) { return static_cast<std::size_t>(1 + random.below(n)); };
  constexpr std::array operands{"e4m3fn", "e4m3fn", "e5m2", "fp16", "e3m2fn", "bf16"};
  const auto operand = [&] { return format_of(operands[random.below(operands.size())]); };
  Case c{up_to(2), up_to(7), up_to(7),        1,  up_to(4), up_to(4), up_to(4),
         up_to(4), up_to(3), random.below(4), {}, {},       {},       {}};
  const std::uint64_t kind = random.below(6);
  if (kind == 0) c.G = up_to(4);
  if (kind == 1) c.G = up_to(5), c.C = 1, c.O = up_to(2);
  if (kind == 2) c.kh = c.kw = 1, c.padding = random.below(2);
  if (random.below(40) == 0) c.H = c.W = up_to(12) + 8, c.C = up_to(17), c.O = up_to(17), c.kh = c.kw = 3;
  c.how = any_sums(random);
  c.fx = operand(), c.fw = operand(), c.fd = operand();
  if (random.below(20) == 0) c.histograms = Histograms::all;
  c.threads = static_cast<int>(1 + random.below(3));
  return c;
}

Policy policy_of(const Case& c) {
  const auto rule = [](Role role, const Projection& p) {
    Rule r;
    r.match.roles = {role};
    r.format = p.format, r.rounding = p.rounding, r.random_bits = p.random_bits, r.saturation = p.saturation;
    return r;
  };
  Rule sums = rule(Role::accumulator, c.how.accumulator);
  sums.order = c.how.order;
  if (c.how.order == Order::block) {
    sums.format = {}, sums.rounding = {}, sums.random_bits = {};
    sums.block = c.how.unit;
  }
  if (c.how.chunk != 0) sums.chunk = c.how.chunk;
  if (c.how.has_outer()) {
    sums.outer = c.how.outer.format, sums.outer_rounding = c.how.outer.rounding;
    sums.outer_random_bits = c.how.outer.random_bits, sums.outer_saturation = c.how.outer.saturation;
  }
  std::vector<Rule> rules{sums, rule(Role::activation, {c.fx}), rule(Role::weight, {c.fw}),
                          rule(Role::activation_grad, {c.fd}), rule(Role::weight_grad, {format_of("bf16")})};
  if (c.how.product) rules.push_back(rule(Role::product, *c.how.product));
  return Policy(rules);
}

// ---- comparison ---------------------------------------------------------------------------------------

template <class T>
Tensor<T> tensor(const Shape& shape, const Numbers& x, const Format& f) {
  Tensor<T> t(shape, f);
  std::transform(x.begin(), x.end(), t.data.begin(), [](double v) { return static_cast<T>(v); });
  return t;
}

template <class T>
std::string difference(const Tensor<T>& got, const Shape& shape, const Numbers& want) {
  if (got.shape != shape || got.size() != want.size()) return "shape; ";
  for (std::size_t i = 0; i < want.size(); ++i)
    if (std::bit_cast<std::uint64_t>(static_cast<double>(got.data[i])) !=
        std::bit_cast<std::uint64_t>(want[i]))
      return "element " + std::to_string(i) + " is " + std::to_string(static_cast<double>(got.data[i])) +
             " for " + std::to_string(want[i]) + "; ";
  return {};
}

std::string difference(const Telemetry& telemetry, Pass pass, Role role, const Counters& want) {
  const auto found = telemetry.records().find(Site{"c", "conv2d", pass, role});
  const Counters got = found == telemetry.records().end() ? Counters{} : found->second.total;
  return got == want ? "" : "counters of " + std::string(name_of(role)) + "; ";
}

template <class T>
std::string compare(const Case& c, bool counted, Random& random) {
  const Numbers x = numbers(random, size_of(c.x()), c.fx), w = numbers(random, size_of(c.w()), c.fw);
  const Numbers d = numbers(random, size_of(c.y()), c.fd);
  const Policy policy = policy_of(c);
  Telemetry telemetry({counted, counted ? c.histograms : Histograms::none, 10});
  Context context(policy, telemetry, test::products_seed);
  context.begin_step(test::products_step);
  omp_set_num_threads(c.threads);
  Conv2d<T> op("c", c.stride, c.padding, c.G);
  const Tensor<T> tx = tensor<T>(c.x(), x, c.fx), tw = tensor<T>(c.w(), w, c.fw);
  const Inputs<T> in{{&tx, &tw}, {true, true}};
  const Tensor<T> y = op.forward(context, in);
  const auto grads = op.backward(context, in, y, tensor<T>(c.y(), d, c.fd));

  const Answer want_y = forward(c, x, w), want_dx = input_grad(c, w, d);
  Answer want_dw = weight_grad(c, x, d);
  for (double& v : want_dw.y) v = project({format_of("bf16")}, v).value;
  std::uint64_t steps = 2 * (x.size() + w.size() + d.size()) + w.size();
  std::string out = difference(y, c.y(), want_y.y);
  if (!out.empty()) out = "y: " + out;
  for (const std::string& found :
       {difference(*grads[1], c.w(), want_dw.y), difference(*grads[0], c.x(), want_dx.y)})
    out += found.empty() ? "" : "gradient: " + found;
  for (const auto& [pass, want] :
       {std::pair{Pass::forward, &want_y}, {Pass::wgrad, &want_dw}, {Pass::dgrad, &want_dx}}) {
    steps += want->products[Counter::total] + want->sums[Counter::total];
    if (!counted) continue;
    out += difference(telemetry, pass, Role::product, want->products);
    out += difference(telemetry, pass, Role::accumulator, want->sums);
  }
  if (telemetry.projections != steps) out += "projections; ";
  if (!context.problems().empty()) out += "refused; ";
  if (y.format != (c.how.has_outer() ? c.how.outer : c.how.accumulator).format) out += "format; ";
  return out;
}

void compare_cases(int count, std::uint64_t seed) {
  Random random(seed);
  std::size_t mismatches = 0;
  for (int i = 0; i < count; ++i) {
    const Case c = any_case(random);
    const bool counted = random.below(2) == 0;
    const std::string found =
        random.below(8) != 0 ? compare<float>(c, counted, random) : compare<double>(c, counted, random);
    if (found.empty() || ++mismatches > 5) continue;
    FAIL_CHECK(c.text() << "\n" << found);
  }
  CHECK(mismatches == 0);
}

TEST_CASE("convolutions have the bits and the counters of sums from the page") { compare_cases(150, 41); }

TEST_CASE("convolutions have the bits and the counters of sums from the page: more", "[slow]") {
  compare_cases(1000, 42);
}

}  // namespace
