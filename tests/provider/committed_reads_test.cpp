// What clients are told that read a store which has stopped, or for whose reads there is no memory.

#include <string>

#include <catch2/catch.hpp>

#include <duroxide/client.hpp>

#include "provider/faulty_world.hpp"

namespace duroxide::committed_reads_test {

using namespace duroxide::testing;

namespace {

const std::string& message_of(const Client::Status& status) {
  REQUIRE_FALSE(status);
  return status.error().message;
}

}  // namespace

TEST_CASE("a store that has stopped refuses reads, as they may miss what is on its disk",
          "[commit_failure][errors]") {
  FaultyWorld faulty;
  Client client(faulty.world.store.value());
  REQUIRE(client.start_orchestration("before", "T"));
  faulty.kv->failures = 1;
  const auto unknown = client.start_orchestration("unknown", "T");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().message.find("is known when it is opened again") != std::string::npos);
  const std::string why =
      "the store has stopped after a fatal failure: input/output error; open it again";
  CHECK(message_of(client.get_orchestration_status("unknown")).find(why) != std::string::npos);
  CHECK(message_of(client.get_orchestration_status("before")).find(why) != std::string::npos);
  const auto value = client.get_value("before", "key");
  REQUIRE_FALSE(value);
  CHECK(value.error().message.find(why) != std::string::npos);
  CHECK_FALSE(client.get_all_values("before"));
}

TEST_CASE("a read for which there is no memory is refused alone", "[values][errors]") {
  FaultyWorld faulty;
  Client client(faulty.world.store.value());
  REQUIRE(client.start_orchestration("a", "T"));
  faulty.kv->snapshots_without_memory = 1;
  CHECK(message_of(client.get_orchestration_status("a")).find("bad_alloc") != std::string::npos);
  CHECK(client.get_orchestration_status("a"));
  CHECK(client.start_orchestration("b", "T"));
}

}  // namespace duroxide::committed_reads_test
