// Engines that are not there, go, and come back, while a remote store has something open.

#include <map>

#include <sys/socket.h>

#include "gateway/listening_socket.hpp"
#include "gateway/remote/frames.hpp"
#include "gateway/remote/link.hpp"
#include "gateway/remote/requests.hpp"
#include "remote/engine.hpp"

namespace duroxide::remote_reconnection_test {

using namespace duroxide::remote_test;
using namespace duroxide::gateway::remote;
using Catch::Contains;
using gateway::ListeningSocket;
using model::FileDescriptor;
using Kind = ClientError::Kind;

namespace {

/// An engine that does what the test says: nothing by itself.
class Puppet {
 public:
  explicit Puppet(const std::filesystem::path& directory)
      : socket_(ListeningSocket::open(directory).value()) {}

  /// Takes the next connection and reads its first line.
  void accept() {
    while (true) {
      peer_ = FileDescriptor(::accept(socket_.file(), nullptr, nullptr));
      if (peer_.is_open()) {
        break;
      }
      REQUIRE((errno == EAGAIN || errno == EINTR));
      std::this_thread::yield();
    }
    std::string line;
    while (line.empty() || line.back() != '\n') {
      char one = 0;
      REQUIRE(::recv(peer_.get(), &one, 1, 0) == 1);
      line.push_back(one);
    }
    REQUIRE(line == first_line() + "\n");
    reader_ = FrameReader(1'000'000);
  }
  void greet(std::string_view refusal = {}) { send(FrameKind::hello, 0, refusal); }
  void send(FrameKind kind, std::uint64_t number, std::string_view body) {
    std::string bytes;
    append_frame(bytes, kind, number, body);
    send(bytes);
  }
  void send(std::string_view bytes) {
    REQUIRE(::send(peer_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  /// What the remote store asks next. Which request it is, `which` says.
  Frame next() {
    while (true) {
      if (auto frame = reader_.next().value()) {
        return *frame;
      }
      char buffer[4'096];
      const ssize_t size = ::recv(peer_.get(), buffer, sizeof(buffer), 0);
      REQUIRE(size > 0);
      reader_.add({buffer, static_cast<std::size_t>(size)});
    }
  }
  void hang_up() { peer_.reset(); }

 private:
  ListeningSocket socket_;
  FileDescriptor peer_;
  FrameReader reader_{0};
};

std::uint64_t which(const Frame& frame) {
  REQUIRE(frame.kind == FrameKind::request);
  return number_at(frame.body, request_number_bytes);
}

template <class Request>
constexpr std::uint64_t is = EntryOf<Request>::number;

/// A remote store of a puppet, which has greeted it.
struct PuppetFixture {
  explicit PuppetFixture(Duration connect_timeout = ample) {
    std::thread greets([this] {
      puppet.accept();
      puppet.greet();
    });
    store.emplace(RemoteStore::connect(dir.path(), quiet(connect_timeout)).value());
    greets.join();
    client.emplace(*store);
  }

  testing::TempDir dir;
  Puppet puppet{dir.path()};
  std::optional<Store> store;
  std::optional<Client> client;
};

const std::string done = encode_answer(Done());

}  // namespace

TEST_CASE("remote store: without an engine calls wait, and then say what to do",
          "[remote][errors]") {
  const testing::TempDir dir;
  const Store store = RemoteStore::connect(dir.path(), quiet(5ms)).value();
  Client client(store);
  const auto refused = client.start_orchestration("i", "Echo");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::storage_error);
  CHECK_THAT(refused.error().message,
             Contains("no engine serves the store in `" + dir.path().string() + "`") &&
                 Contains("start the process whose runtime has it open"));
  CHECK(client.get_status("i").error().kind == Kind::storage_error);
  CHECK(client.wait_for_completion("i").error().kind == Kind::storage_error);
  CHECK(client.management().value().count_instances().error().kind == Kind::storage_error);
  CHECK(client.management().value().subscribe().error().kind == Kind::storage_error);
}

TEST_CASE("remote store: without an engine a wait whose time is up is over", "[remote]") {
  const testing::TempDir dir;
  const Store store = RemoteStore::connect(dir.path(), quiet()).value();
  Client client(store);
  CHECK(client.wait_for_completion("i", 5ms).error().kind == Kind::storage_error);
}

TEST_CASE("remote store: what was asked before there is an engine is done when there is one",
          "[remote]") {
  Engine engine;
  engine.stop();
  const Store store = RemoteStore::connect(engine.directory(), quiet()).value();
  Client client(store);
  Later<Client::Started> started;
  client.start_orchestration("i", "Echo", std::string("x"), StartOptions(), started.callback());
  auto subscribed =
      std::async(std::launch::async, [&] { return client.management().value().subscribe(); });
  engine.start();
  CHECK(started.get());
  CHECK(subscribed.get());
  CHECK(client.wait_for_completion("i", ample).value().output() == "x");
}

TEST_CASE("remote store: an engine that comes back is asked again for what only reads and waits",
          "[remote][restart]") {
  Engine engine;
  const Store store = RemoteStore::connect(engine.directory(), quiet()).value();
  Client client(store);
  REQUIRE(client.start_orchestration("i", "Ask"));
  REQUIRE(client.wait_for_status_change("i", 0, ample));
  Later<Client::Status> ended;
  client.wait_for_completion("i", ended.callback());
  Later<Client::Status> changed;
  client.wait_for_status_change("i", 1, changed.callback());
  Later<Client::Value> never;
  client.wait_for_value("i", "never", 0, never.callback());
  for (int i = 0; i < 3; ++i) {
    CHECK(client.get_status("i").value().is_running());
    engine.stop();
    Later<Client::Status> meanwhile;
    client.get_orchestration_status("i", meanwhile.callback());
    engine.start();
    CHECK(meanwhile.get().value().is_running());
  }
  REQUIRE(client.raise_event("i", "Answer", std::string("a")));
  REQUIRE(client.enqueue_event("i", "letters", std::string("b")));
  CHECK(ended.get().value().output() == "a and b");
  CHECK(changed.get().value().is_completed());
  CHECK(never.get().value() == std::nullopt);
}

TEST_CASE("remote store: a subscription goes on, and tells that something may be missing",
          "[remote][changes][restart]") {
  Engine engine;
  const Store store = RemoteStore::connect(engine.directory(), quiet()).value();
  Client client(store);
  auto changes = client.management().value().subscribe({"i", std::nullopt, false}).value();
  Later<Result<ChangeBatch, ClientError>> waiting;
  const bool waits = GENERATE(true, false);
  CAPTURE(waits);
  if (waits) {
    changes.next(waiting.callback());
    CHECK(client.get_status("i").value().is_not_found());  // the wait was sent before this
  }
  engine.stop();
  engine.start();
  const ChangeBatch first = waits ? waiting.get().value() : changes.next(ample).value();
  CHECK(first.changes.empty());
  CHECK(first.missed == 1);
  REQUIRE(client.start_orchestration("i", "Echo"));
  std::vector<ChangeKind> kinds;
  while (kinds.size() < 2) {
    const auto batch = changes.next(ample).value();
    CHECK(batch.missed == 0);
    for (const auto& change : batch.changes) {
      kinds.push_back(change.kind);
    }
  }
  CHECK(kinds == std::vector{ChangeKind::started, ChangeKind::completed});
}

TEST_CASE("remote store: a change that was not answered may be done or not, and says so",
          "[remote][errors]") {
  PuppetFixture f;
  Later<Client::Started> started;
  f.client->start_orchestration("i", "Echo", std::string(), StartOptions(), started.callback());
  CHECK(which(f.puppet.next()) == is<provider::EnqueueOrchestratorWork>);
  f.puppet.hang_up();
  const auto outcome = started.get();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().kind == Kind::storage_error);
  CHECK_THAT(outcome.error().message, Contains(f.dir.path().string()) &&
                                          Contains("nobody knows whether this was done") &&
                                          Contains("ReusePolicy::use_existing_same_input"));
}

TEST_CASE("remote store: a change without an answer may be done, also when the store is closed",
          "[remote][errors]") {
  const testing::TempDir dir;
  Puppet puppet(dir.path());
  std::thread greets([&] {
    puppet.accept();
    puppet.greet();
  });
  std::map<std::uint64_t, std::string> told;
  bool has_ended = false;
  int behind_the_end = 0;
  {
    Link link({dir.path(), ample, silent, 20ms});
    // Only this thread asserts: Catch2 takes that of one at a time.
    const auto started = link.start([&](const LinkEvent& event) {
      behind_the_end += has_ended ? 1 : 0;
      if (const auto* answered = std::get_if<Answered>(&event)) {
        told[answered->number] = answered->body.error().message;
      }
      has_ended = std::holds_alternative<Ended>(event);
    });
    greets.join();
    REQUIRE(started);
    link.ask({1, Repeat::never, false, std::nullopt, encode_request(provider::GetStatus{"i"})});
    link.ask({2, Repeat::again, false, std::nullopt, encode_request(provider::GetStatus{"i"})});
    CHECK(puppet.next().number == 1);
    CHECK(puppet.next().number == 2);
    link.finish();
    link.join();
  }
  CHECK(has_ended);
  CHECK(behind_the_end == 0);
  REQUIRE(told.size() == 1);
  CHECK_THAT(told.at(1), Contains("did not answer before the store was closed") &&
                             Contains("nobody knows whether this was done"));
}

TEST_CASE("remote store: what is open is asked again in order, once", "[remote]") {
  PuppetFixture f;
  Later<Client::Status> ended;
  f.client->wait_for_completion("i", ended.callback());
  CHECK(which(f.puppet.next()) == is<provider::WaitForStatus>);
  Later<Client::Status> status;
  f.client->get_orchestration_status("i", status.callback());
  const Frame asked = f.puppet.next();
  CHECK(which(asked) == is<provider::GetStatus>);
  f.puppet.send(FrameKind::answer, asked.number,
                encode_answer(provider::Answer<OrchestrationStatus>(OrchestrationStatus())));
  CHECK(status.get().value().is_not_found());
  f.puppet.hang_up();
  f.puppet.accept();
  Later<Client::Done> raised;
  f.client->raise_event("i", "E", std::string(), raised.callback());
  f.puppet.greet();
  CHECK(which(f.puppet.next()) == is<provider::WaitForStatus>);
  const Frame change = f.puppet.next();
  CHECK(which(change) == is<provider::EnqueueOrchestratorWork>);
  f.puppet.send(FrameKind::answer, change.number, done);
  CHECK(raised.get());
}

TEST_CASE("remote store: who does not serve it says why", "[remote][errors]") {
  PuppetFixture f;
  f.puppet.hang_up();
  Later<Client::Status> status;
  f.client->get_orchestration_status("i", status.callback());
  f.puppet.accept();
  f.puppet.greet("too many already");
  const auto refused = status.get();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == Kind::storage_error);
  CHECK_THAT(refused.error().message, Contains("(too many already)"));
}

TEST_CASE("remote store: an engine that sends nonsense is left, and the next one is asked",
          "[remote][errors]") {
  PuppetFixture f;
  Later<Client::Status> status;
  f.client->get_orchestration_status("i", status.callback());
  const Frame asked = f.puppet.next();
  SECTION("what is no frame") {
    f.puppet.send("{\"error\":{\"kind\":\"usage\"}}\n");
  }
  SECTION("a request") {
    f.puppet.send(FrameKind::request, 1, "");
  }
  f.puppet.accept();
  f.puppet.greet();
  const Frame again = f.puppet.next();
  CHECK(again.number == asked.number);
  f.puppet.send(FrameKind::answer, again.number, "no record");
  const auto unreadable = status.get();
  REQUIRE_FALSE(unreadable);
  CHECK_THAT(unreadable.error().message, Contains("use the same release on both sides"));
}

TEST_CASE("remote store: answers to what nobody asked are passed over", "[remote]") {
  PuppetFixture f;
  f.puppet.send(FrameKind::answer, 77, done);
  f.puppet.send(FrameKind::progress, 78, "short");
  Later<Client::Done> raised;
  f.client->raise_event("i", "E", std::string(), raised.callback());
  f.puppet.send(FrameKind::answer, f.puppet.next().number, done);
  CHECK(raised.get());
}

TEST_CASE("remote store: progress is told, and who says no ends the operation", "[remote]") {
  PuppetFixture f;
  auto verified = std::async(std::launch::async, [&] {
    return f.client->management().value().verify(
        [](const Progress& progress) { return progress.done < 7 || progress.total != 9; });
  });
  const Frame asked = f.puppet.next();
  CHECK(which(asked) == is<management::VerifyStore>);
  const auto tell = [&](std::uint64_t did) {
    std::string body;
    append_number(body, did, 8);
    append_number(body, 9, 8);
    f.puppet.send(FrameKind::progress, asked.number, body);
  };
  tell(1);
  tell(7);
  const Frame stop = f.puppet.next();
  CHECK(stop.kind == FrameKind::stop);
  CHECK(stop.number == asked.number);
  VerifyReport report;
  report.complete = false;
  f.puppet.send(FrameKind::answer, asked.number,
                encode_answer(management::Answer<VerifyReport>(report)));
  CHECK_FALSE(verified.get().value().complete);
}

TEST_CASE("remote store: a wait that is given up is taken back there too", "[remote]") {
  PuppetFixture f;
  auto waited =
      std::async(std::launch::async, [&] { return f.client->wait_for_completion("i", 1ms); });
  const Frame wait = f.puppet.next();
  const Frame stop = f.puppet.next();
  CHECK(stop.kind == FrameKind::stop);
  CHECK(stop.number == wait.number);
  f.puppet.send(
      FrameKind::answer, wait.number,
      encode_answer(provider::Answer<OrchestrationStatus>(OrchestrationStatus::Running{})));
  CHECK(waited.get().error().kind == Kind::timeout);
}

TEST_CASE("remote store: when its client goes, what was asked is answered first", "[remote]") {
  PuppetFixture f;
  Later<Client::Done> raised;
  f.client->raise_event("i", "E", std::string(), raised.callback());
  Later<Client::Status> ended;
  f.client->wait_for_completion("i", ended.callback());
  const Frame change = f.puppet.next();
  CHECK(which(f.puppet.next()) == is<provider::WaitForStatus>);
  std::thread answers([&] { f.puppet.send(FrameKind::answer, change.number, done); });
  f.client.reset();
  f.store.reset();
  answers.join();
  CHECK(raised.get().error().kind == Kind::cancelled);
  CHECK(ended.get().error().kind == Kind::cancelled);
}

TEST_CASE("remote store: what lies in the place of the socket and is none is told",
          "[remote][errors]") {
  const testing::TempDir dir;
  std::filesystem::create_symlink("elsewhere", dir.path() / "duroxide.sock");
  const auto refused = RemoteStore::connect(dir.path(), quiet());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ProviderError::Kind::permission_denied);
  CHECK_THAT(refused.error().message, Contains("is not an engine's socket but a link"));
}

}  // namespace duroxide::remote_reconnection_test
