// What two turns that should be the same differ in.

#include <algorithm>

#include "property/histories.hpp"
#include "property/world.hpp"

namespace duroxide::property {

namespace {

bool same_timers(const std::vector<replay::TimerKey>& left,
                 const std::vector<replay::TimerKey>& right) {
  return std::equal(
      left.begin(), left.end(), right.begin(), right.end(),
      [](const auto& a, const auto& b) { return a.id == b.id && a.fire_at == b.fire_at; });
}

bool same_values(const std::vector<replay::ValueChange>& left,
                 const std::vector<replay::ValueChange>& right) {
  return std::equal(
      left.begin(), left.end(), right.begin(), right.end(),
      [](const auto& a, const auto& b) { return a.key == b.key && a.value == b.value; });
}

bool same_status(const std::optional<replay::CustomStatusChange>& left,
                 const std::optional<replay::CustomStatusChange>& right) {
  return left.has_value() == right.has_value() &&
         (!left || (left->status == right->status && left->version == right->version));
}

bool same_answers(const std::vector<replay::UpdateAnswer>& left,
                  const std::vector<replay::UpdateAnswer>& right) {
  return std::equal(
      left.begin(), left.end(), right.begin(), right.end(), [](const auto& a, const auto& b) {
        return a.id == b.id && a.output == b.output && a.error == b.error && a.refused == b.refused;
      });
}

}  // namespace

std::string difference(const Turn& expected, const Turn& actual) {
  if (expected.instance != actual.instance || !(expected.messages == actual.messages)) {
    return "another instance has the turn, or it gets other messages";
  }
  const replay::TurnResult& left = expected.result;
  const replay::TurnResult& right = actual.result;
  if (!(left.events == right.events)) {
    return "expected the events\n" + to_text(left.events) + "but got\n" + to_text(right.events);
  }
  if (!(left.activities == right.activities) || !(left.timers == right.timers) ||
      !(left.messages == right.messages)) {
    return "other activities, timers or messages are sent out";
  }
  if (left.cancelled_activities != right.cancelled_activities ||
      !same_timers(left.cancelled_timers, right.cancelled_timers)) {
    return "other activities or timers are cancelled";
  }
  if (!same_values(left.values, right.values) ||
      !same_status(left.custom_status, right.custom_status)) {
    return "the values or the custom status differ";
  }
  if (!same_answers(left.updates, right.updates)) {
    return "updates are answered otherwise";
  }
  if (left.outcome.index() != right.outcome.index()) {
    return "the outcome differs";
  }
  return expected.logged == actual.logged ? std::string() : "the log differs";
}

}  // namespace duroxide::property
