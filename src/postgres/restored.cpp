#include "postgres/restored.hpp"

#include "model/limits.hpp"
#include "postgres/take_up.hpp"

namespace duroxide::postgres {

std::optional<Step> RestoreWriting::prepare(const Bench& /*bench*/) {
  return Step{{{"next_instance_number", {}}}};
}

void RestoreWriting::prepared(const Answers& answers) {
  number_ = answers.front().first().number(0);
}

void RestoreWriting::require_free(const Bench& bench, const std::string& id, Change& change) const {
  require(model::check_instance_id(id));
  if (!bench.database.read_one(instance_call(id)).empty()) {
    throw Refusal(ProviderError::Kind::instance_already_exists,
                  "the instance `" + id + "` exists already");
  }
  change.needs_free(id);
}

void RestoreWriting::create(const Bench& bench, InstanceRow& instance, const std::string& code,
                            Change& change) {
  instance.number = number_;
  instance.incarnation = new_incarnation();
  const auto of_parent = [&](std::uint64_t number) {
    return instance.parent ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
  };
  const ParentLink parent = instance.parent.value_or(ParentLink{});
  change.add(
      {"restore_of_change",
       Parameters()
           .optional_number(bench.context.now)
           .number(instance.number)
           .text(instance.id)
           .number(instance.incarnation)
           .text(instance.orchestration)
           .text(instance.version)
           .number(instance.execution)
           .number(static_cast<std::int64_t>(instance.status))
           .number(to_milliseconds(instance.execution_started_at))
           .number(instance.event_count)
           .optional_text(instance.parent ? std::optional(parent.instance) : std::nullopt)
           .optional_number(of_parent(parent.execution_id))
           .optional_number(of_parent(parent.event_id))
           .optional_number(instance.start_due ? std::optional(to_milliseconds(*instance.start_due))
                                               : std::nullopt)
           .texts(instance.tags)
           .text(code)});
  change.touches(instance.id);
}

}  // namespace duroxide::postgres
