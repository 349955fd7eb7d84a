#pragma once

#include <functional>
#include <utility>

#include "runtime/environment.hpp"
#include "runtime/messages.hpp"

namespace duroxide::runtime {

/// The end of an actor that holds leases of the store: it gives them back, tells whoever asked for
/// the end, and stops.
template <class Self>
class Draining {
 public:
  Draining(Self* self, SharedEnvironment environment)
      : self_(self), environment_(std::move(environment)) {}

  void begin(Drain& drain) {
    began_ = true;
    on_drained_ = std::move(drain.on_drained);
  }

  [[nodiscard]] bool has_begun() const { return began_; }

  /// Nothing runs any more, or nobody waits for what does. Without effect before `begin`.
  void complete() {
    if (!began_) {
      return;
    }
    if (!environment_->store_works->load()) {
      end();
    } else if (!std::exchange(releasing_, true)) {
      actors::ask(
          self_, environment_->provider, provider::ReleaseHolder{}, [this](const Done&) { end(); },
          [this] { end(); });
    }
  }

  /// The store, which may have been about to take the leases back, is gone.
  void store_gone() {
    environment_->store_works->store(false);
    if (releasing_) {
      end();
    }
  }

 private:
  void end() {
    if (const auto on_drained = std::exchange(on_drained_, nullptr)) {
      on_drained();
    }
    self_->quit();
  }

  Self* self_;
  SharedEnvironment environment_;
  std::function<void()> on_drained_;
  bool began_ = false;
  bool releasing_ = false;
};

}  // namespace duroxide::runtime
