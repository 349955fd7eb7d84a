#include "load/soak.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <thread>

#include "load/flatness.hpp"
#include "load/numbers.hpp"
#include "load/operators.hpp"
#include "load/orchestrations.hpp"
#include "load/stories.hpp"

namespace duroxide::load {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr std::size_t players = 8;
constexpr std::size_t fewest_rounds = 8;  // two for each quarter
constexpr std::size_t stories_of_a_client = 20;
constexpr std::size_t rounds_of_a_runtime = 4;
constexpr auto watch_every = 200ms;
/// What waits so long for the end of everything has failed.
constexpr auto longest_rest = 120s;
constexpr auto longest_ending = 2s;

std::chrono::milliseconds round_time_of(std::chrono::milliseconds all) {
  return std::clamp(all / 24, 500ms, 5'000ms);
}

/// Keeps the larger of each.
void raise(Sample& peak, const Sample& sample) {
  const auto more = [&](auto member) { peak.*member = std::max(peak.*member, sample.*member); };
  more(&Sample::heap);
  more(&Sample::descriptors);
  more(&Sample::threads);
  more(&Sample::file_bytes);
  more(&Sample::reader_age);
  more(&Sample::queued);
  more(&Sample::instances);
  more(&Sample::residents);
}

}  // namespace

Soak::Soak(const SoakOptions& options)
    : options_(options), round_time_(round_time_of(options.time)), outsider_([this](int) {
        ask_from_outside(store_path());
        return true;
      }) {
  ledger_.plant_leak(options.planted_leak);
  store_ = must(LmdbProvider::open(store_path()), "open the store");
  start_runtime();
}

RuntimeOptions Soak::runtime_options() {
  RuntimeOptions options;
  // So few, and for so short, that instances leave memory and come back by replay.
  options.max_resident_instances(4).idle_eviction(50ms);
  options.retention(RetentionPolicy().keep_executions(2).check_every(100ms));
  options.log_sink([this](const LogRecord& record) {
    if (record.level >= LogLevel::error) {
      ledger_.problem("the log: " + record.message);
    }
  });
  return options;
}

void Soak::start_runtime() {
  runtime_.emplace(*store_, runtime_options());
  register_all(*runtime_, ledger_);
  must(runtime_->start(), "start the runtime");
  ledger_.count("runtimes");
}

void Soak::play(std::size_t number, std::size_t player, SteadyTime end) {
  std::size_t played = 0;
  const char* name = "";
  std::string id;
  try {
    while (Steady::now() < end) {
      Client client(*store_);
      const ManagementClient management(*store_);
      ledger_.count("clients");
      for (std::size_t i = 0; i < stories_of_a_client && Steady::now() < end; ++i) {
        const Story& story = stories()[(number + 2 * player + played) % stories().size()];
        name = story.name;
        id = "soak-" + std::to_string(number) + "-" + std::to_string(player) + "-" +
             std::to_string(played++);
        Player one{client, management, ledger_, id};
        story.play(one);
      }
    }
  } catch (const std::exception& error) {
    ledger_.problem(std::string("the story `") + name + "` of " + id + ": " + error.what());
  }
}

void Soak::work_as_operator(SteadyTime end) {
  try {
    do {
      operate(*store_, ledger_, copy_path());
      if (!outsider_.step()) {
        ledger_.problem("another process was not answered by the engine, and has ended");
      }
      ledger_.count("looks from outside");
      const auto second = LmdbProvider::open_read_only(store_path(), LmdbOptions().log_sink({}));
      if (second || second.error().kind != ProviderError::Kind::in_use) {
        ledger_.problem("this process should not open its own store a second time");
      }
      if (Steady::now() < end) {
        std::filesystem::remove_all(copy_path());
      }
    } while (Steady::now() < end);
  } catch (const std::exception& error) {
    ledger_.problem(std::string("an operator: ") + error.what());
  }
}

/// Looks now and then at how much there is at most.
void Soak::watch(SteadyTime end) {
  try {
    const ManagementClient management(*store_);
    while (Steady::now() < end) {
      Sample sample = take_sample(management, store_path());
      sample.residents = ledger_.frames();
      raise(peak_, sample);
      std::this_thread::sleep_for(watch_every);
    }
  } catch (const std::exception& error) {
    ledger_.problem(std::string("a look at the store: ") + error.what());
  }
}

void Soak::play_round(std::size_t number) {
  const SteadyTime end = Steady::now() + round_time_;
  std::filesystem::remove_all(copy_path());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < players; ++i) {
    threads.emplace_back([this, number, i, end] { play(number, i, end); });
  }
  threads.emplace_back([this, end] { work_as_operator(end); });
  threads.emplace_back([this, end] { watch(end); });
  for (std::thread& each : threads) {
    each.join();
  }
}

bool Soak::is_at_rest(const ManagementClient& management) {
  const Sample sample = take_sample(management, store_path());
  return sample.instances == 0 && sample.queued == 0 && ledger_.frames() == 0;
}

/// What has ended is deleted, in turns by retention and at one go. What was cancelled may have children
/// that have not heard of it yet.
void Soak::come_to_rest(std::size_t number) {
  const ManagementClient management(*store_);
  std::optional<Runtime> cleaner;
  if (number % 2 == 0) {
    const auto everything = RetentionPolicy().completed(0ms).failed(0ms).check_every(20ms);
    cleaner.emplace(*store_, runtime_options().retention(everything));
    register_all(*cleaner, ledger_);
    must(cleaner->start(), "start the runtime that cleans up");
    ledger_.count("runtimes");
  }
  auto changes = must(management.subscribe(), "subscribe");
  DeleteOptions whole_trees;
  whole_trees.cascade = true;
  const SteadyTime end = Steady::now() + longest_rest;
  while (!is_at_rest(management) && Steady::now() < end && ledger_.problems().empty()) {
    if (!cleaner) {
      must(management.delete_instances({}, whole_trees), "delete what has ended");
    }
    must(changes.next(20ms), "changes");
  }
  if (!is_at_rest(management)) {
    const Sample sample = take_sample(management, store_path());
    ledger_.problem("nothing is started any more, but there are " +
                    std::to_string(sample.instances) + " instances, " +
                    std::to_string(sample.queued) + " rows in queues and " +
                    std::to_string(ledger_.frames()) + " orchestrations in memory");
  }
}

/// Threads and actors that were told to end take a moment, so no more of them than last time are waited
/// for, but not for long: there may be more.
Sample Soak::sample_at_rest() {
  const ManagementClient management(*store_);
  const SteadyTime end = Steady::now() + longest_ending;
  Sample sample = take_sample(management, store_path());
  while (!samples_.empty() && sample.threads > samples_.back().threads && Steady::now() < end) {
    std::this_thread::sleep_for(10ms);
    sample = take_sample(management, store_path());
  }
  sample.residents = ledger_.frames();
  sample.orchestrations = ledger_.count_of("orchestrations");
  return sample;
}

void Soak::check_copy() {
  const auto copy = must(LmdbProvider::open(copy_path()), "open the copy");
  verify(ManagementClient(copy), ledger_, "the copy");
}

SoakReport Soak::run() {
  const SteadyTime end = Steady::now() + options_.time;
  for (std::size_t number = 0; number < fewest_rounds || Steady::now() < end; ++number) {
    play_round(number);
    come_to_rest(number);
    samples_.push_back(sample_at_rest());
    if (number % rounds_of_a_runtime == rounds_of_a_runtime - 1) {
      runtime_.reset();
      start_runtime();
    }
    if (!ledger_.problems().empty()) {
      break;
    }
  }
  runtime_.reset();
  verify(ManagementClient(*store_), ledger_, "the store at its end");
  store_.reset();
  check_copy();
  return {samples_, ledger_.problems(), describe()};
}

std::string Soak::describe() const {
  std::string line = "a soak:";
  for (const auto& [what, times] : ledger_.counts()) {
    line += " " + with_commas(times) + " " + what + ",";
  }
  line.back() = ';';
  if (samples_.size() < 4) {
    return line + " too short to tell what grew";
  }
  const Growth heap =
      growth_of(samples_, [](const Sample& each) { return static_cast<double>(each.heap); });
  const Sample& last = samples_.back();
  line += " at rest: heap " + with_commas(last.heap / 1024) + " KiB (" +
          signed_percent(heap.percent()) + "), descriptors " + with_commas(last.descriptors) +
          ", threads " + with_commas(last.threads) + ", store " +
          with_commas(last.store_bytes / 1024) + " KiB in files of " +
          with_commas(last.file_bytes / 1024) + " KiB;";
  line += " at most: heap " + with_commas(peak_.heap / 1024) + " KiB, descriptors " +
          with_commas(peak_.descriptors) + ", threads " + with_commas(peak_.threads) +
          ", snapshots held for " + with_commas(peak_.reader_age) + " ms, " +
          with_commas(peak_.queued) + " rows in queues, " + with_commas(peak_.instances) +
          " instances, " + with_commas(static_cast<std::uint64_t>(peak_.residents)) + " in memory";
  return line;
}

}  // namespace duroxide::load
