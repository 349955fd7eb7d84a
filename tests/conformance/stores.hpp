#pragma once

// What you tell the conformance suite of your stores. Beside this suite you write one function, `stores`:
//
//     std::vector<StoreUnderTest> duroxide::conformance::stores() {
//       return {{"mine", [](ActorSystem system, std::shared_ptr<Clock> clock,
//                           const std::filesystem::path& directory) {
//                  return open_mine(std::move(system), std::move(clock), directory);
//                }}};
//     }
//
// and a `main` of Catch2's (`CATCH_CONFIG_MAIN`). Then every case runs on each of the stores. Compile either
// all sources of this directory or `suite.cpp` alone, which includes them and takes half the time, with the
// directory above this one as an include path. provider.hpp says what the cases ask for.
//
// The actor system of a case has no threads: it runs one message at a time, and whatever your actors do is
// to be done when no message is left, apart from what they send with a delay. So a store that hands work to
// threads of its own needs a way to do it in its messages.
//
// Cases with the tag [management] need the second interface of a store, management_protocol.hpp; who offers
// none leaves them out by "~[management]", who offers a part of it leaves out single ones by their names.
// Cases with the tag [reopen] pass by a store that does not keep anything. No case looks at what is written
// before an answer is given, at what is counted over an end without a close, at full disks or at damage: only
// you know where your store can fail.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <duroxide/clock.hpp>
#include <duroxide/store.hpp>

namespace duroxide::conformance {

/// A store that the suite is to judge.
struct StoreUnderTest {
  std::string name;  ///< for people: what fails names it
  /// Opens it, with actors in `system` and with the time of `clock`. The directory is empty at first and is
  /// removed at last; the same one means the same store, closed before.
  std::function<Store(ActorSystem system, std::shared_ptr<Clock> clock,
                      const std::filesystem::path& directory)>
      open;
  /// Whether a store that is closed, and opened again in its directory, has what it had.
  bool keeps = true;
  /// Of the suite: has what fails name the store.
  std::shared_ptr<void> told = {};
};

/// Defined by you. Asked anew for each case.
[[nodiscard]] std::vector<StoreUnderTest> stores();

}  // namespace duroxide::conformance

/// In a test case: it runs again for each of the stores, of which what fails then tells the name. Needs
/// Catch2.
#define DUROXIDE_EVERY_STORE                                                           \
  [](::duroxide::conformance::StoreUnderTest store) {                                  \
    store.told = std::make_shared<Catch::ScopedMessage>(                               \
        Catch::MessageBuilder("INFO", CATCH_INTERNAL_LINEINFO, Catch::ResultWas::Info) \
        << "the store: " << store.name);                                               \
    return store;                                                                      \
  }(GENERATE(from_range(                                                               \
      std::vector<::duroxide::conformance::StoreUnderTest>(::duroxide::conformance::stores()))))
