#include "power/fate.hpp"

#include <array>

#include "property/random.hpp"

namespace duroxide::power {

using property::Random;

const char* name_of(Loss loss) {
  constexpr std::array<const char*, loss_count> names{
      "all lost",      "none lost", "sectors at random", "writes at random", "the first kept",
      "the last kept", "one lost",  "one torn",          "one kept",         "a part of one kept"};
  return names.at(static_cast<std::size_t>(loss));
}

Fate::Fate(Loss loss, std::uint64_t seed, const std::vector<Position>& pending)
    : loss_(loss), seed_(seed) {
  constexpr std::array<std::uint32_t, 5> percents{5, 25, 50, 75, 95};
  Random random(seed);
  percent_ = percents.at(random.below(percents.size()));
  if (!pending.empty()) {
    chosen_ = pending.at(random.below(static_cast<std::uint32_t>(pending.size())));
  }
}

bool Fate::coin(Position position, std::uint64_t sector) const {
  Random random(seed_ ^ Random(position).next() ^ Random(~sector).next());
  return random.chance(percent_);
}

bool Fate::keeps(Position position, std::uint64_t sector) const {
  switch (loss_) {
    case Loss::all:
      return false;
    case Loss::none:
      return true;
    case Loss::sectors:
      return coin(position, sector);
    case Loss::writes:
      return coin(position, whole);
    case Loss::behind_one:
      return position <= chosen_;
    case Loss::before_one:
      return position >= chosen_;
    case Loss::all_but_one:
      return position != chosen_;
    case Loss::all_but_a_part:
      return position != chosen_ || coin(position, sector);
    case Loss::only_one:
      return position == chosen_;
    case Loss::only_a_part:
      return position == chosen_ && coin(position, sector);
  }
  return false;
}

}  // namespace duroxide::power
