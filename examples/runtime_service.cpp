// A service that only runs: it owns the store, and carries out what control_service, in another process,
// has it do. It ends with an interrupt; killed at any moment, it goes on where it was when it runs again.
//
//   runtime_service [STORE]
#include <csignal>
#include <iostream>
#include <string>

#include <duroxide/duroxide.hpp>

#include "expect.hpp"

using namespace duroxide;

namespace {

Task<std::string> process_order(OrchestrationContext ctx, std::string order) {
  const std::string payment = co_await ctx.schedule_activity("ProcessPayment", order);
  const std::string inventory = co_await ctx.schedule_activity("ReserveInventory", order);
  const std::string shipping = co_await ctx.wait_for_external_event("ShippingReady");
  const std::string summary = payment + ", " + inventory + ", by " + shipping;
  co_return summary;
}

void work(const char* directory, const sigset_t& signals) {
  const Store store = expect(LmdbProvider::open(directory));
  Runtime runtime{store};  // with the control socket on, as it is by default
  runtime.register_orchestration("ProcessOrder", process_order)
      .register_activity("ProcessPayment", [](std::string order) { return order + " paid"; })
      .register_activity("ReserveInventory", [](const std::string&) { return "reserved"; });
  expect(runtime.start());
  std::cout << "running, Ctrl-C ends it" << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
}

}  // namespace

int main(int argc, char** argv) {
  // Before any thread starts, so that only sigwait takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  try {
    work(argc > 1 ? argv[1] : "./service-store", signals);
    std::cout << "stopped" << std::endl;
    return 0;
  } catch (const std::exception& failed) {
    std::cerr << "runtime_service: " << failed.what() << '\n';
    return 1;
  }
}
