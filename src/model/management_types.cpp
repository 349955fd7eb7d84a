#include <duroxide/changes.hpp>
#include <duroxide/management_actions.hpp>
#include <duroxide/management_types.hpp>

namespace duroxide::DUROXIDE_ABI {

std::vector<std::string> InstanceTree::all_ids() const {
  std::vector<std::string> ids;
  ids.reserve(instances.size());
  for (const InstanceSummary& summary : instances) {
    ids.push_back(summary.instance_id);
  }
  return ids;
}

std::string_view to_string(StuckKind kind) {
  switch (kind) {
    case StuckKind::waiting:
      return "waiting";
    case StuckKind::quarantined:
      return "quarantined";
    case StuckKind::paused:
      return "paused";
    case StuckKind::damaged:
      return "damaged";
    case StuckKind::overdue:
      return "overdue";
    case StuckKind::no_progress:
      break;
  }
  return "no_progress";
}

std::string_view to_string(MessagePlace place) {
  switch (place) {
    case MessagePlace::waiting:
      return "waiting";
    case MessagePlace::delayed:
      return "delayed";
    case MessagePlace::kept:
      return "kept";
    case MessagePlace::unread:
      break;
  }
  return "unread";
}

std::string_view to_string(BulkAction::Kind kind) {
  switch (kind) {
    case BulkAction::Kind::cancel:
      return "cancel";
    case BulkAction::Kind::pause:
      return "pause";
    case BulkAction::Kind::resume:
      return "resume";
    case BulkAction::Kind::raise:
      return "raise";
    case BulkAction::Kind::enqueue:
      return "enqueue";
    case BulkAction::Kind::terminate:
      return "terminate";
    case BulkAction::Kind::rewind:
      return "rewind";
  }
  return "unknown";
}

std::string_view to_string(PauseScope::Kind kind) {
  switch (kind) {
    case PauseScope::Kind::instance:
      return "instance";
    case PauseScope::Kind::orchestration:
      return "orchestration";
    case PauseScope::Kind::store:
      break;
  }
  return "store";
}

std::string_view to_string(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::started:
      return "started";
    case ChangeKind::completed:
      return "completed";
    case ChangeKind::failed:
      return "failed";
    case ChangeKind::cancelled:
      return "cancelled";
    case ChangeKind::continued_as_new:
      return "continued_as_new";
    case ChangeKind::custom_status:
      return "custom_status";
    case ChangeKind::progressed:
      return "progressed";
    case ChangeKind::restored:
      return "restored";
    case ChangeKind::deleted:
      break;
  }
  return "deleted";
}

}  // namespace duroxide::DUROXIDE_ABI
