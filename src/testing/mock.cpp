#include <duroxide/testing/mock.hpp>

#include <utility>

#include "testing/mock_state.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

void MockState::tell(Behaviour behaviour) {
  if (!behaviours.empty() && !behaviours.back().calls_left) {
    behaviours.pop_back();  // nothing could ever follow it
  }
  behaviours.push_back(std::move(behaviour));
  decided_.clear();
  is_told = true;
}

MockState::Behaviour& MockState::last(const std::string& what) {
  if (behaviours.empty()) {
    throw TestError("the mock `" + name + "` was not told what it does, so " + what +
                    " says nothing: begin with returns, fails, does or never_completes");
  }
  return behaviours.back();
}

MockState::Behaviour MockState::begin(const CallKey& key, MockCall call) {
  calls.push_back(std::move(call));
  const auto known = decided_.find(key);
  return known != decided_.end() ? known->second : decided_.emplace(key, take_next()).first->second;
}

MockState::Behaviour MockState::take_next() {
  while (!behaviours.empty() && behaviours.front().calls_left == std::size_t{0}) {
    behaviours.pop_front();
  }
  if (!behaviours.empty()) {
    Behaviour next = behaviours.front();
    if (auto& left = behaviours.front().calls_left) {
      --*left;
    }
    return next;
  }
  Behaviour none;
  if (is_told) {
    none.answer = [message = "the mock `" + name + "` was called " + std::to_string(calls.size()) +
                             " times, and was told what it does for fewer calls",
                   subject = name](ActivityContext&,
                                   const std::string&) -> Result<std::string, ErrorDetails> {
      return failure(application_error(ErrorKind::activity_failed, message, subject));
    };
  } else {
    none.answer = [](ActivityContext&, const std::string&) -> Result<std::string, ErrorDetails> {
      return std::string();
    };
  }
  return none;
}

Mock::Mock(std::shared_ptr<MockState> state) : state_(std::move(state)) {}

Mock& Mock::returns_text(std::string text) {
  return runs([text = std::move(text)](ActivityContext&,
                                       const std::string&) -> Result<std::string, ErrorDetails> {
    return text;
  });
}

Mock& Mock::fails(std::string message) {
  return fails(application_error(ErrorKind::activity_failed, std::move(message), state_->name));
}

Mock& Mock::fails(ErrorDetails details) {
  return runs([details = std::move(details)](
                  ActivityContext&, const std::string&) -> Result<std::string, ErrorDetails> {
    return failure(details);
  });
}

Mock& Mock::runs(ActivityHandler handler) {
  state_->tell({std::move(handler)});
  return *this;
}

Mock& Mock::never_completes() {
  MockState::Behaviour behaviour;
  behaviour.never_completes = true;
  state_->tell(std::move(behaviour));
  return *this;
}

Mock& Mock::times(std::size_t calls) {
  state_->last("times").calls_left = calls;
  return *this;
}

Mock& Mock::takes_milliseconds(Milliseconds delay) {
  state_->last("takes").takes = delay;
  return *this;
}

const std::vector<MockCall>& Mock::calls() const {
  return state_->calls;
}

const std::string& Mock::input_text(std::size_t call) const {
  if (call >= state_->calls.size()) {
    throw TestError("the mock `" + state_->name + "` was called " +
                    std::to_string(state_->calls.size()) + " times, so there is no call " +
                    std::to_string(call) + ", counted from 0");
  }
  return state_->calls[call].input;
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
