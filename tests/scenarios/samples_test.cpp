// Whole applications in small.

#include "scenario.hpp"

namespace duroxide::samples_test {

using namespace duroxide::scenario;

namespace {

/// What a chat shows of itself.
struct Reply {
  int number = 0;
  std::string text;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("number", number), cereal::make_nvp("text", text));
  }
};

/// One message for each execution, so that a chat may last for ever.
Task<std::string> chat(OrchestrationContext context, int answered) {
  Reply reply;
  const std::string message = co_await context.dequeue_event("Inbox");
  reply.number = answered + 1;
  reply.text = co_await context.schedule_activity("Generate", message);
  context.set_custom_status(reply);
  if (message != "bye") {
    co_await context.continue_as_new(reply.number);
  }
  co_return std::to_string(reply.number) + " messages";
}

}  // namespace

TEST_CASE("a chat: a message for each execution, answers in the custom status",
          "[custom-status][continue-as-new][queues]") {
  Scenario s(
      EVERY_BACKEND,
      [](Runtime& runtime) {
        runtime.register_orchestration("Chat", chat)
            .register_activity("Generate",
                               [](std::string message) { return "you said: " + message; });
      },
      RuntimeOptions().max_resident_instances(GENERATE(0U, 100U)));
  s.start("i", "Chat", 0);
  std::uint64_t seen = 0;
  int number = 0;
  for (const char* message : {"hello", "how are you", "bye"}) {
    REQUIRE(s.client().enqueue_event("i", "Inbox", std::string(message)));
    const auto status = s.client().wait_for_status_change("i", seen, ample).value();
    const auto reply = decode_payload<Reply>(status.custom_status().value()).value();
    CHECK(reply.number == ++number);
    CHECK(reply.text == std::string("you said: ") + message);
    seen = status.custom_status_version();
  }
  CHECK(seen == 3);
  CHECK(s.wait("i").output() == "3 messages");
  CHECK(ManagementClient(s.store()).list_executions("i").value().size() == 3);
}

}  // namespace duroxide::samples_test
