#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <duroxide/tags.hpp>

#include "engine/work_lane.hpp"

namespace duroxide::storage {

/// What one who asks for activities takes.
struct WorkFilter {
  Holder holder = 0;
  TagFilter tags;
  bool any_tag = false;
  std::set<std::string> saturated;  ///< sessions that are passed over

  WorkFilter(Holder asker, TagFilter accepted, std::set<std::string> passed_over)
      : holder(asker),
        tags(std::move(accepted)),
        any_tag(tags == TagFilter::any()),
        saturated(std::move(passed_over)) {}
};

/// Rows that wait, in lanes, so that the oldest one which fits a filter is found without looking at
/// those that do not; and which session is bound to whom.
class WorkLanes {
 public:
  void push(const WorkRef& work) { insert(work, ++newest_); }
  void push_front(const WorkRef& work) { insert(work, --oldest_); }
  /// The oldest row that `filter` takes.
  [[nodiscard]] std::optional<WorkRef> pop(const WorkFilter& filter);

  [[nodiscard]] bool takes(const WorkFilter& filter, const LaneRef& lane) const;

  // Sessions. One that is bound goes to its holder alone.

  [[nodiscard]] Holder holder_of(const std::string& session) const;
  void bind(const std::string& session, Holder holder);
  /// False if it was not bound to `holder`.
  bool unbind(const std::string& session, Holder holder);
  bool unbind_all(Holder holder);

 private:
  using Order = std::int64_t;
  using Tag = std::optional<std::string>;

  struct Row {
    WorkKey key;
    model::Instant since{};
  };
  struct Lane {
    LaneRef name;
    std::map<Order, Row> rows;
  };
  struct PlainRow {
    Order order = 0;
    Row row;
  };
  struct Session {
    Holder holder = 0;  ///< 0: not bound
    std::map<Tag, Lane> lanes;
  };
  /// Lanes of sessions by the age of their oldest row.
  using Ages = std::map<Order, Lane*>;
  /// Those of one tag whose session is bound to that holder, or to nobody.
  using SessionGroup = std::pair<Holder, Tag>;

  /// The best row found so far.
  struct Found {
    Order order = 0;
    Lane* lane = nullptr;
    bool plain = false;
    [[nodiscard]] bool any() const { return plain || lane != nullptr; }
  };

  void insert(const WorkRef& work, Order order);
  void insert_in_session(const WorkRef& work, Order order);
  void consider(Lane& lane, Found& best);
  void consider_tag(const WorkFilter& filter, const Tag& tag, Found& best);
  void consider_every_tag(const WorkFilter& filter, Found& best);
  static void consider_sessions(const WorkFilter& filter, const Ages& ages, Found& best);
  [[nodiscard]] WorkRef take(const Found& found);
  /// Takes a lane out of the index, and puts it back, around a change of its first row or holder.
  void unlist(const Lane& lane, Holder holder);
  void list(Lane& lane, Holder holder);
  void set_holder(Session& session, Holder holder);

  // The usual lane is a plain line, so that nobody pays for tags and sessions who has none.
  std::deque<PlainRow> plain_;
  std::map<std::string, Lane> tagged_;
  std::map<std::string, Session> sessions_;  ///< those that are bound, or have rows
  std::map<SessionGroup, Ages> ages_;
  Order newest_ = 0;
  Order oldest_ = 0;
};

}  // namespace duroxide::storage
