#include "scenario.hpp"

#include <exception>

namespace duroxide::scenario {

void Gate::open() {
  const std::lock_guard lock(mutex_);
  is_open_ = true;
  opened_.notify_all();
}

void Gate::wait() {
  std::unique_lock lock(mutex_);
  if (!opened_.wait_for(lock, ample, [this] { return is_open_; })) {
    throw std::runtime_error("the gate was never opened");
  }
}

Scenario::Scenario(Backend backend, Register registrations, RuntimeOptions options)
    : backend_(backend), registrations_(std::move(registrations)), options_(std::move(options)) {
  open_store();
  start_runtime();
}

Scenario::~Scenario() {
  if (std::uncaught_exceptions() == 0) {
    check_sound();
  }
}

void Scenario::check_sound() {
  const auto report = ManagementClient(*store_).verify();
  if (!report) {
    // A test may have ended the store itself.
    CHECK_THAT(report.error().message, Catch::Contains("the store is closed"));
    return;
  }
  std::string problems;
  for (const StoreProblem& problem : report->problems) {
    problems += problem.table + " " + problem.key + " of `" + problem.instance_id +
                "`: " + problem.what + "\n";
  }
  INFO(problems);
  CHECK(report->is_clean());
}

void Scenario::open_store() {
  const LogSink silent = [](const LogRecord&) {};
  if (backend_ == Backend::memory) {
    store_ = MemoryProvider::create(MemoryOptions().log_sink(silent));
  } else {
    // Checkpoints that are frequent, so that they meet everything else.
    auto opened = LmdbProvider::open(
        directory_.path(),
        LmdbOptions().durability(Durability::none).checkpoint_size(32 << 10).log_sink(silent));
    if (!opened) {
      FAIL(opened.error().to_string());
    }
    store_ = *opened;
  }
  client_.emplace(*store_);
}

void Scenario::start_runtime() {
  runtime_.emplace(*store_, options_);
  registrations_(*runtime_);
  REQUIRE_OK(runtime_->start());
}

void Scenario::stop_runtime() {
  runtime_.reset();
}

void Scenario::restart(std::optional<Register> registrations) {
  if (registrations) {
    registrations_ = std::move(*registrations);
  }
  stop_runtime();
  if (backend_ == Backend::lmdb) {
    client_.reset();
    store_.reset();
    open_store();
  }
  start_runtime();
}

OrchestrationStatus Scenario::wait(const std::string& instance) {
  auto status = client_->wait_for_completion(instance, ample);
  REQUIRE_OK(status);
  return std::move(*status);
}

ErrorDetails Scenario::failure_of(const std::string& instance) {
  const OrchestrationStatus status = wait(instance);
  INFO(status.to_string());
  REQUIRE(status.is_failed());
  return *status.error();
}

std::vector<Event> Scenario::history(const std::string& instance, std::uint64_t execution) {
  auto events = ManagementClient(*store_).read_execution_history(instance, execution);
  REQUIRE_OK(events);
  return std::move(*events);
}

std::vector<std::string> Scenario::types(const std::string& instance, std::uint64_t execution) {
  std::vector<std::string> types;
  for (const Event& event : history(instance, execution)) {
    types.emplace_back(event_type(event.kind));
  }
  return types;
}

QueueDepths Scenario::depths() {
  auto depths = ManagementClient(*store_).get_queue_depths();
  REQUIRE_OK(depths);
  return *depths;
}

}  // namespace duroxide::scenario
