#include "testing/test_system_impl.hpp"

#include "engine/suspects.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

TestSystem::Impl::Impl(const TestOptions& options)
    : options_(options),
      clock_(std::make_shared<ManualClock>(options.start_at())),
      mocks_(
          clock_, [this] { return disk_.is_cut(); },
          [this](const std::string& instance) { return disk_.life_of(instance); }) {}

TestSystem::Impl::~Impl() {
  disk_.cut();  // what the last process would say or write is for nobody
}

void TestSystem::Impl::add(Registrations registrations) {
  registrations_.push_back(std::move(registrations));
  is_outdated_ = true;
}

Mock TestSystem::Impl::mock(Mocks::Found found) {
  is_outdated_ = is_outdated_ || found.is_new;
  return Mock(std::move(found.state));
}

void TestSystem::Impl::start_process() {
  auto bytes = disk_.connect();
  RuntimeOptions options = options_.runtime();
  if (options_.replay_each_turn()) {
    options.max_resident_instances(0);
  }
  // What a process says that has crashed is heard by nobody.
  options.log_sink(
      [has_crashed = disk_.cut_flag(), sink = options.log_sink()](const LogRecord& line) {
        if (sink && !*has_crashed) {
          sink(line);
        }
      });
  mocks_.forget_open_calls();
  is_outdated_ = false;
  process_.emplace(
      Process::Parts{std::move(bytes), clock_, std::move(options), [this](Runtime& runtime) {
                       for (const auto& each : registrations_) {
                         each(runtime);
                       }
                       mocks_.put_into(runtime);
                     }});
}

void TestSystem::Impl::require_process() {
  if (process_ && is_outdated_ && !disk_.is_cut()) {
    process_->stop();
    process_.reset();
  }
  if (!process_) {
    start_process();
  }
}

bool TestSystem::Impl::recover_from_crash() {
  if (!disk_.is_cut()) {
    return false;
  }
  ++crashes_;
  cautious_until_ = clock_->now() + storage::Suspects::longest_wait;
  process_.reset();
  start_process();
  return true;
}

void TestSystem::Impl::settle() {
  require_process();
  const std::uint64_t first = disk_.turns();
  for (bool is_busy = true; is_busy;) {
    while (!disk_.is_cut() && process_->step()) {
      if (disk_.turns() - first > options_.most_turns()) {
        throw TestError("more than " + std::to_string(options_.most_turns()) +
                        " turns have run without time passing: does some code go round in "
                        "circles? See TestOptions::most_turns");
      }
    }
    is_busy = recover_from_crash();
    if (const auto finished = mocks_.take_finished()) {
      process_->finish(finished->activity, finished->complete());
      is_busy = true;
    }
  }
}

std::optional<Timestamp> TestSystem::Impl::next_due() const {
  std::optional<Timestamp> next;
  const auto add = [&](std::optional<Timestamp> due) {
    if (due && *due > clock_->now() && (!next || *due < *next)) {
      next = due;
    }
  };
  add(disk_.next_timer(clock_->now()));
  add(mocks_.next_end());
  add(cautious_until_);
  if (process_) {
    add(process_->next_wake());
  }
  return next;
}

bool TestSystem::Impl::skip_to_next(Timestamp limit) {
  settle();
  const auto next = next_due();
  if (!next || *next > limit) {
    return false;
  }
  pass_time(*next - clock_->now());
  return true;
}

void TestSystem::Impl::pass_time(Milliseconds step) {
  clock_->advance(step);
  process_->pass_time(step);
  settle();
}

void TestSystem::Impl::crash() {
  settle();
  disk_.cut();
  settle();
}

Client& TestSystem::Impl::client() {
  settle();
  return process_->client();
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
