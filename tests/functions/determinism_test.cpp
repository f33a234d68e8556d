// The same bits with every compiler, optimisation level and instruction set: a digest written down once.
#include "tests/functions/arguments.hpp"
#include "tests/functions/oracle.hpp"

namespace {

using namespace exmy;

/// FNV-1a over 64-bit words.
class Digest {
 public:
  void add(const functions::Approximation& a) {
    for (const double part : {a.value.hi, a.value.lo, a.error}) add(std::bit_cast<std::uint64_t>(part));
    add(static_cast<std::uint64_t>(a.exponent) << 1 | (a.exact ? 1U : 0U));
  }
  std::uint64_t value() const { return value_; }

 private:
  void add(std::uint64_t word) { value_ = (value_ ^ word) * 0x100000001b3; }
  std::uint64_t value_ = 0xcbf29ce484222325;
};

}  // namespace

TEST_CASE("the functions give the same bits everywhere", "[functions]") {
  Digest digest;
  const auto arguments =
      test::joined({test::log_uniform(2000, -1074, 1024, 31), test::log_uniform(4000, -8, 8, 32)});
  for (const double x : arguments)
    for (const test::Function f :
         {functions::exp,       functions::exp2,      functions::expm1,         functions::log,
          functions::log2,      functions::log10,     functions::log1p,         functions::sigmoid,
          functions::tanh,      functions::softplus,  functions::silu,          functions::erf,
          functions::gelu,      functions::gelu_tanh, functions::sin,           functions::cos,
          functions::cospi,     functions::rsqrt,     functions::sigmoid_grad,  functions::tanh_grad,
          functions::silu_grad, functions::gelu_grad, functions::gelu_tanh_grad})
      digest.add(f(x));
  CHECK(digest.value() == 0xce9bb09ed6128f5f);
}
