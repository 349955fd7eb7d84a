#pragma once

// A store in a schema of the test's own, which can be looked at and changed by statements.

#include <memory>
#include <string>
#include <utility>

#include <duroxide/postgres_provider.hpp>

#include "conformance/world.hpp"
#include "postgres/server.hpp"

namespace duroxide::postgres_test {

/// The schema is new, and dropped with the world.
class SchemaWorld : public conformance::World {
 public:
  /// `settings`: parameters of the address, each behind a `&`.
  explicit SchemaWorld(const std::string& schema, const std::string& settings = {})
      : World([&](ActorSystem system, std::shared_ptr<Clock> time) {
          query(server_address(), drop(schema));
          return PostgresProvider::connect(server_address() + settings,
                                           PostgresOptions()
                                               .schema(schema)
                                               .clock(std::move(time))
                                               .actor_system(std::move(system))
                                               .log_sink({}))
              .value();
        }),
        schema_(schema) {}
  ~SchemaWorld() {
    close();
    query(server_address(), drop(schema_));
  }
  SchemaWorld(const SchemaWorld&) = delete;
  SchemaWorld& operator=(const SchemaWorld&) = delete;

  /// Runs statements in the schema, and gives the first value of the last.
  [[nodiscard]] std::string ask_database(const std::string& statements) const {
    return query(server_address(), "SET search_path TO " + schema_ + "; " + statements);
  }
  /// Runs statements in the schema.
  void tell_database(const std::string& statements) const {
    (void)ask_database(statements + "; SELECT 1");
  }

 private:
  static std::string drop(const std::string& schema) {
    return "SET client_min_messages = warning; DROP SCHEMA IF EXISTS " + schema + " CASCADE";
  }

  std::string schema_;
};

}  // namespace duroxide::postgres_test
