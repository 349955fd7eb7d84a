// An orchestration must take its parameters by value: expect_compile_error.sh.
#include <duroxide/duroxide.hpp>

#ifdef CORRECT
duroxide::Task<int> orchestration(duroxide::OrchestrationContext ctx, int number) {
#else
duroxide::Task<int> orchestration(duroxide::OrchestrationContext ctx, const int& number) {
#endif
  const int result = number;
  co_await ctx.schedule_activity("A");
  co_return result;
}

void register_it(duroxide::Runtime& runtime) {
  runtime.register_orchestration("O", orchestration);
}
