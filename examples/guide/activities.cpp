// What an activity can do with its context.
#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <thread>

#include "guide.hpp"

namespace guide {

namespace {

/// A program that somebody else wrote, which ends when it is killed.
class Encoder {
 public:
  explicit Encoder(std::string film) : film_(std::move(film)) {}
  std::string wait() {
    killed_.wait();
    return film_ + " was killed";
  }
  void kill() { killed_.count_down(); }

 private:
  std::string film_;
  std::latch killed_{1};
};

std::promise<std::string> encoder_ended;
std::atomic<bool> is_encoding = false;
std::promise<void> page_two_was_seen;
std::promise<std::string> mail;

void copy_page(int page) {
  if (page == 3) {
    page_two_was_seen.get_future().wait();
  }
}
void send_mail(const std::string& /*text*/, const std::string& token) {
  mail.set_value(token);
}

// [activity-cancellation]
void encode(ActivityContext& context, const std::string& film) {
  Encoder encoder(film);
  const auto killer = context.on_cancelled([&encoder] { encoder.kill(); });
  is_encoding = true;
  encoder_ended.set_value(encoder.wait());
}
// [/activity-cancellation]

// [heartbeat]
int copy_book(ActivityContext& context, int pages) {
  int page = context.last_heartbeat<int>().value_or(0);
  while (page < pages && !context.is_cancelled()) {
    copy_page(page + 1);
    context.heartbeat(++page);
  }
  return page;
}
// [/heartbeat]

// [complete-later]
std::string ask_by_mail(ActivityContext& context, const std::string& question) {
  const ActivityToken token = context.complete_later();
  send_mail(question, token.to_string());
  return {};  // is not read
}
// [/complete-later]

// [activity-client]
void import_half(ActivityContext& context, const std::string& file) {
  Client client = context.client();
  expect(client.raise_event(context.instance_id(), "HalfWay", file));
  context.log_info("half of " + file + " is imported");  // with instance, activity and so on
}
// [/activity-client]

std::string place_of(const std::string& parcel);

// [coroutine-activity]
ActivityTask<std::string> track(ActivityContext& context, std::string parcel) {
  int looked = 0;
  while (place_of(parcel) != "delivered") {
    context.heartbeat(++looked);
    co_await context.sleep(10min);  // by the store's clock; ends early when the call is cancelled
  }
  co_return parcel + " is delivered";
}
// [/coroutine-activity]

std::string place_of(const std::string& /*parcel*/) {
  return "delivered";
}

template <class In, class Out>
auto calling(std::string activity) {
  return [activity](OrchestrationContext ctx, In input) -> Task<Out> {
    Out out = co_await ctx.schedule_activity<Out>(activity, input);
    co_return out;
  };
}

Task<std::string> import_file(OrchestrationContext ctx, std::string file) {
  auto importing = ctx.schedule_activity("ImportHalf", file);
  const std::string half = co_await ctx.wait_for_external_event("HalfWay");
  co_await importing;
  co_return half;
}

int tax_of(int price) {
  return price * 19 / 100;
}

Task<int> total(OrchestrationContext ctx, int price) {
  const int tax = co_await ctx.schedule_activity<int>("Tax", price);
  const int stock = co_await ctx.schedule_activity<int>("CountStock", price);
  co_return price + tax + stock;
}

void wait_until(const std::function<bool()>& is_so) {
  while (!is_so()) {
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace

void activities() {
  World kinds([](Runtime& runtime) {
    const auto stock = std::make_shared<std::atomic<int>>(10);
    runtime.register_orchestration("Total", total);
    // [activity-kinds]
    runtime.register_activity("Tax", tax_of, ActivityKind::pure)
        .register_activity(
            "CountStock", [stock] { return --*stock; }, ActivityKind::short_running);
    // [/activity-kinds]
  });
  check("activity-kinds", kinds.run("Total", 100), "Completed: 128");

  World world([](Runtime& runtime) {
    runtime.register_orchestration("Encode", calling<std::string, std::string>("Encode"))
        .register_orchestration("Copy", calling<int, int>("Copy"))
        .register_orchestration("Ask", calling<std::string, std::string>("Ask"))
        .register_orchestration("Import", import_file)
        .register_orchestration("Track", calling<std::string, std::string>("Track"))
        .register_activity("Encode", encode)
        .register_activity("Copy", copy_book)
        .register_activity("Ask", ask_by_mail)
        .register_activity("Track", track)
        .register_activity("ImportHalf", import_half);
  });
  Client& client = world.client;

  check("coroutine-activity", world.run("Track", "the book"), "Completed: the book is delivered");

  world.start("Encode", "film");
  wait_until([] { return is_encoding.load(); });
  expect(client.cancel_orchestration("Encode", "no room"));
  check("activity-cancellation", encoder_ended.get_future().get(), "film was killed");

  world.start("Copy", 3);
  std::string progress;
  wait_until([&] {
    // [progress]
    const ManagementClient management = expect(client.management());
    for (const auto& activity : expect(management.list_pending_activities("Copy"))) {
      progress = activity.name + " is at page " + activity.progress.value_or("0");
    }
    // [/progress]
    return progress == "Copy is at page 2";
  });
  page_two_was_seen.set_value();
  check("heartbeat", world.end_of("Copy"), "Completed: 3");

  world.start("Ask", "May I?");
  const std::string text = mail.get_future().get();
  // [complete]
  if (const auto token = ActivityToken::parse(text)) {
    expect(client.complete_activity(*token, "You may."));
  }
  // [/complete]
  check("complete-later", world.end_of("Ask"), "Completed: You may.");

  check("activity-client", world.run("Import", "a.csv"), "Completed: a.csv");
}

}  // namespace guide
