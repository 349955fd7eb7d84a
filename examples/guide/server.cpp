// Calls in a server: event loops, timeouts, cancelling, shutdown.
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <mutex>
#include <stop_token>

#include "guide.hpp"

namespace guide {

namespace {

// [loop]
class Loop {
 public:
  void post(Executor::Task task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    came_.notify_one();  // with epoll: eventfd_write
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return !tasks_.empty(); });
    const Executor::Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }
  Executor executor() {
    return Executor::posting([this](Executor::Task task) { post(std::move(task)); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Executor::Task> tasks_;
};
// [/loop]

// [request]
struct Request {
  struct promise_type {
    Request get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

Request serve(AsyncClient client, std::string id, std::string text, std::string& reply) {
  const auto same = StartOptions().reuse(ReusePolicy::use_existing_same_input);
  const auto started = co_await client.start_orchestration(id, "Shout", text, same);
  if (!started) {
    reply = "503 " + started.error().message;
    co_return;
  }
  const auto output = co_await client.wait_for_output<std::string>(id);
  reply = output ? "200 " + *output : "504 " + output.error().message;
}
// [/request]

// [on-executor]
void register_in(Runtime& runtime, Loop& loop, int& visitors) {
  // Only the thread of the loop touches what it counts.
  const auto greet = [&visitors](std::string name) {
    return "hello " + name + ", visitor " + std::to_string(++visitors);
  };
  runtime.register_activity("Greet", greet, loop.executor());
}
// [/on-executor]

Task<std::string> welcome(OrchestrationContext ctx) {
  std::string greeting = co_await ctx.schedule_activity("Greet", "Ada");
  co_return greeting;
}

Task<std::string> shout(OrchestrationContext ctx, std::string text) {
  std::string loud = co_await ctx.schedule_activity("Raise", text);
  co_return loud;
}

Task<std::string> approve(OrchestrationContext ctx) {
  std::string answer = co_await ctx.wait_for_external_event("Answer");
  co_return answer;
}

std::string wait_once(const Client& client) {
  // [pending]
  auto call = client.async(CallOptions().timeout(5ms)).wait_for_completion("Approve");
  // It is under way from here on: do something else, then
  const auto status = call.wait();
  return status ? status->to_string() : status.error().message;
  // [/pending]
}

std::string give_up(const Client& client) {
  // [give-up]
  std::stop_source connection;  // of the one who asked
  const auto options = CallOptions().stop(connection.get_token());
  auto call = client.async(options).wait_for_completion("Approve");
  connection.request_stop();  // it has hung up
  const auto status = call.wait();
  // [/give-up]
  return status ? "an answer" : status.error().message;
}

std::string shut_down(Store store, Client client, Runtime& runtime) {
  // [shut-down]
  runtime.stop();  // lets turns and activities end; what is left stays in the store
  store.close();   // whoever still has it or a client is told from here on
  const auto late = client.get_status("Shout");
  // [/shut-down]
  return late ? "a status" : std::string(to_string(late.error().kind));
}

}  // namespace

void server() {
  World world([](Runtime& runtime) {
    runtime.register_orchestration("Shout", shout)
        .register_orchestration("Approve", approve)
        .register_activity("Raise", [](const std::string& text) { return text + "!"; });
  });
  world.start("Approve");
  check("pending", wait_once(world.client),
        "the call was not answered within 5 ms; nothing was changed by it");
  check("give-up", give_up(world.client), "the call was cancelled; nothing was changed by it");

  Loop loop;
  std::string reply;
  serve(world.client.async(CallOptions().on(loop.executor()).timeout(ample)), "Shout", "hello",
        reply);
  while (reply.empty()) {
    loop.run_one();
  }
  check("request", reply, "200 hello!");
  int visitors = 0;
  World hosted([&](Runtime& runtime) {
    register_in(runtime, loop, visitors);
    runtime.register_orchestration("Welcome", welcome);
  });
  hosted.start("Welcome");
  loop.run_one();
  check("on-executor", hosted.end_of("Welcome"), "Completed: hello Ada, visitor 1");
  check("shut-down", shut_down(world.store, world.client, world.runtime), "storage error");
}

}  // namespace guide
