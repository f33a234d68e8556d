#include "sim/run/trainer.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "sim/base/sha256.hpp"
#include "sim/run/archive.hpp"
#include "sim/run/weights_file.hpp"

namespace exmy {
namespace {

std::string sha256_of(const std::vector<double>& numbers) {
  std::string bytes;
  for (const double x : numbers)
    for (int shift = 0; shift < 64; shift += 8)
      bytes.push_back(static_cast<char>(std::bit_cast<std::uint64_t>(x) >> shift));
  return sha256_hex(bytes);
}

/// Sums over the steps of the epoch that goes on.
struct EpochSums {
  double loss = 0;
  std::uint64_t steps = 0, correct = 0, samples = 0;

  void add(const StepResult& r) {
    loss += r.loss;
    ++steps;
    correct += r.hits.correct;
    samples += r.hits.count;
  }
  void visit(NumbersVisitor& visitor) {
    visitor.real("epoch.loss", loss);
    visitor.integer("epoch.steps", steps);
    visitor.integer("epoch.correct", correct);
    visitor.integer("epoch.samples", samples);
  }
  void write(Trace& trace) const {
    trace.final_train_loss = loss / static_cast<double>(steps);
    trace.train_accuracy_fraction =
        static_cast<double>(correct) / static_cast<double>(std::max<std::uint64_t>(1, samples));
  }
};

template <class T>
class Trainer : public RunState<T> {
 public:
  Trainer(const Experiment& e, const Dataset& data, Telemetry& telemetry, RunObserver& observer,
          Checkpoints& checkpoints)
      : e_(e),
        data_(data),
        telemetry_(telemetry),
        observer_(observer),
        checkpoints_(checkpoints),
        plan_(data, e.batch_size, e.seed, e.accumulate),
        program_(e, data, telemetry),
        steps_(total_steps(e, plan_.steps_per_epoch())) {}

  Trace run() {
    trace_.steps_per_epoch = plan_.steps_per_epoch();
    const std::uint64_t t = checkpoints_.restore(*this);
    observer_.trained_before(telemetry_.profile().total().time_s);
    observer_.started(steps_, t);
    if (t < steps_ && checkpoints_.reached_limit(t)) trace_.status = RunStatus::stopped;
    steps_from(t);
    trace_.wall_s = telemetry_.profile().total().time_s;
    if (trace_.status != RunStatus::stopped) finish();
    return std::move(trace_);
  }

  void visit_weights(StateVisitor<T>& visitor) override { program_.visit_weights(visitor); }
  void visit_rest(StateVisitor<T>& visitor) override {
    program_.visit_rest(visitor);
    program_.visit_ledgers(visitor);
    epoch_.visit(visitor);
    trace_.visit(visitor);
  }

 private:
  void steps_from(std::uint64_t t) {
    const WorkScope work(telemetry_, WorkPhase::other);
    while (t < steps_ && trace_.status == RunStatus::completed) {
      one_step(t++);
      if (t == steps_ || trace_.divergence) continue;
      const WorkScope saving(telemetry_, WorkPhase::checkpoint);
      if (checkpoints_.after_step(t, *this)) trace_.status = RunStatus::stopped;
    }
  }

  std::vector<Batch> batches_of(std::uint64_t t) {
    const WorkScope work(telemetry_, "input", "data", WorkPhase::forward);
    return plan_.batches(t);
  }

  void one_step(std::uint64_t t) {
    if (t % plan_.steps_per_epoch() == 0) epoch_ = {};
    const bool recorded = (t + 1) % e_.stats.every == 0 || t + 1 == steps_;
    const double lr = e_.lr * e_.schedule(training_time(e_, t, plan_.steps_per_epoch()));
    const std::vector<Batch> batches = batches_of(t);
    trace_.loss_scale.push_back(program_.loss_scaler().scale());
    const StepResult r = program_.step(t, batches, lr, recorded ? &trace_.gradients : nullptr);
    trace_.train_loss.push_back(r.loss);
    trace_.lr.push_back(lr);
    epoch_.add(r);
    observer_.stepped(t, r.loss, r.skipped);
    if (r.diverged) diverge(t, r);
    if (recorded || r.diverged) record(t);
    if (!r.diverged) evaluate_if_due(t + 1);
  }

  void record(std::uint64_t t) {
    const WorkScope work(telemetry_, WorkPhase::statistics);
    telemetry_.close_interval(t);
    observer_.recorded(t, trace_.gradients);
  }

  void diverge(std::uint64_t t, const StepResult& r) {
    const bool loss_finite = r.loss - r.loss == 0;
    const std::string what = telemetry_.nan_lost() ? "a NaN was lost in a format without NaN"
                             : loss_finite         ? "a weight is not finite after the update"
                                                   : "the loss is not finite";
    trace_.status = RunStatus::diverged;
    trace_.divergence = Divergence{t, telemetry_.first_non_finite(), what};
  }

  void evaluate_if_due(std::uint64_t done) {
    const auto every = static_cast<std::uint64_t>(
        e_.eval_every.value_or(static_cast<std::int64_t>(plan_.steps_per_epoch())));
    if (data_.validation_count == 0 || (done % every != 0 && done != steps_)) return;
    const ValidationPoint point{
        done, program_.evaluate(done - 1, data_, data_.train_count, data_.validation_count)};
    trace_.validation.push_back(point);
    observer_.evaluated(point);
  }

  void finish() {
    epoch_.write(trace_);
    trace_.final_loss_scale = program_.loss_scaler().scale();
    trace_.skipped_steps = program_.loss_scaler().skipped_steps();
    WeightsWriter<T> weights;
    program_.visit_weights(weights);
    trace_.weights = weights.take();
    trace_.weights_sha256 = program_.weights_sha256();
    trace_.losses_sha256 = sha256_of(trace_.train_loss);
    trace_.memory = program_.memory();
  }

  const Experiment& e_;
  const Dataset& data_;
  Telemetry& telemetry_;
  RunObserver& observer_;
  Checkpoints& checkpoints_;
  BatchPlan plan_;
  Program<T> program_;
  std::uint64_t steps_;
  EpochSums epoch_;
  Trace trace_;
};

}  // namespace

BatchPlan::BatchPlan(const Dataset& data, std::size_t batch_size, std::uint64_t seed, std::size_t accumulate)
    : data_(&data), batch_size_(batch_size), accumulate_(accumulate), seed_(seed) {}

void BatchPlan::shuffle(std::uint64_t epoch) {
  const RandomStream random(seed_, "shuffle", epoch);
  std::vector<std::uint64_t> keys(data_->train_count);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = random.word64(i);
  order_.resize(keys.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::sort(order_.begin(), order_.end(),
            [&](std::size_t a, std::size_t b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
  epoch_ = epoch;
}

std::vector<Batch> BatchPlan::batches(std::uint64_t step) {
  const std::uint64_t epoch = step / steps_per_epoch();
  if (epoch_ != epoch) shuffle(epoch);
  const std::size_t begin = (step % steps_per_epoch()) * batch_size_ * accumulate_;
  const std::size_t end = std::min(begin + batch_size_ * accumulate_, order_.size());
  std::vector<Batch> out;
  for (std::size_t first = begin; first < end; first += batch_size_)
    out.push_back({data_,
                   {order_.begin() + static_cast<std::ptrdiff_t>(first),
                    order_.begin() + static_cast<std::ptrdiff_t>(std::min(first + batch_size_, end))}});
  return out;
}

TrainingTime training_time(const Experiment& e, std::uint64_t step, std::uint64_t steps_per_epoch) {
  return {step, total_steps(e, steps_per_epoch), steps_per_epoch, e.batch_size * e.accumulate};
}

std::uint64_t total_steps(const Experiment& e, std::uint64_t steps_per_epoch) {
  if (e.steps) return static_cast<std::uint64_t>(*e.steps);
  return static_cast<std::uint64_t>(e.epochs.value_or(1)) * steps_per_epoch;
}

template <class T>
Trace train(const Experiment& experiment, const Dataset& data, Telemetry& telemetry, RunObserver& observer,
            Checkpoints& checkpoints) {
  return Trainer<T>(experiment, data, telemetry, observer, checkpoints).run();
}

template Trace train<float>(const Experiment&, const Dataset&, Telemetry&, RunObserver&, Checkpoints&);
template Trace train<double>(const Experiment&, const Dataset&, Telemetry&, RunObserver&, Checkpoints&);

}  // namespace exmy
