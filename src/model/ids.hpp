#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace duroxide::model {

/// The instance id of a child that was given none: `parent::sub::execution.event`, which no other
/// call of any execution has. Ids that would become too long for a key are replaced by a digest.
[[nodiscard]] std::string child_instance_id(std::string_view parent, std::uint64_t execution_id,
                                            std::uint64_t event_id);

/// Stands for what an instance was started with, to tell another start from the same. Never 0.
[[nodiscard]] std::uint64_t digest_of_start(std::string_view orchestration, std::string_view input);

}  // namespace duroxide::model
