// Names what is compiled into the library, so that a program outside links only if all of it is shown.

#include <duroxide/duroxide.hpp>
#include <duroxide/instance_export.hpp>
#include <duroxide/management_protocol.hpp>
#include <duroxide/provider.hpp>

using namespace duroxide;

namespace {

/// Has the compiler name a function whose address it cannot know before the linker does.
template <class Function>
bool link(Function function) {
  Function volatile known = function;
  return known != nullptr;
}

class FixedClock : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return {}; }
  [[nodiscard]] bool ticks() const override { return false; }
  [[nodiscard]] std::shared_ptr<void> subscribe(std::function<void()>) override { return nullptr; }
};

}  // namespace

int main() {
  const bool linked = link(&Client::list_all_instances) && link(&Client::list_running_instances) &&
                      link(&Client::find_failed_instances) && link(&Client::get_instance_details) &&
                      link(&Client::get_system_metrics) && link(&Client::get_queue_depths) &&
                      link(&prometheus_text) && link(&ManagementClient::verify) &&
                      link(&Runtime::stop) && link(&ActivityToken::to_string) &&
                      link(&OrchestrationStatus::output) && link(&use_actor_system) &&
                      link(&actor_system_of) && link(&provider_of) && link(&management_of) &&
                      link(&system_clock) && link(&stderr_log_sink);

  // A runtime with a socket that ends after main, when much of the program has been taken down.
  static Runtime lasting(LmdbProvider::open("lasting").value());
  if (!lasting.start()) {
    return 1;
  }

  const FixedClock clock;  // of a class whose base is in the library
  const auto store = MemoryProvider::open().value();
  const Client client(store);
  const auto unknown = client.get_instance_info("unknown");
  const auto read = instance_from_json("{}");
  return linked && clock.now() == Timestamp() && !unknown && !read &&
                 client.list_instances({}).value().empty()
             ? 0
             : 1;
}
