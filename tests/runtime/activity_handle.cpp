// An activity must have the types of its handle: expect_compile_error.sh, once for each mistake.
#include <duroxide/duroxide.hpp>

inline constexpr duroxide::Activity<int(std::string)> length{"Length"};
inline constexpr duroxide::Activity<void()> nothing{"Nothing"};
inline constexpr duroxide::Activity<std::string()> text{"Text"};

void register_them(duroxide::Runtime& runtime) {
#if defined(CORRECT)
  runtime.register_activity(length, [](std::string in) { return static_cast<int>(in.size()); })
      .register_activity(length,
                         [](const std::string&) -> duroxide::Result<int, std::string> { return 1; })
      .register_activity(length, [](duroxide::ActivityContext&, std::string) { return 1; })
      .register_activity(text, [] { return "a literal"; })
      .register_activity(text, []() -> duroxide::Result<const char*, std::string> { return "too"; })
      .register_activity(nothing, [] {})
      .register_activity(nothing, [](duroxide::ActivityContext&) {})
      .register_activity(
          nothing, []() -> duroxide::Result<void, std::string> { return duroxide::Nothing(); });
#elif defined(WRONG_OUTPUT)
  runtime.register_activity(length, [](std::string in) { return in; });
#elif defined(WRONG_INPUT)
  runtime.register_activity(length, [](duroxide::ActivityContext&, int number) { return number; });
#elif defined(NO_INPUT)
  runtime.register_activity(length, [] { return 1; });
#elif defined(UNEXPECTED_INPUT)
  runtime.register_activity(nothing, [](std::string) {});
#endif
}
