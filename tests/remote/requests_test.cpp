// The table of what may be asked from another process: every request and every answer comes through.

#include <catch2/catch.hpp>

#include <set>

#include "gateway/remote/requests.hpp"
#include "model/samples.hpp"

namespace duroxide::remote_requests_test {

using namespace duroxide::gateway::remote;
using Catch::Contains;

namespace {

const Timestamp noon = from_milliseconds(1'700'000'000'123);

template <class T>
struct Samples {
  static std::vector<T> of() { return {T()}; }
};

InstanceSummary summary() {
  InstanceSummary row;
  row.instance_id = "i";
  row.orchestration_name = "O";
  row.version = "1.2.3";
  row.status = OrchestrationStatus::Failed{model::test::full_error()};
  row.created_at = noon;
  row.updated_at = noon + Milliseconds(1);
  row.execution_count = 3;
  row.parent_instance = "p";
  row.parent_id = 7;
  row.tags = {"a", "b"};
  row.cancelled = true;
  return row;
}

std::vector<Event> events() {
  std::vector<Event> all;
  for (const auto& [name, event] : model::test::sample_events()) {
    all.push_back(event);
  }
  return all;
}

template <>
struct Samples<provider::EnqueueOrchestratorWork> {
  static std::vector<provider::EnqueueOrchestratorWork> of() {
    std::vector<provider::EnqueueOrchestratorWork> all;
    for (const auto& [name, item] : model::test::sample_work_items()) {
      all.push_back({item, Milliseconds(5), true, "key"});
    }
    all.push_back({work::CancelInstance{"i", "why"}, std::nullopt, false});
    return all;
  }
};

template <>
struct Samples<provider::StartAndRaise> {
  static std::vector<provider::StartAndRaise> of() {
    provider::StartOrFind start;
    start.start.instance = "i";
    start.start.tags = {"t"};
    start.delay = Milliseconds(5);
    start.only_new = true;
    return {{start, {"i", "E", "data"}, "key"}, {}};
  }
};

template <>
struct Samples<provider::StartedAndAnswered> {
  static std::vector<provider::StartedAndAnswered> of() {
    return {
        {{false, true}, provider::UpdateAnswer{"u", "out", model::test::full_error(), true}, {}},
        {{true, false},
         {},
         ProviderError{ProviderError::Kind::instance_finished, "update", "over", false}},
        {}};
  }
};

template <>
struct Samples<management::ListPage> {
  static std::vector<management::ListPage> of() {
    InstanceFilter filter;
    filter.status = {StatusFilter::paused(), ExecutionStatus::cancelled,
                     OrchestrationStatus::NotFound{}};
    filter.orchestration_name = "O";
    filter.created_after = noon;
    filter.limit = 3;
    filter.tags = {"t"};
    filter.roots_only = true;
    filter.order = InstanceOrder::id;
    filter.descending = true;
    return {{filter, 17, "cursor"}, {}};
  }
};

template <>
struct Samples<management::ListStuck> {
  static std::vector<management::ListStuck> of() {
    return {{StuckFilter{Milliseconds(70), 5}}, {}};
  }
};

template <>
struct Samples<management::ImportInstance> {
  static std::vector<management::ImportInstance> of() {
    InstanceExport exported;
    exported.instance_id = "i";
    exported.tags = {"t"};
    exported.parent = ParentLink{"p", 2, 3};
    exported.executions = {{1, "1.0.0", ExecutionStatus::completed, noon, noon, events()}};
    exported.custom_status = "here";
    exported.values = {{"k", "v", noon, 2}};
    for (const auto& [name, item] : model::test::sample_work_items()) {
      exported.messages.push_back(item);
    }
    exported.start_due = noon;
    return {{exported}};
  }
};

template <>
struct Samples<OrchestrationStatus> {
  static std::vector<OrchestrationStatus> of() {
    return {OrchestrationStatus::NotFound{}, OrchestrationStatus::Running{},
            OrchestrationStatus::Completed{"out"},
            OrchestrationStatus(OrchestrationStatus::Failed{model::test::full_error()})
                .with_custom_status("here", 4)};
  }
};

template <>
struct Samples<std::vector<Event>> {
  static std::vector<std::vector<Event>> of() { return {events(), {}}; }
};

template <>
struct Samples<InstancePage> {
  static std::vector<InstancePage> of() { return {{{summary(), summary()}, "next"}, {}}; }
};

template <>
struct Samples<std::optional<InstanceDetails>> {
  static std::vector<std::optional<InstanceDetails>> of() {
    InstanceDetails details;
    details.summary = summary();
    details.executions = {{1, ExecutionStatus::continued_as_new, noon, noon, 4, 5}};
    details.current_execution = ExecutionDetails();
    details.current_execution->pending_activities.resize(2);
    details.current_execution->pending_timers = {{1, 2, noon, noon}};
    details.current_execution->pending_events = {{1, "E", noon, true}};
    details.current_execution->pending_children = {{1, "C", "i::1", noon}};
    details.damage = "torn";
    return {details, std::nullopt};
  }
};

template <>
struct Samples<ChangeBatch> {
  static std::vector<ChangeBatch> of() {
    return {{{{ChangeKind::deleted, "i", "O", 2, 3, noon}}, 4}, {}};
  }
};

ProviderError error() {
  return {ProviderError::Kind::disk_full, "enqueue", "no room", true};
}

/// What is decoded is what was encoded, as its encoding is the same.
template <class Entry>
void check_request() {
  for (const auto& request : Samples<typename Entry::Request>::of()) {
    const std::string body = encode_request(request);
    CHECK(body.size() > request_number_bytes);
    bool is_found = false;
    CHECK(
        with_entry(static_cast<unsigned char>(body[0]) + 256U * static_cast<unsigned char>(body[1]),
                   [&]<class Found>() { is_found = std::is_same_v<Found, Entry>; }));
    CHECK(is_found);
    const auto read = decode_request<typename Entry::Request>(body);
    REQUIRE(read);
    CHECK(encode_request(*read) == body);
    CHECK_FALSE(decode_request<typename Entry::Request>(body.substr(0, body.size() - 1)));
    CHECK_FALSE(decode_request<typename Entry::Request>(body + "x"));
  }
}

template <class Entry>
void check_answer() {
  using Answer = typename Entry::Answer;
  using Value = typename Answer::value_type;
  for (const auto& value : Samples<Value>::of()) {
    const std::string body = encode_answer(Answer(value));
    const auto read = decode_answer<Answer>(body);
    REQUIRE(read);
    CHECK(encode_answer(read) == body);
    const auto cut = decode_answer<Answer>(body.substr(0, body.size() - 1));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().kind == ProviderError::Kind::corrupt);
    CHECK_THAT(cut.error().message, Contains("use the same release on both sides"));
  }
  const std::string refused = encode_answer(Answer(failure(error())));
  // An error is the same whatever was asked, so that the engine need not know.
  CHECK(refused == encode_answer(Done(failure(error()))));
  const auto read = decode_answer<Answer>(refused);
  REQUIRE_FALSE(read);
  const ProviderError& got = read.error();
  CHECK(got.kind == error().kind);
  CHECK(got.operation == error().operation);
  CHECK(got.message == error().message);
  CHECK(got.retryable == error().retryable);
}

template <class... Entries>
void check_all(const Table<Entries...>* /*table*/) {
  (check_request<Entries>(), ...);
  (check_answer<Entries>(), ...);
}

}  // namespace

TEST_CASE("remote requests: every request and every answer comes through", "[remote]") {
  check_all(static_cast<const Requests*>(nullptr));
}

TEST_CASE("remote requests: what is unknown has no entry", "[remote]") {
  CHECK_FALSE(with_entry(0, []<class Entry>() {}));
  CHECK_FALSE(with_entry(65'535, []<class Entry>() {}));
}

TEST_CASE("remote requests: fields come through as they are", "[remote]") {
  const auto page = decode_request<management::ListPage>(
                        encode_request(Samples<management::ListPage>::of().front()))
                        .value();
  CHECK(page.page_size == 17);
  CHECK(page.cursor == "cursor");
  REQUIRE(page.filter.status);
  CHECK(page.filter.status->size() == 3);
  CHECK(page.filter.status->at(0).is_paused());
  CHECK(page.filter.status->at(1) == StatusFilter(ExecutionStatus::cancelled));
  CHECK_FALSE(page.filter.status->at(2).status());
  CHECK(page.filter.created_after == noon);
  CHECK(page.filter.order == InstanceOrder::id);
  const auto exported = decode_request<management::ImportInstance>(
                            encode_request(Samples<management::ImportInstance>::of().front()))
                            .value();
  CHECK(exported.exported == Samples<management::ImportInstance>::of().front().exported);
  for (const auto& status : Samples<OrchestrationStatus>::of()) {
    using Answer = provider::Answer<OrchestrationStatus>;
    CHECK(decode_answer<Answer>(encode_answer(Answer(status))).value() == status);
  }
  const auto stuck = decode_request<management::ListStuck>(
                         encode_request(Samples<management::ListStuck>::of().front()))
                         .value();
  CHECK(stuck.filter.no_progress_for == Duration(Milliseconds(70)));
  CHECK(stuck.filter.limit == 5);
  for (const bool first_turn : {false, true}) {
    const auto wait = decode_request<provider::WaitForStart>(
        encode_request(provider::WaitForStart{"i", 0, first_turn}));
    CHECK(wait.value().first_turn == first_turn);
  }
}

TEST_CASE("remote requests: a value of an enumeration that has no name is refused", "[remote]") {
  management::Pause pause{PauseScope::of_store(), true};
  pause.scope.kind = static_cast<PauseScope::Kind>(9);
  const auto read = decode_request<management::Pause>(encode_request(pause));
  REQUIRE_FALSE(read);
  CHECK_THAT(read.error().what, Contains("scope of a pause number 9"));
  management::ListInstances list;
  list.filter.order = static_cast<InstanceOrder>(77);
  CHECK_FALSE(decode_request<management::ListInstances>(encode_request(list)));
}

}  // namespace duroxide::remote_requests_test
