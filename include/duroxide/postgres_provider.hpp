#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <duroxide/clock.hpp>
#include <duroxide/detail/api.hpp>
#include <duroxide/errors.hpp>
#include <duroxide/log.hpp>
#include <duroxide/result.hpp>
#include <duroxide/store.hpp>

namespace duroxide::DUROXIDE_ABI {

/// Options of `PostgresProvider::connect`. Setters chain: `PostgresOptions().schema("orders")`.
class DUROXIDE_API PostgresOptions {
 public:
  PostgresOptions();

  /// The schema of the database that the store lies in, which is made if it does not exist. All who use
  /// one store name the same. Default `duroxide`.
  PostgresOptions& schema(std::string value) {
    schema_ = std::move(value);
    return *this;
  }
  /// For so long this process is taken to be alive without a sign of life. A process that was killed, or is
  /// cut off from the database, is followed by the others after this time at the latest; one that was
  /// stopped for longer finds its leases over. Default 15 s, at least 1 s.
  PostgresOptions& lease(Milliseconds value) {
    lease_ = value;
    return *this;
  }
  /// How often the database is asked what nobody has told: the net below `listen`, or instead of it.
  /// Default 5 s, at least 10 ms.
  PostgresOptions& poll(Milliseconds value) {
    poll_ = value;
    return *this;
  }
  /// Whether processes tell each other by LISTEN and NOTIFY what there is to do. Some databases that speak
  /// PostgreSQL's language, and some poolers, have none: then a shorter `poll` is all there is. Default: yes.
  PostgresOptions& listen(bool value) {
    listen_ = value;
    return *this;
  }
  /// Whether the schema and its tables are made if they do not exist, or brought to this release's form; if
  /// not, a schema without a store is `no_store`. Default: yes.
  PostgresOptions& create(bool value) {
    create_ = value;
    return *this;
  }
  /// Whether the store is opened only if no other process has it open, for what must not be done beside
  /// somebody at work; else `connect` answers `in_use`. A process that was killed counts until its lease is
  /// over. Who comes later is not kept out. Default: no.
  PostgresOptions& alone(bool value) {
    alone_ = value;
    return *this;
  }
  /// Time for tests. Default: the database's clock, which decides for all processes alike.
  PostgresOptions& clock(std::shared_ptr<Clock> value) {
    clock_ = std::move(value);
    return *this;
  }
  /// Default: an actor system of the store's own.
  PostgresOptions& actor_system(ActorSystem value) {
    actor_system_ = std::move(value);
    return *this;
  }
  /// Default: warnings and errors on standard error.
  PostgresOptions& log_sink(LogSink value) {
    log_sink_ = std::move(value);
    return *this;
  }

  [[nodiscard]] const std::string& schema() const { return schema_; }
  [[nodiscard]] Milliseconds lease() const { return lease_; }
  [[nodiscard]] Milliseconds poll() const { return poll_; }
  [[nodiscard]] bool listen() const { return listen_; }
  [[nodiscard]] bool create() const { return create_; }
  [[nodiscard]] bool alone() const { return alone_; }
  [[nodiscard]] const std::shared_ptr<Clock>& clock() const { return clock_; }
  [[nodiscard]] const std::optional<ActorSystem>& actor_system() const { return actor_system_; }
  [[nodiscard]] const LogSink& log_sink() const { return log_sink_; }

 private:
  std::string schema_ = "duroxide";
  Milliseconds lease_{15'000};
  Milliseconds poll_{5'000};
  bool listen_ = true;
  bool create_ = true;
  bool alone_ = false;
  std::shared_ptr<Clock> clock_;
  std::optional<ActorSystem> actor_system_;
  LogSink log_sink_;
};

/// A store in a PostgreSQL database, for any number of processes on any number of machines. A library of
/// its own, `libduroxide-postgres`, which needs the database's client library.
class DUROXIDE_API PostgresProvider {
 public:
  /// Opens the store in the database that `url` names, in any form that PostgreSQL's client library knows
  /// (`postgresql://user@host/name`, `host=/run/postgresql dbname=name`). Makes the schema and its tables if
  /// they do not exist, and brings those of an earlier release to this one's form; of several processes one
  /// does so, and the others wait for it. For any thread.
  ///
  /// Errors: `invalid_input` (options), `newer_format` (a later release has made the tables), `no_store` (see
  /// `PostgresOptions::create`), `in_use` (see `PostgresOptions::alone`), `permission_denied`, and `storage`,
  /// `retryable`, if the database cannot be reached.
  [[nodiscard]] static Result<Store, ProviderError> connect(const std::string& url,
                                                            const PostgresOptions& options = {});
};

}  // namespace duroxide::DUROXIDE_ABI
