#include "sim/run/checkpoints.hpp"

#include "sim/base/stop.hpp"
#include "sim/run/archive.hpp"

namespace exmy {

Checkpoints::Checkpoints(CheckpointStore store, const CheckpointOptions& options, Complete complete)
    : store_(std::move(store)), options_(options), complete_(std::move(complete)) {}

const std::optional<Checkpoint>& Checkpoints::find() {
  if (store_) found_ = store_->load_newest(complaints_);
  return found_;
}

template <class T>
std::uint64_t Checkpoints::restore(RunState<T>& state) {
  if (!found_) return 0;
  ArchiveReader<T> weights(found_->weights, "weights.safetensors of the checkpoint");
  ArchiveReader<T> rest(found_->state, "state.safetensors of the checkpoint");
  state.visit_weights(weights);
  state.visit_rest(rest);
  weights.finish();
  rest.finish();
  const std::uint64_t step = found_->step;
  found_.reset();
  return step;
}

bool Checkpoints::must_stop(std::uint64_t done) const {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
  return stop_requested() || reached_limit(done) || (options_.wall_s && passed.count() >= *options_.wall_s);
}

template <class T>
bool Checkpoints::after_step(std::uint64_t done, RunState<T>& state) {
  if (!store_) return false;
  const bool stop = must_stop(done);
  if (stop || (options_.every > 0 && done % options_.every == 0)) save(done, state);
  return stop;
}

template <class T>
void Checkpoints::save(std::uint64_t done, RunState<T>& state) {
  ArchiveWriter<T> weights;
  ArchiveWriter<T> rest;
  state.visit_weights(weights);
  state.visit_rest(rest);
  Checkpoint checkpoint{done, weights.take(), rest.take(), Json::object(), Json::object()};
  complete_(checkpoint);
  store_->save(checkpoint);
}

template std::uint64_t Checkpoints::restore(RunState<float>&);
template std::uint64_t Checkpoints::restore(RunState<double>&);
template bool Checkpoints::after_step(std::uint64_t, RunState<float>&);
template bool Checkpoints::after_step(std::uint64_t, RunState<double>&);

}  // namespace exmy
