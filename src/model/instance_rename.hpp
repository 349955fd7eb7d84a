#pragma once

#include <string>
#include <vector>

#include <duroxide/instance_export.hpp>

namespace duroxide::model {

/// Makes the events of one execution those of another instance, which is nobody's child. Children
/// that were given no id have one that follows from their parent's, and replay insists on it: they
/// get those that follow from the new one.
void become_root(std::vector<Event>& events, std::uint64_t execution_id, const std::string& before,
                 const std::string& after);

/// Addresses a message to another instance, which is nobody's child.
void readdress(WorkItem& message, const std::string& instance);

/// Makes another instance of it, which is nobody's child: nobody waits for it under its new id.
/// Does nothing if that is its id already.
void rename_instance(InstanceExport& exported, const std::string& instance);

}  // namespace duroxide::model
