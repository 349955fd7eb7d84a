#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/detail/api.hpp>
#include <duroxide/instance_export.hpp>
#include <duroxide/runtime.hpp>
#include <duroxide/testing/registrations.hpp>

namespace duroxide::DUROXIDE_ABI::testkit {

/// Where the code of today does not do what a history says.
struct DUROXIDE_API Divergence {
  std::string instance;
  std::uint64_t execution_id = 0;
  std::string orchestration;
  std::string version;
  /// The first event that parts, as numbered in the history; one above the last if the code goes on where
  /// the history ends; 0 if the code could not be run at all.
  std::uint64_t event_id = 0;
  std::string recorded;   ///< what the history holds there, with inputs
  std::string attempted;  ///< what the code does instead, with inputs; or why it could not be run

  /// A sentence with all of this.
  [[nodiscard]] std::string to_string() const;
};

class Replayer;

/// What came of replaying histories. True if the code does all that they say.
class DUROXIDE_API ReplayReport {
 public:
  [[nodiscard]] bool is_same() const { return divergences_.empty(); }
  explicit operator bool() const { return is_same(); }

  [[nodiscard]] std::size_t instances() const { return instances_; }
  [[nodiscard]] std::size_t executions() const { return executions_; }
  [[nodiscard]] std::size_t events() const { return events_; }
  /// The first of each execution that has one.
  [[nodiscard]] const std::vector<Divergence>& divergences() const { return divergences_; }

  /// How much was replayed, or where it parts: a line for each divergence.
  [[nodiscard]] std::string to_string() const;

 private:
  friend class Replayer;

  std::size_t instances_ = 0;
  std::size_t executions_ = 0;
  std::size_t events_ = 0;
  std::vector<Divergence> divergences_;
};

DUROXIDE_API std::ostream& operator<<(std::ostream& out, const ReplayReport& report);

/// Runs the code of today on recorded histories, those of all executions, and compares what it does with
/// what they say, to the last event. No store is touched and no activity runs. Errors are divergences
/// too: a version that is not registered, a history that is damaged, mistakes in the registrations.
/// What the registrations throw is thrown on.
///
/// What ended an execution without its code (poison, a limit, an operator who terminated it) is not
/// expected of the code; up to there it is compared. Nor is the end of one that was cancelled and has
/// taken no step since, as that may have happened without its code.
///
/// `options` are those of the runtime that has recorded, for the limits to what code may keep:
/// `max_values`, `max_value_bytes` and `max_custom_status_bytes`; nothing else of them counts.
[[nodiscard]] DUROXIDE_API ReplayReport replay(const Registrations& registrations,
                                               const std::vector<InstanceExport>& exports,
                                               const RuntimeOptions& options = RuntimeOptions());
[[nodiscard]] DUROXIDE_API ReplayReport replay(const Registrations& registrations,
                                               const InstanceExport& exported,
                                               const RuntimeOptions& options = RuntimeOptions());

/// The same for what `duroxide export` and `ManagementClient::export_instance` have written: one
/// document, several one behind the other, as of an instance and its children, or a JSON array of them.
/// Throws `std::runtime_error`, with the place, if it is nothing of that.
[[nodiscard]] DUROXIDE_API ReplayReport
replay_json(const Registrations& registrations, std::string_view json,
            const RuntimeOptions& options = RuntimeOptions());
/// The same for a file. Throws `std::runtime_error` if it cannot be read, too.
[[nodiscard]] DUROXIDE_API ReplayReport
replay_file(const Registrations& registrations, const std::filesystem::path& file,
            const RuntimeOptions& options = RuntimeOptions());

/// A replayer as a program, or as a mode of the user's own: takes files with exports (`-` is standard
/// input) and writes a line for each to standard output, and one for each divergence.
///
///     int main(int argc, char** argv) { return duroxide::testkit::replay_main(register_all, argc, argv); }
///
/// Returns what the process is to exit with: 0 if the code does what they say, 1 if it parts from one, 2
/// if a file cannot be read, holds no export, or none was given.
[[nodiscard]] DUROXIDE_API int replay_main(const Registrations& registrations, int argc,
                                           const char* const* argv,
                                           const RuntimeOptions& options = RuntimeOptions());

}  // namespace duroxide::DUROXIDE_ABI::testkit
