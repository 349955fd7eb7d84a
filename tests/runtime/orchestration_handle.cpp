// An orchestration must have the types of its handle: expect_compile_error.sh, once for each mistake.
#include <duroxide/duroxide.hpp>

inline constexpr duroxide::Orchestration<int(std::string)> length{"Length"};

template <class Out, class In>
duroxide::Task<Out> code(duroxide::OrchestrationContext, In) {
  co_return Out();
}
duroxide::Task<int> no_input(duroxide::OrchestrationContext) {
  co_return 1;
}

void register_them(duroxide::Runtime& runtime) {
#if defined(CORRECT)
  runtime.register_orchestration(length, code<int, std::string>)
      .register_versioned(length, "2.0.0", code<int, std::string>);
#elif defined(WRONG_OUTPUT)
  runtime.register_orchestration(length, code<std::string, std::string>);
#elif defined(WRONG_INPUT)
  runtime.register_versioned(length, "2.0.0", code<int, int>);
#elif defined(NO_INPUT)
  runtime.register_orchestration(length, no_input);
#endif
}
