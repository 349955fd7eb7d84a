#include "power/site.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

#include "power/facts.hpp"

namespace duroxide::power {

namespace fs = std::filesystem;

namespace {

/// In bytes. The one kind happens many times in a workload, the other when the store is closed.
constexpr std::uint64_t often_checkpoints = std::uint64_t{8} << 10;
constexpr std::uint64_t rare_checkpoints = std::uint64_t{2} << 20;

/// What a call has answered; a workload meets no errors.
template <class Answer>
auto told(Answer answer) {
  if (!answer) {
    throw std::runtime_error("the workload was refused: " + answer.error().message);
  }
  if constexpr (!std::is_same_v<typename Answer::value_type, void>) {
    return std::move(*answer);
  }
}

}  // namespace

fs::path store_directory(const fs::path& root) {
  return root / "data" / "store";
}

Site::Site(fs::path root, std::uint64_t seed)
    : root_(std::move(root)),
      checkpoint_size_(seed % 3 == 0 ? rare_checkpoints : often_checkpoints),
      random_(seed) {
  behaviour_->began = [](const ActivityContext& context) {
    fact::begun(context.instance_id(), context.execution_id(), context.event_id());
  };
}

Site::~Site() {
  close();
}

void Site::open(Durability durability, std::uint64_t map_size) {
  durability_ = durability;
  map_size_ = map_size;
  store_ = told(LmdbProvider::open(store_directory(root_), LmdbOptions()
                                                               .durability(durability)
                                                               .map_size(map_size)
                                                               .checkpoint_size(checkpoint_size_)
                                                               .log_sink({})));
  fact::made();
  client_.emplace(*store_);
  management_.emplace(*store_);
}

void Site::start_runtime(const RetentionPolicy& retention) {
  runtime_.emplace(*store_, RuntimeOptions().control_socket(false).retention(retention).log_sink(
                                [](const LogRecord&) {}));
  register_all(*runtime_, behaviour_);
  told(runtime_->start());
}

void Site::stop_runtime() {
  runtime_.reset();
}

void Site::close() {
  runtime_.reset();
  management_.reset();
  client_.reset();
  store_.reset();
}

void Site::restart() {
  close();
  open(durability_, map_size_);
  start_runtime();
}

void Site::start(const std::string& id, const std::string& orchestration, const std::string& input,
                 const std::vector<std::string>& tags) {
  StartOptions options;
  for (const std::string& tag : tags) {
    options.tag(tag);
  }
  fact::may_change(id);
  told(client_->start_orchestration(id, orchestration, input, options));
  fact::started(id, orchestration, input, tags);
}

void Site::enqueue(const std::string& id, const std::string& data) {
  told(client_->enqueue_event(id, "items", data));
  fact::sent(id, data);
}

void Site::raise(const std::string& id, const std::string& data) {
  told(client_->raise_event(id, "go", data));
  fact::sent(id, data);
}

void Site::finish(const std::string& id) {
  (void)told(client_->wait_for_completion(id));
  see(id);
}

void Site::see(const std::string& id) {
  fact::seen(*store_, id);
}

void Site::cancel(const std::string& id) {
  told(client_->cancel_orchestration(id, "enough"));
  fact::cancel_asked(id);
}

void Site::terminate(const std::string& id) {
  told(management_->terminate_instance(id));
  see(id);
}

void Site::remove(const std::string& id) {
  const auto tree = told(management_->get_instance_tree(id));
  for (const InstanceSummary& each : tree.instances) {
    fact::may_change(each.instance_id);
  }
  DeleteOptions options;
  options.force = true;
  options.cascade = true;
  (void)told(management_->delete_instance(id, options));
  for (const InstanceSummary& each : tree.instances) {
    fact::gone(each.instance_id);
  }
}

void Site::rewind(const std::string& id, const std::string& orchestration) {
  fact::may_change(id);
  (void)told(management_->rewind_instance(id));
  fact::rewound(id, orchestration);
}

void Site::fork(const std::string& id, const std::string& new_id, const std::string& orchestration,
                const std::string& input) {
  fact::may_change(new_id);
  (void)told(management_->fork_instance(id, new_id));
  fact::started(new_id, orchestration, input);
}

void Site::move(const std::string& id, const std::string& orchestration, const std::string& input) {
  const std::string json = told(management_->export_instance(id));
  remove(id);
  fact::may_change(id);
  (void)told(management_->import_instance(json));
  fact::started(id, orchestration, input);
  see(id);
}

void Site::prune(const std::string& id) {
  const auto executions = told(management_->list_executions(id));
  const std::uint64_t first = executions.back();
  fact::may_be_pruned(id, first);
  PruneOptions options;
  options.keep_last = 1;
  (void)told(management_->prune_executions(id, options));
  fact::pruned(id, first);
}

void Site::pause(const PauseScope& scope, bool pause) {
  const std::string name = std::string(to_string(scope.kind)) + ":" + scope.name;
  fact::pause_may_change(name);
  told(pause ? management_->pause(scope) : management_->resume(scope));
  fact::paused(name, pause);
}

void Site::backup(const std::string& name) {
  const std::string directory = std::string(backup_directory) + "/" + name;
  fact::backup_begins(directory);
  (void)told(management_->backup(root_ / directory));
  fact::backup_done(directory);
}

}  // namespace duroxide::power
