// Store files with damaged pages. Whoever reads such a store is told of damage or sees what it can, its
// owner is told or gets it opened, and nobody's process ends.
//
// Input: edits of a whole store of a few pages, each a page, a place in it, how many bytes, and those.

#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <duroxide/lmdb_provider.hpp>
#include <duroxide/memory_provider.hpp>

#include "fuzz/bytes.hpp"
#include "fuzz/target.hpp"
#include "provider/filled_world.hpp"
#include "provider/world.hpp"
#include "support/quick_directory.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::fuzz {

const char* const target_name = "pages";

namespace {

namespace fs = std::filesystem;
using provider::Answer;
using testing::System;
using testing::World;
using Kind = ProviderError::Kind;

constexpr std::size_t page_bytes = 4096;
constexpr std::uint64_t map_size = std::uint64_t{1} << 24U;

LmdbOptions quiet(ActorSystem system, std::shared_ptr<Clock> clock) {
  return LmdbOptions()
      .durability(Durability::none)
      .map_size(map_size)
      .log_sink({})
      .clock(std::move(clock))
      .actor_system(std::move(system));
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// A store with full tables, a large value and free pages, and what it was made as.
class Store {
 public:
  Store() {
    World world([&](ActorSystem system, std::shared_ptr<Clock> clock) {
      return LmdbProvider::open(directory(), quiet(std::move(system), std::move(clock))).value();
    });
    testing::fill(world);
    world
        .enqueue(WorkItem(
            work::StartOrchestration{"large", "Test", std::string(9'000, 'L'), {}, {}, {}}))
        .value();
    for (int i = 0; i < 40; ++i) {
      world.start("filler-" + std::to_string(i), "Filler");
    }
    world.close();
    whole_ = read_file(file());
  }

  [[nodiscard]] fs::path directory() const { return temp_.path() / "store"; }
  [[nodiscard]] fs::path file() const { return directory() / "data.mdb"; }
  [[nodiscard]] const std::string& whole() const { return whole_; }

  void write(const std::string& bytes) const { std::ofstream(file(), std::ios::binary) << bytes; }

 private:
  testing::TempDir temp_{testing::quick_directory()};
  std::string whole_;
};

Store& store() {
  static Store instance;
  return instance;
}

std::string edited(std::string_view input) {
  std::string bytes = store().whole();
  Bytes edits(input);
  while (!edits.empty()) {
    const std::size_t page = edits.byte() % (bytes.size() / page_bytes);
    const std::size_t place = edits.number() % 0x10000U % page_bytes;
    const std::string_view written = edits.take(edits.byte());
    const std::size_t at = page * page_bytes + place;
    const std::size_t room = std::min(written.size(), bytes.size() - at);
    bytes.replace(at, room, written.substr(0, room));
  }
  return bytes;
}

void require_told(const auto& answer) {
  require(answer.has_value() || answer.error().kind == Kind::corrupt ||
              answer.error().kind == Kind::instance_not_found,
          "a read of a damaged store failed as what it is not: " +
              (answer ? std::string() : answer.error().message));
}

void check_open_error(const ProviderError& error) {
  require(error.kind == Kind::corrupt || error.kind == Kind::foreign_store ||
              error.kind == Kind::newer_format || error.kind == Kind::no_store ||
              error.kind == Kind::read_only,
          "a damaged store was refused as what it is not: " + error.message);
}

void read_all(World& world) {
  require_told(world.manage<management::ListInstances::Response>(management::ListInstances{}));
  for (const char* id : {"done", "failed", "busy", "again", "waiting", "later", "large"}) {
    require_told(world.manage<Answer<InstanceExport>>(management::ExportInstance{id}));
  }
  require_told(world.manage<Answer<VerifyReport>>(management::VerifyStore{{}}));
}

/// Reads everything through a store that is opened so, unless that is refused.
template <class Open>
void check_opened(const Open& open) {
  bool opened = false;
  World world([&](ActorSystem system, std::shared_ptr<Clock> clock) {
    auto found = open(store().directory(), quiet(system, clock));
    opened = found.has_value();
    if (!opened) {
      check_open_error(found.error());
      return MemoryProvider::create(MemoryOptions().clock(clock).actor_system(system));
    }
    return std::move(*found);
  });
  if (opened) {
    read_all(world);
  }
  world.close();
}

}  // namespace

void try_input(std::string_view input) {
  const std::string bytes = edited(input);
  store().write(bytes);
  check_opened([](const auto& directory, const LmdbOptions& options) {
    return LmdbProvider::open_read_only(directory, options);
  });
  store().write(bytes);
  check_opened([](const auto& directory, const LmdbOptions& options) {
    return LmdbProvider::open(directory, options);
  });
}

std::vector<Sample> samples() {
  std::vector<Sample> found{{"whole", ""}};
  const auto add = [&](std::size_t page, std::size_t place, const std::string& bytes) {
    std::string edit{static_cast<char>(page),
                     static_cast<char>(place % 256),
                     static_cast<char>(place / 256),
                     '\0',
                     '\0',
                     static_cast<char>(bytes.size())};
    found.push_back(
        {"page-" + std::to_string(page) + "-at-" + std::to_string(place), edit + bytes});
  };
  const std::size_t pages = std::min<std::size_t>(store().whole().size() / page_bytes, 40);
  for (std::size_t page = 0; page < pages; ++page) {
    // The number of the page, its kind, its bounds, where its first nodes are, and what they hold.
    const std::size_t places[] = {0, 10, 12, 16, 18, page_bytes - 64, 24, 40};
    const std::size_t place = places[page % 8];
    add(page, place, store().whole().substr(page * page_bytes + place, 16));
  }
  return found;
}

}  // namespace duroxide::fuzz
