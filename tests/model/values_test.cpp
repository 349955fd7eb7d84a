// Clock, status and errors.

#include <catch2/catch.hpp>
#include <duroxide/clock.hpp>
#include <duroxide/status.hpp>

#include "model/error_size.hpp"
#include "model/exceptions.hpp"
#include "model/limits.hpp"
#include "model/samples.hpp"

using namespace duroxide;
using namespace std::chrono_literals;

TEST_CASE("a manual clock moves when told, and tells its subscribers", "[clock]") {
  const auto clock = std::make_shared<ManualClock>(from_milliseconds(1'000));
  int told = 0;
  auto subscription = clock->subscribe([&] { ++told; });
  clock->advance(24h * 30);
  CHECK(to_milliseconds(clock->now()) == 1'000 + 30LL * 24 * 3'600'000);
  CHECK(told == 1);
  subscription.reset();
  clock->advance(1ms);
  CHECK(told == 1);
  CHECK_FALSE(clock->ticks());
}

TEST_CASE("delays in any unit", "[clock]") {
  CHECK(checked_milliseconds(0s) == Milliseconds(0));
  CHECK(checked_milliseconds(1500us) == Milliseconds(2));
  CHECK(checked_milliseconds(max_delay).has_value());
  CHECK_FALSE(checked_milliseconds(-1ns).has_value());
  CHECK_FALSE(checked_milliseconds(std::chrono::hours::max()).has_value());
  CHECK_FALSE(checked_milliseconds(std::chrono::nanoseconds::min()).has_value());
  CHECK_FALSE(checked_milliseconds(std::chrono::duration<double>(std::nan(""))).has_value());
  CHECK(saturating_add(from_milliseconds(1), Milliseconds::max()) ==
        from_milliseconds(Milliseconds::max().count()));
}

TEST_CASE("a status and its text", "[status]") {
  CHECK(OrchestrationStatus().is_not_found());
  CHECK(OrchestrationStatus().to_string() == "NotFound");
  const OrchestrationStatus running(OrchestrationStatus::Running{});
  CHECK(running.to_string() == "Running");
  CHECK(running.output().empty());
  CHECK_FALSE(running.is_terminal());
  const OrchestrationStatus done(OrchestrationStatus::Completed{"42"});
  CHECK(done.output_as<int>().value() == 42);
  CHECK(done.output_as<std::vector<int>>().error().kind == ClientError::Kind::invalid_payload);
  CHECK(done.to_string() == "Completed: 42");
  const OrchestrationStatus cancelled(
      OrchestrationStatus::Failed{application_error(ErrorKind::cancelled, "enough")});
  CHECK(cancelled.is_cancelled());
  CHECK(cancelled.to_string() == "Cancelled: enough");
  CHECK(cancelled.output_as<int>().error().kind == ClientError::Kind::invalid_payload);
}

TEST_CASE("errors as text", "[errors]") {
  CHECK(application_error(ErrorKind::activity_failed, "boom").to_string() == "boom");
  CHECK(model::test::full_error().to_string() == "nondeterministic: message");
  const ProviderError error{ProviderError::Kind::disk_full, "ack_worker", "no room", true};
  CHECK(error.to_string() == "ack_worker: disk full: no room");
}

TEST_CASE("whatever was thrown becomes details", "[errors]") {
  const auto details = [](auto thrown) {
    return model::details_of(std::make_exception_ptr(thrown), ErrorKind::activity_failed, "Charge");
  };
  CHECK(details(std::runtime_error("boom")).message == "boom");
  CHECK(details(std::runtime_error("boom")).subject == "Charge");
  CHECK(details(std::string("text")).message == "text");
  CHECK(details(7).message == "an exception of type int");
  CHECK(details(ActivityFailed(model::test::full_error())) == model::test::full_error());
  const ErrorDetails own = details(ApplicationError("no").do_not_retry().data({"T", "text"}));
  CHECK(own.message == "no");
  CHECK(own.subject == "Charge");
  CHECK(own.kind == ErrorKind::activity_failed);
  CHECK(own.do_not_retry);
  CHECK(own.data == ErrorData{"T", "text"});
}

TEST_CASE("an exception that says nothing is told as that", "[errors]") {
  struct Mute : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return nullptr; }
  };
  const auto details =
      model::details_of(std::make_exception_ptr(Mute()), ErrorKind::activity_failed, "Charge");
  CHECK(details.kind == ErrorKind::activity_failed);
  CHECK_THAT(details.message, Catch::Contains("says nothing"));
}

TEST_CASE("an error that is too long is cut between two characters, and says so",
          "[errors][limits]") {
  constexpr std::size_t most = model::max_error_message_bytes;
  const auto limited = [](std::string message) {
    ErrorDetails details = application_error(ErrorKind::activity_failed, std::move(message));
    model::limit_size(details);
    return details.message;
  };
  CHECK(limited(std::string(most, 'x')) == std::string(most, 'x'));
  const std::string cut = limited(std::string(most + 1, 'x'));
  CHECK(cut.size() <= most);
  CHECK(cut.size() > most - 100);
  CHECK_THAT(cut, Catch::Contains(std::to_string(most + 1) + " bytes"));
  CHECK(limited(cut) == cut);
  for (const std::size_t before : {0U, 1U, 2U, 3U}) {
    std::string text(before, 'x');
    while (text.size() <= most) {
      text += "\xf0\x9f\x9a\x80";
    }
    const std::string whole = limited(text);
    CHECK(whole.size() <= most);
    CHECK(model::is_utf8(whole));
  }
  CHECK(limited(std::string(2 * most, '\x80')).size() <= most);
}

TEST_CASE("that an error's data was left out is told behind a message that is cut",
          "[errors][limits]") {
  constexpr std::size_t most = model::max_error_message_bytes;
  ErrorDetails details = application_error(ErrorKind::activity_failed, std::string(2 * most, 'x'));
  details.data = ErrorData{"T", std::string(most, 'x')};
  model::limit_size(details);
  CHECK(details.message.size() <= most);
  CHECK_THAT(details.message, Catch::Contains("cut off: it had 131072 bytes") &&
                                  Catch::EndsWith("at most 65536 are kept)"));
}

TEST_CASE("an error of a user's making is cut in all its parts", "[errors][limits]") {
  const std::string large(std::size_t{1} << 20, 'x');
  ErrorDetails details = application_error(ErrorKind::activity_failed, "small", large);
  details.nondeterminism = NondeterminismReport{1, large, large, large, large};
  details.data = ErrorData{"T", large};
  details.chain.assign(1000, ErrorOrigin{ErrorOrigin::Kind::activity, large, large, 1, 2});
  model::limit_size(details);
  CHECK_THAT(details.message,
             Catch::StartsWith("small (its data is left out: it had 1048577 bytes"));
  CHECK_FALSE(details.data);
  CHECK(details.subject.size() < 2000);
  CHECK(details.chain.size() == ErrorDetails::max_origins);
  CHECK(details.chain.front().name.size() < 2000);
  CHECK(details.chain.front().instance.size() < 2000);
  CHECK(details.nondeterminism->recorded.size() <= model::max_error_message_bytes);
  CHECK(details.nondeterminism->attempted.size() <= model::max_error_message_bytes);
  CHECK(details.nondeterminism->orchestration.size() < 2000);
  CHECK(details.nondeterminism->version.size() < 2000);
}

TEST_CASE("every event has a name", "[history]") {
  for (const auto& [name, event] : model::test::sample_events()) {
    CHECK("event." + std::string(event_type(event.kind)) == name);
    CHECK_THAT(describe(event.kind), Catch::StartsWith(std::string(event_type(event.kind))));
  }
  CHECK(describe(event::ActivityScheduled{"Charge", ""}) == "ActivityScheduled(\"Charge\")");
}
