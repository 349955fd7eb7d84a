#pragma once

#include <cstddef>
#include <string>

#include <duroxide/duroxide.hpp>

/// What the engine is measured with. Each runs on a store of its own, with a running runtime, and
/// throws `std::runtime_error` if an orchestration does not complete.
class Workloads {
 public:
  explicit Workloads(const std::filesystem::path& directory);

  [[nodiscard]] const duroxide::Store& store() const { return store_; }

  /// Median seconds from starting an orchestration of one no-op activity to knowing that it has
  /// completed, one at a time.
  double hello_latency(std::size_t times);

  /// Orchestrations a second, each of five no-op activities at once, `in_flight` at a time.
  double fan_out_rate(std::size_t orchestrations, std::size_t in_flight);

  /// Runs orchestrations of one no-op activity, `in_flight` at a time.
  void run_hellos(std::size_t count, std::size_t in_flight);

  /// Steps a second of one orchestration that runs no-op activities one after another.
  double chain_rate(std::size_t steps);

 private:
  [[nodiscard]] std::string next_id();
  /// Runs so many, which must complete.
  void run(const std::string& orchestration, std::size_t count, std::size_t in_flight);

  duroxide::Store store_;
  duroxide::Runtime runtime_;
  duroxide::Client client_;
  std::size_t started_ = 0;
};
