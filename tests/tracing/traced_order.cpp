// An order that pays, waits for the dock and ships, traced. The first process that comes to the shipment
// kills itself in its activity; the next goes on. STORE and TRACE are a directory and a file.

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include <duroxide/duroxide.hpp>

using namespace duroxide;
using namespace std::chrono_literals;

namespace {

/// Before the shipment: of the activities `Pay` and `Reserve`, the timer, and the wait for the dock.
constexpr std::uint64_t spans_before_shipment = 4;

Task<std::string> ship(OrchestrationContext ctx) {
  std::string label = co_await ctx.schedule_activity("Ship");
  co_return label;
}

Task<std::string> process_order(OrchestrationContext ctx) {
  std::string receipt = co_await ctx.schedule_activity("Pay");
  const auto options = ActivityOptions().retry(RetryPolicy().max_attempts(3));
  std::string place = co_await ctx.schedule_activity("Reserve", receipt, options);
  co_await ctx.schedule_timer(1ms);
  std::string dock = co_await ctx.wait_for_external_event("ShippingReady");
  std::string label = co_await ctx.schedule_sub_orchestration("ShipOrder");
  std::string told = co_await ctx.schedule_activity("Confirm", label);
  co_return receipt + " " + place + " " + dock + " " + told;
}

int fail(const std::string& what) {
  std::cerr << "traced_order: " << what << '\n';
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    return fail("give a directory for the store, and a file for the trace");
  }
  const std::filesystem::path marker = std::string(argv[1]) + ".shipping";
  auto tracing = Tracing::to_file(argv[2]);
  auto store = LmdbProvider::open(argv[1]);
  if (!tracing || !store) {
    return fail(!tracing ? tracing.error() : store.error().to_string());
  }
  Runtime runtime(*store, RuntimeOptions().worker_concurrency(1).interceptor(*tracing));
  runtime.register_orchestration("ProcessOrder", process_order)
      .register_orchestration("ShipOrder", ship)
      .register_activity("Pay", [] { return "paid"; })
      .register_activity("Reserve", [](std::string) { return "reserved"; })
      .register_activity("Ship",
                         [&] {
                           if (!std::filesystem::exists(marker)) {
                             std::ofstream(marker) << "begun";
                             while ((*tracing)->exported() < spans_before_shipment) {
                               std::this_thread::yield();
                             }
                             ::kill(::getpid(), SIGKILL);
                           }
                           return "shipped";
                         })
      .register_activity("Confirm", [](std::string) { return "confirmed"; });
  if (auto started = runtime.start(); !started) {
    return fail(started.error().to_string());
  }
  Client client = Client(*store).with_interceptor(*tracing);
  const auto options = StartOptions().reuse(ReusePolicy::use_existing);
  const auto begun = client.start_orchestration("order-1", "ProcessOrder", "", options);
  if (!begun) {
    return fail(begun.error().message);
  }
  if (begun->created()) {
    if (auto raised = client.raise_event("order-1", "ShippingReady", "dock 4"); !raised) {
      return fail(raised.error().message);
    }
  }
  const auto status = client.wait_for_completion("order-1", 300s);
  if (!status || !status->is_completed() || status->output() != "paid reserved dock 4 confirmed") {
    return fail("the order ended otherwise");
  }
  runtime.stop();
  return (*tracing)->dropped() == 0 ? EXIT_SUCCESS : fail("spans were dropped");
}
