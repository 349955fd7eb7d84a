#pragma once

#include <set>
#include <string>
#include <vector>

#include <duroxide/management.hpp>
#include <duroxide/result.hpp>

#include "gateway/command_error.hpp"
#include "gateway/copy/copy_report.hpp"

namespace duroxide::gateway {

/// The export of an instance, or why there is none.
using Exported = ManagementClient::Answer<std::string>;

/// Of all of them, asked for at once; in their order.
[[nodiscard]] std::vector<Exported> exports_of(const ManagementClient& client,
                                               const std::vector<std::string>& instances);

/// Whether there is no such instance.
[[nodiscard]] bool is_missing(const Exported& answer);

/// Brings exported instances into a store, and notes in a report what has come of each. For one thread; the
/// client and the report must outlive it.
class DocumentCopier {
 public:
  using Done = Result<void, CommandError>;

  struct Document {
    std::string instance;
    std::string text;
  };

  /// Writes nothing if the report is that of a dry run.
  DocumentCopier(const ManagementClient& to, CopyReport& report) : to_(to), report_(report) {}

  /// Whether the error is about a single instance, so that others may do better.
  [[nodiscard]] static bool is_about_one(const ClientError& error);

  /// Compares what is there already, imports the rest in their order, and compares what was imported. The
  /// error is one that is not about a single instance.
  [[nodiscard]] Done bring(const std::vector<Document>& documents);

  /// What is about this instance alone is noted; the error is any other.
  [[nodiscard]] Done refuse(const std::string& instance, const ClientError& error);
  void leave_out(const std::string& instance, std::string why);
  /// Whether one of the two has noted it, or it is there as another.
  [[nodiscard]] bool was_left_out(const std::string& instance) const {
    return left_out_.count(instance) != 0;
  }

 private:
  [[nodiscard]] Done import(const std::vector<Document>& documents);
  void note_different(const std::string& instance, std::string why);

  const ManagementClient& to_;
  CopyReport& report_;
  std::set<std::string> left_out_;
};

}  // namespace duroxide::gateway
