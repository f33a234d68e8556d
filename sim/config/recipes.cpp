#include <array>
#include <span>

#include "sim/config/policy_reader.hpp"

namespace exmy {
namespace {

constexpr std::array table{
    Recipe{"fp32", "[]", "everything in fp32"},
    Recipe{
        "amp_fp16", R"([
      {"match": {"role": ["weight", "activation", "activation_grad", "weight_grad"]}, "format": "fp16"}])",
        "mixed precision of Micikevicius et al. 2018: fp16 operands and gradients, fp32 accumulation, master "
        "weights and optimiser; wants a dynamic loss scale"},
    Recipe{"bf16", R"([
      {"match": {"role": ["weight", "activation", "activation_grad", "weight_grad"]}, "format": "bf16"}])",
           "bf16 operands and gradients, fp32 accumulation, master weights and optimiser"},
    Recipe{"fp8_hybrid", R"([
      {"match": {"role": ["weight", "activation"]}, "format": "e4m3fn", "saturation": "finite"},
      {"match": {"role": ["activation_grad", "weight_grad"]}, "format": "e5m2", "saturation": "finite"}])",
           "e4m3fn forward, e5m2 gradients (Micikevicius et al. 2022); wants a loss scale"}};

}  // namespace

std::span<const Recipe> recipes() { return table; }

}  // namespace exmy
