#include "postgres/work_fetches.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "model/encoding.hpp"

namespace duroxide::postgres {

namespace {

constexpr const char* fetching_work = "dequeue_worker_peek_lock";

// The columns of `fetch_work`.
enum WorkColumn : std::size_t {
  work_column_number,
  work_column_execution,
  work_column_event,
  work_column_token,
  work_column_attempts,
  work_column_progress,
  work_column_item,
  work_column_id,
};

/// An answer of `fetch_work` takes no further activity once those that it has come to so many bytes.
constexpr std::size_t most_bytes_of_work = std::size_t{16} * 1024 * 1024;

/// Whether there may be more than the answer has.
bool may_be_cut(const Rows& rows, std::uint64_t most) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    bytes += rows.row(i).bytes(work_column_item).size();
  }
  return rows.size() >= most || bytes >= most_bytes_of_work;
}

}  // namespace

WorkFetches::WorkFetches(Batches& batches, Leases& leases, Holders& holders, LogSink log)
    : batches_(batches), leases_(leases), holders_(holders), log_(std::move(log)) {
  batches_.add(*this);
}

// --- what is fetched ------------------------------------------------------------------------------

void WorkFetches::fetch(Asker asker, const provider::DequeueWorkerPeekLock& request,
                        FetchReply reply) {
  if (request.max_items == 0) {
    reply(failure(refused(fetching_work, ProviderError::Kind::invalid_input, "max_items is 0")));
    return;
  }
  if (unknown_.asks(asker, request.tags)) {
    Request forward{"bring_forward"};
    forward.is_of_process = true;
    forward.done = [](const Outcome& /*outcome*/) {};
    forward.calls.push_back(
        {"bring_work_forward", Parameters().number(batches_.context().process)});
    batches_.submit(std::move(forward), {false, true, true});
  }
  parked_.push_back({++newest_, asker, request, std::move(reply)});
  // Which sessions are saturated changes from one request to the next.
  if (exhausted_[asker] != batches_.news_of_work() || !request.saturated_sessions.empty()) {
    batches_.look_first({false, true, false});
  }
}

std::deque<WorkFetches::Parked>::iterator WorkFetches::find(std::uint64_t id) {
  return std::find_if(parked_.begin(), parked_.end(),
                      [id](const Parked& each) { return each.id == id; });
}

void WorkFetches::join(Runner::Batch& batch) {
  const bool is_wanted = batches_.take_work();
  for (Parked& parked : parked_) {
    if (parked.promised != 0) {
      parked.is_full = true;
      parked.was_passed_over = parked.was_passed_over || is_wanted;
    } else if (is_wanted && !parked.is_asked && !parked.request.tags.accepts_nothing()) {
      parked.is_asked = true;
      parked.news = batches_.news_of_work();
      batch.push_back(fetch_request(parked));
    }
  }
}

Request WorkFetches::fetch_request(Parked& parked) {
  const CallContext context = batches_.context();
  const TagFilter& tags = parked.request.tags;
  Request request{fetching_work};
  request.is_of_process = true;
  request.is_light = true;
  request.calls.push_back(
      {"fetch_work",
       Parameters()
           .optional_number(context.now)
           .number(context.process)
           .number(holders_.number_of(parked.asker))
           .number(parked.request.max_items)
           .flag(tags == TagFilter::any())
           .flag(tags.accepts(std::nullopt))
           .texts(std::vector<std::string>(tags.tags().begin(), tags.tags().end()))
           .texts(parked.request.saturated_sessions)
           .texts(unknown_.left_to_others(parked.asker, context.has_others, context.clock_now))});
  request.done = [this, id = parked.id](const Outcome& outcome) { fetched(id, outcome); };
  return request;
}

void WorkFetches::fetched(std::uint64_t id, const Outcome& outcome) {
  const auto parked = find(id);
  if (parked == parked_.end()) {
    return;  // it was released meanwhile, and what it was given with it
  }
  parked->is_asked = false;
  if (!outcome) {
    return;
  }
  const Rows& rows = outcome->front();
  const bool is_cut = may_be_cut(rows, parked->request.max_items);
  if (!is_cut && parked->request.saturated_sessions.empty()) {
    exhausted_[parked->asker] = parked->news;
  }
  std::vector<provider::WorkerItem> items;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (auto item = read(rows.row(i), parked->asker)) {
      items.push_back(std::move(*item));
    }
  }
  if (is_cut) {
    batches_.look_first({false, true, false});  // there may be more, for others who wait
  }
  if (!items.empty()) {
    const auto reply = std::move(parked->reply);
    parked_.erase(parked);
    reply(std::move(items));
  }
}

std::optional<provider::WorkerItem> WorkFetches::read(const Rows::Row& row, Asker asker) {
  auto message = model::decode_work_item(row.bytes(work_column_item));
  auto* activity = message ? std::get_if<work::ActivityExecute>(&*message) : nullptr;
  if (activity == nullptr) {
    if (log_) {
      LogRecord line;
      line.level = LogLevel::error;
      line.message = "an activity cannot be read, and is left alone";
      line.instance = row.text(work_column_id);
      line.event_id = row.count(work_column_event);
      log_(line);
    }
    return std::nullopt;  // its lease lasts as long as this process
  }
  provider::WorkerItem item;
  item.lock_token = row.count(work_column_token);
  item.attempt_count = static_cast<std::uint32_t>(row.number(work_column_attempts));
  item.progress = row.optional_text(work_column_progress);
  leases_.work.insert_or_assign(
      item.lock_token, WorkLease{row.number(work_column_number), row.number(work_column_execution),
                                 row.number(work_column_event), row.text(work_column_id),
                                 activity->name, asker, holders_.number_of(asker)});
  item.item = std::move(*activity);
  return item;
}

// --- what is promised -----------------------------------------------------------------------------

bool WorkFetches::can_take(const Parked& parked, const work::ActivityExecute& item) const {
  if (parked.is_asked || parked.is_full || parked.promised >= parked.request.max_items ||
      item.session || !parked.request.tags.accepts(item.tag)) {
    return false;
  }
  // What is older comes first.
  const auto exhausted = exhausted_.find(parked.asker);
  if (exhausted == exhausted_.end() || exhausted->second != batches_.news_of_work()) {
    return false;
  }
  const CallContext context = batches_.context();
  const auto left = unknown_.left_to_others(parked.asker, context.has_others, context.clock_now);
  return std::find(left.begin(), left.end(), item.name) == left.end();
}

PromisedWork WorkFetches::promise(std::vector<work::ActivityExecute> items) {
  PromisedWork promised;
  for (const work::ActivityExecute& item : items) {
    PromisedWork::Place place;
    const auto taker = std::find_if(parked_.begin(), parked_.end(),
                                    [&](const Parked& each) { return can_take(each, item); });
    if (taker != parked_.end()) {
      ++taker->promised;
      place = {taker->id, holders_.number_of(taker->asker)};
    }
    promised.places.push_back(place);
  }
  promised.items = std::move(items);
  return promised;
}

void WorkFetches::keep(const PromisedWork& promised, const TurnLease& turn,
                       const std::map<std::uint64_t, provider::LockToken>& tokens) {
  for (std::size_t i = 0; i < promised.places.size(); ++i) {
    const auto parked = find(promised.places[i].fetch);
    if (parked == parked_.end()) {
      continue;  // promised to nobody, or he was released meanwhile, and what he was given with him
    }
    const work::ActivityExecute& item = promised.items[i];
    if (const auto token = tokens.find(item.id); token != tokens.end()) {
      leases_.work.insert_or_assign(
          token->second, WorkLease{turn.number, static_cast<std::int64_t>(item.execution_id),
                                   static_cast<std::int64_t>(item.id), turn.instance, item.name,
                                   parked->asker, promised.places[i].holder});
      provider::WorkerItem given;
      given.lock_token = token->second;
      given.item = item;
      parked->given.push_back(std::move(given));
    }
    settle(parked);
  }
}

void WorkFetches::take_back(const PromisedWork& promised) {
  for (const PromisedWork::Place& place : promised.places) {
    if (const auto parked = find(place.fetch); parked != parked_.end()) {
      settle(parked);
    }
  }
}

void WorkFetches::settle(std::deque<Parked>::iterator parked) {
  if (--parked->promised != 0) {
    return;
  }
  if (std::exchange(parked->was_passed_over, false)) {
    exhausted_.erase(parked->asker);
  }
  if (parked->given.empty()) {
    parked->is_full = false;
    batches_.look_first({false, true, false});
    return;
  }
  const auto reply = std::move(parked->reply);
  auto items = std::move(parked->given);
  parked_.erase(parked);
  reply(std::move(items));
}

// --- the end --------------------------------------------------------------------------------------

void WorkFetches::release(Asker asker) {
  unknown_.leaves(asker);
  exhausted_.erase(asker);
  std::vector<FetchReply> ended;
  std::erase_if(parked_, [&](Parked& parked) {
    if (parked.asker == asker) {
      ended.push_back(std::move(parked.reply));
      return true;
    }
    return false;
  });
  for (const FetchReply& reply : ended) {
    reply(std::vector<provider::WorkerItem>{});
  }
}

void WorkFetches::refuse_parked(const ProviderError& error) {
  for (Parked& parked : std::exchange(parked_, {})) {
    ProviderError told = error;
    told.operation = fetching_work;
    parked.reply(failure(std::move(told)));
  }
}

}  // namespace duroxide::postgres
