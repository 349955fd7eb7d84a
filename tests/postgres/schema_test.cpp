// The schema of a store says by which release it was made.

#include <string>

#include <catch2/catch.hpp>
#include <duroxide/postgres_provider.hpp>

#include "postgres/schema.hpp"
#include "postgres/server.hpp"

namespace duroxide::postgres_schema_test {

TEST_CASE("a schema of a later release is refused and left alone", "[postgres][upgrade]") {
  const std::string& address = postgres_test::server_address();
  const std::string drop =
      "SET client_min_messages = warning; DROP SCHEMA IF EXISTS of_a_later_release CASCADE";
  const PostgresOptions options = PostgresOptions().schema("of_a_later_release");
  postgres_test::query(address, drop);  // a run before this one may have left it
  {
    const auto made = PostgresProvider::connect(address, options);
    REQUIRE(made.has_value());
  }
  const std::string versions =
      "SELECT count(*) || ' up to ' || max(version) FROM of_a_later_release.schema_version";
  CHECK(postgres_test::query(address, versions) == "1 up to 1");
  postgres_test::query(address,
                       "INSERT INTO of_a_later_release.schema_version (version) VALUES (1000)");
  const auto opened = PostgresProvider::connect(address, options);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().kind == ProviderError::Kind::newer_format);
  CHECK_THAT(opened.error().message,
             Catch::Contains("of_a_later_release") && Catch::Contains("1000"));
  CHECK(postgres_test::query(address, versions) == "2 up to 1000");
  postgres_test::query(address, drop);
}

TEST_CASE("a schema that was made before the first release is refused by name",
          "[postgres][upgrade]") {
  const std::string& address = postgres_test::server_address();
  const PostgresOptions options = PostgresOptions().schema("of_old_sources");
  const std::string drop =
      "SET client_min_messages = warning; DROP SCHEMA IF EXISTS of_old_sources CASCADE";
  postgres_test::query(address, drop);
  {
    const auto made = PostgresProvider::connect(address, options);
    REQUIRE(made.has_value());
  }
  postgres_test::query(address,
                       std::string("DROP FUNCTION of_old_sources.") + postgres::newest_function);
  const auto opened = PostgresProvider::connect(address, options);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().kind == ProviderError::Kind::not_available);
  CHECK_THAT(opened.error().message,
             Catch::Contains("of_old_sources") && Catch::Contains(postgres::newest_function));
  postgres_test::query(address, drop);
}

}  // namespace duroxide::postgres_schema_test
