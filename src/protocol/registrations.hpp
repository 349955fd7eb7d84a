#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "model/interceptors.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

/// Which orchestrations the runtimes of this process on one store know, and which interceptors they have.
/// Thread-safe.
class Registrations {
 public:
  /// Nothing if the runtime knows the orchestration in this version, or in any if none is given; else
  /// what is missing and what there is instead, for people.
  using Look = std::function<std::optional<std::string>(const std::string& name,
                                                        const std::optional<std::string>& version)>;

  /// A runtime, while it runs. `look` is called from any thread until the last copy of what this
  /// returns is gone, which may wait for such a call to end.
  [[nodiscard]] std::shared_ptr<void> add(Look look, model::InterceptorList interceptors = {});

  /// Nothing if one of the runtimes knows it, or if there is no runtime; else as `Look`.
  [[nodiscard]] std::optional<std::string> missing(const std::string& name,
                                                   const std::optional<std::string>& version) const;

  /// Of all runtimes, in the order in which those were added; one that several have is there once.
  [[nodiscard]] model::InterceptorList interceptors() const;

 private:
  struct Runtime {
    Look look;
    model::InterceptorList interceptors;
  };
  struct Known {
    mutable std::mutex mutex;
    std::list<Runtime> runtimes;
  };

  std::shared_ptr<Known> known_ = std::make_shared<Known>();
};

}  // namespace duroxide::DUROXIDE_ABI::detail
