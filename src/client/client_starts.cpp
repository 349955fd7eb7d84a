// Starting instances, alone or with what they are to be told or asked at once.

#include <algorithm>
#include <utility>

#include "client/asking.hpp"
#include "client/client_impl.hpp"
#include "client/intercepted_start.hpp"
#include "client/start_requests.hpp"

namespace duroxide::DUROXIDE_ABI {

using client::block;
using client::make_request;
using client::make_start;

namespace {

/// Of a start that something is sent with: unless the options say otherwise, whoever has the id gets it.
ReusePolicy reuse_with_message(const StartOptions& options) {
  return options.chosen_reuse().value_or(ReusePolicy::use_existing);
}

StartResult result_of(const provider::StartedOrFound& started) {
  return StartResult(started.created, started.replaced);
}

/// For those who are answered with what a start came to.
std::function<void(Result<provider::StartedOrFound, ClientError>)> answering(
    Client::OnStarted on_started) {
  return [on_started =
              std::move(on_started)](const Result<provider::StartedOrFound, ClientError>& found) {
    on_started(found.map(result_of));
  };
}

}  // namespace

StartOptions& StartOptions::tag(std::string value) {
  if (std::find(tags_.begin(), tags_.end(), value) == tags_.end()) {
    tags_.push_back(std::move(value));
  }
  return *this;
}

client::Checked ClientWaits::Impl::admit(work::StartOrchestration& start) const {
  if (!interceptors) {
    return {};
  }
  return client::intercept_start(*interceptors,
                                 {start.instance, start.orchestration, start.input, start.headers});
}

void Client::start_text(std::string_view instance, std::string_view orchestration, Text input,
                        const StartOptions& options, OnStarted on_started) {
  if (auto checked = client::check_start(instance, orchestration, input, options); !checked) {
    impl_->refuse(std::move(on_started), std::move(checked).error());
    return;
  }
  auto start = make_start(instance, orchestration, std::move(*input), options);
  if (auto admitted = impl_->admit(start); !admitted) {
    impl_->refuse(std::move(on_started), std::move(admitted).error());
    return;
  }
  on_started = client::telling(impl_->interceptors, instance, std::move(on_started));
  if (options.reuse() == ReusePolicy::reject) {
    impl_->companion.start(std::move(start), options.delay(),
                           [on_started = std::move(on_started)](provider::Answer<void> answer) {
                             on_started(client::outcome(std::move(answer)).map([](const auto&) {
                               return StartResult(true);
                             }));
                           });
    return;
  }
  impl_->ask(make_request(std::move(start), options, options.reuse()),
             answering(std::move(on_started)));
}

Client::Started Client::start_text(std::string_view instance, std::string_view orchestration,
                                   Text input, const StartOptions& options) {
  return block<Started>(impl_->store, [&](OnStarted on_started) {
    start_text(instance, orchestration, std::move(input), options, std::move(on_started));
  });
}

// --- with an event --------------------------------------------------------------------------------

void Client::start_with_event_text(std::string_view instance, std::string_view orchestration,
                                   Text input, std::string_view event, Text data,
                                   const StartOptions& options, const RaiseOptions& raise_options,
                                   OnStarted on_started) {
  auto checked = client::check_start(instance, orchestration, input, options);
  if (checked) {
    checked = client::check_event(instance, event, data, raise_options);
  }
  if (!checked) {
    impl_->refuse(std::move(on_started), std::move(checked).error());
    return;
  }
  provider::StartAndRaise request;
  request.start = make_request(make_start(instance, orchestration, std::move(*input), options),
                               options, reuse_with_message(options));
  if (auto admitted = impl_->admit(request.start.start); !admitted) {
    impl_->refuse(std::move(on_started), std::move(admitted).error());
    return;
  }
  on_started = client::telling(impl_->interceptors, instance, std::move(on_started));
  request.event = {std::string(instance), std::string(event), std::move(*data)};
  request.key = raise_options.key();
  impl_->ask(std::move(request), answering(std::move(on_started)));
}

Client::Started Client::start_with_event_text(std::string_view instance,
                                              std::string_view orchestration, Text input,
                                              std::string_view event, Text data,
                                              const StartOptions& options,
                                              const RaiseOptions& raise_options) {
  return block<Started>(impl_->store, [&](OnStarted on_started) {
    start_with_event_text(instance, orchestration, std::move(input), event, std::move(data),
                          options, raise_options, std::move(on_started));
  });
}

// --- with an update -------------------------------------------------------------------------------

namespace {

Client::StartedAndUpdated told(const provider::Answer<provider::StartedAndAnswered>& what,
                               const work::UpdateRequest& update,
                               const std::optional<Milliseconds>& timeout) {
  if (!what) {
    return failure(client::client_error(what.error()));
  }
  const auto answer = [&]() -> Client::Updated {
    if (what->answer) {
      return client::updated(*what->answer, client::update_error);
    }
    return failure(what->error ? client::client_error(*what->error)
                               : client::update_timed_out(update, timeout));
  };
  return StartedWithUpdate<Payload>(result_of(what->started), answer());
}

}  // namespace

void ClientWaits::Impl::start_and_ask(provider::StartAndAsk ask,
                                      const std::optional<Milliseconds>& timeout,
                                      OnStartedAndUpdated on_updated) const {
  using Answer = client::AnswerOf<provider::StartAndAsk>;
  auto on_answer = [timeout, request = ask.request, on_updated = std::move(on_updated)](
                       const Answer& answer) { on_updated(told(answer, request, timeout)); };
  if (timeout) {
    companion.ask_within<provider::StartAndAsk>(
        std::move(ask), *timeout,
        [on_answer = std::move(on_answer)](const Answer& answer, bool /*is_final*/) {
          on_answer(answer);
        });
  } else {
    companion.ask(std::move(ask), client::OnAnswerOf<provider::StartAndAsk>(std::move(on_answer)));
  }
}

namespace {

client::Checked check_start_with_update(std::string_view instance, std::string_view orchestration,
                                        const Result<std::string, std::string>& input,
                                        std::string_view update,
                                        const Result<std::string, std::string>& update_input,
                                        const StartOptions& options,
                                        const UpdateOptions& update_options) {
  auto checked = client::check_start(instance, orchestration, input, options);
  return checked ? client::check_update(instance, update, update_input, update_options) : checked;
}

provider::StartAndAsk make_start_and_ask(std::string_view instance, std::string_view orchestration,
                                         std::string input, std::string_view update,
                                         std::string update_input, const StartOptions& options,
                                         const UpdateOptions& update_options,
                                         std::uint64_t wait_id) {
  provider::StartAndAsk request;
  request.start = make_request(make_start(instance, orchestration, std::move(input), options),
                               options, reuse_with_message(options));
  request.request =
      client::make_ask(instance, update, std::move(update_input), update_options, wait_id).request;
  request.wait_id = wait_id;
  return request;
}

}  // namespace

void Client::start_with_update_text(std::string_view instance, std::string_view orchestration,
                                    Text input, std::string_view update, Text update_input,
                                    const StartOptions& options,
                                    const UpdateOptions& update_options,
                                    OnStartedAndUpdated on_updated) {
  if (auto checked = check_start_with_update(instance, orchestration, input, update, update_input,
                                             options, update_options);
      !checked) {
    impl_->refuse(std::move(on_updated), std::move(checked).error());
    return;
  }
  auto ask =
      make_start_and_ask(instance, orchestration, std::move(*input), update,
                         std::move(*update_input), options, update_options, impl_->next_wait_id());
  if (auto admitted = impl_->admit(ask.start.start); !admitted) {
    impl_->refuse(std::move(on_updated), std::move(admitted).error());
    return;
  }
  impl_->start_and_ask(std::move(ask), update_options.timeout(),
                       client::telling(impl_->interceptors, instance, std::move(on_updated)));
}

Client::StartedAndUpdated Client::start_with_update_text(std::string_view instance,
                                                         std::string_view orchestration, Text input,
                                                         std::string_view update, Text update_input,
                                                         const StartOptions& options,
                                                         const UpdateOptions& update_options) {
  auto checked = client::check_may_block(impl_->store);
  if (checked) {
    checked = check_start_with_update(instance, orchestration, input, update, update_input, options,
                                      update_options);
  }
  if (!checked) {
    return failure(std::move(checked).error());
  }
  auto ask =
      make_start_and_ask(instance, orchestration, std::move(*input), update,
                         std::move(*update_input), options, update_options, impl_->next_wait_id());
  if (auto admitted = impl_->admit(ask.start.start); !admitted) {
    return failure(std::move(admitted).error());
  }
  const auto wait_id = ask.wait_id;
  client::Awaited<StartedAndUpdated> awaited;
  impl_->start_and_ask(
      std::move(ask), update_options.timeout(),
      client::telling(impl_->interceptors, instance, OnStartedAndUpdated(awaited.callback())));
  return impl_->answer_of(wait_id, awaited);
}

}  // namespace duroxide::DUROXIDE_ABI
