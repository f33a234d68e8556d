#include "sim/ops/function_source.hpp"

#include <algorithm>
#include <list>
#include <mutex>

namespace exmy {
namespace {

struct Entry {
  functions::Function f;
  Format operand;
  std::size_t asked = 0;
  std::optional<functions::FunctionTable> table;
};

}  // namespace

const functions::FunctionTable* function_table(functions::Function f, const Format& operand,
                                               std::size_t count) {
  if (!functions::FunctionTable::exists_for(operand)) return nullptr;
  static std::mutex mutex;
  static std::list<Entry> entries;  // values that depend on nothing but f and the format: no state of a run
  const std::lock_guard lock(mutex);
  auto entry = std::find_if(entries.begin(), entries.end(),
                            [&](const Entry& e) { return e.f == f && e.operand == operand; });
  if (entry == entries.end()) entry = entries.insert(entry, {f, operand, 0, {}});
  entry->asked += count;
  if (!entry->table && entry->asked >> operand.bits() != 0) entry->table.emplace(f, operand);
  return entry->table ? &*entry->table : nullptr;
}

std::optional<FunctionSource> FunctionSource::of(functions::Function f, const Projection& how,
                                                 Semantics semantics, const Format* operand,
                                                 std::size_t count) {
  const bool p3109 = semantics == Semantics::p3109 || how.format.semantics == Semantics::p3109;
  if (f == functions::Function::rsqrt && p3109) return {};  // rsqrt(0) is NaN
  if (!functions::serves(how, functions::most_odd_bits)) return {};
  const functions::FunctionTable* table = operand == nullptr ? nullptr : function_table(f, *operand, count);
  return FunctionSource(f, functions::deciding_bits(how), table);
}

void FunctionSource::values(const double* x, double* odd, std::size_t n) const {
  if (table_ != nullptr)
    table_->look_up(x, odd, n);
  else
    functions::to_odd(f_, x, odd, n, bits_);
}

}  // namespace exmy
