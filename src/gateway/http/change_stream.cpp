#include "gateway/http/change_stream.hpp"

#include <cstddef>
#include <exception>
#include <utility>

#include "gateway/command_error.hpp"
#include "gateway/http/stoppable_sink.hpp"
#include "gateway/json_text.hpp"

namespace duroxide::gateway::http {

namespace {

using nlohmann::json;

/// A page looks again at what it shows for each message.
constexpr std::chrono::milliseconds pace{250};
/// So often something is written, if only to see whether there is anybody left to read it.
constexpr std::chrono::seconds heartbeat{10};
/// More than a page shows at a time.
constexpr std::size_t most_instances = 200;

std::string event_of(const std::string& name, const json& data) {
  return "event: " + name + "\ndata: " + to_line(data) + "\n\n";
}

}  // namespace

class ChangeStream::Gatherer final : public StoppableSink {
 public:
  Gatherer(ChangeStream& stream, int stop) : StoppableSink(stop), stream_(stream) {}

  bool item(const json& value) override {
    stream_.gather(value);
    return goes_on();
  }

 private:
  ChangeStream& stream_;
};

ChangeStream::ChangeStream(CarryOut carry_out, const std::string& instance)
    : follower_([this, run = std::move(carry_out), instance] { follow(run, instance); }) {}

ChangeStream::~ChangeStream() {
  close();
  follower_.join();
}

void ChangeStream::close() {
  stop_.raise();
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  changed_.notify_all();
}

void ChangeStream::follow(const CarryOut& carry_out, const std::string& instance) {
  json end;
  try {
    Gatherer sink(*this, stop_.file());
    Request request{"tail", json::object()};
    if (!instance.empty()) {
      request.arguments["instance"] = instance;
    }
    const auto result = carry_out(request, sink, stop_.file());
    if (!result) {
      end = {{"kind", to_string(result.error().kind)},
             {"message", json_of_text(result.error().message)}};
    } else if (result->value("ended", false)) {
      end = {{"kind", "ended"}, {"message", "the instance has ended"}};
    } else {
      end = {{"kind", "offline"}, {"message", "nobody runs this store, so nothing happens in it"}};
    }
  } catch (const std::exception& failed) {
    end = {{"kind", "failed"}, {"message", json_of_text(failed.what())}};
  }
  const std::lock_guard lock(mutex_);
  ended_ = std::move(end);
  changed_.notify_all();
}

void ChangeStream::gather(const json& change) {
  const std::lock_guard lock(mutex_);
  const std::string kind = change.value("kind", "event");
  gathered_.is_empty = false;
  if (kind == "missed") {
    gathered_.missed += change.value("count", std::uint64_t{0});
  } else {
    ++gathered_.counts[kind];
    const auto id = change.find("instance_id");
    if (id != change.end() && id->is_string()) {
      const auto& name = id->get_ref<const std::string&>();
      if (gathered_.instances.size() < most_instances || gathered_.instances.contains(name)) {
        gathered_.instances.insert_or_assign(name, change);
      } else {
        gathered_.more = true;
      }
    }
  }
  changed_.notify_all();
}

std::string ChangeStream::take_gathered() {
  const Gathered taken = std::exchange(gathered_, {});
  json instances = json::array();
  for (const auto& [name, change] : taken.instances) {
    instances.push_back(change);
  }
  return event_of("changes", {{"counts", taken.counts},
                              {"missed", taken.missed},
                              {"more", taken.more},
                              {"instances", std::move(instances)}});
}

std::optional<std::string> ChangeStream::next() {
  std::unique_lock lock(mutex_);
  const auto has_news = [&] { return is_closed_ || ended_ || !gathered_.is_empty; };
  if (!changed_.wait_for(lock, heartbeat, has_news)) {
    return ":\n\n";
  }
  if (!is_closed_ && !ended_) {
    changed_.wait_for(lock, pace, [&] { return is_closed_ || ended_; });
  }
  if (is_closed_ || told_end_) {
    return std::nullopt;
  }
  if (!gathered_.is_empty) {
    return take_gathered();
  }
  told_end_ = true;
  return event_of("end", *ended_);
}

}  // namespace duroxide::gateway::http
