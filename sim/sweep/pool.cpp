#include "sim/sweep/pool.hpp"

#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace exmy {
namespace {

Pool::Clock::duration duration_of(double seconds) {
  return std::chrono::duration_cast<Pool::Clock::duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

Pool::Pool(std::size_t size, double grace_s, const char* program)
    : program_(program), size_(size), grace_(duration_of(grace_s)) {}

void Pool::start(std::size_t task, const std::vector<std::string>& words,
                 const std::vector<std::pair<std::string, std::string>>& environment,
                 std::optional<double> time_limit_s) {
  const std::size_t wanted = std::exchange(size_, places_.size());  // as many as there can be
  Place place{task, Child(program_, words, environment, time_limit_s ? life_of(*time_limit_s) : 0),
              Clock::now(), std::nullopt};
  size_ = wanted;
  if (time_limit_s) place.deadline = place.begin + duration_of(*time_limit_s);
  places_.push_back(std::move(place));
}

/// Whole seconds, a little later than we would end it by force.
unsigned Pool::life_of(double time_limit_s) const {
  constexpr double longest = 1e9, later = 2;
  const std::chrono::duration<double> grace = grace_;
  return static_cast<unsigned>(std::min(longest, time_limit_s + grace.count() + later)) + 1;
}

std::vector<Ended> Pool::wait(StopSignals& signals, Clock::time_point until) {
  sleep(signals, until);
  enforce_limits(Clock::now());
  std::vector<Ended> all;
  for (auto place = places_.begin(); place != places_.end();) {
    place->child.drain();
    const auto status = place->child.ended();
    if (!status) {
      ++place;
      continue;
    }
    const std::chrono::duration<double> seconds = Clock::now() - place->begin;
    all.push_back({place->task, *status, place->timed_out, seconds.count(), place->child.said(),
                   place->child.complained()});
    place = places_.erase(place);
  }
  return all;
}

void Pool::stop() {
  stopping_ = true;
  for (Place& place : places_) place.child.signal(SIGTERM);  // a checkpoint may take its time
}

void Pool::kill() {
  stopping_ = true;
  for (Place& place : places_) place.child.signal(SIGKILL);
}

void Pool::enforce_limits(Clock::time_point now) {
  for (Place& place : places_) {
    if (!place.deadline || now < *place.deadline) continue;
    place.child.signal(place.timed_out ? SIGKILL : SIGTERM);
    place.deadline = now + grace_;
    place.timed_out = true;
  }
}

void Pool::sleep(StopSignals& signals, Clock::time_point until) {
  std::vector<pollfd> files{{signals.descriptor(), POLLIN, 0}};
  for (const Place& place : places_) {
    if (place.deadline) until = std::min(until, *place.deadline);
    for (const int descriptor : {place.child.out(), place.child.err()})
      if (descriptor >= 0) files.push_back({descriptor, POLLIN, 0});
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  constexpr std::int64_t longest = 3'600'000;
  ::poll(files.data(), files.size(), static_cast<int>(std::clamp<std::int64_t>(left, 0, longest)));
  signals.take();  // before the children are looked at: what ends later wakes the next poll
}

}  // namespace exmy
