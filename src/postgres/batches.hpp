#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/clock.hpp>

#include "postgres/call_context.hpp"
#include "postgres/held_answers.hpp"
#include "postgres/membership.hpp"
#include "postgres/runner.hpp"

namespace duroxide::postgres {

/// What a request may lead to: something to do for those who fetch.
struct Brings {
  bool turns = false;
  bool work = false;
  bool timers = false;
};

/// Stands for an instance where processes tell each other of it.
[[nodiscard]] std::int64_t digest_of_instance(std::string_view id);

/// Gathers requests while a batch is under way, and makes the next batch of them. What waits for something
/// joins the end of each batch, so that it sees what the batch has changed.
class Batches {
 public:
  class Host {
   public:
    /// `run` is to be called when all that waits for the host's actor has been handled.
    virtual void run_soon() = 0;
    /// A sign of life is to be given after so long, beside the regular ones.
    virtual void give_life_sign_after(Milliseconds delay) = 0;
    /// `flush_due` is to be called a moment later.
    virtual void flush_later() = 0;
    /// Has a function called on the actor's turn. For any thread.
    [[nodiscard]] virtual Runner::Post post() = 0;
    /// The process was taken for dead, and has joined anew: it holds nothing any more.
    virtual void joined_anew() = 0;
    /// The connection was lost: answers may be missing.
    virtual void lost_answers() = 0;

   protected:
    ~Host() = default;
  };
  /// What takes part in batches.
  class Part {
   public:
    /// Hands out turns of what the next batch will bring, whose acks may then be in the same batch. Whether it has
    /// handed out any.
    virtual bool go_ahead() { return false; }
    /// Adds what it has gathered to the front of a batch.
    virtual void bring(Runner::Batch& /*batch*/) {}
    /// Adds its requests to the end of a batch.
    virtual void join(Runner::Batch& batch) = 0;

   protected:
    ~Part() = default;
  };

  /// `host` must outlive it. `channel` is that of the notifications of the store. `holds_answers`: not
  /// every batch is flushed.
  Batches(std::shared_ptr<Runner> runner, std::shared_ptr<Membership> membership, Host& host,
          std::shared_ptr<Clock> clock, std::string channel, bool holds_answers);

  /// `part` must outlive it.
  void add(Part& part) { parts_.push_back(&part); }

  [[nodiscard]] CallContext context() const;
  [[nodiscard]] Timestamp now() const { return clock_->now(); }

  void submit(Request request, Brings brings = {});
  /// What is put into the batch that is being made leads to this.
  void note(Brings brings);
  /// In its place among those that are submitted, without news for those who fetch.
  void look(Request request);
  /// A part has gathered something for the next batch.
  void expect(Brings brings);
  /// Others may wait for what the open batch does to this instance.
  void announce(const std::string& instance) { announced_.insert(digest_of_instance(instance)); }
  /// There may be something for those who fetch.
  void look_for(Brings brings);
  /// The same, for somebody who has come and does not know.
  void look_first(Brings brings);
  /// Changes whenever turns may have come up: until then, who has found none finds none.
  [[nodiscard]] std::uint64_t news_of_turns() const { return news_of_turns_; }
  /// The same of activities.
  [[nodiscard]] std::uint64_t news_of_work() const { return news_of_work_; }
  /// How often somebody has asked for something: more if somebody has since.
  [[nodiscard]] std::uint64_t asked() const { return asked_; }
  /// A part has something to ask.
  void ask_soon();
  /// The batch that is under way has handed out turns, whose acks come soon.
  void expect_ack() { expects_ack_ = true; }
  /// What is held has waited long enough for an ack.
  void flush_due();

  /// What has come up for those who fetch, told once.
  [[nodiscard]] bool take_turns() { return std::exchange(hints_.turns, false); }
  [[nodiscard]] bool take_work() { return std::exchange(hints_.work, false); }
  [[nodiscard]] bool take_timers() { return std::exchange(hints_.timers, false); }

  /// Has turns handed out of what waits for the next batch. If there were any, those who take them are to be let
  /// run before the batch is made: their acks belong to it.
  [[nodiscard]] bool go_ahead();
  void run();
  /// What waits goes behind the batch that is under way, although nobody will be told when that has ended.
  void run_last();
  /// Whether a batch is under way.
  [[nodiscard]] bool is_running() const { return is_running_; }
  /// Whether anything waits for the next batch.
  [[nodiscard]] bool is_empty() const { return waiting_.empty(); }
  /// The parts join no more.
  void close();

 private:
  void note_news(Brings brings);
  void hint(Brings brings);
  [[nodiscard]] Runner::Batch take_waiting();
  void start(Runner::Batch batch, Brings brings);
  /// Has the batch flushed, or its answers held, or neither if it writes nothing of note. Gives whether they
  /// are held.
  [[nodiscard]] bool flush_or_hold(Runner::Batch& batch);
  void ended();
  /// Tells others what this batch has done, and those before it whose answers are held: they are to see
  /// nothing that the server may still forget.
  void add_announcement(Runner::Batch& batch);
  void add_locks(Runner::Batch& batch);

  std::shared_ptr<Runner> runner_;
  std::shared_ptr<Membership> membership_;
  Host& host_;
  std::shared_ptr<Clock> clock_;
  std::string channel_;
  HeldAnswers held_;
  const bool holds_answers_;
  std::vector<Part*> parts_;
  Runner::Batch waiting_;
  Brings brought_;  ///< by what waits
  Brings untold_;   ///< by what other processes were not told of
  Brings hints_;
  std::uint64_t news_of_turns_ = 1;
  std::uint64_t news_of_work_ = 1;
  std::uint64_t asked_ = 0;
  std::set<std::int64_t> announced_;
  bool is_running_ = false;
  bool is_scheduled_ = false;
  bool is_wanted_ = false;  ///< behind the one that is under way
  bool expects_ack_ = false;
  bool waits_for_ack_ = false;  ///< before what is held is flushed, a moment at most
  bool is_flush_due_ = false;
  std::int64_t process_ = 0;
  std::uint64_t losses_ = 0;
};

}  // namespace duroxide::postgres
