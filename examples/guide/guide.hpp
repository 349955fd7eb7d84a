#pragma once

// What the chapters share. Each chapter holds snippets of guide.md, between marks like `// [retry]`
// and `// [/retry]`, and runs them.

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

#include <duroxide/duroxide.hpp>

#include "../expect.hpp"

namespace guide {

using namespace duroxide;
using namespace std::chrono_literals;

/// Longer than anything here takes.
inline constexpr auto ample = 60s;

/// Ends the guide if the snippet named does not do what the guide says.
inline void check(const std::string& snippet, const std::string& found, const std::string& said) {
  if (found != said) {
    throw std::runtime_error(snippet + ": `" + found + "`, but the guide says `" + said + "`");
  }
}

/// A store in memory, a runtime on it and a client.
struct World {
  explicit World(const std::function<void(Runtime&)>& registrations,
                 RuntimeOptions options = RuntimeOptions())
      : runtime(store, std::move(options)) {
    registrations(runtime);
    expect(runtime.start());
  }

  /// Starts an instance with the name of its orchestration for an id.
  template <class In = std::string>
  void start(const std::string& orchestration, const In& input = In()) {
    expect(client.start_orchestration(orchestration, orchestration, input));
  }
  std::string end_of(const std::string& instance) const {
    return expect(client.wait_for_completion(instance, ample)).to_string();
  }
  template <class In = std::string>
  std::string run(const std::string& orchestration, const In& input = In()) {
    start(orchestration, input);
    return end_of(orchestration);
  }

  Store store = MemoryProvider::create();
  Client client{store};
  Runtime runtime;
};

void calls();
void server();
void tracing();
void activities();
void waiting();
void composition();
void cancellation();
void state();
void asking();
void versions();
void errors();
void rules();
void testing();
void operating();

/// What the guide runs as another process, to see what is left of it.
void crash();

}  // namespace guide
