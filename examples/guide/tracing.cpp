// Headers, interceptors and traces.
#include <filesystem>
#include <fstream>
#include <memory>

#include <unistd.h>

#include "guide.hpp"

namespace guide {

namespace {

// [headers]
Task<std::string> greet(OrchestrationContext ctx) {
  const std::string* tenant = ctx.headers().find("tenant");
  const std::string place = tenant == nullptr ? "nowhere" : *tenant;
  std::string name = co_await ctx.schedule_activity("Name");
  co_return name + " of " + place;
}

std::string name(ActivityContext& context) {
  const std::string* user = context.headers().find("user");
  return user == nullptr ? "nobody" : *user;
}
// [/headers]

// [authorise]
/// Who may start what, and who may have money paid back.
class Doorkeeper : public Interceptor {
 public:
  /// Beside `before_start`, which is always called.
  InterceptorHooks hooks() const override {
    InterceptorHooks hooks = InterceptorHooks::none();
    hooks.around_activity = true;
    return hooks;
  }

  Admission before_start(InterceptedStart& start) override {
    if (start.headers.find("user") == nullptr) {
      return refuse("a start needs the header `user`");
    }
    return {};
  }

  Admission before_activity(InterceptedActivity& activity) override {
    const std::string* role = activity.headers.find("role");
    if (activity.activity == "Refund" && (role == nullptr || *role != "manager")) {
      return refuse("only a manager refunds");
    }
    return {};
  }
};
// [/authorise]

Task<std::string> complain(OrchestrationContext ctx) {
  const auto refunded = co_await ctx.schedule_activity("Refund").as_result();
  co_return refunded ? *refunded : refunded.error().message;
}

void check_headers() {
  World world([](Runtime& runtime) {
    runtime.register_orchestration("Greet", greet).register_activity("Name", name);
  });
  // [start-with-headers]
  const auto options = StartOptions().header("user", "ada").header("tenant", "london");
  expect(world.client.start_orchestration("greeting-1", "Greet", "", options));
  // [/start-with-headers]
  check("headers", world.end_of("greeting-1"), "Completed: ada of london");
}

void check_authorise() {
  const auto register_all = [](Runtime& runtime) {
    runtime.register_orchestration("Complain", complain).register_activity("Refund", [] {
      return "paid back";
    });
  };
  // [use-doorkeeper]
  const auto doorkeeper = std::make_shared<Doorkeeper>();
  World world(register_all, RuntimeOptions().interceptor(doorkeeper));
  Client client = world.client.with_interceptor(doorkeeper);
  // [/use-doorkeeper]
  const auto refused = client.start_orchestration("nobody", "Complain");
  check("authorise", refused ? "started" : refused.error().message,
        "the start of instance nobody is refused: a start needs the header `user`");
  const auto as_clerk = StartOptions().header("user", "bob").header("role", "clerk");
  expect(client.start_orchestration("clerk", "Complain", "", as_clerk));
  check("authorise", world.end_of("clerk"), "Completed: only a manager refunds");
  const auto as_manager = StartOptions().header("user", "eve").header("role", "manager");
  expect(client.start_orchestration("manager", "Complain", "", as_manager));
  check("authorise", world.end_of("manager"), "Completed: paid back");
}

void check_trace() {
  const auto file = std::filesystem::temp_directory_path() /
                    ("duroxide-trace-" + std::to_string(::getpid()) + ".json");
  {
    const auto register_all = [](Runtime& runtime) {
      runtime.register_orchestration("Greet", greet).register_activity("Name", name);
    };
    // [trace]
    const auto tracing = Tracing::to_file(file, TracingOptions().service_name("shop")).value();
    World world(register_all, RuntimeOptions().interceptor(tracing));
    Client client = world.client.with_interceptor(tracing);
    // [/trace]
    expect(client.start_orchestration("greeting-1", "Greet"));
    check("trace", world.end_of("greeting-1"), "Completed: nobody of nowhere");
    world.runtime.stop();
  }
  std::ifstream trace(file);
  const std::string text{std::istreambuf_iterator<char>(trace), std::istreambuf_iterator<char>()};
  std::filesystem::remove(file);
  const bool has_both = text.find("\"activity Name\"") != std::string::npos &&
                        text.find("\"name\":\"Greet\"") != std::string::npos;
  check("trace", has_both ? "a span of each" : text, "a span of each");
}

void check_collector() {
  // [trace-to-collector]
  const auto tracing = Tracing::to_collector("http://127.0.0.1:4318/v1/traces").value();
  // [/trace-to-collector]
  check("trace-to-collector", std::to_string(tracing->dropped()), "0");
}

}  // namespace

void tracing() {
  check_headers();
  check_authorise();
  check_trace();
  check_collector();
}

}  // namespace guide
