#pragma once
// A dry step: which sites an experiment has, and whether its policy makes sense at each of them.

#include <map>
#include <string>
#include <vector>

#include "sim/run/experiment.hpp"

namespace exmy {

/// What a dry step tells of an experiment.
struct DryStep {
  std::vector<Site> sites;
  std::uint64_t macs_per_sample = 0;          ///< multiply-adds of a training step
  std::uint64_t memory_bytes = 0;             ///< of a step of the batch size, at the widths of the formats
  std::vector<TracedOperation> operations{};  ///< in the order of the forward pass, the loss last
  std::size_t samples = 1;  ///< of the dry step: the first dimension of the operations' shapes
  std::map<std::string, Shape> parameters{};  ///< shapes by full name
};

/// Builds the network for `data` without computing a value, and reports what does not fit (E403): shapes, or names, shapes
/// and dtypes of the initial weights.
void check_network(const Experiment& experiment, const Dataset& data, const Document& document,
                   std::vector<Problem>& problems);

/// The same; then, unless shapes do not fit, trains it for one step on two samples and evaluates once, throws it away, and
/// reports: rules that match no site (E301), fields that contradict each other at a site (E302), sites whose random
/// streams would coincide (E303). REQUIRES a loss that can be computed with the data.
DryStep check_sites(const Experiment& experiment, const Dataset& data, const Document& document,
                    std::vector<Problem>& problems);

/// Whether float can carry every value of the run: all formats of the policy fit it.
bool fits_float_carrier(const Experiment& experiment);

}  // namespace exmy
