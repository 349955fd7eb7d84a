// The runtime alone: it runs what client_usage has started in the store, until it is interrupted.
//
//   runtime_usage [STORE] [--for SECONDS]
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>
#include <string_view>

#include <duroxide/duroxide.hpp>

using namespace duroxide;

Task<std::string> process_order(OrchestrationContext ctx, std::string order) {
  auto payment = co_await ctx.schedule_activity("ProcessPayment", order);
  auto inventory = co_await ctx.schedule_activity("ReserveInventory", order);
  ctx.log_info(order + ": " + payment + ", " + inventory);
  auto shipping = co_await ctx.wait_for_external_event("ShippingReady");
  auto receipt = co_await ctx.schedule_activity("CompleteOrder", shipping);
  co_return receipt;
}

// Version 2 does not wait for the dock.
Task<std::string> process_order_2(OrchestrationContext ctx, std::string order) {
  auto payment = co_await ctx.schedule_activity("ProcessPayment", order);
  auto receipt = co_await ctx.schedule_activity("CompleteOrder", payment);
  co_return receipt;
}

int main(int argc, char** argv) {
  const char* directory = "./usage-store";
  long seconds = 0;  // none: until it is interrupted
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--for" && i + 1 < argc) {
      seconds = std::strtol(argv[++i], nullptr, 10);
    } else {
      directory = argv[i];
    }
  }

  // Before any thread starts, so that only sigtimedwait below takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto store = LmdbProvider::open(directory);
  if (!store) {
    std::cerr << "runtime_usage: " << store.error().to_string() << '\n';
    return 1;
  }
  Runtime runtime{*store, RuntimeOptions().log_sink(stderr_log_sink(LogLevel::info))};
  runtime.register_orchestration("ProcessOrder", process_order)
      .register_versioned("ProcessOrder", "2.0.0", process_order_2)
      .register_activity("ProcessPayment",
                         [](const std::string&) { return R"({"status":"paid"})"; })
      .register_activity("ReserveInventory",
                         [](const std::string&) { return R"({"status":"reserved"})"; })
      .register_activity("CompleteOrder", [](ActivityContext& context, const std::string& input) {
        return context.instance_id() + " completed after " + input;
      });
  if (auto started = runtime.start(); !started) {
    std::cerr << "runtime_usage: " << started.error().to_string() << '\n';
    return 1;
  }

  std::cout << "running, Ctrl-C ends it" << std::endl;
  const timespec second = {1, 0};
  for (long passed = 0; runtime.is_running() && (seconds <= 0 || passed < seconds); ++passed) {
    if (sigtimedwait(&signals, nullptr, &second) > 0) {
      break;
    }
  }
  runtime.stop();
  std::cout << "stopped" << std::endl;
  return 0;
}
