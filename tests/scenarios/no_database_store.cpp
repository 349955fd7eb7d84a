#include <stdexcept>

#include "scenarios/database_store.hpp"

namespace duroxide::scenario {

Store open_in_database(const std::filesystem::path&) {
  throw std::runtime_error("these tests were built without PostgreSQL: -Dpostgres=enabled");
}

}  // namespace duroxide::scenario
