// Cancellation with cleanup: a long activity is told to stop, the orchestration gives back what it
// holds under a shield, and the client sees an instance that was cancelled, and why.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <iostream>
#include <mutex>
#include <string>

#include <duroxide/duroxide.hpp>

#include "expect.hpp"

using namespace duroxide;
using namespace std::chrono_literals;

inline constexpr Activity<std::string(std::string)> reserve{"ReserveMachine"};
inline constexpr Activity<void(std::string)> render{"Render"};
inline constexpr Activity<void(std::string)> release{"ReleaseMachine"};
inline constexpr Orchestration<std::string(std::string)> make_film{"MakeFilm"};

Task<std::string> make_a_film(OrchestrationContext ctx, std::string title) {
  const std::string machine = co_await ctx.schedule_activity(reserve, title);
  std::string outcome = title + " is ready";
  try {
    co_await ctx.schedule_activity(render, machine);
  } catch (const OrchestrationCancelled& cancelled) {
    outcome = "given up: " + cancelled.reason();  // a handler cannot await
  }

  const auto shield = ctx.shield();  // nothing interrupts from here on
  co_await ctx.schedule_activity(release, machine);
  ctx.set_custom_status(outcome);
  co_return outcome;  // a cancelled instance has no output: the client is told the reason
}

std::atomic<bool> is_rendering = false;

// Works until it is told that nobody wants the result any more.
void render_frames(ActivityContext& context, const std::string& machine) {
  is_rendering = true;
  is_rendering.notify_all();
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any frame_done;
  int frames = 0;
  while (!context.is_cancelled()) {
    frame_done.wait_for(lock, context.stop_token(), 20ms, [] { return false; });
    ++frames;
  }
  std::cout << (frames > 0 ? "rendering on " + machine + " has stopped\n" : "nothing was done\n");
}

int main() try {
  Store store = MemoryProvider::create();
  Runtime runtime{store};
  runtime.register_orchestration(make_film, make_a_film)
      .register_activity(reserve, [](const std::string&) { return "machine-7"; })
      .register_activity(render, render_frames)
      .register_activity(
          release, [](const std::string& machine) { std::cout << machine + " is free again\n"; });
  expect(runtime.start());

  Client client{store};
  expect(client.start_orchestration("film", make_film, "Metropolis"));
  is_rendering.wait(false);
  expect(client.cancel_orchestration("film", "out of money"));

  const auto status = expect(client.wait_for_completion("film", 30s));
  std::cout << status.to_string() << '\n';
  std::cout << (status.is_cancelled() ? "cancelled, not failed\n" : "failed\n");
  std::cout << "its last word: " << status.custom_status().value_or("none") << '\n';
  runtime.stop();  // waits for the activity
  return 0;
} catch (const std::exception& error) {
  std::cerr << "cancellation_cleanup: " << error.what() << '\n';
  return 1;
}
