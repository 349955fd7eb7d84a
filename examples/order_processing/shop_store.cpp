#include "shop_store.hpp"

#include <filesystem>

// What differs between one process and many is the line that opens the store.
#ifdef SHOP_HAS_POSTGRES
#include <duroxide/postgres_provider.hpp>
#endif

using namespace duroxide;

namespace {

std::string told(const ProviderError& error) {
  return error.to_string();
}

Result<Store, std::string> open_database([[maybe_unused]] const std::string& address,
                                         [[maybe_unused]] std::chrono::seconds lease) {
#ifdef SHOP_HAS_POSTGRES
  const auto options = PostgresOptions().schema("orders").lease(lease);
  return PostgresProvider::connect(address, options).map_error(told);
#else
  return failure(std::string("this program was built without PostgreSQL's client library"));
#endif
}

}  // namespace

bool is_database(const std::string& place) {
  return place.starts_with("postgresql://");
}

Result<Store, std::string> open_store(const std::string& place, std::chrono::seconds lease) {
  if (is_database(place)) {
    return open_database(place, lease);
  }
  const std::filesystem::path directory = place;
  std::filesystem::create_directories(directory);
  return LmdbProvider::open(directory / "db").map_error(told);
}
