#include "activity_fixture.hpp"

#include <stdexcept>

namespace duroxide::runtime::test {

using provider::DequeueWorkerPeekLock;
using provider::LockToken;

ActivityFixture::ActivityFixture(std::size_t worker_count, RuntimeOptions options)
    : Fixture(std::move(options)) {
  activity("A", [](std::string input) { return input; });
  std::vector<WorkerActor> handles;
  for (std::size_t i = 0; i < worker_count; ++i) {
    workers.emplace_back(system);
    handles.push_back(workers.back().actor());
  }
  const auto make_worker = [this] {
    if (!makes_workers) {
      throw std::runtime_error("no thread left");
    }
    return workers.emplace_back(system).actor();
  };
  const auto make_short_worker = [this] { return short_workers.emplace_back(system).actor(); };
  const auto make_coroutine_worker = [this] {
    return coroutine_workers.emplace_back(system).actor();
  };
  dispatcher = system.get().spawn<ActivityDispatcher>(
      environment, handles, make_worker, Crew::of_single_workers(make_short_worker, 64),
      Crew::of_shared_workers(make_coroutine_worker, environment->options.coroutine_concurrency(),
                              2),
      stand_in.actor());
  system.run();
}

ActivityFixture::~ActivityFixture() {
  provider.end();
  drain();
  give_up();
  for (std::size_t i = 0; i < workers.size(); ++i) {
    workers[i].end();
  }
  stand_in.end();
  for (auto& each : short_workers) {
    each.end();
  }
  for (auto& each : coroutine_workers) {
    each.end();
  }
}

std::uint64_t ActivityFixture::deliver(const std::vector<LockToken>& tokens,
                                       const std::string& name) {
  WorkerItems items;
  for (const LockToken token : tokens) {
    items.push_back(activity_item(name, token));
  }
  return deliver_items(std::move(items));
}

std::uint64_t ActivityFixture::deliver_items(WorkerItems items) {
  return provider.answer<DequeueWorkerPeekLock>(provider::Answer<WorkerItems>(std::move(items)))
      .max_items;
}

DequeueWorkerPeekLock ActivityFixture::deliver_session(const std::string& session,
                                                       const std::vector<LockToken>& tokens) {
  WorkerItems items;
  for (const LockToken token : tokens) {
    items.push_back(activity_item("A", token));
    items.back().item.session = session;
  }
  return provider.answer<DequeueWorkerPeekLock>(provider::Answer<WorkerItems>(std::move(items)));
}

void ActivityFixture::cancel(std::vector<LockToken> tokens) {
  provider.answer<provider::AwaitCancelledWork>(
      provider::Answer<std::vector<LockToken>>(std::move(tokens)));
}

std::size_t ActivityFixture::running() const {
  std::size_t count = 0;
  for (const auto& worker : workers) {
    count += worker.count<RunActivity>();
  }
  return count;
}

int ActivityFixture::runs(LockToken token) const {
  for (std::size_t i = 0; i < workers.size(); ++i) {
    if (workers[i].count<RunActivity>() != 0 && given(i) != nullptr &&
        given(i)->item.lock_token == token) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

SharedDelivery ActivityFixture::given(std::size_t worker) const {
  return workers.at(worker).first<RunActivity>().request.delivery;
}

LockToken ActivityFixture::finish(std::size_t worker) const {
  return workers.at(worker).answer<RunActivity>(ActivityEnded{}).delivery->item.lock_token;
}

LockToken ActivityFixture::complete(std::size_t worker) const {
  const work::ActivityExecute& item = given(worker)->item.item;
  return workers.at(worker)
      .answer<RunActivity>(ActivityEnded{work::ActivityCompleted{item.instance, item.execution_id,
                                                                 item.id, "of " + item.instance}})
      .delivery->item.lock_token;
}

LockToken ActivityFixture::finish_one() const {
  for (std::size_t i = 0; i < workers.size(); ++i) {
    if (workers[i].count<RunActivity>() != 0) {
      return finish(i);
    }
  }
  FAIL("no worker is busy");
  return 0;
}

void ActivityFixture::advance(Milliseconds step) {
  clock->advance(step);
  system.run();
}

void ActivityFixture::drain() {
  actors::send_from_outside(dispatcher, Drain{[this] { drained = true; }});
  system.run();
}

void ActivityFixture::give_up() {
  actors::send_from_outside(dispatcher, GiveUp{});
  system.run();
}

}  // namespace duroxide::runtime::test
