#include "provider/world.hpp"

namespace duroxide::testing {

StoreUnderTest store_of(Backend backend) {
  if (backend == Backend::memory) {
    const auto open = [](ActorSystem system, std::shared_ptr<Clock> clock,
                         const std::filesystem::path& /*directory*/) {
      return MemoryProvider::create(
          MemoryOptions().clock(std::move(clock)).actor_system(std::move(system)).log_sink({}));
    };
    return {"MemoryProvider", open, false};
  }
  const auto open = [](ActorSystem system, std::shared_ptr<Clock> clock,
                       const std::filesystem::path& directory) {
    return LmdbProvider::open(directory, LmdbOptions()
                                             .clock(std::move(clock))
                                             .actor_system(std::move(system))
                                             .durability(Durability::none)
                                             .log_sink({}))
        .value();
  };
  return {"LmdbProvider", open, true};
}

}  // namespace duroxide::testing

namespace duroxide::conformance {

std::vector<StoreUnderTest> stores() {
  return {store_of(testing::Backend::memory), store_of(testing::Backend::lmdb)};
}

}  // namespace duroxide::conformance
