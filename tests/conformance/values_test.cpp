// What every provider must do with key-value state and custom status.

#include <catch2/catch.hpp>

#include "conformance/values.hpp"

namespace duroxide::conformance_values_test {

using namespace duroxide::provider;
using namespace duroxide::conformance;
using namespace std::chrono_literals;
using Kind = ProviderError::Kind;

TEST_CASE("values are read as they were set", "[conformance][values]") {
  World world(DUROXIDE_EVERY_STORE);
  CHECK_FALSE(value_of(world, "a", "k"));
  CHECK(values_of(world, "a").empty());
  world.start("a");
  world.ack(change_of(world.fetch_one(), {set("m", "1", 1), set("z", "", 2), set("b", "3", 3)}))
      .value();
  CHECK(value_of(world, "a", "m") == entry("m", "1", 1));
  CHECK(value_of(world, "a", "z") == entry("z", "", 2));
  CHECK_FALSE(value_of(world, "a", "mm"));
  CHECK(values_of(world, "a") ==
        std::vector<StoredValue>{entry("b", "3", 3), entry("m", "1", 1), entry("z", "", 2)});

  world.ack(change_of(turn_of(world, "a"), {set("m", "4", 4), cleared("z"), cleared("never")}))
      .value();
  CHECK(values_of(world, "a") == std::vector<StoredValue>{entry("b", "3", 3), entry("m", "4", 4)});

  world.ack(change_of(turn_of(world, "a"), {cleared("m"), set("z", "5", 6)})).value();
  CHECK_FALSE(value_of(world, "a", "m"));
  CHECK(values_of(world, "a") == std::vector<StoredValue>{entry("b", "3", 3), entry("z", "5", 6)});
}

TEST_CASE("values of different instances have nothing to do with each other",
          "[conformance][values]") {
  World world(DUROXIDE_EVERY_STORE);
  for (const char* id : {"a", "ab", "b"}) {
    world.start(id);
    world.ack(change_of(world.fetch_one(), {set("k", id, 1)})).value();
  }
  world.ack(change_of(turn_of(world, "ab"), {cleared("k")})).value();
  CHECK(values_of(world, "a") == std::vector<StoredValue>{entry("k", "a", 1)});
  CHECK(values_of(world, "ab").empty());
  CHECK(values_of(world, "b") == std::vector<StoredValue>{entry("k", "b", 1)});
}

TEST_CASE("values and custom status outlive executions and the instance",
          "[conformance][values][custom-status]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  auto ack = continue_of(world.fetch_one());
  ack.values = {set("first", "1", 1), set("both", "2", 2)};
  ack.custom_status = CustomStatusChange{"round 1", 1};
  world.ack(ack).value();
  CHECK(values_of(world, "a") ==
        std::vector<StoredValue>{entry("both", "2", 2), entry("first", "1", 1)});
  CHECK(world.status("a").is_running());
  CHECK(world.status("a").custom_status() == "round 1");

  ack = GENERATE(true, false) ? complete_of(world.fetch_one()) : fail_of(world.fetch_one());
  ack.values = {set("both", "3", 3), set("last", "4", 4)};
  ack.custom_status = CustomStatusChange{"over", 2};
  world.ack(ack).value();
  CHECK(values_of(world, "a") == std::vector<StoredValue>{entry("both", "3", 3),
                                                          entry("first", "1", 1),
                                                          entry("last", "4", 4)});
  CHECK(value_of(world, "a", "first") == entry("first", "1", 1));
  CHECK(world.status("a").is_terminal());
  CHECK(world.status("a").custom_status() == "over");
  CHECK(world.status("a").custom_status_version() == 2);
}

TEST_CASE("the custom status is a part of the status",
          "[conformance][values][custom-status][management]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  CHECK(world.status("a") == OrchestrationStatus(OrchestrationStatus::Running{}));
  const auto with = [](std::optional<std::string> text, std::uint64_t version) {
    return OrchestrationStatus(OrchestrationStatus::Running{})
        .with_custom_status(std::move(text), version);
  };
  world.ack(status_of(world.fetch_one(), "1 of 3", 1)).value();
  CHECK(world.status("a") == with("1 of 3", 1));
  world.ack(ack_of(turn_of(world, "a"))).value();
  CHECK(world.status("a") == with("1 of 3", 1));
  world.ack(status_of(turn_of(world, "a"), std::nullopt, 3)).value();
  CHECK(world.status("a") == with(std::nullopt, 3));
  world.ack(status_of(turn_of(world, "a"), "", 4)).value();
  CHECK(world.status("a") == with("", 4));
  world.ack(complete_of(turn_of(world, "a"), "42")).value();
  CHECK(world.status("a") ==
        OrchestrationStatus(OrchestrationStatus::Completed{"42"}).with_custom_status("", 4));
  CHECK(world.manage<Answer<InstanceInfo>>(management::GetInstanceInfo{"a"}).value().status ==
        world.status("a"));
  CHECK(world.ask<Status>(*world.client, WaitForStatus{"a", 1}).value() == world.status("a"));
}

TEST_CASE("keys and values of any size and bytes", "[conformance][values][limits]") {
  World world(DUROXIDE_EVERY_STORE);
  const std::string longest(255, 'k');
  const std::string unicode = "größe/日本 🚀";
  const std::string bytes("\0\xff\x01", 3);
  const std::string large(std::size_t{3} << 20, 'v');
  world.start(std::string(255, 'i'));
  auto ack = change_of(world.fetch_one(),
                       {set(longest, bytes, 1), set(unicode, large, 2), set("0", "", 3)});
  ack.custom_status = CustomStatusChange{large, 1};
  world.ack(ack).value();
  const std::string id(255, 'i');
  CHECK(value_of(world, id, longest) == entry(longest, bytes, 1));
  CHECK(value_of(world, id, unicode)->value == large);
  CHECK(values_of(world, id).size() == 3);
  CHECK(world.status(id).custom_status() == large);
}

TEST_CASE("an ack with a bad change is refused as a whole", "[conformance][values][limits]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const auto item = world.fetch_one();
  auto ack = change_of(item, {set("good", "1", 1)});
  ack.custom_status = CustomStatusChange{"half way", 1};
  SECTION("no key") {
    ack.values.push_back(set("", "2", 2));
  }
  SECTION("a long key") {
    ack.values.push_back(set(std::string(256, 'x'), "2", 2));
  }
  SECTION("a key that is no text, to be cleared") {
    ack.values.push_back(cleared("\xff"));
  }
  SECTION("a key twice") {
    ack.values.push_back(cleared("good"));
  }
  SECTION("a value of another key") {
    ack.values.push_back({"this", entry("that", "2", 2)});
  }
  SECTION("a value beyond the limit") {
    ack.values.push_back(set("large", std::string((std::size_t{64} << 20) + 1, 'x'), 2));
  }
  SECTION("a custom status beyond the limit") {
    ack.custom_status->status = std::string((std::size_t{64} << 20) + 1, 'x');
  }
  const auto refused = world.ack(ack);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::invalid_input);
  CHECK_FALSE(refused.error().message.empty());
  CHECK(values_of(world, "a").empty());
  CHECK(world.status("a").custom_status_version() == 0);
  CHECK(world.history("a").empty());
  // The lease is still good.
  CHECK(world.ack(change_of(item, {set("good", "1", 1)})));
  CHECK(values_of(world, "a").size() == 1);
}

TEST_CASE("a bad key is an error to whoever asks for it", "[conformance][values][limits]") {
  World world(DUROXIDE_EVERY_STORE);
  world.start("a");
  const std::string bad = GENERATE(std::string(), std::string(256, 'x'), std::string("\xff"));
  const std::string id = GENERATE("a", "nobody");
  const auto got = world.ask<Value>(*world.client, GetValue{id, bad});
  REQUIRE_FALSE(got);
  CHECK(got.error().kind == Kind::invalid_input);
  CHECK(got.error().operation == "get_value");
  const auto waited = world.ask<Value>(*world.client, WaitForValue{id, bad, 0, 1});
  REQUIRE_FALSE(waited);
  CHECK(waited.error().kind == Kind::invalid_input);
  CHECK(waited.error().operation == "wait_for_value");
}

}  // namespace duroxide::conformance_values_test
