#include "faults/at_risk.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <duroxide/duroxide.hpp>

#include "faults/child.hpp"
#include "power/facts.hpp"
#include "power/orchestrations.hpp"
#include "power/site.hpp"

namespace duroxide::faults {

namespace fact = power::fact;
using namespace std::chrono_literals;

namespace {

/// One opening of the store.
class Round {
 public:
  /// `prefix` stands before the ids of its instances; `refused` before what it tells of refusals. A wait
  /// is given up after `patience`, as what it waits for may not come.
  Round(const std::filesystem::path& root, std::string prefix, std::string refused,
        Milliseconds patience)
      : root_(root),
        prefix_(std::move(prefix)),
        refused_(std::move(refused)),
        patience_(patience) {}

  void work() {
    auto opened =
        LmdbProvider::open(power::store_directory(root_), LmdbOptions()
                                                              .map_size(std::uint64_t{1} << 26)
                                                              .checkpoint_size(16 << 10)
                                                              .log_sink([](const LogRecord&) {}));
    if (!was_told("open", opened)) {
      return;
    }
    fact::made();
    Client client(*opened);
    Runtime runtime(*opened, RuntimeOptions().worker_concurrency(2).control_socket(false).log_sink(
                                 [](const LogRecord&) {}));
    register_all(runtime, behaviour_);
    (void)was_told("start the runtime", runtime.start());
    start(client, "sum", "Sum", "2");
    start(client, "rounds", "Rounds", "1");
    start(client, "large", "Large", "30000");
    start(client, "collect", "Collect", "");
    for (const char* item : {"one", "two", "end"}) {
      if (was_told("send", client.enqueue_event(prefix_ + "collect", "items", std::string(item)))) {
        fact::sent(prefix_ + "collect", item);
      }
    }
    const ManagementClient management(*opened);
    for (const char* id : {"sum", "rounds", "large", "collect"}) {
      wait(client, id);
    }
    back_up(management);
    (void)was_told("list", management.list_all_instances());
  }

 private:
  template <class Answer>
  bool was_told(const std::string& what, const Answer& answer) const {
    if (!answer) {
      tell(refused_ + what + ": " + answer.error().to_string());
    }
    return answer.has_value();
  }

  void start(Client& client, const std::string& name, const std::string& orchestration,
             const std::string& input) const {
    const std::string id = prefix_ + name;
    fact::may_change(id);
    if (was_told("start", client.start_orchestration(id, orchestration, input))) {
      fact::started(id, orchestration, input);
    }
  }

  void wait(Client& client, const std::string& name) const {
    const auto status = client.wait_for_completion(prefix_ + name, patience_);
    if (was_told("wait", status)) {
      fact::ended(prefix_ + name, status->to_string());
    }
  }

  void back_up(const ManagementClient& management) const {
    const std::string directory = std::string(power::backup_directory) + "/" + prefix_ + "backup";
    fact::backup_begins(directory);
    if (was_told("back up", management.backup(root_ / directory))) {
      fact::backup_done(directory);
    }
  }

  std::filesystem::path root_;
  std::string prefix_;
  std::string refused_;
  Milliseconds patience_;
  std::shared_ptr<power::Behaviour> behaviour_ = std::make_shared<power::Behaviour>();
};

}  // namespace

void work_at_risk(const std::filesystem::path& root, const std::function<void()>& end_of_risk,
                  std::chrono::milliseconds patience) {
  Round(root, "first-", "refused: ", patience).work();
  end_of_risk();
  Round(root, "second-", "still refused: ", 60s).work();
}

}  // namespace duroxide::faults
