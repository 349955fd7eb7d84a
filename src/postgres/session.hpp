#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "postgres/database_error.hpp"
#include "postgres/request.hpp"

extern "C" {
struct pg_conn;
}

namespace duroxide::postgres {

/// Where a store is, and how its sessions are called there.
struct Target {
  std::string url;
  std::string schema;
  std::string application = "duroxide";
  /// Statements are planned once, by indexes, whatever the server takes the sizes of the tables for: queues
  /// are empty at one time and long at another, and its figures are old.
  bool plans_once = false;
};

/// A name as it stands in SQL, in quotes.
[[nodiscard]] std::string sql_name(const std::string& name);

/// One session with the database, for one thread at a time. It blocks.
class Session {
 public:
  explicit Session(Target target) : target_(std::move(target)) {}

  [[nodiscard]] const Target& target() const { return target_; }
  [[nodiscard]] bool is_connected() const { return connection_ != nullptr; }
  /// Throws `DatabaseError`. Without effect if it is connected.
  void connect();
  void disconnect();

  /// Makes all calls in one transaction, which is sent and answered as one pipeline, and gives what each has
  /// answered. The pipeline itself is the transaction, which its end commits, so no statement begins or ends it.
  /// Throws `DatabaseError`: then nothing has happened; if the connection is lost, nobody knows.
  [[nodiscard]] std::vector<Rows> run(const std::vector<const Call*>& calls);

  /// SQL without values, any number of statements. Throws `DatabaseError`.
  void execute(const std::string& sql);
  /// One statement, without a pipeline and outside of any transaction.
  [[nodiscard]] Rows ask(const Call& call);

  /// Waits up to so long for what other sessions notify, and gives it, in order. Throws `DatabaseError`.
  [[nodiscard]] std::vector<std::string> notifications(int timeout_ms, int wakeup);

 private:
  struct End {
    void operator()(pg_conn* connection) const;
  };

  void send_prepare(const Call& call);
  void send(const Call& call);
  /// The connection may be gone: whoever uses it next connects anew.
  [[noreturn]] void fail_sending();

  Target target_;
  std::unique_ptr<pg_conn, End> connection_;
  std::unordered_set<std::string> prepared_;
};

}  // namespace duroxide::postgres
