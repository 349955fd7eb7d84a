#include <catch2/catch.hpp>

#include "model/event_words.hpp"

namespace duroxide::event_words_test {

using model::describe_with_data;

TEST_CASE("an event is described with all that it carries", "[model][history]") {
  CHECK(describe_with_data(event::TimerFired{}) == "TimerFired");
  CHECK(describe_with_data(event::ActivityScheduled{"Charge", "500", "gpu", "s-1"}) ==
        "ActivityScheduled(\"Charge\") with input `500`, tag `gpu`, session `s-1`");
  CHECK(describe_with_data(event::ActivityCompleted{"receipt"}) ==
        "ActivityCompleted with result `receipt`");
  CHECK(describe_with_data(event::SubOrchestrationScheduled{"Pack", "2.0.0", "i::sub::1.2", "x"}) ==
        "SubOrchestrationScheduled(\"Pack\", instance \"i::sub::1.2\") with input `x`, version "
        "`2.0.0`");
  CHECK(describe_with_data(event::OrchestrationStarted{"Pack", "2.0.0", "x", {}, {}}) ==
        "OrchestrationStarted(\"Pack\", 2.0.0) with input `x`");
  CHECK(describe_with_data(event::KeyValueSet{"total", "3"}) ==
        "KeyValueSet(\"total\") with value `3`");
  CHECK(describe_with_data(event::KeyValueReadCompleted{}) == "KeyValueReadCompleted");
  CHECK(describe_with_data(event::CustomStatusUpdated{"charged"}) ==
        "CustomStatusUpdated with status `charged`");
  CHECK(describe_with_data(event::ExternalEvent{"Go", "now"}) ==
        "ExternalEvent(\"Go\") with data `now`");
  CHECK(describe_with_data(
            event::OrchestrationFailed{application_error(ErrorKind::cancelled, "enough")}) ==
        "OrchestrationFailed with error `canceled: enough`");
  CHECK(describe_with_data(event::ActivityCancelRequested{"dropped"}) ==
        "ActivityCancelRequested with reason `dropped`");
}

TEST_CASE("an event is described with the beginning of what is long", "[model][history]") {
  const std::string text = describe_with_data(event::ActivityCompleted{std::string(5000, 'x')});
  CHECK(text.size() < 600);
  CHECK_THAT(text, Catch::Contains("it had 5000 bytes"));
}

}  // namespace duroxide::event_words_test
