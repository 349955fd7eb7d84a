// What is no orchestration must be refused with a sentence: expect_compile_error.sh, once for each mistake.
#include <duroxide/duroxide.hpp>

#if defined(CORRECT)
duroxide::Task<int> orchestration(duroxide::OrchestrationContext, int number) {
  co_return number;
}
#elif defined(NO_TASK)
int orchestration(duroxide::OrchestrationContext, int number) {
  return number;
}
#elif defined(NO_CONTEXT)
duroxide::Task<int> orchestration(int number) {
  co_return number;
}
#elif defined(TEMPLATE)
const auto orchestration = [](duroxide::OrchestrationContext, auto number) -> duroxide::Task<int> {
  co_return number;
};
#endif

void register_it(duroxide::Runtime& runtime) {
  runtime.register_orchestration("O", orchestration);
}
