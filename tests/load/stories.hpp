#pragma once

#include <string>
#include <vector>

#include <duroxide/duroxide.hpp>

#include "load/ledger.hpp"

namespace duroxide::load {

/// Who plays a story: with what, and under which instance id.
struct Player {
  Client& client;
  const ManagementClient& management;
  Ledger& ledger;
  std::string id;
};

/// What somebody does with one instance, from its start to its end. It returns when all has ended that
/// it started, and throws if anything is not as it should be.
struct Story {
  const char* name;
  void (*play)(Player& player);
};

[[nodiscard]] const std::vector<Story>& stories();

/// The value of a result; throws its error, with what was asked for.
template <class R>
auto must(R result, const std::string& what) {
  if (!result) {
    throw std::runtime_error(what + ": " + result.error().to_string());
  }
  if constexpr (!std::is_void_v<typename R::value_type>) {
    return std::move(*result);
  }
}

}  // namespace duroxide::load
