#include "provider/committed_reader.hpp"

#include <utility>

#include "engine/reads.hpp"

namespace duroxide::storage {

namespace {

class CommittedReader final : public CommittedReads::base {
 public:
  CommittedReader(caf::actor_config& config, std::shared_ptr<KvStore> store)
      : CommittedReads::base(config), store_(std::move(store)) {}

  const char* name() const override { return "duroxide.committed_reader"; }

 protected:
  behavior_type make_behavior() override {
    using namespace provider;
    return {
        [this](const Read& request) { return seen(*store_, "read", request, read_history); },
        [this](const GetStatus& request) {
          return seen(*store_, "get_status", request, get_status);
        },
        [this](const GetValue& request) { return seen(*store_, "get_value", request, get_value); },
        [this](const GetValues& request) {
          return seen(*store_, "get_values", request, get_values);
        },
    };
  }

 private:
  std::shared_ptr<KvStore> store_;
};

}  // namespace

CommittedReads spawn_committed_reader(caf::actor_system& system, std::shared_ptr<KvStore> store) {
  return caf::actor_cast<CommittedReads>(system.spawn<CommittedReader>(std::move(store)));
}

}  // namespace duroxide::storage
