// Asking the code of an instance, and waiting for its answer.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/asking.hpp"
#include "client/client_impl.hpp"
#include "model/random.hpp"

namespace duroxide::DUROXIDE_ABI {

namespace {

/// Of 128 random bits.
std::string random_id() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id;
  for (std::uint64_t half : {model::random_number(), model::random_number()}) {
    for (int i = 0; i < 16; ++i, half >>= 4U) {
      id.push_back(digits[half & 0xFU]);
    }
  }
  return id;
}

}  // namespace

}  // namespace duroxide::DUROXIDE_ABI

namespace duroxide::client {

provider::AskUpdate make_ask(std::string_view instance, std::string_view name, std::string input,
                             const UpdateOptions& options, std::uint64_t wait_id) {
  provider::AskUpdate ask;
  ask.request.instance = instance;
  ask.request.id = options.id() ? *options.id() : random_id();
  ask.request.name = name;
  ask.request.input = std::move(input);
  ask.wait_id = wait_id;
  return ask;
}

Client::Updated updated(const provider::UpdateAnswer& answer,
                        ClientError (*error_of)(const provider::UpdateAnswer&)) {
  return answer.error ? Client::Updated(failure(error_of(answer))) : Client::Updated(answer.output);
}

ClientError update_timed_out(const work::UpdateRequest& update,
                             const std::optional<Milliseconds>& timeout) {
  return timed_out("instance " + update.instance + " has not answered the update `" + update.name +
                       "` with the id " + update.id + ", which goes its way all the same,",
                   timeout.value_or(Milliseconds(0)));
}

}  // namespace duroxide::client

namespace duroxide::DUROXIDE_ABI {

namespace {

/// As `update` or `query` sees it; none of a wait that was taken back.
std::optional<Client::Updated> told(
    const provider::Answer<std::optional<provider::UpdateAnswer>>& answer,
    ClientError (*error_of)(const provider::UpdateAnswer&)) {
  if (!answer) {
    return Client::Updated(failure(client::client_error(answer.error())));
  }
  return *answer ? std::optional(client::updated(**answer, error_of)) : std::nullopt;
}

}  // namespace

void ClientWaits::Impl::ask_update(provider::AskUpdate ask,
                                   const std::optional<Milliseconds>& timeout,
                                   OnUpdated on_updated) const {
  auto on_answer = [timeout, request = ask.request, on_updated = std::move(on_updated)](
                       const client::AnswerOf<provider::AskUpdate>& answer) {
    auto what = told(answer, client::update_error);
    on_updated(what ? std::move(*what)
                    : Updated(failure(client::update_timed_out(request, timeout))));
  };
  if (timeout) {
    companion.ask_within<provider::AskUpdate>(
        std::move(ask), *timeout,
        [on_answer = std::move(on_answer)](const client::AnswerOf<provider::AskUpdate>& answer,
                                           bool /*is_final*/) { on_answer(answer); });
  } else {
    companion.ask(std::move(ask), client::OnAnswerOf<provider::AskUpdate>(std::move(on_answer)));
  }
}

void Client::update_text(std::string_view instance, std::string_view name, Text input,
                         const UpdateOptions& options, OnUpdated on_updated) {
  if (auto checked = client::check_update(instance, name, input, options); !checked) {
    impl_->refuse(std::move(on_updated), std::move(checked).error());
    return;
  }
  impl_->ask_update(
      client::make_ask(instance, name, std::move(*input), options, impl_->next_wait_id()),
      options.timeout(), std::move(on_updated));
}

Client::Updated Client::update_text(std::string_view instance, std::string_view name, Text input,
                                    const UpdateOptions& options) {
  auto checked = client::check_may_block(impl_->store);
  if (checked) {
    checked = client::check_update(instance, name, input, options);
  }
  if (!checked) {
    return failure(std::move(checked).error());
  }
  auto ask = client::make_ask(instance, name, std::move(*input), options, impl_->next_wait_id());
  const auto wait_id = ask.wait_id;
  client::Awaited<Updated> awaited;
  impl_->ask_update(std::move(ask), options.timeout(), awaited.callback());
  return impl_->answer_of(wait_id, awaited);
}

// --- queries --------------------------------------------------------------------------------------

void ClientWaits::Impl::ask_query(provider::AskQuery ask, Milliseconds timeout,
                                  OnUpdated on_answer) const {
  const std::string what = "instance " + ask.instance + " has not answered the query `" +
                           ask.question.name + "`, for which a runtime must be at work on it,";
  companion.ask_within<provider::AskQuery>(
      std::move(ask), timeout,
      [timeout, what, on_answer = std::move(on_answer)](
          const client::AnswerOf<provider::AskQuery>& answer, bool /*is_final*/) {
        auto answered = told(answer, client::query_error);
        on_answer(answered ? std::move(*answered)
                           : Updated(failure(client::timed_out(what, timeout))));
      });
}

namespace {

provider::AskQuery make_query(std::string_view instance, std::string_view name, std::string input,
                              std::uint64_t wait_id) {
  provider::AskQuery ask;
  ask.instance = instance;
  ask.question.id = random_id();
  ask.question.name = name;
  ask.question.input = std::move(input);
  ask.wait_id = wait_id;
  return ask;
}

}  // namespace

void Client::query_text(std::string_view instance, std::string_view name, Text input,
                        Milliseconds timeout, OnUpdated on_answer) const {
  if (auto checked = client::check_query(instance, name, input, timeout); !checked) {
    impl_->refuse(std::move(on_answer), std::move(checked).error());
    return;
  }
  impl_->ask_query(make_query(instance, name, std::move(*input), impl_->next_wait_id()), timeout,
                   std::move(on_answer));
}

Client::Updated Client::query_text(std::string_view instance, std::string_view name, Text input,
                                   Milliseconds timeout) const {
  auto checked = client::check_may_block(impl_->store);
  if (checked) {
    checked = client::check_query(instance, name, input, timeout);
  }
  if (!checked) {
    return failure(std::move(checked).error());
  }
  auto ask = make_query(instance, name, std::move(*input), impl_->next_wait_id());
  const auto wait_id = ask.wait_id;
  client::Awaited<Updated> awaited;
  impl_->ask_query(std::move(ask), timeout, awaited.callback());
  return impl_->answer_of(wait_id, awaited);
}

}  // namespace duroxide::DUROXIDE_ABI
