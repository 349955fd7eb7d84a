// A trace over the death of a process.

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <string>

#include "support/temp_dir.hpp"
#include "tracing/trace_reader.hpp"

namespace duroxide::killed_trace_test {

using tracing_test::Trace;

namespace {

/// How the program ended.
int run_order(const std::string& store, const std::string& trace) {
  const pid_t process = ::fork();
  REQUIRE(process >= 0);
  if (process == 0) {
    ::execl(DUROXIDE_TRACED_ORDER, DUROXIDE_TRACED_ORDER, store.c_str(), trace.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  REQUIRE(::waitpid(process, &status, 0) == process);
  return status;
}

}  // namespace

TEST_CASE("tracing: an order whose process is killed in its middle is one whole trace",
          "[tracing][restart]") {
  const testing::TempDir directory;
  const std::string store = (directory.path() / "store").string();
  const std::string path = (directory.path() / "trace.json").string();
  const int first = run_order(store, path);
  REQUIRE(WIFSIGNALED(first));
  CHECK(WTERMSIG(first) == SIGKILL);
  const int second = run_order(store, path);
  REQUIRE(WIFEXITED(second));
  CHECK(WEXITSTATUS(second) == 0);

  Trace trace;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    trace.add(line);
  }
  CHECK(trace.check_whole() == "ProcessOrder");
  CHECK(trace.names() ==
        std::multiset<std::string>{"ProcessOrder", "activity Pay", "activity Reserve", "timer",
                                   "event ShippingReady", "child ShipOrder", "ShipOrder",
                                   "activity Ship", "activity Confirm"});
  const Trace::Span* shipment = trace.find("ShipOrder");
  REQUIRE(shipment != nullptr);
  CHECK(shipment->parent == trace.find("child ShipOrder")->id);
  CHECK(trace.find("activity Ship")->parent == shipment->id);
}

}  // namespace duroxide::killed_trace_test
