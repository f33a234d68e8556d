#include "sim/run/experiment.hpp"

#include <array>

namespace exmy {
namespace {

constexpr std::array loss_names{Named<LossKind>{"cross_entropy", LossKind::cross_entropy},
                                Named<LossKind>{"bce", LossKind::bce}, Named<LossKind>{"mse", LossKind::mse}};

constexpr std::array histogram_names{Named<Histograms>{"none", Histograms::none},
                                     Named<Histograms>{"tensors", Histograms::tensors},
                                     Named<Histograms>{"all", Histograms::all}};

void read_training(ObjectReader r, Experiment& e) {
  const bool steps = !r.raw("steps").is_null();
  if (steps == !r.raw("epochs").is_null())
    r.problem(codes::contradiction,
              "give exactly one of \"steps\" and \"epochs\" (on the command line ~training.epochs or "
              "~training.steps takes the other one out)");
  e.steps = r.integer<std::int64_t>("steps", if_given, Range::closed(1, 1e9));
  e.epochs = r.integer<std::int64_t>("epochs", if_given, Range::closed(1, 1e6));
  e.batch_size =
      static_cast<std::size_t>(r.integer<std::int64_t>("batch_size", 32, Range::closed(1, 1 << 20)));
  e.accumulate =
      static_cast<std::size_t>(r.integer<std::int64_t>("accumulate", 1, Range::closed(1, 1 << 20)));
  e.clip_norm = r.number("clip_norm", if_given, Range::above(0));
  e.eval_every = r.integer<std::int64_t>("eval_every", if_given, Range::at_least(1));
  e.loss = r.one_of("loss", if_given, loss_names);
  e.label_smoothing = r.number("label_smoothing", 0, Range::closed_open(0, 1));
  if (e.label_smoothing > 0 && e.loss.value_or(LossKind::cross_entropy) != LossKind::cross_entropy)
    r.problem(codes::contradiction, "label_smoothing", "label_smoothing is for the loss cross_entropy");
  ObjectReader optimizer = r.object("optimizer", required);
  e.lr = optimizer.number("lr", required, Range::at_least(0));
  e.optimizer = optimizer.row("kind", required, optimizer_kinds()).read(optimizer);
  e.schedule = read_schedule(r.object("schedule"));
  e.loss_scale = read_loss_scale(r.object("loss_scale"));
}

void read_stats(ObjectReader r, StatsOptions& stats) {
  stats.counters = r.boolean("counters", true);
  stats.histograms = r.one_of("histograms", Histograms::tensors, histogram_names);
  stats.every = static_cast<std::uint64_t>(r.integer<std::int64_t>("every", 10, Range::at_least(1)));
}

void read_checkpoint(ObjectReader checkpoint, ObjectReader limits, CheckpointOptions& options) {
  options.every =
      static_cast<std::uint64_t>(checkpoint.integer<std::int64_t>("every", 1000, Range::at_least(0)));
  options.wall_s = limits.number("wall_s", if_given, Range::above(0));
  const auto steps = limits.integer<std::int64_t>("steps", if_given, Range::at_least(1));
  if (steps) options.steps = static_cast<std::uint64_t>(*steps);
}

/// The resolved configuration says what the recipe meant, and not how far one process should go.
void settle(Experiment& e) {
  Json rules = e.policy.recipe_resolved;
  for (const Json& rule : e.resolved["policy"]) rules.push_back(rule);
  e.resolved["policy"] = rules;
  e.resolved["recipe"] = "fp32";
  e.resolved["limits"].erase("steps");
}

void check_together(ObjectReader& config, const Experiment& e) {
  if (e.loss_scale.on_saturated && !e.stats.counters)
    config.problem(codes::contradiction, "stats", "loss_scale on \"saturated\" needs stats.counters");
}

}  // namespace

Experiment read_experiment(const Document& document, const std::string& default_name,
                           std::vector<Problem>& problems) {
  ObjectReader config(document, "", problems);
  Experiment e;
  config.integer<std::int32_t>("schema_version", 1, Range::closed(1, 1));
  e.name = config.text("name", default_name);
  if (e.name.empty()) config.problem(codes::out_of_range, "name", "the name is empty");
  config.text("description", if_given);  // for its readers
  e.seed = config.unsigned64("seed", 1);
  e.threads = config.integer<std::int32_t>("threads", 0, Range::closed(0, most_threads));
  ObjectReader model = config.object("model", required);
  e.model = model.row("kind", required, model_kinds()).read(model);
  e.initial_weights_file = config.text("initial_weights", if_given);
  ObjectReader data = config.object("data", required);
  e.data = data.row("kind", required, dataset_kinds()).read(data);
  read_training(config.object("training", required), e);
  read_stats(config.object("stats"), e.stats);
  read_checkpoint(config.object("checkpoint"), config.object("limits"), e.checkpoint);
  e.policy = read_policy(config, e.format_names);
  check_together(config, e);
  config.finish();
  e.resolved = config.resolved();
  settle(e);
  return e;
}

}  // namespace exmy
