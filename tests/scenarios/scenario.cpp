#include "scenario.hpp"

#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string_view>

#include "scenarios/database_store.hpp"

namespace duroxide::scenario {

namespace {

const LogSink no_log = [](const LogRecord&) {};

}  // namespace

std::vector<Backend> backends() {
  const char* const chosen = std::getenv("DUROXIDE_SCENARIO_STORE");
  if (chosen == nullptr) {
    return {Backend::memory, Backend::lmdb};
  }
  const std::string_view name = chosen;
  if (name == "remote") {
    return {Backend::remote};
  }
  if (name == "other_process") {
    return {Backend::other_process};
  }
  if (name == "postgres") {
    return {Backend::postgres};
  }
  throw std::runtime_error("DUROXIDE_SCENARIO_STORE is remote, other_process or postgres, not " +
                           std::string(name));
}

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
  if (backend_ == Backend::other_process) {
    start_process();
    return;
  }
  open_engine_store();
  connect();
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

void Scenario::open_engine_store() {
  if (backend_ == Backend::memory) {
    engine_store_ = MemoryProvider::create(MemoryOptions().log_sink(no_log));
  } else if (backend_ == Backend::postgres) {
    engine_store_ = open_in_database(directory_.path());
  } else {
    engine_store_ = open_on_disk(directory_.path());
  }
  if (backend_ == Backend::remote) {
    socket_ = gateway::SocketUse::begin(*engine_store_, ControlSocket::full, no_log);
  }
}

/// Gives clients what they use.
void Scenario::connect() {
  if (backend_ != Backend::remote && backend_ != Backend::other_process) {
    store_ = *engine_store_;
  } else {
    // Another process that has died does not come back, which is not to be found out by each call for as
    // long as a test may take.
    const auto longest = backend_ == Backend::other_process ? Duration(30s) : Duration(ample);
    auto connected = RemoteStore::connect(
        directory_.path(), RemoteStoreOptions().connect_timeout(longest).log_sink(no_log));
    REQUIRE_OK(connected);
    store_ = *std::move(connected);
  }
  client_.emplace(*store_);
}

const Store& Scenario::engine_store() const {
  if (!engine_store_) {
    FAIL("the engine is in another process; give the case the tag [same-process]");
  }
  return *engine_store_;
}

Runtime& Scenario::runtime() {
  (void)engine_store();
  return *runtime_;
}

void Scenario::start_runtime() {
  if (process_) {
    process_->start_runtime();
    return;
  }
  runtime_.emplace(*engine_store_, options_);
  registrations_(*runtime_);
  REQUIRE_OK(runtime_->start());
}

void Scenario::stop_runtime() {
  if (process_) {
    process_->stop_runtime();
    return;
  }
  runtime_.reset();
}

void Scenario::restart(std::optional<Register> registrations) {
  const bool is_changed = registrations.has_value();
  if (is_changed) {
    registrations_ = std::move(*registrations);
  }
  if (backend_ == Backend::other_process) {
    if (is_changed) {
      start_process();
    } else {
      process_->restart();
    }
    return;
  }
  stop_runtime();
  const bool is_opened_again = backend_ == Backend::lmdb || backend_ == Backend::postgres;
  if (is_opened_again) {
    client_.reset();
    store_.reset();
  }
  if (backend_ != Backend::memory) {
    socket_.reset();
    engine_store_.reset();
    open_engine_store();
  }
  if (is_opened_again) {
    connect();
  }
  start_runtime();
}

/// A process that knows the registrations of now, with a remote store made after it.
void Scenario::start_process() {
  client_.reset();
  store_.reset();
  process_.reset();
  process_ = std::make_unique<EngineProcess>(directory_.path(), registrations_, options_);
  connect();
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
