#pragma once

#include <duroxide/management.hpp>
#include <duroxide/result.hpp>

#include "gateway/command_error.hpp"
#include "gateway/copy/copy_report.hpp"
#include "gateway/sink.hpp"

namespace duroxide::gateway {

struct CopyOptions {
  InstanceFilter filter;  ///< which instances; its limit is not looked at
  /// Also those that run. Whoever asks for it must see to it that nobody works on the store that is copied
  /// from, and sets no filter, as those that run may wait for each other. Both stores are paused as a whole
  /// first, and stay so: nobody works in two places at the same instance, and whoever copies decides where it
  /// goes on.
  bool running = false;
  bool dry_run = false;  ///< only compares
};

/// Copies instances from one store into another, each under its own id: exports it, imports it, exports the
/// copy and compares. What is there already and the same is passed over, so one that was stopped goes on
/// when it is done again; what is there and differs is left as it is, and told. What one that runs waits
/// for, children and other instances, goes before it: an import starts children that are missing, and
/// answers waits for what is missing. So those that wait for each other are left out and told, as is what is
/// damaged, and with one of these all that waits for it or that it waits for.
///
/// Tells `sink` how far it is, some dozens of instances at a time, and ends early if that says so. Blocks;
/// for a thread of the caller's. Errors: `interrupted`; those of either store, with what was copied until
/// then. What is damaged, or refused, of one instance stands in the report, and the others are gone on with.
[[nodiscard]] Result<CopyReport, CommandError> copy_instances(const ManagementClient& from,
                                                              const ManagementClient& to,
                                                              const CopyOptions& options,
                                                              Sink& sink);

}  // namespace duroxide::gateway
