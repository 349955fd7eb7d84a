// Databases, in a build with PostgreSQL's client library.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <duroxide/postgres_provider.hpp>

#include "cli/database.hpp"

namespace duroxide::cli {

namespace {

/// Takes an option of ours out of an address, as the client library refuses what it does not know.
std::optional<std::string> take_option(std::string& address, const std::string& name) {
  const auto begin = address.find('?');
  for (auto at = begin; at != std::string::npos; at = address.find('&', at + 1)) {
    if (address.compare(at + 1, name.size() + 1, name + "=") == 0) {
      const auto value = at + name.size() + 2;
      const auto end = std::min(address.find('&', value), address.size());
      std::string taken = address.substr(value, end - value);
      // The sign before it stays if it is the first and others follow.
      const bool is_first = at == begin && end < address.size();
      const auto from = is_first ? at + 1 : at;
      address.erase(from, (is_first ? end + 1 : end) - from);
      return taken;
    }
  }
  return std::nullopt;
}

/// What the client library says of an address may hold all of it.
std::string without_password(std::string message, const std::string& url,
                             const std::string& address) {
  const std::string told = shown(address);
  for (auto at = message.find(url); at != std::string::npos;
       at = message.find(url, at + told.size())) {
    message.replace(at, url.size(), told);
  }
  return message;
}

gateway::CommandError command_error(const ProviderError& error, const std::string& url,
                                    const std::string& address) {
  std::string message = without_password(error.message, url, address);
  if (error.kind == ProviderError::Kind::no_store) {
    message += "; the program that first opens one there makes it, or `duroxide copy`";
  }
  return {gateway::CommandError::Kind::store, "`" + shown(address) + "`: " + message};
}

/// The address as the client library knows it; what else it says goes into the options.
std::string url_of(const std::string& address, PostgresOptions& options) {
  std::string url = address;
  if (auto schema = take_option(url, "schema")) {
    options.schema(std::move(*schema));
  }
  return url;
}

}  // namespace

Result<Store, gateway::CommandError> open_database(const std::string& address, Access access,
                                                   const LogSink& log) {
  auto options = PostgresOptions()
                     .log_sink(log)
                     .create(access == Access::create)
                     .alone(access == Access::alone);
  const std::string url = url_of(address, options);
  return PostgresProvider::connect(url, options).map_error([&](const ProviderError& error) {
    return command_error(error, url, address);
  });
}

bool database_has_store(const std::string& address) {
  auto options = PostgresOptions().log_sink({}).create(false);
  const auto store = PostgresProvider::connect(url_of(address, options), options);
  return store || store.error().kind != ProviderError::Kind::no_store;
}

}  // namespace duroxide::cli
