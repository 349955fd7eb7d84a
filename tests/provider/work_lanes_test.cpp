// The lanes of the worker queue, beside a list that is simply searched.

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "engine/work_lanes.hpp"

namespace duroxide::work_lanes_test {

using namespace duroxide::storage;

namespace {

/// The same, by looking at every row.
class SearchedList {
 public:
  std::vector<WorkRef> rows;
  std::map<std::string, Holder> bound;

  [[nodiscard]] bool takes(const WorkFilter& filter, const LaneRef& lane) const {
    const WorkLane name = lane ? *lane : WorkLane{};
    if (!filter.tags.accepts(name.tag)) {
      return false;
    }
    if (!name.session) {
      return true;
    }
    const auto holder = bound.find(*name.session);
    return !filter.saturated.contains(*name.session) &&
           (holder == bound.end() || holder->second == filter.holder);
  }
  std::optional<WorkKey> pop(const WorkFilter& filter) {
    const auto found = std::find_if(rows.begin(), rows.end(),
                                    [&](const WorkRef& row) { return takes(filter, row.lane); });
    if (found == rows.end()) {
      return std::nullopt;
    }
    const WorkKey key = found->key;
    rows.erase(found);
    return key;
  }
};

const std::vector<std::optional<std::string>> tags{std::nullopt, std::nullopt, "gpu", "cpu"};
const std::vector<std::optional<std::string>> sessions{std::nullopt, std::nullopt, "s", "t", "u"};

}  // namespace

TEST_CASE("lanes give the oldest row that fits, whatever came before", "[lanes]") {
  std::mt19937 random(GENERATE(range(1U, 21U)));
  const auto below = [&](std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  };
  const std::vector<TagFilter> filters{TagFilter::untagged(), TagFilter::only({"gpu"}),
                                       TagFilter::untagged_and({"cpu", "none"}), TagFilter::any(),
                                       TagFilter::none()};
  WorkLanes lanes;
  SearchedList list;
  std::uint64_t next_id = 0;
  for (int step = 0; step < 3000; ++step) {
    const Holder holder = 1 + below(3);
    const std::string session = *sessions[2 + below(3)];
    const auto action = below(10);
    if (action < 4) {
      const WorkRef row{{1, 1, ++next_id},
                        make_lane(tags[below(tags.size())], sessions[below(sessions.size())])};
      if (action == 0) {
        lanes.push_front(row);
        list.rows.insert(list.rows.begin(), row);
      } else {
        lanes.push(row);
        list.rows.push_back(row);
      }
    } else if (action < 7) {
      std::set<std::string> saturated;
      if (below(3) == 0) {
        saturated.insert(session);
      }
      const WorkFilter filter(holder, filters[below(filters.size())], saturated);
      const auto work = lanes.pop(filter);
      REQUIRE((work ? std::optional(work->key) : std::nullopt) == list.pop(filter));
    } else if (action == 7) {
      lanes.bind(session, holder);
      list.bound[session] = holder;
    } else if (action == 8) {
      const bool was_bound = list.bound.contains(session) && list.bound[session] == holder;
      REQUIRE(lanes.unbind(session, holder) == was_bound);
      if (was_bound) {
        list.bound.erase(session);
      }
    } else {
      lanes.unbind_all(holder);
      std::erase_if(list.bound, [&](const auto& entry) { return entry.second == holder; });
    }
    const auto bound = list.bound.find(session);
    REQUIRE(lanes.holder_of(session) == (bound == list.bound.end() ? 0 : bound->second));
  }
}

}  // namespace duroxide::work_lanes_test
