// An activity that never returns, in a process that ends all the same.

#include <cstdlib>
#include <memory>
#include <thread>

#include <catch2/catch.hpp>

#include "child_process.hpp"
#include "hangs.hpp"
#include "neighbours.hpp"

namespace duroxide::hanging_test {

using namespace duroxide::hostile;

TEST_CASE("a process ends although an activity never returns, and the next one runs it again",
          "[hostile][stop][restart]") {
  const TempDir temp;
  const auto program = [&](bool hangs) {
    const Store store = open_store(temp.path());
    Client client(store);
    const auto entered = std::make_shared<Gate>();
    Runtime runtime(store, impatient());
    runtime.register_orchestration("Calls", calls_hanging)
        .register_activity("Hangs", [=](ActivityContext& context) {
          entered->open();
          while (hangs) {
            std::this_thread::yield();
          }
          return "attempt " + std::to_string(context.attempt());
        });
    if (!runtime.start()) {
      return 1;
    }
    if (hangs) {
      if (!client.start_orchestration("i", "Calls")) {
        return 2;
      }
      entered->wait();
      runtime.stop();
      if (runtime.is_running()) {
        return 3;
      }
      std::_Exit(0);
    }
    const auto status = client.wait_for_completion("i", 100s);
    if (!status || status->output() != "attempt 2") {
      return 4;
    }
    return is_sound(store) ? 0 : 5;
  };
  CHECK(in_process([&] { return program(true); }).code == 0);
  CHECK(in_process([&] { return program(false); }).code == 0);
}

}  // namespace duroxide::hanging_test
