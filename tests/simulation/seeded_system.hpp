#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>

#include <duroxide/provider.hpp>

#include "property/random.hpp"
#include "simulation/trace.hpp"

namespace duroxide::simulation {

/// Which of the actors that have a message runs next.
enum class Order : std::uint8_t {
  any,      ///< each is as likely as the others
  oldest,   ///< the one that has waited longest, as on a single thread without disturbance
  newest,   ///< the one that has come last, mostly
  starved,  ///< any, but some actors are passed over nine times out of ten
};

/// An actor system without threads, in which one actor handles one message at a time, and a random
/// number says whose turn it is. It is the whole process: `kill` ends it as a power failure would.
class SeededSystem {
 public:
  /// `overtakes`: in a hundred turns, how often the first message of another sender is handled first.
  SeededSystem(Order order, std::uint32_t overtakes, property::Random& random, Trace& trace);
  /// Everything in it must have ended: `kill` it, or run until it has nothing left.
  ~SeededSystem();
  SeededSystem(const SeededSystem&) = delete;
  SeededSystem& operator=(const SeededSystem&) = delete;

  [[nodiscard]] ActorSystem handle() { return use_actor_system(*system_); }
  [[nodiscard]] caf::actor_system& actors() { return *system_; }

  /// One actor handles one message. False if there is none.
  bool step();
  /// Delivers the delayed message that is due next, whether it is due or not: an actor may have been
  /// so slow that the delay is over. False if there is none.
  bool deliver_delayed();
  /// Lets time pass for delayed messages.
  void advance(Milliseconds step);
  /// Ends every actor before it handles another message, and throws away what they were sent.
  void kill();

 private:
  struct Config;

  /// Puts the actor that runs next in front.
  void choose();
  /// Only the order of what one sender sends is promised.
  void let_another_overtake(caf::scheduled_actor& actor);
  static void kill(const caf::actor_addr& victim);
  void note(const caf::scheduled_actor& actor) { known_.insert(actor.address()); }

  Order order_;
  std::uint32_t overtakes_;
  property::Random& random_;
  Trace& trace_;
  std::uint64_t starved_;
  std::unique_ptr<Config> config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_;
  std::set<caf::actor_addr> known_;  ///< all that have run
};

}  // namespace duroxide::simulation
