#pragma once
// What a reader of the report should know about a run before trusting it.

#include <string>
#include <vector>

#include "sim/run/probe.hpp"
#include "sim/run/trainer.hpp"

namespace exmy {

struct Warning {
  std::string code;     ///< W1xx configuration, W2xx what happened
  std::string pointer;  ///< JSON pointer into the configuration; may be empty
  std::string message;
};

/// W101 a constant of the optimiser, or what a decoupled weight decay makes of it, becomes 0 or 1 in the format that it is
/// used in, at a parameter that it is used for (at the learning rate of the configuration, whatever the schedule); W102 a
/// dynamic loss scale that can never back off, because the gradient formats saturate; W103 a loss scale over the batch size
/// that the loss format cannot hold (off by more than 1/16).
std::vector<Warning> warnings_of_configuration(const Experiment& experiment, const Dataset& data,
                                               const DryStep& step);

/// W201 gradients or activations that vanish (over 50 % of the projections underflow to zero); W202 overflow
/// or saturation in over 1 %; W203 weights that do not move (over 50 % of the updates lost).
std::vector<Warning> warnings_of_run(const Telemetry& telemetry);

}  // namespace exmy
