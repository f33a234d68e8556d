#include "sim/run/program.hpp"

#include <algorithm>
#include <bit>

#include "formats/scans.hpp"
#include "sim/base/sha256.hpp"
#include "sim/nn/gradient_clipping.hpp"
#include "sim/nn/gradient_sums.hpp"
#include "sim/nn/ops/binary_cross_entropy.hpp"
#include "sim/nn/ops/losses.hpp"
#include "sim/ops/projector.hpp"
#include "sim/run/weights_file.hpp"

namespace exmy {
namespace {

template <class T>
bool all_finite(const Tensor<T>& t) {
  return !any_non_finite(t.data.data(), t.size());
}

LossKind loss_of(const Experiment& e, const Dataset& data) {
  return e.loss.value_or(data.classes_count > 0 ? LossKind::cross_entropy : LossKind::mse);
}

/// Samples of a batch of an evaluation; of texts as many as some thousand tokens.
std::size_t evaluated_at_once(const Dataset& data) {
  return data.has_tokens() ? std::max<std::size_t>(1, 2048 / data.tokens.length) : 128;
}

void check_outputs(const Dataset& data, const Shape& outputs) {
  Shape wanted{outputs_of(data)};
  if (data.has_tokens()) wanted.insert(wanted.begin(), data.tokens.length);
  if (outputs != wanted)
    throw ShapeError("the network gives " + to_string(outputs) + ", wanted " + to_string(wanted) +
                     (data.has_tokens() ? ": for each token a number for each token of the vocabulary"
                                        : ": a number for each class or target of the data"));
}

}  // namespace

template <class T>
struct Program<T>::Forward {
  std::unique_ptr<Tape<T>> tape;
  typename Tape<T>::Id loss;
  double value;
  Hits hits;
};

template <class T>
Program<T>::Program(const Experiment& experiment, const Dataset& data, Telemetry& telemetry, Values values)
    : experiment_(&experiment),
      context_(experiment.policy.policy, telemetry, experiment.seed, values),
      loss_(loss_of(experiment, data)),
      model_(experiment.model(
          LayerArguments<T>{&context_, "", data.shape(), outputs_of(data), data.tokens_count()})),
      optimizer_(experiment.optimizer.make(model_->parameters())),
      scaler_(experiment.loss_scale) {
  check_outputs(data, model_->output());
  if (!experiment.initial_weights) return;
  WeightsReader<T> weights(*experiment.initial_weights, context_);
  for (Parameter<T>* p : model_->parameters()) weights.tensor(p->full_name(), p->value);
  weights.begin_statistics();
  for (const Buffer<T>& b : model_->buffers()) weights.tensor(b.name, *b.value);
  weights.finish();
}

template <class T>
LabelledBatch<T> Program<T>::loaded(const Batch& batch) {
  const WorkScope work(context_.telemetry(), "input", "data", WorkPhase::forward);
  return labelled<T>(context_, batch);
}

template <class T>
std::unique_ptr<Op<T>> Program<T>::loss_op(const Batch& batch, const std::vector<std::int32_t>& labels,
                                           double loss_scale) {
  const auto targets = [&] {
    const WorkScope work(context_.telemetry(), "input", "target", WorkPhase::forward);
    return project_numbers<T>(context_, "input", "target", Role::activation, targets_of(batch));
  };
  switch (loss_) {
    case LossKind::cross_entropy: break;
    case LossKind::bce: return std::make_unique<BinaryCrossEntropy<T>>(targets(), loss_scale);
    case LossKind::mse: return std::make_unique<MeanSquaredError<T>>(targets(), loss_scale);
  }
  return std::make_unique<SoftmaxCrossEntropy<T>>(labels, loss_scale, experiment_->label_smoothing);
}

template <class T>
typename Program<T>::Forward Program<T>::forward(const Batch& batch, double loss_scale) {
  auto tape = std::make_unique<Tape<T>>(context_);
  LabelledBatch<T> in = loaded(batch);
  tape->set_real(std::move(in.real));
  const auto x = tape->input(std::move(in.x));
  const auto y = model_->forward(*tape, x);
  const auto id = tape->apply(loss_op(batch, in.labels, loss_scale), {y});
  const auto value = static_cast<double>(tape->value(id).data[0]);
  const WorkScope work(context_.telemetry(), WorkPhase::statistics);
  const Hits hits = hits_in(tape->value(y), batch, in.labels, loss_ == LossKind::bce ? 0 : 0.5);
  return {std::move(tape), id, value, hits};
}

template <class T>
std::uint64_t Program<T>::saturated_gradients() const {
  if (!scaler_.watches_saturation()) return 0;
  std::uint64_t n = 0;
  for (const auto& [site, record] : context_.telemetry().records())
    if (site.role == Role::activation_grad || site.role == Role::weight_grad)
      n += record.total[Counter::saturated];
  return n;
}

template <class T>
bool Program<T>::gradients_overflow(std::uint64_t saturated_before) {
  if (saturated_gradients() != saturated_before) return true;
  const auto parameters = model_->parameters();
  return !std::all_of(parameters.begin(), parameters.end(),
                      [](const auto* p) { return all_finite(p->grad); });
}

template <class T>
void Program<T>::unscale(Parameter<T>& p) {
  if (!scaler_.unscales()) return;
  const std::string op = "unscale." + p.name;
  const WorkScope work(context_.telemetry(), p.layer, op, WorkPhase::optimizer);
  Projector<T> site(context_, p.layer, op, Pass::optimizer, Role::weight_grad);
  p.grad = site.div(std::move(p.grad), scaler_.scale());
}

template <class T>
void Program<T>::update(double lr, std::vector<GradientProbe<T>>& probes) {
  const auto parameters = model_->parameters();
  for (Parameter<T>* p : parameters) unscale(*p);
  if (!probes.empty()) {
    const WorkScope work(context_.telemetry(), WorkPhase::statistics);
    for (std::size_t i = 0; i < probes.size(); ++i) probes[i].before_update(*parameters[i]);
  }
  if (experiment_->clip_norm) clip_gradients(context_, parameters, *experiment_->clip_norm);
  for (Parameter<T>* p : parameters) {
    const WorkScope work(context_.telemetry(), p->layer, "", WorkPhase::optimizer);
    optimizer_->step(context_, *p, lr);
  }
}

/// One probe a parameter, and one series to write to.
template <class T>
std::vector<GradientProbe<T>> Program<T>::probes_for(std::vector<GradientSeries>* gradients) {
  std::vector<GradientProbe<T>> probes;
  if (gradients == nullptr) return probes;
  for (const Parameter<T>* p : model_->parameters()) {
    probes.emplace_back(context_.telemetry(), experiment_->optimizer.op, *p);
    if (gradients->size() < probes.size()) gradients->push_back({p->layer, p->name, p->value.size(), {}});
  }
  return probes;
}

template <class T>
bool Program<T>::weights_finite() {
  const auto parameters = model_->parameters();
  return std::all_of(parameters.begin(), parameters.end(),
                     [](const auto* p) { return all_finite(p->value); });
}

template <class T>
typename Program<T>::Forward Program<T>::forward_and_backward(std::uint64_t t, std::span<const Batch> batches,
                                                              StepResult& result) {
  GradientSums<T> sums(context_, model_->parameters());
  Forward f{};
  for (std::size_t j = 0; j < batches.size(); ++j) {
    if (j > 0) context_.begin_micro_batch(t * experiment_->accumulate + j);
    f.tape.reset();
    f = forward(batches[j], scaler_.scale());
    f.tape->backward(f.loss);
    if (experiment_->accumulate > 1) sums.add();
    result.loss += f.value;
    result.hits.correct += f.hits.correct;
    result.hits.count += f.hits.count;
  }
  if (experiment_->accumulate > 1) sums.take_mean();
  result.loss /= static_cast<double>(batches.size());
  return f;
}

template <class T>
StepResult Program<T>::step(std::uint64_t t, std::span<const Batch> batches, double lr,
                            std::vector<GradientSeries>* gradients) {
  context_.begin_step(t * experiment_->accumulate);
  const std::uint64_t saturated_before = saturated_gradients();
  std::vector<GradientProbe<T>> probes = probes_for(gradients);
  StepResult result;
  const Forward f = forward_and_backward(t, batches, result);
  const bool overflowed =
      experiment_->loss_scale.kind == LossScaling::dynamic && gradients_overflow(saturated_before);
  result.skipped = !scaler_.accept(overflowed);
  if (!result.skipped) update(lr, probes);
  const WorkScope work(context_.telemetry(), WorkPhase::statistics);
  for (std::size_t i = 0; !result.skipped && i < probes.size(); ++i)
    gradients->at(i).points.push_back(probes[i].after_update(t, *model_->parameters()[i], batches.size()));
  if (batches.back().samples.size() >= largest_batch_) account(*f.tape);
  largest_batch_ = std::max(largest_batch_, batches.back().samples.size());
  const bool lost = context_.telemetry().nan_lost();
  result.diverged = !(result.loss - result.loss == 0) || lost || !weights_finite();
  return result;
}

template <class T>
void Program<T>::account(const Tape<T>& tape) {
  memory_ = {};
  tape.account(memory_);
  for (const Parameter<T>* p : model_->parameters()) {
    memory_.add("master_weight", p->value.size(), p->value.format);
    optimizer_->account(context_, *p, memory_);
    if (experiment_->accumulate > 1) GradientSums<T>::account(context_, *p, memory_);
  }
  for (const Buffer<T>& b : model_->buffers())
    memory_.add("optimizer_state", b.value->size(), b.value->format);
}

template <class T>
Evaluation Program<T>::evaluate(std::uint64_t t, const Dataset& data, std::size_t first, std::size_t count) {
  const WorkScope work(context_.telemetry(), WorkPhase::evaluation);
  context_.begin_evaluation(t);
  const std::size_t batch_size = evaluated_at_once(data);
  double loss = 0;
  Hits hits;
  for (std::size_t done = 0; done < count; done += batch_size) {
    Batch batch{&data, {}};
    for (std::size_t i = done; i < std::min(done + batch_size, count); ++i)
      batch.samples.push_back(first + i);
    const Forward f = forward(batch, 1);
    loss += f.value * static_cast<double>(f.hits.count);
    hits.correct += f.hits.correct;
    hits.count += f.hits.count;
  }
  const auto n = static_cast<double>(std::max<std::size_t>(1, hits.count));
  return {loss / n, static_cast<double>(hits.correct) / n};
}

template <class T>
std::map<std::string, Shape> Program<T>::parameter_shapes() {
  std::map<std::string, Shape> shapes;
  for (const Parameter<T>* p : model_->parameters()) shapes.emplace(p->full_name(), p->value.shape);
  return shapes;
}

template <class T>
void Program<T>::visit_weights(StateVisitor<T>& visitor) {
  for (Parameter<T>* p : model_->parameters()) visitor.tensor(p->full_name(), p->value);
  for (const Buffer<T>& b : model_->buffers()) visitor.tensor(b.name, *b.value);
}

template <class T>
void Program<T>::visit_rest(StateVisitor<T>& visitor) {
  optimizer_->visit(visitor);
  scaler_.visit(visitor);
}

template <class T>
void Program<T>::visit_ledgers(NumbersVisitor& visitor) {
  context_.telemetry().visit(
      visitor, [this](const Site& s) { return context_.at(s.layer, s.op, s.pass, s.role).record; });
  memory_.visit(visitor);
  std::uint64_t largest = largest_batch_;
  visitor.integer("memory.largest_batch", largest);
  largest_batch_ = static_cast<std::size_t>(largest);
}

template <class T>
std::string Program<T>::weights_sha256() {
  Sha256 hash;
  const auto add = [&hash](const std::string& name, const Tensor<T>& value) {
    std::string bytes = name + "\n";
    for (const T element : value.data) {
      const auto bits = std::bit_cast<std::uint64_t>(static_cast<double>(element));
      for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(bits >> shift));
    }
    hash.update(bytes);
  };
  for (const Parameter<T>* p : model_->parameters()) add(p->full_name(), p->value);
  for (const Buffer<T>& b : model_->buffers()) add(b.name, *b.value);
  return hash.hex();
}

template class Program<float>;
template class Program<double>;

}  // namespace exmy
