#include "simulation/process.hpp"

#include <stdexcept>
#include <utility>

namespace duroxide::simulation {

namespace {

LogSink to(const Trace& trace) {
  if (!trace.prints()) {
    return {};
  }
  return [&trace](const LogRecord& line) { trace.remark(line.instance + " " + line.message); };
}

}  // namespace

Process::Process(const Plan& plan, Tables& tables, Timestamp now, property::Random& random,
                 Trace& trace, Registrations registrations)
    : plan_(plan),
      tables_(tables),
      trace_(trace),
      registrations_(std::move(registrations)),
      clock_(std::make_shared<ManualClock>(now)),
      system_(plan.order, plan.overtakes, random, trace) {
  store_ = tables_.open(system_.handle(), clock_, to(trace_));
  runtimes_.resize(plan_.runtimes);
  for (auto& each : runtimes_) {
    start_runtime(each);
  }
  client_.emplace(*store_);
  management_.emplace(*store_);
}

Process::~Process() {
  if (store_) {
    crash();
  }
}

void Process::start_runtime(std::optional<Runtime>& runtime) {
  RuntimeOptions options;
  options.max_resident_instances(plan_.residency)
      .orchestration_concurrency(plan_.turns_at_once)
      .worker_concurrency(plan_.workers)
      .max_attempts(plan_.max_attempts)
      .idle_eviction(Milliseconds(plan_.idle_eviction))
      .history_warning(0)
      .control_socket(false)
      .log_sink(trace_.prints() ? to(trace_) : LogSink([](const LogRecord&) {}));
  runtime.emplace(*store_, options);
  registrations_(*runtime);
  if (const auto started = runtime->start(); !started && !tables_.is_broken()) {
    throw std::runtime_error("the runtime does not start: " + started.error().message);
  }
}

void Process::subscribe() {
  if (auto made = management_->subscribe({}, 64)) {
    subscription_.emplace(std::move(*made));
  }
}

void Process::pass_time(Milliseconds step) {
  clock_->advance(step);
  system_.advance(step);
}

void Process::restart_runtime(std::size_t which) {
  runtimes_[which].reset();
  start_runtime(runtimes_[which]);
}

std::size_t Process::end() {
  subscription_.reset();
  runtimes_.clear();
  client_.reset();
  management_.reset();
  store_.reset();
  while (system_.step()) {
  }
  const std::size_t left = system_.actors().registry().running();
  system_.kill();
  return left;
}

void Process::crash() {
  tables_.crash();
  system_.kill();
  subscription_.reset();
  runtimes_.clear();
  client_.reset();
  management_.reset();
  store_.reset();
  system_.kill();
}

}  // namespace duroxide::simulation
