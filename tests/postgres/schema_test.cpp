// The schema of a store says by which release it was made.

#include <string>

#include <catch2/catch.hpp>
#include <duroxide/postgres_provider.hpp>

#include "postgres/server.hpp"

namespace duroxide::postgres_schema_test {

TEST_CASE("a schema of a later release is refused and left alone", "[postgres][upgrade]") {
  const std::string& address = postgres_test::server_address();
  const PostgresOptions options = PostgresOptions().schema("of_a_later_release");
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
  postgres_test::query(address,
                       "SET client_min_messages = warning; DROP SCHEMA of_a_later_release CASCADE");
}

}  // namespace duroxide::postgres_schema_test
