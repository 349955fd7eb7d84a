#pragma once

// A private PostgreSQL server for tests (server.sh): on a Unix socket, with fsync on, gone with the process
// that has started it, however that ends.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace duroxide::postgres_test {

/// How a server ends.
enum class Ending {
  fast,       ///< in an orderly way: connections are told
  immediate,  ///< as by a crash: what was committed is recovered from its log
};

/// One server. Not thread-safe.
class PostgresServer {
 public:
  /// Returns when it takes connections, after some seconds. `options` are the server's own, such as
  /// `max_connections=50`. Throws `std::runtime_error` if there is none, or it does not start.
  explicit PostgresServer(const std::vector<std::string>& options = {});
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// `postgresql://…`, of a database that anybody on this machine may use as its superuser.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// Each returns when it is done.
  void stop(Ending ending = Ending::fast);
  void start();
  void restart(Ending ending = Ending::fast);

 private:
  /// Has the script do something.
  void order(const std::string& line);
  std::string answer();

  pid_t owner_ = -1;
  pid_t script_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string address_;
};

/// The address of a server for the tests of this process: that of the variable DUROXIDE_TEST_POSTGRES, if
/// it is set, else of a private server, which is started when it is first asked for.
[[nodiscard]] const std::string& server_address();

/// Runs statements, of which it gives the first value of the last. Throws `std::runtime_error` with what
/// the server says.
std::string query(const std::string& address, const std::string& statements);

/// The name of a schema that goes with a directory: the same for the same one, another for each other.
[[nodiscard]] std::string schema_of(const std::filesystem::path& directory);
/// The same, after the schemas of directories that are no more were dropped, which this process has asked for.
[[nodiscard]] std::string fresh_schema_of(const std::string& address,
                                          const std::filesystem::path& directory);

}  // namespace duroxide::postgres_test
