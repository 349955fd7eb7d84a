// Awaiting anything but what replay can repeat must not compile: expect_compile_error.sh.
#include <coroutine>

#include <duroxide/duroxide.hpp>

duroxide::Task<int> orchestration(duroxide::OrchestrationContext ctx) {
  const int result = 1;
#ifdef CORRECT
  co_await ctx.schedule_activity("A");
#else
  (void)ctx;
  co_await std::suspend_never{};
#endif
  co_return result;
}
