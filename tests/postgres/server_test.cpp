// The server that tests are given: it keeps what was committed over a crash of its own, and is gone with the
// process that has started it.

#include <filesystem>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "faults/child.hpp"
#include "postgres/server.hpp"

namespace duroxide::postgres_server_test {

using namespace duroxide::postgres_test;

namespace {

/// Where its data lies.
std::filesystem::path directory_of(const std::string& address) {
  return address.substr(address.find("host=") + 5);
}

}  // namespace

TEST_CASE("a private server flushes what is committed, and has it after a crash", "[postgres]") {
  PostgresServer server({"max_connections=20"});
  CHECK(query(server.address(), "show fsync") == "on");
  CHECK(query(server.address(), "show listen_addresses").empty());
  CHECK(query(server.address(), "show max_connections") == "20");
  query(server.address(), "create table t (n int); insert into t values (7)");
  server.restart(Ending::immediate);
  CHECK(query(server.address(), "select n from t") == "7");
  server.stop();
  CHECK_THROWS(query(server.address(), "select n from t"));
  server.start();
  CHECK(query(server.address(), "select n from t") == "7");
}

TEST_CASE("a private server is gone with the process that has started it", "[postgres][faults]") {
  std::string address;
  {
    faults::Child child([] {
      const PostgresServer server;
      faults::tell(server.address());
      (void)faults::wait_for_word();
    });
    address = child.next().value();
    CHECK(query(address, "select 1") == "1");
    child.kill();
  }
  // The script that has started it waits for the end of its input, and is nobody's child by now.
  while (std::filesystem::exists(directory_of(address))) {
    std::this_thread::yield();
  }
  CHECK_THROWS(query(address, "select 1"));
}

}  // namespace duroxide::postgres_server_test
