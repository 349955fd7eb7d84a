#pragma once

#include <duroxide/management.hpp>

#include <type_traits>
#include <utility>

#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

#include "client/blocking.hpp"
#include "client/call_state.hpp"
#include "client/client_errors.hpp"
#include "client/companion.hpp"

namespace duroxide::DUROXIDE_ABI {

struct ManagementClient::Impl {
  explicit Impl(Store used_store) : store(std::move(used_store)), surroundings(store) {
    if (store.has_management()) {
      management = client::Companion::for_management(store);
      provider = client::Companion::for_provider(store);
    }
  }
  ~Impl() {
    surroundings.take_no_more();
    if (management) {
      management.end();
      provider.end();
    }
    surroundings.close();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// The blocking form of what `start` does with a callback.
  template <class T, class Start>
  [[nodiscard]] Answer<T> wait_for(const Start& start) const {
    if (!management) {
      return failure(client::no_management());
    }
    return client::block<Answer<T>>(store, start);
  }

  /// Sends `request` by way of `target`, unless `checked` says what is wrong with it. `refused` is
  /// what an `invalid_input` of the store means, once everything else was checked.
  template <class Request, class Outcome>
  void call(const client::Companion& target, client::Checked checked, Request request,
            std::function<void(Outcome)> on_answer,
            ClientError::Kind refused = ClientError::Kind::invalid_input) const {
    using StoreAnswer = client::AnswerOf<Request>;
    if (!target) {
      on_answer(failure(client::no_management()));  // there is no thread of the engine's to ask
    } else if (!checked) {
      target.run([on_answer = std::move(on_answer), error = std::move(checked).error()] {
        on_answer(failure(error));
      });
    } else {
      target.ask(std::move(request),
                 std::function<void(StoreAnswer)>(
                     [on_answer = std::move(on_answer), refused](StoreAnswer answer) {
                       auto outcome = client::outcome(std::move(answer));
                       if (!outcome && outcome.error().kind == ClientError::Kind::invalid_input) {
                         outcome.error().kind = refused;
                       }
                       on_answer(std::move(outcome));
                     }));
    }
  }

  /// The same for a request of management, waiting for the answer.
  template <class T, class Request>
  [[nodiscard]] Answer<T> ask(client::Checked checked, Request request) const {
    return wait_for<T>([&](OnAnswer<T> on_answer) {
      call(management, std::move(checked), std::move(request), std::move(on_answer));
    });
  }

  Store store;
  detail::CallSurroundings surroundings;
  // Null if the store offers no management.
  client::Companion management;
  client::Companion provider;
};

}  // namespace duroxide::DUROXIDE_ABI
