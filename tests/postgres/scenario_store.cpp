// The store of scenarios that run on PostgreSQL.

#include <duroxide/postgres_provider.hpp>

#include "postgres/server.hpp"
#include "scenarios/database_store.hpp"

namespace duroxide::scenario {

Store open_in_database(const std::filesystem::path& directory) {
  const std::string& address = postgres_test::server_address();
  const auto options = PostgresOptions()
                           .schema(postgres_test::fresh_schema_of(address, directory))
                           .log_sink([](const LogRecord&) {});
  return PostgresProvider::connect(address, options).value();
}

}  // namespace duroxide::scenario
