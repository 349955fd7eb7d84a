#pragma once

// Requests under numbers of the asking actor's own. It belongs to one release of CAF, 0.17.6, as
// `duroxide/detail/caf.hpp` does.

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include <caf/check_typed_input.hpp>
#include <caf/detail/profiled_send.hpp>
#include <caf/invoke_message_result.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/type_erased_tuple.hpp>

#include <duroxide/detail/caf.hpp>

namespace duroxide::DUROXIDE_ABI::actors {

/// What has come for a request: its answer, or what CAF says when none will come.
using AnswerContent = caf::type_erased_tuple;

/// Takes the answer out, if it is one of this type; none if no answer will come.
template <class Answer>
[[nodiscard]] std::optional<Answer> take_answer(AnswerContent& content) {
  if (!content.match_elements<Answer>()) {
    return std::nullopt;
  }
  if (content.shared()) {
    return content.get_as<Answer>(0);
  }
  return std::move(content.get_mutable_as<Answer>(0));
}

/// An actor that may have very many requests open at once, and keeps the book of them itself. CAF looks for
/// an open request among all that are open, one after the other, which takes the longer the more there are.
template <class Base>
class NumberedRequests : public Base {
 public:
  using Base::Base;
  using Base::consume;

  caf::invoke_message_result consume(caf::mailbox_element& element) final {
    if (!element.mid.is_response()) {
      return Base::consume(element);
    }
    answered(element.mid.request_id().integer_value(), element.content());
    return caf::invoke_message_result::consumed;
  }

 protected:
  /// Something has come for the request of this number, on the actor's own turn.
  virtual void answered(std::uint64_t number, AnswerContent& content) = 0;
};

/// Asks under a number that no other open request of `self` has; zero is none. `self` is a
/// `NumberedRequests` and asks in no other way.
template <class Self, class Receiver, class Message>
void ask_under(Self* self, std::uint64_t number, const Receiver& receiver, Message&& message) {
  using Asked = caf::detail::type_list<std::decay_t<Message>>;
  static_assert(caf::response_type_unbox<caf::signatures_of_t<Receiver>, Asked>::valid,
                "the receiver does not take this message");
  caf::detail::profiled_send(self, self->ctrl(), receiver, caf::make_message_id(number), {},
                             self->context(), std::forward<Message>(message));
}

}  // namespace duroxide::DUROXIDE_ABI::actors
