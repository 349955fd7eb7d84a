// Places for those who are served for long.

#include <catch2/catch.hpp>

#include <atomic>
#include <cstddef>
#include <optional>

#include "gateway/follower_place.hpp"

namespace duroxide::follower_place_test {

using gateway::FollowerPlace;

TEST_CASE("follower places: no more are given than there are, and each is given back",
          "[control][limits]") {
  std::atomic<std::size_t> taken{0};
  {
    const FollowerPlace first(taken, 2);
    const FollowerPlace second(taken, 2);
    CHECK(first.has_place());
    CHECK(second.has_place());
    CHECK(taken == 2);
  }
  CHECK(taken == 0);
  CHECK_FALSE(FollowerPlace(taken, 0).has_place());
  CHECK(taken == 0);
}

TEST_CASE("follower places: who was refused keeps nobody else out", "[control][limits]") {
  std::atomic<std::size_t> taken{0};
  std::optional<FollowerPlace> first;
  first.emplace(taken, 1);
  // As one who is being told no, while the other goes.
  const FollowerPlace refused(taken, 1);
  CHECK_FALSE(refused.has_place());
  first.reset();
  CHECK(FollowerPlace(taken, 1).has_place());
}

}  // namespace duroxide::follower_place_test
