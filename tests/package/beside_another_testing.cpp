// A test of a program, beside a test framework whose names stand in `testing`, as GoogleTest's do.

#include <duroxide/duroxide.hpp>
#include <duroxide/testing.hpp>

namespace testing {
struct Test {};
}  // namespace testing

using namespace duroxide;

namespace {

Task<std::string> greet(OrchestrationContext ctx) {
  const std::string text = co_await ctx.schedule_activity("Greet");
  co_return text;
}

struct Greeting : testing::Test {
  testkit::TestSystem test;
};

}  // namespace

int main() {
  Greeting greeting;
  greeting.test.register_orchestration("Hello", greet);
  greeting.test.mock_activity("Greet").returns("hello");
  return greeting.test.run("1", "Hello").output() == "hello" ? 0 : 1;
}
