#pragma once
// Where the time of a run goes, and what is emulated in it.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/quant/kernel_uses.hpp"
#include "sim/quant/state.hpp"

namespace exmy {

/// What work is done for. `backward`: both gradients of an operation, which computes them in one go. The last four are no
/// work of one operation. `statistics`: accuracies, gradients over time, the memory ledger, logs of them; counters and
/// histograms belong to the operation that is counted.
enum class WorkPhase : std::uint8_t {
  forward,
  backward,
  optimizer,
  evaluation,
  statistics,
  checkpoint,
  other
};
inline constexpr std::array<std::string_view, 7> phase_names{
    "forward", "backward", "optimizer", "evaluation", "statistics", "checkpoint", "other"};
inline std::string_view name_of(WorkPhase p) { return phase_names[static_cast<std::size_t>(p)]; }

/// Time of the steady clock, projections, multiply-adds.
struct Work {
  double time_s = 0;
  std::uint64_t projections = 0, macs = 0;

  Work& operator+=(const Work& other) {
    time_s += other.time_s;
    projections += other.projections;
    macs += other.macs;
    return *this;
  }
};

/// What one operation took, and which kernels computed its matrix products and sums over rows.
struct OperationWork {
  Work work;
  KernelUses kernels;
};

struct WorkKey {
  std::string layer, op;  ///< empty: no operation
  WorkPhase phase = WorkPhase::other;
};

/// Order of keys, and of what can be found without making one.
struct WorkOrder {
  using is_transparent = void;
  using Key = std::tuple<std::string_view, std::string_view, WorkPhase>;
  static Key key(const Key& k) { return k; }
  static Key key(const WorkKey& k) { return {k.layer, k.op, k.phase}; }
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return key(a) < key(b);
  }
};

/// All work between the first `enter` and its `leave` belongs to one operation: the one that was entered last and is not
/// left yet. Inside of an evaluation all work is the evaluation's.
class Profile {
 public:
  /// What clock and counters say.
  struct Reading {
    std::chrono::steady_clock::time_point time{};
    std::uint64_t projections = 0, macs = 0;
  };

  /// The texts must live until `leave`. An empty `op` of a layer becomes that of the first site used (`note_op`).
  void enter(const Reading& now, std::string_view layer, std::string_view op, WorkPhase phase);
  void note_op(std::string_view op) {
    if (!open_.empty() && open_.back().op.empty() && !open_.back().layer.empty()) open_.back().op = op;
  }
  /// Of the operation that is under way.
  std::string_view op() const { return open_.back().op; }
  void leave(const Reading& now);

  /// Those of the operation that is under way, valid until `visit`; null where nothing is.
  KernelUses* kernels();

  using Rows = std::map<WorkKey, OperationWork, WorkOrder>;
  const Rows& rows() const { return rows_; }
  Work total() const;
  /// What is under way so far is seen too, and goes on.
  void visit(const Reading& now, NumbersVisitor& visitor);

 private:
  struct Open {
    std::string_view layer, op;
    WorkPhase phase;
    Work own{};
  };
  void settle(const Reading& now);
  OperationWork& row_of(const Open& open);

  std::vector<Open> open_;
  Reading last_;
  Rows rows_;
};

}  // namespace exmy
