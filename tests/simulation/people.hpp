#pragma once

#include "simulation/world.hpp"

namespace duroxide::simulation {

/// The people around the engine: those who start and signal instances, and those who operate it. Each
/// call returns at once, and its answer is looked at when it comes.
class People {
 public:
  explicit People(World& world) : world_(world) {}

  /// Somebody does something, at random.
  void act();
  /// Starts it, unless somebody has been told that it is started.
  void start(Known& known);
  /// One of all that the orchestrations wait for.
  void raise_all(const std::string& instance);
  /// Something that completes later does so. False if there is nothing.
  bool finish_one(bool even_if_it_hangs);

 private:
  void start_again(Known& known);
  void raise(const Known& known);
  void wait(Known& known);
  void look(Known& known);
  void look_around();
  void pause(const Known& known);
  void stop(Known& known);
  void prune(Known& known);
  void restore(Known& known);
  void remove(Known& known);
  void add_known(const Known& like, const std::string& instance);

  World& world_;
  std::uint32_t restored_ = 0;
  std::uint32_t raised_ = 0;
};

}  // namespace duroxide::simulation
