#pragma once

// What management changes, each request as its steps.

#include <memory>

#include <duroxide/management_messages.hpp>

#include "postgres/writing.hpp"

namespace duroxide::postgres {

template <class T>
using WritingOf = std::unique_ptr<Writing<T>>;

[[nodiscard]] WritingOf<DeleteInstanceResult> write(management::DeleteInstances request);
[[nodiscard]] WritingOf<management::DeletedTrees> write(management::DeleteTrees request);
[[nodiscard]] WritingOf<PruneResult> write(management::PruneExecutions request);
[[nodiscard]] WritingOf<management::PrunedInstances> write(management::PruneInstances request);
[[nodiscard]] WritingOf<std::monostate> write(management::Pause request);
[[nodiscard]] WritingOf<std::monostate> write(management::TerminateInstance request);
[[nodiscard]] WritingOf<std::monostate> write(management::DropMessage request);
[[nodiscard]] WritingOf<RestoredInstance> write(management::RewindInstance request);
[[nodiscard]] WritingOf<RestoredInstance> write(management::ForkInstance request);
[[nodiscard]] WritingOf<RestoredInstance> write(management::ImportInstance request);

}  // namespace duroxide::postgres
