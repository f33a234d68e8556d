#include "sim/sweep/outcome.hpp"

#include <sys/wait.h>

#include "sim/base/json_text.hpp"
#include "sim/base/stop.hpp"
#include "sim/base/text.hpp"

namespace exmy {
namespace {

/// The last line that is not empty.
std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of("\n\r ");
  if (end == std::string::npos) return {};
  const std::size_t before = text.find_last_of('\n', end);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return text.substr(begin, end + 1 - begin);
}

Json answer_of(const Ended& ended) {
  Json answer = Json::parse(last_line(ended.out), nullptr, false);
  return answer.is_object() ? answer : Json::object();
}

std::optional<RungResult> stopped_at(const Json& answer) {
  const Json step = answer.value("step", Json());
  const auto train = number_of(answer.value("train_loss", Json()));
  if (!step.is_number_unsigned() || !train) return std::nullopt;
  return RungResult{step.get<std::uint64_t>(), *train, number_of(answer.value("validation_loss", Json()))};
}

EndKind kind_of(int code, const Json& answer) {
  const Json status = answer.value("status", Json());
  if (code == 0 && (status == "completed" || status == "diverged")) return EndKind::complete;
  if (code == exit_stopped && status == "busy") return EndKind::busy;
  if (code == exit_stopped || code == exit_interrupted) return EndKind::stopped;
  return EndKind::failed;
}

}  // namespace

ChildOutcome outcome_of(const Ended& ended) {
  ChildOutcome outcome;
  outcome.message = printable(last_line(ended.err), 1000);
  if (WIFSIGNALED(ended.status)) {
    outcome.signal = WTERMSIG(ended.status);
    outcome.kind = EndKind::crashed;
  } else {
    const Json answer = answer_of(ended);
    outcome.exit_code = WEXITSTATUS(ended.status);
    outcome.kind = kind_of(*outcome.exit_code, answer);
    outcome.stopped_at = stopped_at(answer);
  }
  if (ended.timed_out && outcome.kind != EndKind::complete) outcome.kind = EndKind::timed_out;
  return outcome;
}

}  // namespace exmy
