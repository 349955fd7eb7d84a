#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>

#include "run.hpp"

/// Options with which spans are made, encoded and thrown away, of this part of all traces.
[[nodiscard]] duroxide::RuntimeOptions traced(double sample_ratio = 1);

/// What the engine is measured with. Each runs on a store of its own, with a running runtime, and
/// throws `std::runtime_error` if an orchestration does not complete.
class Workloads {
 public:
  explicit Workloads(const std::filesystem::path& directory,
                     const duroxide::LmdbOptions& store_options = {},
                     const duroxide::RuntimeOptions& options = {},
                     duroxide::ActivityKind activities = duroxide::ActivityKind::ordinary);

  /// On another store, which has nothing in it.
  explicit Workloads(duroxide::Store store, const duroxide::RuntimeOptions& options = {},
                     duroxide::ActivityKind activities = duroxide::ActivityKind::ordinary);

  [[nodiscard]] const duroxide::Store& store() const { return store_; }

  /// Orchestrations of one activity that does nothing, one after the other: how long from starting one
  /// to knowing that it has completed. The input, of so many bytes, is given to the activity, which
  /// returns it.
  Run hellos(std::size_t times, std::size_t bytes = 1);
  /// The same by `run_orchestration`.
  Run hellos_in_one_call(std::size_t times);

  /// Orchestrations of five such activities at once, `in_flight` at a time.
  Run fan_outs(std::size_t count, std::size_t in_flight);

  /// Orchestrations that run so many such activities one after another, all begun at once. A unit is a
  /// step.
  Run chains(std::size_t count, std::size_t steps);

  /// Orchestrations that wait for so many events, which are raised at all of them in turn, as many at a
  /// time as there are orchestrations. A unit is an event.
  Run signals(std::size_t orchestrations, std::size_t each);

  /// So many timers, of an orchestration each, that are due at the same moment: how late the code goes
  /// on.
  Run timers(std::size_t count);

  /// So many timers, of an orchestration each, that become due one after the other, `per_second` of them in
  /// a second, while `waiting` others are due in an hour: how late the code goes on.
  Run timers_in_turn(std::size_t count, std::size_t per_second, std::size_t waiting);

  /// Hellos that arrive so often in a second, whether or not those before them have ended: how long from
  /// the moment at which one should have been started to knowing that it has completed.
  Run arrivals(std::size_t count, std::size_t per_second);

  /// Starts hellos as fast as a client takes them, all at once, and waits for their ends.
  Run burst(std::size_t count);

  /// Hellos, of which so many are under way at a time: how long from starting one to knowing that it has
  /// completed.
  Run hellos_in_flight(std::size_t times, std::size_t in_flight);

  /// The same by the calls that a server makes for a request: the wait for the output is made right
  /// behind a start that would use an existing instance, before that is answered.
  Run requests_in_flight(std::size_t times, std::size_t in_flight);

  /// Runs hellos, `in_flight` at a time.
  void run_hellos(std::size_t count, std::size_t in_flight);

  /// Starts orchestrations that wait for an event, and returns when all of them do.
  void start_waiting(std::size_t count);

  /// Raises the event at one of them, and returns when it has completed.
  void finish_waiting(std::size_t which);

 private:
  [[nodiscard]] std::string next_id();
  void complete(const std::string& id);
  /// Runs so many, of which so many are under way at a time, and which must complete.
  void run(const std::string& orchestration, std::size_t count, std::size_t in_flight);
  /// Starts orchestrations that sleep until the moments that `due` gives for each, in milliseconds since
  /// 1970, and returns their ids.
  std::vector<std::string> start_timers(std::size_t count,
                                        const std::function<std::int64_t(std::size_t)>& due);
  /// Waits for them: by how many seconds each went on too late. The last is due within `left`.
  std::vector<double> lateness_of(const std::vector<std::string>& ids, duroxide::Milliseconds left);

  duroxide::Store store_;
  duroxide::Runtime runtime_;
  duroxide::Client client_;
  std::size_t started_ = 0;
};
