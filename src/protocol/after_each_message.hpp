#pragma once

// It belongs to one release of CAF, 0.17.6, as `duroxide/detail/caf.hpp` does.

#include <caf/invoke_message_result.hpp>
#include <caf/mailbox_element.hpp>

#include <duroxide/detail/caf.hpp>

namespace duroxide::DUROXIDE_ABI::actors {

/// An actor that has something to do behind each message that it has handled: to send what it has gathered
/// meanwhile, say.
template <class Base>
class AfterEachMessage : public Base {
 public:
  using Base::Base;
  using Base::consume;

  caf::invoke_message_result consume(caf::mailbox_element& element) final {
    const caf::invoke_message_result result = Base::consume(element);
    after_message();
    return result;
  }

 protected:
  /// On the actor's own turn.
  virtual void after_message() = 0;
};

}  // namespace duroxide::DUROXIDE_ABI::actors
