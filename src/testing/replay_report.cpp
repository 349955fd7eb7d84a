#include <ostream>
#include <string>

#include <duroxide/testing/replay.hpp>

#include "model/printable.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

std::string number_of(std::size_t count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

}  // namespace

std::string Divergence::to_string() const {
  std::string text = "instance " + instance + ", execution " + std::to_string(execution_id) +
                     " of " + orchestration + " " + version + ": ";
  if (event_id == 0) {
    text += "its code cannot be run: " + attempted;
  } else {
    text += "event " + std::to_string(event_id) + " is recorded as " + recorded +
            ", but the code does " + attempted;
  }
  return model::printable(text);
}

std::string ReplayReport::to_string() const {
  std::string text = number_of(instances_, "instance") + ", " +
                     number_of(executions_, "execution") + ", " + number_of(events_, "event");
  if (is_same()) {
    return text + ": the code does what they say";
  }
  text += ": " + number_of(divergences_.size(), "execution") + " from which the code parts";
  for (const Divergence& each : divergences_) {
    text += "\n" + each.to_string();
  }
  return text;
}

std::ostream& operator<<(std::ostream& out, const ReplayReport& report) {
  return out << report.to_string();
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
