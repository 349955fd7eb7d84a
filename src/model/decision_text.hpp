#pragma once

#include <cstdint>
#include <string>

#include <duroxide/events.hpp>

namespace duroxide::model {

/// An event, for people, on one line, with all that it holds: "ActivityScheduled(name `Charge`, input
/// `{"id":1}`)". Of a long value the beginning and the length are shown. `source` is the event that it
/// gives up; 0 for none, or if that is not to be told.
[[nodiscard]] std::string describe_in_full(const EventKind& kind, std::uint64_t source = 0);

/// Two decisions of the code, or two ends, of which one was expected to be the other. Of a long value that differs they show where.
struct DecisionsApart {
  std::string recorded;
  std::string attempted;
  std::string difference;  ///< `the input, from byte 17 on`; empty if they are of two kinds
};
[[nodiscard]] DecisionsApart describe_apart(const EventKind& recorded,
                                            std::uint64_t recorded_source,
                                            const EventKind& attempted,
                                            std::uint64_t attempted_source);

}  // namespace duroxide::model
