#include <duroxide/testing/test_system.hpp>

#include <optional>
#include <string>
#include <utility>

#include "testing/test_system_impl.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

constexpr std::int64_t default_start = 1'700'000'000'000;

}  // namespace

TestOptions::TestOptions()
    : runtime_(RuntimeOptions().log_sink(stderr_log_sink(LogLevel::error))),
      start_at_(from_milliseconds(default_start)) {}

TestSystem::TestSystem(const TestOptions& options) : impl_(std::make_unique<Impl>(options)) {}

TestSystem::TestSystem(Registrations registrations, const TestOptions& options)
    : TestSystem(options) {
  register_all(std::move(registrations));
}

TestSystem::~TestSystem() = default;

TestSystem& TestSystem::register_all(Registrations registrations) {
  impl_->add(std::move(registrations));
  return *this;
}

Mock TestSystem::mock_activity(std::string_view name) {
  return impl_->mock(impl_->mocks().activity(name));
}

Mock TestSystem::mock_orchestration(std::string_view name) {
  return impl_->mock(impl_->mocks().orchestration(name));
}

void TestSystem::start_text(std::string_view instance, std::string_view orchestration,
                            std::string input, const StartOptions& options) {
  impl_->perform([&](Client& client) {
    return client.start_orchestration(instance, orchestration, input, options);
  });
}

void TestSystem::raise_text(std::string_view instance, std::string_view event, std::string data,
                            const RaiseOptions& options) {
  impl_->perform(
      [&](Client& client) { return client.raise_event(instance, event, data, options); });
}

void TestSystem::enqueue_text(std::string_view instance, std::string_view queue, std::string data,
                              const RaiseOptions& options) {
  impl_->perform(
      [&](Client& client) { return client.enqueue_event(instance, queue, data, options); });
}

Result<std::string, ErrorDetails> TestSystem::update_text(std::string_view instance,
                                                          std::string_view name,
                                                          std::string input) {
  const auto options = UpdateOptions().id(impl_->next_update_id());
  std::optional<ErrorDetails> error;
  const std::string output =
      impl_->perform([&](Client& client) -> Result<std::string, ClientError> {
        auto answer = client.update(instance, name, input, options);
        if (answer || !answer.error().details) {
          return answer;
        }
        error = std::move(answer).error().details;
        return std::string();
      });
  if (error) {
    return failure(std::move(*error));
  }
  return output;
}

void TestSystem::cancel(std::string_view instance, std::string_view reason) {
  impl_->perform([&](Client& client) { return client.cancel_orchestration(instance, reason); });
}

OrchestrationStatus TestSystem::wait(std::string_view instance) {
  OrchestrationStatus now;
  impl_->skip_until(
      [&] {
        now = status(instance);
        if (now.is_not_found()) {
          throw TestError("there is no instance `" + std::string(instance) + "` to wait for");
        }
        return now.is_terminal();
      },
      [&](const std::string& when) {
        return "the instance `" + std::string(instance) + "` does not end, " + when +
               "; it waits for " + waits_for(instance);
      });
  return now;
}

void TestSystem::skip_until(const std::function<bool()>& holds) {
  impl_->skip_until(holds, [&](const std::string& when) {
    std::string text = "what is waited for does not come, " + when;
    for (const auto& [instance, state] : outcomes()) {
      text.append("; `").append(instance).append("`: ").append(state);
      if (const std::string what = waits_for(instance); !what.empty()) {
        text += ", waits for " + what;
      }
    }
    return text;
  });
}

void TestSystem::advance_milliseconds(Milliseconds step) {
  impl_->settle();
  const Timestamp end = saturating_add(now(), step);
  const std::uint64_t first = turns();
  while (impl_->skip_to_next(end)) {
    if (turns() - first > impl_->options().most_turns()) {
      throw TestError("more than " + std::to_string(impl_->options().most_turns()) +
                      " turns have run while time was advanced; see TestOptions::most_turns");
    }
  }
  impl_->pass_time(end - now());
}

Timestamp TestSystem::now() const {
  return impl_->clock()->now();
}

Milliseconds TestSystem::elapsed() const {
  return impl_->elapsed();
}

OrchestrationStatus TestSystem::status(std::string_view instance) {
  return impl_->perform(
      [&](const Client& client) { return client.get_orchestration_status(instance); });
}

std::optional<std::string> TestSystem::value_text(std::string_view instance, std::string_view key) {
  const auto found =
      impl_->perform([&](const Client& client) { return client.get_value(instance, key); });
  return found ? std::optional<std::string>(found->value.text()) : std::nullopt;
}

std::uint64_t TestSystem::turns() const {
  return impl_->disk().turns();
}

TestSystem& TestSystem::crash_after_turn(std::uint64_t turn) {
  impl_->disk().cut_after(turn);
  return *this;
}

TestSystem& TestSystem::crash_before_turn(std::uint64_t turn) {
  impl_->disk().cut_before(turn);
  return *this;
}

void TestSystem::crash() {
  impl_->crash();
}

std::uint64_t TestSystem::crashes() const {
  return impl_->crashes();
}

Client& TestSystem::client() {
  return impl_->client();
}

const std::shared_ptr<ManualClock>& TestSystem::clock() const {
  return impl_->clock();
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
