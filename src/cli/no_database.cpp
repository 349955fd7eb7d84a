// What stands in for databases in a build without their client library.

#include "cli/database.hpp"

namespace duroxide::cli {

Result<Store, gateway::CommandError> open_database(const std::string& address, Access,
                                                   const LogSink&) {
  return failure(gateway::CommandError{
      gateway::CommandError::Kind::store,
      "`" + shown(address) +
          "` is the address of a database, and this command was built without PostgreSQL's client "
          "library; install libpq-dev and build with -Dpostgres=enabled"});
}

bool database_has_store(const std::string&) {
  return true;
}

}  // namespace duroxide::cli
