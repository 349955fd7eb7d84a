#include "postgres/session.hpp"

#include <array>
#include <cstdint>
#include <optional>

#include <libpq-fe.h>
#include <poll.h>

#include "model/invariant.hpp"

namespace duroxide::postgres {

namespace {

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using OwnedResult = std::unique_ptr<PGresult, Clear>;

constexpr int binary = 1;

std::string without_end_of_line(std::string text) {
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  return text;
}

DatabaseError error_of(const PGresult* result) {
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* const message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return {state != nullptr ? state : "",
          without_end_of_line(message != nullptr ? message : PQresultErrorMessage(result))};
}

bool is_done(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

std::string text_of(const Call& call) {
  if (call.text != nullptr) {
    return call.text;
  }
  std::string text = std::string("SELECT * FROM ") + call.name + "(";
  for (std::size_t i = 1; i <= call.parameters.values().size(); ++i) {
    text += (i == 1 ? "$" : ", $") + std::to_string(i);
  }
  return text + ")";
}

/// The values of a call as the client library wants them.
struct Sent {
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;

  explicit Sent(const Parameters& parameters) {
    for (const Parameters::Value& value : parameters.values()) {
      types.push_back(value.type);
      values.push_back(value.is_null ? nullptr : value.bytes.data());
      lengths.push_back(static_cast<int>(value.bytes.size()));
      formats.push_back(binary);
    }
  }
  [[nodiscard]] int size() const { return static_cast<int>(values.size()); }
};

}  // namespace

std::string sql_name(const std::string& name) {
  std::string text = "\"";
  for (const char each : name) {
    text += each == '"' ? std::string("\"\"") : std::string(1, each);
  }
  return text + "\"";
}

void Session::End::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

void Session::connect() {
  if (connection_) {
    return;
  }
  const std::array<const char*, 5> names{"dbname", "fallback_application_name", "client_encoding",
                                         "connect_timeout", nullptr};
  const std::array<const char*, 5> values{target_.url.c_str(), target_.application.c_str(), "UTF8",
                                          "10", nullptr};
  std::unique_ptr<pg_conn, End> opened(PQconnectdbParams(names.data(), values.data(), 1));
  if (!opened || PQstatus(opened.get()) != CONNECTION_OK) {
    const std::string why = opened ? PQerrorMessage(opened.get()) : "no memory";
    throw DatabaseError({}, without_end_of_line(why));
  }
  PQsetNoticeProcessor(
      opened.get(), [](void*, const char*) {}, nullptr);
  connection_ = std::move(opened);
  prepared_.clear();
  // What a statement costs to compile is more than any of ours gains by it.
  execute("SET search_path TO " + sql_name(target_.schema) + "; SET jit TO off");
  if (target_.plans_once) {
    execute(
        "SET plan_cache_mode TO force_generic_plan; SET enable_seqscan TO off; "
        "SET enable_bitmapscan TO off; SET enable_hashjoin TO off; SET enable_mergejoin TO off");
  }
}

void Session::disconnect() {
  connection_.reset();
  prepared_.clear();
}

void Session::fail_sending() {
  const std::string why = PQerrorMessage(connection_.get());
  disconnect();
  throw DatabaseError({}, without_end_of_line(why));
}

void Session::execute(const std::string& sql) {
  const OwnedResult result(PQexec(connection_.get(), sql.c_str()));
  if (!is_done(result.get())) {
    DatabaseError error = error_of(result.get());
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      disconnect();
      throw DatabaseError({}, error.what());
    }
    throw error;
  }
}

Rows Session::ask(const Call& call) {
  const Sent sent(call.parameters);
  OwnedResult result(PQexecParams(connection_.get(), text_of(call).c_str(), sent.size(),
                                  sent.types.data(), sent.values.data(), sent.lengths.data(),
                                  sent.formats.data(), binary));
  if (!is_done(result.get())) {
    DatabaseError error = error_of(result.get());
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      disconnect();
      throw DatabaseError({}, error.what());
    }
    throw error;
  }
  return Rows(result.release());
}

void Session::send_prepare(const Call& call) {
  const Sent sent(call.parameters);
  if (PQsendPrepare(connection_.get(), call.name, text_of(call).c_str(), sent.size(),
                    sent.types.data()) == 0) {
    fail_sending();
  }
}

void Session::send(const Call& call) {
  const Sent sent(call.parameters);
  if (PQsendQueryPrepared(connection_.get(), call.name, sent.size(), sent.values.data(),
                          sent.lengths.data(), sent.formats.data(), binary) == 0) {
    fail_sending();
  }
}

std::vector<Rows> Session::run(const std::vector<const Call*>& calls) {
  if (PQenterPipelineMode(connection_.get()) == 0) {
    fail_sending();
  }
  /// What the answers are to: a statement that is prepared, or a call.
  struct Expected {
    const Call* call = nullptr;
    bool is_prepare = false;
  };
  std::vector<Expected> expected;
  std::unordered_set<std::string> to_prepare;
  for (const Call* call : calls) {
    if (!prepared_.contains(call->name) && to_prepare.insert(call->name).second) {
      send_prepare(*call);
      expected.push_back({call, true});
    }
    send(*call);
    expected.push_back({call, false});
  }
  if (PQpipelineSync(connection_.get()) == 0) {
    fail_sending();
  }

  std::vector<Rows> answers;
  std::optional<DatabaseError> failed;
  for (const Expected& each : expected) {
    OwnedResult result(PQgetResult(connection_.get()));
    if (!result) {
      fail_sending();
    }
    if (PQresultStatus(result.get()) != PGRES_PIPELINE_ABORTED) {
      if (!is_done(result.get())) {
        failed = error_of(result.get());
        if (PQstatus(connection_.get()) != CONNECTION_OK) {
          fail_sending();
        }
      } else if (each.is_prepare) {
        prepared_.insert(each.call->name);
      } else {
        answers.emplace_back(result.release());
      }
    }
    const OwnedResult end_of_answer(PQgetResult(connection_.get()));
  }
  // The commit itself may fail, which is told before the pipeline's end.
  OwnedResult sync(PQgetResult(connection_.get()));
  if (sync && PQresultStatus(sync.get()) == PGRES_FATAL_ERROR) {
    failed = error_of(sync.get());
    sync.reset(PQgetResult(connection_.get()));
    if (!sync) {
      sync.reset(PQgetResult(connection_.get()));
    }
  }
  if (!sync || PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC ||
      PQexitPipelineMode(connection_.get()) == 0) {
    fail_sending();
  }
  if (failed) {
    if (PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) {
      execute("ROLLBACK");
    }
    throw DatabaseError(*failed);
  }
  DUROXIDE_INVARIANT(answers.size() == calls.size(), "each call of a pipeline is answered");
  return answers;
}

std::vector<std::string> Session::notifications(int timeout_ms, int wakeup) {
  std::vector<std::string> payloads;
  const auto take = [&] {
    struct Free {
      void operator()(PGnotify* notify) const { PQfreemem(notify); }
    };
    while (const std::unique_ptr<PGnotify, Free> notify{PQnotifies(connection_.get())}) {
      payloads.emplace_back(notify->extra);
    }
  };
  take();
  if (payloads.empty()) {
    std::array<pollfd, 2> ready{pollfd{PQsocket(connection_.get()), POLLIN, 0},
                                pollfd{wakeup, POLLIN, 0}};
    (void)::poll(ready.data(), ready.size(), timeout_ms);
    if (PQconsumeInput(connection_.get()) == 0) {
      fail_sending();
    }
    take();
  }
  return payloads;
}

}  // namespace duroxide::postgres
