// The conformance suite on a store in a private PostgreSQL server: a schema for each directory of a case.

#include <duroxide/postgres_provider.hpp>

#include "conformance/stores.hpp"
#include "postgres/server.hpp"

namespace duroxide::conformance {

std::vector<StoreUnderTest> stores() {
  const auto open = [](ActorSystem system, std::shared_ptr<Clock> clock,
                       const std::filesystem::path& directory) {
    const std::string& address = postgres_test::server_address();
    const auto options = PostgresOptions()
                             .schema(postgres_test::fresh_schema_of(address, directory))
                             .clock(std::move(clock))
                             .actor_system(std::move(system))
                             .log_sink({});
    return PostgresProvider::connect(address, options).value();
  };
  return {{"PostgresProvider", open, true}};
}

}  // namespace duroxide::conformance
