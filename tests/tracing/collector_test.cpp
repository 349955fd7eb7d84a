// Spans that are posted to a collector on this machine.

#include <mutex>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <duroxide/tracing.hpp>

#include "tracing/collector_address.hpp"
#include "tracing/ended_timer.hpp"
#include "tracing/fake_collector.hpp"
#include "tracing/trace_reader.hpp"

namespace duroxide::collector_test {

using namespace std::chrono_literals;
using tracing_test::end_timer;
using tracing_test::FakeCollector;
using tracing_test::Trace;

namespace {

constexpr auto ample = 300s;

/// What a log was told.
class Told {
 public:
  LogSink sink() {
    return [this](const LogRecord& record) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(record.message);
    };
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// One that is answered in this way, and not tried again.
std::string words_to(const std::string& answer) {
  Told told;
  const FakeCollector collector({answer});
  const auto tracing =
      Tracing::to_collector(collector.url(), TracingOptions().retry_for(0s).log_sink(told.sink()))
          .value();
  end_timer(*tracing, 1);
  REQUIRE(tracing->flush(ample));
  CHECK(tracing->exported() + tracing->dropped() == 1);
  CHECK(collector.requests().size() == 1);
  return told.lines().empty() ? "" : told.lines().front();
}

}  // namespace

TEST_CASE("collector: the address is one of this machine, and each part of it is looked at",
          "[tracing][errors]") {
  const auto local = tracing::parse_collector("http://localhost:4318/v1/traces").value();
  CHECK(local.authority == "localhost:4318");
  CHECK(local.path == "/v1/traces");
  CHECK(local.addresses.size() == 2);
  CHECK(tracing::parse_collector("http://127.0.0.2:1").value().path == "/v1/traces");
  CHECK(tracing::parse_collector("http://127.0.0.1:1/a?b=c").value().path == "/a?b=c");
  CHECK(tracing::parse_collector("http://[::1]:65535/").value().path == "/");

  for (const char* url :
       {"", "http://", "https://localhost:4318/v1/traces", "localhost:4318", "http://localhost",
        "http://localhost:/", "http://localhost:0/", "http://localhost:65536/",
        "http://localhost:43x/", "http://example.org:4318/", "http://10.0.0.1:4318/",
        "http://user@127.0.0.1:4318/", "http://[::2]:4318/", "http://127.0.0.1.example.org:4318/",
        "http://localhost:4318/a b", "http://localhost:4318/a\r\nHost: b",
        "http://localhost:1/#a"}) {
    CAPTURE(url);
    const auto parsed = tracing::parse_collector(url);
    REQUIRE_FALSE(parsed);
    CHECK_THAT(parsed.error(), Catch::StartsWith("`" + std::string(url) + "` is no address"));
    CHECK_FALSE(Tracing::to_collector(url));
  }
  CHECK_FALSE(Tracing::to_collector("http://localhost:1", TracingOptions().retry_for(-1ms)));
}

TEST_CASE("collector: spans are posted to it as OTLP in JSON", "[tracing]") {
  const FakeCollector collector({FakeCollector::with_status(200)});
  const auto tracing = Tracing::to_collector(collector.url() + "/v1/traces").value();
  for (std::uint64_t batch = 0; batch < 2; ++batch) {
    end_timer(*tracing, 2 * batch + 1);
    end_timer(*tracing, 2 * batch + 2);
    REQUIRE(tracing->flush(ample));
  }
  CHECK(tracing->exported() == 4);
  CHECK(tracing->dropped() == 0);
  Trace trace;
  for (const std::string& request : collector.requests()) {
    CHECK_THAT(request, Catch::StartsWith("POST /v1/traces HTTP/1.1\r\n"));
    CHECK_THAT(request, Catch::Contains("\r\nHost: " + collector.url().substr(7) + "\r\n"));
    CHECK_THAT(request, Catch::Contains("\r\nContent-Type: application/json\r\n"));
    trace.add(FakeCollector::body_of(request));
  }
  CHECK(trace.spans().size() == 4);
}

TEST_CASE("collector: what may pass is tried again, and nothing is lost", "[tracing][errors]") {
  Told told;
  const FakeCollector collector({FakeCollector::with_status(503), "",
                                 FakeCollector::with_status(429), FakeCollector::with_status(200)});
  const auto tracing =
      Tracing::to_collector(collector.url(), TracingOptions().log_sink(told.sink())).value();
  end_timer(*tracing, 1);
  REQUIRE(tracing->flush(ample));
  CHECK(tracing->exported() == 1);
  CHECK(tracing->dropped() == 0);
  const auto requests = collector.requests();
  REQUIRE(requests.size() == 4);
  CHECK(requests.front() == requests.back());
  CHECK(told.lines().empty());
}

TEST_CASE("collector: what it refuses is lost, counted, told once, and so is the end of that",
          "[tracing][errors]") {
  Told told;
  const FakeCollector collector({FakeCollector::with_status(400), FakeCollector::with_status(404),
                                 FakeCollector::with_status(200)});
  auto tracing =
      Tracing::to_collector(collector.url(), TracingOptions().log_sink(told.sink())).value();
  for (std::uint64_t event_id = 1; event_id <= 3; ++event_id) {
    end_timer(*tracing, event_id);
    REQUIRE(tracing->flush(ample));
  }
  CHECK(tracing->dropped() == 2);
  CHECK(tracing->exported() == 1);
  tracing.reset();  // when all is told
  CHECK(told.lines() == std::vector<std::string>{
                            "spans cannot be exported and are lost: the collector at " +
                                collector.url().substr(7) + ": it has answered with status 400",
                            "spans are exported again; 2 were lost"});
}

TEST_CASE("collector: what speaks no HTTP is not tried again", "[tracing][errors]") {
  Told told;
  // As a port for gRPC greets: in frames of HTTP/2, and without an end of a line.
  const FakeCollector collector({std::string("\0\0\x12\4\0\0\0\0\0", 9)});
  const auto tracing =
      Tracing::to_collector(collector.url(), TracingOptions().log_sink(told.sink())).value();
  end_timer(*tracing, 1);
  REQUIRE(tracing->flush(ample));
  CHECK(tracing->dropped() == 1);
  CHECK(collector.requests().size() == 1);
}

TEST_CASE("collector: one that is not there, or speaks no HTTP, is told of", "[tracing][errors]") {
  CHECK_THAT(words_to("no HTTP at all\r\n\r\n"), Catch::EndsWith("what came is no HTTP/1.1"));
  CHECK_THAT(words_to("HTTP/1.1 2x0 Odd\r\n\r\n"), Catch::EndsWith("what came is no HTTP/1.1"));
  CHECK_THAT(words_to(""), Catch::EndsWith("the connection was closed"));
  CHECK_THAT(words_to("HTTP/1.1 200 Cut\r\n"), Catch::EndsWith("the connection was closed"));
  CHECK_THAT(words_to("HTTP/1.1 200 " + std::string(1 << 20, 'x')),
             Catch::EndsWith("its head is too long"));
  CHECK(words_to("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 202 Accepted\r\n\r\n") == "");

  std::string url;
  {
    const FakeCollector gone({""});
    url = gone.url();
  }
  Told told;
  const auto tracing =
      Tracing::to_collector(url, TracingOptions().retry_for(0s).log_sink(told.sink())).value();
  end_timer(*tracing, 1);
  REQUIRE(tracing->flush(ample));
  CHECK(tracing->dropped() == 1);
  REQUIRE(told.lines().size() == 1);
  CHECK_THAT(told.lines().front(), Catch::Contains("it cannot be reached"));
}

TEST_CASE("collector: one that never answers holds up neither the engine nor the end",
          "[tracing][errors][limits]") {
  Told told;
  const FakeCollector collector({FakeCollector::never});
  {
    const auto tracing =
        Tracing::to_collector(collector.url(),
                              TracingOptions().max_queued(4).stop_timeout(0s).log_sink(told.sink()))
            .value();
    end_timer(*tracing, 1);
    CHECK_FALSE(tracing->flush(0ms));
    while (collector.requests().empty()) {
      std::this_thread::yield();
    }
    // One is with the collector, four wait, and there is no place for more.
    for (std::uint64_t event_id = 2; event_id <= 8; ++event_id) {
      end_timer(*tracing, event_id);
    }
    CHECK(tracing->dropped() == 3);
    CHECK(tracing->exported() == 0);
  }
  const auto lines = told.lines();
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines.front(), Catch::EndsWith("there is no answer: time is up"));
  CHECK_THAT(lines.back(), Catch::StartsWith("3 spans were dropped"));
}

}  // namespace duroxide::collector_test
