#include "client/start_requests.hpp"

#include <cstdint>
#include <utility>

namespace duroxide::client {

work::StartOrchestration make_start(std::string_view instance, std::string_view orchestration,
                                    std::string input, const StartOptions& options) {
  work::StartOrchestration start;
  start.instance = instance;
  start.orchestration = orchestration;
  start.input = std::move(input);
  start.version = options.version();
  start.tags = options.tags();
  start.headers = options.headers();
  if (options.timeout()) {
    start.timeout_ms = static_cast<std::uint64_t>(options.timeout()->count());
  }
  if (options.parent_instance()) {
    start.parent = ParentLink{*options.parent_instance(), 0, options.parent_id()};
  }
  return start;
}

provider::StartOrFind make_request(work::StartOrchestration start, const StartOptions& options,
                                   ReusePolicy reuse) {
  provider::StartOrFind request;
  request.start = std::move(start);
  request.delay = options.delay();
  request.same_input = reuse == ReusePolicy::use_existing_same_input;
  request.replace = reuse == ReusePolicy::terminate_existing;
  request.only_new = reuse == ReusePolicy::reject;
  return request;
}

}  // namespace duroxide::client
