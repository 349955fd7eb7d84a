// What changes one instance, and the operations on the whole store.

#include "client/management_impl.hpp"
#include "model/instance_rename.hpp"

#include <duroxide/instance_export.hpp>

namespace duroxide::DUROXIDE_ABI {

void ManagementClient::release_from_quarantine(std::string_view instance,
                                               OnAnswer<std::uint64_t> on_answer) const {
  impl_->call(impl_->provider, client::check_instance(instance),
              provider::ReleaseFromQuarantine{std::string(instance)}, std::move(on_answer));
}

ManagementClient::Answer<std::uint64_t> ManagementClient::release_from_quarantine(
    std::string_view instance) const {
  return impl_->wait_for<std::uint64_t>(
      [&](auto on_answer) { release_from_quarantine(instance, std::move(on_answer)); });
}

void ManagementClient::prune_executions(std::string_view instance, const PruneOptions& options,
                                        OnAnswer<PruneResult> on_answer) const {
  impl_->call(impl_->management, client::check_prune(instance, options),
              management::PruneExecutions{std::string(instance), options}, std::move(on_answer));
}

ManagementClient::Answer<PruneResult> ManagementClient::prune_executions(
    std::string_view instance, const PruneOptions& options) const {
  return impl_->wait_for<PruneResult>(
      [&](auto on_answer) { prune_executions(instance, options, std::move(on_answer)); });
}

void ManagementClient::pause(const PauseScope& scope, OnDone on_done) const {
  impl_->call(impl_->management, client::check_pause(scope), management::Pause{scope, true},
              std::move(on_done));
}

ManagementClient::Done ManagementClient::pause(const PauseScope& scope) const {
  return impl_->wait_for<void>([&](auto on_done) { pause(scope, std::move(on_done)); });
}

void ManagementClient::resume(const PauseScope& scope, OnDone on_done) const {
  impl_->call(impl_->management, client::check_pause(scope), management::Pause{scope, false},
              std::move(on_done));
}

ManagementClient::Done ManagementClient::resume(const PauseScope& scope) const {
  return impl_->wait_for<void>([&](auto on_done) { resume(scope, std::move(on_done)); });
}

void ManagementClient::terminate_instance(std::string_view instance, std::string_view reason,
                                          OnDone on_done) const {
  impl_->call(impl_->management, client::check_cancel(instance, reason),
              management::TerminateInstance{std::string(instance), std::string(reason)},
              std::move(on_done));
}

ManagementClient::Done ManagementClient::terminate_instance(std::string_view instance,
                                                            std::string_view reason) const {
  return impl_->wait_for<void>(
      [&](auto on_done) { terminate_instance(instance, reason, std::move(on_done)); });
}

void ManagementClient::drop_message(std::string_view instance, std::uint64_t message_id,
                                    OnDone on_done) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::DropMessage{std::string(instance), message_id}, std::move(on_done));
}

ManagementClient::Done ManagementClient::drop_message(std::string_view instance,
                                                      std::uint64_t message_id) const {
  return impl_->wait_for<void>(
      [&](auto on_done) { drop_message(instance, message_id, std::move(on_done)); });
}

void ManagementClient::list_messages(std::string_view instance,
                                     OnAnswer<std::vector<InstanceMessage>> on_answer) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::ListMessages{std::string(instance)}, std::move(on_answer));
}

ManagementClient::Answer<std::vector<InstanceMessage>> ManagementClient::list_messages(
    std::string_view instance) const {
  return impl_->wait_for<std::vector<InstanceMessage>>(
      [&](auto on_answer) { list_messages(instance, std::move(on_answer)); });
}

void ManagementClient::rewind_instance(std::string_view instance, const RewindOptions& options,
                                       OnAnswer<RestoredInstance> on_answer) const {
  impl_->call(impl_->management, client::check_instance(instance),
              management::RewindInstance{std::string(instance), options}, std::move(on_answer));
}

ManagementClient::Answer<RestoredInstance> ManagementClient::rewind_instance(
    std::string_view instance, const RewindOptions& options) const {
  return impl_->wait_for<RestoredInstance>(
      [&](auto on_answer) { rewind_instance(instance, options, std::move(on_answer)); });
}

void ManagementClient::fork_instance(std::string_view instance, std::string_view new_instance,
                                     const ForkOptions& options,
                                     OnAnswer<RestoredInstance> on_answer) const {
  impl_->call(impl_->management, client::check_fork(instance, new_instance),
              management::ForkInstance{std::string(instance), std::string(new_instance), options},
              std::move(on_answer));
}

ManagementClient::Answer<RestoredInstance> ManagementClient::fork_instance(
    std::string_view instance, std::string_view new_instance, const ForkOptions& options) const {
  return impl_->wait_for<RestoredInstance>([&](auto on_answer) {
    fork_instance(instance, new_instance, options, std::move(on_answer));
  });
}

void ManagementClient::export_instance(std::string_view instance,
                                       OnAnswer<std::string> on_answer) const {
  impl_->call(
      impl_->management, client::check_instance(instance),
      management::ExportInstance{std::string(instance)},
      OnAnswer<InstanceExport>([on_answer = std::move(on_answer)](Answer<InstanceExport> exported) {
        on_answer(exported ? Answer<std::string>(to_json(*exported))
                           : Answer<std::string>(failure(std::move(exported).error())));
      }));
}

ManagementClient::Answer<std::string> ManagementClient::export_instance(
    std::string_view instance) const {
  return impl_->wait_for<std::string>(
      [&](auto on_answer) { export_instance(instance, std::move(on_answer)); });
}

void ManagementClient::import_instance(std::string_view json,
                                       const std::optional<std::string>& new_instance,
                                       OnAnswer<RestoredInstance> on_answer) const {
  auto exported = instance_from_json(json);
  client::Checked checked;
  if (!exported) {
    checked = failure(exported.error());
    exported.emplace();
  } else {
    model::rename_instance(*exported, new_instance.value_or(exported->instance_id));
    checked = client::check_instance(exported->instance_id);
  }
  impl_->call(impl_->management, std::move(checked),
              management::ImportInstance{std::move(*exported)}, std::move(on_answer));
}

ManagementClient::Answer<RestoredInstance> ManagementClient::import_instance(
    std::string_view json, const std::optional<std::string>& new_instance) const {
  return impl_->wait_for<RestoredInstance>(
      [&](auto on_answer) { import_instance(json, new_instance, std::move(on_answer)); });
}

ManagementClient::Answer<BackupResult> ManagementClient::backup(
    const std::filesystem::path& directory, const OnProgress& on_progress) const {
  return impl_->ask<BackupResult>({}, management::BackupStore{directory, on_progress});
}

ManagementClient::Answer<VerifyReport> ManagementClient::verify(
    const OnProgress& on_progress) const {
  return impl_->ask<VerifyReport>({}, management::VerifyStore{on_progress});
}

}  // namespace duroxide::DUROXIDE_ABI
