// Types, texts and names that nobody sends who means well.

#include <map>
#include <optional>
#include <stdexcept>

#include "neighbours.hpp"

namespace duroxide::payloads_test {

using namespace duroxide::hostile;

namespace {

/// Throws as it is written or read, as its own content says.
struct Moody {
  std::string mood;

  template <class Archive>
  void save(Archive& archive) const {
    if (mood == "write") {
      throw std::runtime_error("does not like to be written");
    }
    if (mood == "write 42") {
      throw 42;
    }
    archive(cereal::make_nvp("mood", mood));
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(cereal::make_nvp("mood", mood));
    if (mood == "read") {
      throw std::runtime_error("does not like to be read");
    }
    if (mood == "read 42") {
      throw 42;
    }
  }
};

/// A key of a map that cannot be compared.
struct Incomparable {
  int value = 0;
  bool operator<(const Incomparable&) const { throw std::runtime_error("is beyond compare"); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::make_nvp("value", value));
  }
};

Task<std::string> takes(OrchestrationContext /*context*/, Moody moody) {
  co_return moody.mood;
}

Task<Moody> gives(OrchestrationContext /*context*/, std::string mood) {
  co_return Moody{mood};
}

Task<std::string> passes(OrchestrationContext context, std::string mood) {
  const Moody input{mood};
  const Moody moody = co_await context.schedule_activity<Moody>("Gives", input);
  co_return moody.mood;
}

Task<std::string> compares(OrchestrationContext context) {
  const auto map =
      co_await context.schedule_activity<std::map<Incomparable, int>>("GivesIncomparable");
  co_return std::to_string(map.size());
}

Task<std::string> is_large(OrchestrationContext context, std::string how) {
  const std::string large(std::size_t{80} << 20, 'x');
  if (how == "result") {
    co_return large;
  }
  if (how == "status") {
    context.set_custom_status(large);
  } else if (how == "value") {
    context.set_value("key", large);
  } else if (how == "input") {
    co_await context.schedule_activity("Echo", large);
  } else if (how == "child") {
    co_await context.schedule_sub_orchestration("IsLarge", large);
  } else if (how == "next") {
    co_await context.continue_as_new(large);
  } else {
    co_await context.schedule_activity("Large");
  }
  co_return "it was taken";
}

/// Calls what nobody has registered, under a name that has everything in it that a name may have.
Task<std::string> calls_by_name(OrchestrationContext context, std::string name) {
  co_return co_await context.schedule_activity(name, std::string("called"));
}

const std::string ugly = "a\nb\r\x1b[2J\x7f \xe2\x80\xae/../'\"%s{}";

void register_moody(Runtime& runtime) {
  runtime.register_orchestration("Takes", takes)
      .register_orchestration("Gives", gives)
      .register_orchestration("Passes", passes)
      .register_orchestration("Compares", compares)
      .register_orchestration("IsLarge", is_large)
      .register_orchestration("CallsByName", calls_by_name)
      .register_activity(
          "Gives", [](Moody moody) { return Moody{moody.mood == "later" ? "read" : moody.mood}; })
      .register_activity("GivesIncomparable",
                         [] {
                           return std::string(
                               "[{\"key\":{\"value\":1},\"value\":1},"
                               "{\"key\":{\"value\":2},\"value\":2}]");
                         })
      .register_activity("Large", [] { return std::string(std::size_t{80} << 20, 'x'); })
      .register_activity(ugly, [](std::string input) { return input; });
}

}  // namespace

TEST_CASE("a codec that throws fails what it is asked for, with its own words",
          "[hostile][payloads]") {
  Scenario s(EVERY_BACKEND, beside_good(register_moody), quiet());
  Neighbours neighbours(s);
  const auto refused = s.client().start_orchestration("i", "Takes", Moody{"write"});
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Contains("does not like to be written"));
  CHECK_FALSE(s.client().start_orchestration("i", "Takes", Moody{"write 42"}));

  s.start("takes", "Takes", Moody{"read"});
  CHECK_THAT(s.failure_of("takes").message, Catch::Contains("does not like to be read"));
  s.start("takes 42", "Takes", Moody{"read 42"});
  CHECK(s.failure_of("takes 42").kind == ErrorKind::invalid_payload);
  s.start("gives", "Gives", std::string("write"));
  CHECK_THAT(s.failure_of("gives").message, Catch::Contains("does not like to be written"));
  s.start("gives 42", "Gives", std::string("write 42"));
  CHECK(s.failure_of("gives 42").kind == ErrorKind::invalid_payload);
  for (const char* mood : {"write", "write 42", "read", "read 42", "later"}) {
    const std::string name = std::string("passes ") + mood;
    INFO(name);
    s.start(name, "Passes", std::string(mood));
    CHECK(s.failure_of(name).kind == ErrorKind::invalid_payload);
  }
  s.start("gives well", "Gives", std::string("read"));
  const auto output = s.wait("gives well").output_as<Moody>();
  REQUIRE_FALSE(output);
  CHECK_THAT(output.error().message, Catch::Contains("does not like to be read"));
  neighbours.end_well();
}

TEST_CASE("a comparison that throws fails the await that needs it", "[hostile][payloads]") {
  Scenario s(EVERY_BACKEND, beside_good(register_moody), quiet());
  Neighbours neighbours(s);
  s.start("i", "Compares");
  const auto details = s.failure_of("i");
  CHECK(details.kind == ErrorKind::invalid_payload);
  CHECK_THAT(details.message, Catch::Contains("is beyond compare"));
  neighbours.end_well();
}

TEST_CASE("80 MB are too much, wherever they are given", "[hostile][limits]") {
  Scenario s(EVERY_BACKEND, beside_good(register_moody), quiet());
  Neighbours neighbours(s);
  for (const char* how : {"result", "status", "value", "input", "child", "next", "activity"}) {
    INFO(how);
    s.start(how, "IsLarge", std::string(how));
    const auto details = s.failure_of(how);
    CHECK((details.kind == ErrorKind::limit_exceeded || details.kind == ErrorKind::invalid_input));
    CHECK_THAT(details.message, Catch::Contains("83886080 bytes"));
    CHECK(details.message.size() < 1000);
  }
  neighbours.end_well();
}

TEST_CASE("names may be ugly, but hold no zero byte, no more than 255 bytes, and UTF-8",
          "[hostile][limits]") {
  Scenario s(EVERY_BACKEND, beside_good(register_moody), quiet());
  Neighbours neighbours(s);
  CHECK(s.run(ugly, "CallsByName", ugly).output() == "called");
  const std::string bad_names[] = {std::string("a\0b", 3), std::string(256, 'x'), "", "\xff"};
  for (std::size_t i = 0; i < 4; ++i) {
    INFO(i);
    CHECK_FALSE(s.client().start_orchestration(bad_names[i], "Good"));
    CHECK_FALSE(s.client().start_orchestration("i", bad_names[i]));
    CHECK_FALSE(s.client().raise_event("neighbour", bad_names[i]));
    const std::string caller = "calls " + std::to_string(i);
    s.start(caller, "CallsByName", bad_names[i]);
    CHECK(s.failure_of(caller).kind == ErrorKind::invalid_input);
  }
  // One that nobody has registered waits, and says for what.
  s.start("waits", "CallsByName", ugly + "?");
  const ManagementClient management(s.store());
  std::optional<std::string> waiting;
  while (!waiting) {
    waiting = management.get_instance_info("waits").value().waiting_for;
  }
  CHECK_THAT(*waiting, Catch::Contains("registration"));
  REQUIRE(s.client().cancel_orchestration("waits", "enough"));
  CHECK(s.wait("waits").is_cancelled());
  neighbours.end_well();
}

}  // namespace duroxide::payloads_test
