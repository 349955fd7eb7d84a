#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/events.hpp>

namespace duroxide::model {

/// What others have asked an execution for, by its events: which updates wait for a handler, and what
/// the others were answered.
class Updates {
 public:
  void receive(const event::UpdateReceived& update);
  /// Nothing happens if no update of that id waits, which only an edited history brings.
  void answer(const event::UpdateAnswered& answered);

  /// In order of arrival.
  [[nodiscard]] const std::vector<event::UpdateReceived>& waiting() const { return waiting_; }
  /// Whether it waits or was answered.
  [[nodiscard]] bool knows(std::string_view id) const { return answers_.contains(id); }
  /// Null if it is not known, or waits.
  [[nodiscard]] const event::UpdateAnswered* answer_to(std::string_view id) const;

 private:
  std::vector<event::UpdateReceived> waiting_;
  /// By id. Of one that waits it is a fresh one, without an id.
  std::map<std::string, event::UpdateAnswered, std::less<>> answers_;
};

}  // namespace duroxide::model
