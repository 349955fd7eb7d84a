#include "scenarios/engine_process.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <catch2/catch.hpp>

#include "gateway/socket_share.hpp"

namespace duroxide::scenario {

namespace {

constexpr char stop_word = 's';
constexpr char start_word = 'g';
constexpr char restart_word = 'r';
constexpr char end_word = 'e';
constexpr const char* done = "done";

/// The store, the socket by which it is reached, and the runtime, in the order in which they come.
class Opened {
 public:
  Opened(const std::filesystem::path& directory, const std::function<void(Runtime&)>& registrations,
         const RuntimeOptions& options)
      : registrations_(registrations), options_(options), store_(open_on_disk(directory)) {
    start();
  }

  void start() {
    runtime_.emplace(store_, options_);
    registrations_(*runtime_);
    runtime_->start().value();
  }
  void stop() { runtime_.reset(); }

 private:
  const std::function<void(Runtime&)>& registrations_;
  const RuntimeOptions& options_;
  Store store_;
  std::shared_ptr<gateway::SocketUse> socket_ =
      gateway::SocketUse::begin(store_, ControlSocket::full, [](const LogRecord&) {});
  std::optional<Runtime> runtime_;
};

/// In the other process.
void serve(const std::filesystem::path& directory,
           const std::function<void(Runtime&)>& registrations, const RuntimeOptions& options) {
  std::optional<Opened> opened;
  opened.emplace(directory, registrations, options);
  while (true) {
    faults::tell(done);
    switch (faults::wait_for_word()) {
      case stop_word:
        opened->stop();
        break;
      case start_word:
        opened->start();
        break;
      case restart_word:
        opened.reset();
        opened.emplace(directory, registrations, options);
        break;
      default:
        return;
    }
  }
}

}  // namespace

Store open_on_disk(const std::filesystem::path& directory) {
  // Checkpoints that are frequent, so that they meet everything else.
  auto opened = LmdbProvider::open(directory, LmdbOptions()
                                                  .durability(Durability::none)
                                                  .checkpoint_size(32 << 10)
                                                  .log_sink([](const LogRecord&) {}));
  if (!opened) {
    throw std::runtime_error(opened.error().to_string());
  }
  return *std::move(opened);
}

EngineProcess::EngineProcess(const std::filesystem::path& directory,
                             const std::function<void(Runtime&)>& registrations,
                             const RuntimeOptions& options)
    : child_([&] { serve(directory, registrations, options); }) {
  wait_until_done();
}

EngineProcess::~EngineProcess() {
  child_.say_word(end_word);
  const std::string how = child_.how_it_ended();
  if (std::uncaught_exceptions() == 0) {
    CHECK(how.empty());
  } else if (!how.empty()) {
    WARN("the process of the engine: " << how);  // which may be why the test has failed
  }
}

void EngineProcess::wait_until_done() {
  if (!child_.tells(done)) {
    FAIL("the process of the engine has ended: " << child_.how_it_ended());
  }
}

void EngineProcess::order(char word) {
  child_.say_word(word);
  wait_until_done();
}

void EngineProcess::stop_runtime() {
  order(stop_word);
}

void EngineProcess::start_runtime() {
  order(start_word);
}

void EngineProcess::restart() {
  order(restart_word);
}

}  // namespace duroxide::scenario
