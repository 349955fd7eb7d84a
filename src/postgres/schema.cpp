#include "postgres/schema.hpp"

#include <optional>
#include <string>

#include "postgres/sql_files.hpp"

namespace duroxide::postgres {

namespace {

/// None if there is no store in the schema.
std::optional<std::int64_t> find_version(Session& session) {
  const std::string table = sql_name(session.target().schema) + ".schema_version";
  const Rows found =
      session.ask({"has_version", Parameters().text(table), "SELECT to_regclass($1) IS NOT NULL"});
  if (!found.first().flag(0)) {
    return std::nullopt;
  }
  const std::string text = "SELECT max(version) FROM " + table;
  const Rows version = session.ask({"version", {}, text.c_str()});
  return version.first().optional_number(0);
}

Result<void, ProviderError> check(Session& session, std::int64_t version) {
  if (version > schema_version) {
    return failure(ProviderError{
        ProviderError::Kind::newer_format, "connect",
        "the schema `" + session.target().schema + "` of the database has version " +
            std::to_string(version) + ", and this release knows " + std::to_string(schema_version) +
            ": a later release has changed it; use that release in every process"});
  }
  const std::string function = sql_name(session.target().schema) + "." + newest_function;
  const Rows found = session.ask(
      {"has_function", Parameters().text(function), "SELECT to_regprocedure($1) IS NOT NULL"});
  if (!found.first().flag(0)) {
    return failure(ProviderError{
        ProviderError::Kind::not_available, "connect",
        "the schema `" + session.target().schema + "` of the database has no function `" +
            newest_function +
            "`: it was made from sources before the first release, whose rules have changed since; "
            "export what it holds with those, or give another schema"});
  }
  return {};
}

/// One step, from nothing to version 1. Later versions add a step for each, which changes what is there.
void make_all(Session& session) {
  for (const SqlFile& file : sql_files()) {
    session.execute(std::string(file.contents));
  }
  session.execute(
      "CREATE TABLE schema_version (version bigint PRIMARY KEY, made_at timestamptz NOT NULL "
      "DEFAULT "
      "now()); INSERT INTO schema_version (version) VALUES (" +
      std::to_string(schema_version) + ")");
}

}  // namespace

Result<void, ProviderError> prepare_schema(Session& session, bool makes_it) {
  try {
    // Most find it as it should be, and need no rights to change it.
    if (const auto version = find_version(session)) {
      return check(session, *version);
    }
    if (!makes_it) {
      return failure(ProviderError{
          ProviderError::Kind::no_store, "connect",
          "there is no store in the schema `" + session.target().schema + "` of the database"});
    }
    session.execute("BEGIN");
    (void)session.ask({"schema_lock",
                       Parameters().text("duroxide schema " + session.target().schema),
                       "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"});
    const auto version = find_version(session);  // whoever held the lock may have made it
    if (!version) {
      session.execute("CREATE SCHEMA IF NOT EXISTS " + sql_name(session.target().schema));
      make_all(session);
    }
    session.execute("COMMIT");
    return version ? check(session, *version) : Result<void, ProviderError>();
  } catch (const DatabaseError& failed) {
    session.disconnect();  // and with it the transaction, and the lock
    return failure(failed.told_for("connect"));
  }
}

}  // namespace duroxide::postgres
