#include "provider/committed_reader.hpp"

#include <utility>

#include "engine/reads.hpp"

namespace duroxide::storage {

namespace {

class CommittedReader final : public CommittedReads::base {
 public:
  CommittedReader(caf::actor_config& config, std::shared_ptr<KvStore> store,
                  std::shared_ptr<const Breakdown> breakdown)
      : CommittedReads::base(config), store_(std::move(store)), breakdown_(std::move(breakdown)) {}

  const char* name() const override { return "duroxide.committed_reader"; }

 protected:
  behavior_type make_behavior() override {
    using namespace provider;
    return {
        [this](const Read& request) { return answer("read", request, read_history); },
        [this](const GetStatus& request) { return answer("get_status", request, get_status); },
        [this](const GetValue& request) { return answer("get_value", request, get_value); },
        [this](const GetValues& request) { return answer("get_values", request, get_values); },
    };
  }

 private:
  template <class T, class Request>
  [[nodiscard]] provider::Answer<T> answer(const char* operation, const Request& request,
                                           T (*function)(const ReadView&, const Request&)) const {
    if (auto why = breakdown_->reason()) {
      return failure(make_error(ProviderError::Kind::closed, operation, std::move(*why)));
    }
    return seen(*store_, operation, request, function);
  }

  std::shared_ptr<KvStore> store_;
  std::shared_ptr<const Breakdown> breakdown_;
};

}  // namespace

CommittedReads spawn_committed_reader(caf::actor_system& system, std::shared_ptr<KvStore> store,
                                      std::shared_ptr<const Breakdown> breakdown) {
  return caf::actor_cast<CommittedReads>(
      system.spawn<CommittedReader>(std::move(store), std::move(breakdown)));
}

}  // namespace duroxide::storage
