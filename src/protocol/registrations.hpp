#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace duroxide::detail {

/// Which orchestrations the runtimes of this process on one store know. Thread-safe.
class Registrations {
 public:
  /// Nothing if the runtime knows the orchestration in this version, or in any if none is given; else
  /// what is missing and what there is instead, for people.
  using Look = std::function<std::optional<std::string>(const std::string& name,
                                                        const std::optional<std::string>& version)>;

  /// A runtime, while it runs. `look` is called from any thread until the last copy of what this
  /// returns is gone, which may wait for such a call to end.
  [[nodiscard]] std::shared_ptr<void> add(Look look);

  /// Nothing if one of the runtimes knows it, or if there is no runtime; else as `Look`.
  [[nodiscard]] std::optional<std::string> missing(const std::string& name,
                                                   const std::optional<std::string>& version) const;

 private:
  struct Known {
    mutable std::mutex mutex;
    std::list<Look> looks;
  };

  std::shared_ptr<Known> known_ = std::make_shared<Known>();
};

}  // namespace duroxide::detail
