// A store that is opened only if nobody else has it open.

#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include <duroxide/management.hpp>
#include <duroxide/postgres_provider.hpp>

#include "postgres/server.hpp"

namespace duroxide::postgres_alone_test {

namespace {

using Opened = Result<Store, ProviderError>;

/// In a schema of these cases alone.
Opened connect(bool alone) {
  return PostgresProvider::connect(postgres_test::server_address(),
                                   PostgresOptions().schema("alone").alone(alone).log_sink({}));
}

}  // namespace

TEST_CASE("a store that is wanted alone is refused while another has it open",
          "[postgres][reopen]") {
  std::optional<Store> other = connect(false).value();
  const Opened refused = connect(true);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ProviderError::Kind::in_use);
  CHECK(refused.error().retryable);
  CHECK_THAT(refused.error().message, Catch::Contains("end them first"));
  // It has left nothing behind that would be in the way.
  other.reset();
  const Opened alone = connect(true);
  REQUIRE(alone);
  CHECK(ManagementClient(*alone).count_instances().value() == 0);
  // Who comes later is not kept out.
  CHECK(connect(false));
}

TEST_CASE("whoever is dead does not keep a store from being opened alone", "[postgres][reopen]") {
  { REQUIRE(connect(false)); }
  const std::string& address = postgres_test::server_address();
  postgres_test::query(address,
                       "insert into alone.processes (id, name, started_at, alive_until) values "
                       "(nextval('alone.process_numbers'), 'gone 1', 0, 1)");
  CHECK(connect(true));
  CHECK(postgres_test::query(address,
                             "select count(*) from alone.processes where name = 'gone 1'") == "0");
}

}  // namespace duroxide::postgres_alone_test
