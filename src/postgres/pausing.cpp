// Instances are paused and go on; messages to them are dropped.

#include <string>
#include <utility>
#include <variant>

#include "model/encoding.hpp"
#include "model/limits.hpp"
#include "postgres/instance_row.hpp"
#include "postgres/writings.hpp"

namespace duroxide::postgres {

namespace {

/// As the column `kind` of `paused` has it.
std::string letter_of(PauseScope::Kind kind) {
  switch (kind) {
    case PauseScope::Kind::store:
      return "s";
    case PauseScope::Kind::orchestration:
      return "o";
    case PauseScope::Kind::instance:
      break;
  }
  return "i";
}

void check_scope(const PauseScope& scope) {
  switch (scope.kind) {
    case PauseScope::Kind::instance:
      require(model::check_instance_id(scope.name));
      return;
    case PauseScope::Kind::orchestration:
      require(model::check_name("orchestration name", scope.name));
      return;
    case PauseScope::Kind::store:
      if (!scope.name.empty()) {
        refuse_input("the scope `store` has no name, but got `" + scope.name + "`");
      }
      return;
  }
  refuse_input("there is no such scope: " + std::to_string(static_cast<int>(scope.kind)));
}

class PauseIt final : public Writing<std::monostate> {
 public:
  explicit PauseIt(management::Pause request) : request_(std::move(request)) {}

  std::optional<Step> next(const Bench& bench) override {
    if (is_done_) {
      return std::nullopt;
    }
    check_scope(request_.scope);
    return Step{{{"pause", Parameters()
                               .optional_number(bench.context.now)
                               .text(letter_of(request_.scope.kind))
                               .text(request_.scope.name)
                               .flag(request_.pause)}}};
  }
  void made(const Answers& answers) override {
    is_done_ = true;
    switch (answers.front().first().number(0)) {
      case 0:
        return;
      case 1:
        refuse_unknown(request_.scope.name);
      default:
        refuse_finished(request_.scope.name);
    }
  }
  std::monostate answer() override { return {}; }

 private:
  management::Pause request_;
  bool is_done_ = false;
};

/// Drops it first, and then tells whoever waits for the answer, if it was an update.
class DropIt final : public Writing<std::monostate> {
 public:
  explicit DropIt(management::DropMessage request) : request_(std::move(request)) {}

  std::optional<Step> next(const Bench& bench) override {
    if (is_dropped_ && !update_) {
      return std::nullopt;
    }
    Step step;
    step.touched = {request_.instance};
    if (!is_dropped_) {
      require_id(request_.instance);
      step.calls = {
          {"drop_message", Parameters().text(request_.instance).number(request_.message_id)}};
      return step;
    }
    const work::UpdateRequest update = *std::exchange(update_, std::nullopt);
    const ErrorDetails error = application_error(
        ErrorKind::orchestration_failed, "the update was dropped by an operator", update.name);
    Change change;
    change.add({"answer_of_turn", Parameters()
                                      .number(change_token)
                                      .optional_number(bench.context.now)
                                      .number(number_)
                                      .text(update.id)
                                      .bytes({})
                                      .bytes(model::encode_error(error))
                                      .flag(true)
                                      .flag(true)});
    step.calls = change.take_calls();
    return step;
  }
  void made(const Answers& answers) override {
    if (std::exchange(is_dropped_, true)) {
      return;
    }
    const Rows::Row row = answers.front().first();
    require_dropped(row.number(0));
    number_ = row.number(1);
    if (!row.is_null(2)) {
      const auto item = model::decode_work_item(row.bytes(2));
      const auto* update = item ? std::get_if<work::UpdateRequest>(&*item) : nullptr;
      if (update != nullptr) {
        update_ = *update;
      }
    }
  }
  std::monostate answer() override { return {}; }

 private:
  void require_dropped(std::int64_t code) const {
    const std::string message = std::to_string(request_.message_id);
    switch (code) {
      case 0:
        return;
      case 1:
        refuse_unknown(request_.instance);
      case 2:
        refuse_input("the code of the instance `" + request_.instance + "` has message " + message +
                     " now");
      case 3:
        refuse_input("no message " + message + " waits for the instance `" + request_.instance +
                     "`; what its code has taken stands in the history, and a rewind can skip it");
      default:
        // Without a start or an answer an instance would wait for ever.
        refuse_input("only raised events, messages of queues and updates can be dropped");
    }
  }

  management::DropMessage request_;
  bool is_dropped_ = false;
  std::int64_t number_ = 0;
  std::optional<work::UpdateRequest> update_;
};

}  // namespace

WritingOf<std::monostate> write(management::Pause request) {
  return std::make_unique<PauseIt>(std::move(request));
}

WritingOf<std::monostate> write(management::DropMessage request) {
  return std::make_unique<DropIt>(std::move(request));
}

}  // namespace duroxide::postgres
