// The payloads of the tests of compiler hazards: aggregates with members that own memory.
#pragma once

#include <string>
#include <vector>

#include <duroxide/saga.hpp>

/// Too long to lie inside the string object: what is freed twice is noticed.
inline const std::string long_text(60, 'x');

struct Address {
  std::string street;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(street));
  }
};

/// Each number is a type of its own: a compiler says what is wrong with a type once.
template <int number>
struct OrderOf {
  std::string id;
  unsigned cents = 0;
  std::vector<std::string> items;
  Address address;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(CEREAL_NVP(id), CEREAL_NVP(cents), CEREAL_NVP(items), CEREAL_NVP(address));
  }
};
using Order = OrderOf<0>;

template <int number>
inline constexpr duroxide::Activity<std::string(OrderOf<number>)> charge{"Charge"};
template <int number>
inline constexpr duroxide::Orchestration<std::string(OrderOf<number>)> child{"Child"};
