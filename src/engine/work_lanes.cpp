#include "engine/work_lanes.hpp"

#include "model/invariant.hpp"

namespace duroxide::storage {

bool WorkLanes::takes(const WorkFilter& filter, const LaneRef& lane) const {
  if (lane == nullptr) {
    return filter.tags.accepts(std::nullopt);
  }
  if (!filter.tags.accepts(lane->tag)) {
    return false;
  }
  if (!lane->session) {
    return true;
  }
  const Holder bound_to = holder_of(*lane->session);
  return (bound_to == 0 || bound_to == filter.holder) && !filter.saturated.contains(*lane->session);
}

void WorkLanes::insert(const WorkRef& work, Order order) {
  if (work.lane == nullptr) {
    if (order > 0) {
      plain_.push_back({order, {work.key, work.since}});
    } else {
      plain_.push_front({order, {work.key, work.since}});
    }
    return;
  }
  if (work.lane->session) {
    insert_in_session(work, order);
    return;
  }
  DUROXIDE_INVARIANT(work.lane->tag, "a lane other than the usual one has a tag or a session");
  Lane& lane = tagged_[*work.lane->tag];
  lane.name = work.lane;
  lane.rows.emplace(order, Row{work.key, work.since});
}

void WorkLanes::insert_in_session(const WorkRef& work, Order order) {
  Session& session = sessions_[*work.lane->session];
  Lane& lane = session.lanes[work.lane->tag];
  const bool oldest = lane.rows.empty() || order < lane.rows.begin()->first;
  if (oldest) {
    unlist(lane, session.holder);
  }
  lane.name = work.lane;
  lane.rows.emplace(order, Row{work.key, work.since});
  if (oldest) {
    list(lane, session.holder);
  }
}

void WorkLanes::unlist(const Lane& lane, Holder holder) {
  if (lane.rows.empty()) {
    return;
  }
  const auto group = ages_.find(SessionGroup{holder, lane.name->tag});
  DUROXIDE_INVARIANT(group != ages_.end(), "a lane with rows is in the index of its holder");
  const bool was_listed = group->second.erase(lane.rows.begin()->first) != 0;
  DUROXIDE_INVARIANT(was_listed, "a lane is in the index by its oldest row");
  if (group->second.empty()) {
    ages_.erase(group);
  }
}

void WorkLanes::list(Lane& lane, Holder holder) {
  if (!lane.rows.empty()) {
    const bool is_new =
        ages_[SessionGroup{holder, lane.name->tag}].emplace(lane.rows.begin()->first, &lane).second;
    DUROXIDE_INVARIANT(is_new, "no two rows that wait have the same place");
  }
}

std::optional<WorkRef> WorkLanes::pop(const WorkFilter& filter) {
  Found best;
  if (filter.any_tag) {
    consider_every_tag(filter, best);
  } else {
    if (filter.tags.accepts(std::nullopt)) {
      consider_tag(filter, std::nullopt, best);
    }
    if (!tagged_.empty() || !ages_.empty()) {
      for (const std::string& tag : filter.tags.tags()) {
        consider_tag(filter, tag, best);
      }
    }
  }
  return best.any() ? std::optional(take(best)) : std::nullopt;
}

void WorkLanes::consider(Lane& lane, Found& best) {
  DUROXIDE_INVARIANT(!lane.rows.empty(), "a lane that is kept has rows");
  const Order order = lane.rows.begin()->first;
  if (!best.any() || order < best.order) {
    best = Found{order, &lane, false};
  }
}

void WorkLanes::consider_tag(const WorkFilter& filter, const Tag& tag, Found& best) {
  if (!tag) {
    if (!plain_.empty()) {
      best = Found{plain_.front().order, nullptr, true};
    }
  } else if (const auto lane = tagged_.find(*tag); lane != tagged_.end()) {
    consider(lane->second, best);
  }
  if (ages_.empty()) {
    return;
  }
  for (const Holder bound_to : {Holder{0}, filter.holder}) {
    if (const auto group = ages_.find(SessionGroup{bound_to, tag}); group != ages_.end()) {
      consider_sessions(filter, group->second, best);
    }
  }
}

void WorkLanes::consider_every_tag(const WorkFilter& filter, Found& best) {
  if (!plain_.empty()) {
    best = Found{plain_.front().order, nullptr, true};
  }
  for (auto& [tag, lane] : tagged_) {
    consider(lane, best);
  }
  for (const Holder bound_to : {Holder{0}, filter.holder}) {
    for (auto group = ages_.lower_bound(SessionGroup{bound_to, std::nullopt});
         group != ages_.end() && group->first.first == bound_to; ++group) {
      consider_sessions(filter, group->second, best);
    }
  }
}

void WorkLanes::consider_sessions(const WorkFilter& filter, const Ages& ages, Found& best) {
  for (const auto& [order, lane] : ages) {
    if (best.any() && order > best.order) {
      return;
    }
    if (!filter.saturated.contains(*lane->name->session)) {
      best = Found{order, lane, false};
      return;
    }
  }
}

WorkRef WorkLanes::take(const Found& found) {
  if (found.plain) {
    DUROXIDE_INVARIANT(!plain_.empty(), "the row that was found is still there");
    const Row row = plain_.front().row;
    plain_.pop_front();
    return {row.key, nullptr, row.since};
  }
  DUROXIDE_INVARIANT(!found.lane->rows.empty() && found.lane->rows.begin()->first == found.order,
                     "the row that was found is the oldest of its lane");
  Lane& lane = *found.lane;
  const LaneRef name = lane.name;
  const auto first = lane.rows.begin();
  const Row row = first->second;
  if (!name->session) {
    lane.rows.erase(first);
    if (lane.rows.empty()) {
      tagged_.erase(*name->tag);
    }
    return {row.key, name, row.since};
  }
  const auto session = sessions_.find(*name->session);
  DUROXIDE_INVARIANT(session != sessions_.end(), "a session with rows is known");
  unlist(lane, session->second.holder);
  lane.rows.erase(first);
  list(lane, session->second.holder);
  if (lane.rows.empty()) {
    session->second.lanes.erase(name->tag);
    if (session->second.lanes.empty() && session->second.holder == 0) {
      sessions_.erase(session);
    }
  }
  return {row.key, name, row.since};
}

Holder WorkLanes::holder_of(const std::string& session) const {
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? 0 : found->second.holder;
}

void WorkLanes::set_holder(Session& session, Holder holder) {
  for (auto& [tag, lane] : session.lanes) {
    unlist(lane, session.holder);
    list(lane, holder);
  }
  session.holder = holder;
}

void WorkLanes::bind(const std::string& session, Holder holder) {
  if (holder == 0 || holder_of(session) == holder) {
    return;
  }
  set_holder(sessions_[session], holder);
}

bool WorkLanes::unbind(const std::string& session, Holder holder) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end() || holder == 0 || found->second.holder != holder) {
    return false;
  }
  set_holder(found->second, 0);
  if (found->second.lanes.empty()) {
    sessions_.erase(found);
  }
  return true;
}

bool WorkLanes::unbind_all(Holder holder) {
  bool any = false;
  for (auto session = sessions_.begin(); session != sessions_.end();) {
    if (holder == 0 || session->second.holder != holder) {
      ++session;
      continue;
    }
    any = true;
    set_holder(session->second, 0);
    session = session->second.lanes.empty() ? sessions_.erase(session) : std::next(session);
  }
  return any;
}

}  // namespace duroxide::storage
