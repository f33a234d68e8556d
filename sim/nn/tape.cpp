#include "sim/nn/tape.hpp"

#include <algorithm>

#include "sim/ops/projector.hpp"

namespace exmy {
namespace {

/// While it lives, sites and multiply-adds are those of one operation of the context's trace, if there is one.
class Tracing {
 public:
  Tracing(Context& context, std::uint64_t TracedOperation::*macs)
      : context_(context), macs_(macs), before_(context.trace() == nullptr ? 0 : macs_so_far()) {}
  Tracing(const Tracing&) = delete;
  ~Tracing() {
    OperationTrace* trace = context_.trace();
    if (trace == nullptr) return;
    trace->operation(number_).*macs_ += macs_so_far() - before_;
    trace->end();
  }
  std::size_t begin(TracedOperation operation) {
    return number_ = context_.trace()->begin(std::move(operation));
  }
  void resume(std::size_t number) { context_.trace()->resume(number_ = number); }

 private:
  std::uint64_t macs_so_far() const { return context_.telemetry().reading().macs; }

  Context& context_;
  std::uint64_t TracedOperation::*macs_;
  std::uint64_t before_;
  std::size_t number_ = 0;
};

}  // namespace

template <class T>
typename Tape<T>::Id Tape<T>::input(Tensor<T> x) {
  Node node;
  node.y = std::move(x);
  nodes_.push_back(std::move(node));
  return nodes_.size() - 1;
}

template <class T>
typename Tape<T>::Id Tape<T>::parameter(Parameter<T>& p) {
  const auto known =
      std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.parameter == &p; });
  if (known != nodes_.end()) return static_cast<Id>(known - nodes_.begin());
  Node node;
  node.parameter = &p;
  node.needs_grad = true;
  nodes_.push_back(std::move(node));
  return nodes_.size() - 1;
}

template <class T>
const Tensor<T>& Tape<T>::value(Id id) const {
  const Node& node = nodes_[id];
  return node.parameter != nullptr ? node.parameter->value : node.y;
}

template <class T>
Inputs<T> Tape<T>::inputs_of(const Node& node) const {
  Inputs<T> in;
  for (const Id id : node.inputs) {
    in.x.push_back(&value(id));
    in.needs_grad.push_back(nodes_[id].needs_grad);
  }
  return in;
}

template <class T>
typename Tape<T>::Id Tape<T>::apply(std::unique_ptr<Op<T>> op, const std::vector<Id>& inputs) {
  Node node;
  node.op = std::move(op);
  node.inputs = inputs;
  const Inputs<T> in = inputs_of(node);
  node.needs_grad = std::any_of(in.needs_grad.begin(), in.needs_grad.end(), [](bool b) { return b; });
  {
    node.name = node.op->name();
    const WorkScope work(context_->telemetry(), node.op->layer(), node.name, WorkPhase::forward);
    Tracing tracing(*context_, &TracedOperation::forward_macs);
    if (context_->trace() != nullptr) node.traced = tracing.begin(traced(node));
    node.y = node.op->forward(*context_, in);
    if (node.name.empty()) node.name = context_->telemetry().profile().op();
  }
  if (context_->trace() != nullptr) context_->trace()->operation(node.traced).output = node.y.shape;
  nodes_.push_back(std::move(node));
  return nodes_.size() - 1;
}

template <class T>
TracedOperation Tape<T>::traced(const Node& node) const {
  TracedOperation operation;
  operation.layer = node.op->layer();
  operation.op = node.op->name();
  for (const Id id : node.inputs) {
    const Parameter<T>* p = nodes_[id].parameter;
    if (p != nullptr)
      operation.parameters.emplace_back(p->full_name(), p->value.size());
    else
      operation.inputs.push_back(value(id).shape);
  }
  return operation;
}

template <class T>
void Tape<T>::receive(Node& node, Tensor<T> grad, const std::string& from) {
  if (!node.grad) {
    node.grad = std::move(grad);
    return;
  }
  const bool shared_parameter = node.parameter != nullptr;
  const std::string& layer = shared_parameter ? node.parameter->layer : from;
  const WorkScope work(context_->telemetry(), layer, "fan_out", WorkPhase::backward);
  Projector<T> sum(*context_, layer, "fan_out", shared_parameter ? Pass::wgrad : Pass::dgrad,
                   shared_parameter ? Role::weight_grad : Role::activation_grad);
  node.grad = sum.add(*node.grad, grad);
}

template <class T>
void Tape<T>::backward(Id loss) {
  nodes_[loss].grad = Tensor<T>({1}, Format{});
  nodes_[loss].grad->data[0] = T{1};
  for (std::size_t i = loss + 1; i-- > 0;) {
    Node& node = nodes_[i];
    if (!node.grad || !node.needs_grad) continue;
    if (node.parameter != nullptr) {
      node.parameter->grad = *std::move(node.grad);
      continue;
    }
    const WorkScope work(context_->telemetry(), node.op->layer(), node.name, WorkPhase::backward);
    Tracing tracing(*context_, &TracedOperation::backward_macs);
    if (context_->trace() != nullptr) tracing.resume(node.traced);
    auto grads = node.op->backward(*context_, inputs_of(node), node.y, *std::move(node.grad));
    for (std::size_t k = 0; k < grads.size(); ++k)
      if (grads[k]) receive(nodes_[node.inputs[k]], *std::move(grads[k]), node.op->layer());
    node.grad.reset();
  }
}

namespace {

MemoryLedger::Row row_of(const MemoryLedger& memory, const char* role) {
  const auto found = memory.rows.find(role);
  return found == memory.rows.end() ? MemoryLedger::Row{} : found->second;
}

void merge(MemoryLedger& into, const MemoryLedger& from) {
  for (const auto& [role, row] : from.rows) {
    MemoryLedger::Row& sum = into.rows[role];
    const bool largest = role == "activation_grad";  // one is alive at a time
    if (largest && row.bits < sum.bits) continue;
    sum = largest ? row : MemoryLedger::Row{sum.elements + row.elements, sum.bits + row.bits};
  }
}

}  // namespace

template <class T>
void Tape<T>::account(MemoryLedger& memory) const {
  std::vector<MemoryLedger> kept(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    if (node.op) node.op->account(*context_, inputs_of(node), node.y, kept[i]);
    if (node.parameter != nullptr)
      kept[i].add("weight_grad", node.parameter->grad.size(), node.parameter->grad.format);
    merge(memory, kept[i]);
  }
  // Backward: activations are freed as their operation is done, gradients of weights appear.
  MemoryLedger::Row alive = row_of(memory, "activation");
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const MemoryLedger::Row gradient = row_of(kept[i], "activation_grad");
    const MemoryLedger::Row weight = row_of(kept[i], "weight_grad");
    alive = {alive.elements + weight.elements, alive.bits + weight.bits};
    memory.backward_peak.elements =
        std::max(memory.backward_peak.elements, alive.elements + gradient.elements);
    memory.backward_peak.bits = std::max(memory.backward_peak.bits, alive.bits + gradient.bits);
    const MemoryLedger::Row done = row_of(kept[i], "activation");
    alive = {alive.elements - done.elements, alive.bits - done.bits};
  }
}

template class Tape<float>;
template class Tape<double>;

}  // namespace exmy
