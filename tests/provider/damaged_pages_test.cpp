// Damaged pages of the store's file are told of; they never end the process. What might is tried in a
// child of this one.

#include <algorithm>

#include <catch2/catch.hpp>

#include <duroxide/memory_provider.hpp>

#include "provider/damaged.hpp"
#include "provider/damaged_pages.hpp"

namespace duroxide::damaged_pages_test {

using namespace duroxide::provider;
using namespace duroxide::testing;
using Kind = ProviderError::Kind;

namespace {

LmdbOptions quiet(System& system) {
  return LmdbOptions()
      .durability(Durability::none)
      .map_size(std::uint64_t{1} << 26)
      .log_sink({})
      .actor_system(use_actor_system(system.actors()));
}

/// Lists and exports everything, and verifies the store. Gives 0 if nothing was found, 1 if damage
/// was, 2 for anything else.
int read_all(World& world) {
  int found = 0;
  const auto look_at = [&](const auto& answer) {
    if (!answer && found != 2) {
      found = answer.error().kind == Kind::corrupt ? 1 : 2;
    }
    return answer.has_value();
  };
  (void)look_at(world.manage<management::ListInstances::Response>(management::ListInstances{}));
  for (const char* id :
       {"done", "failed", "busy", "busy::1", "again", "waiting", "later", "large"}) {
    const auto exported = world.manage<Answer<InstanceExport>>(management::ExportInstance{id});
    if (!exported && exported.error().kind == Kind::instance_not_found) {
      found = std::max(found, 1);  // its number is on a page that is gone
      continue;
    }
    (void)look_at(exported);
  }
  const auto report = world.manage<Answer<VerifyReport>>(management::VerifyStore{{}});
  if (look_at(report) && !report->is_clean()) {
    found = std::max(found, 1);
  }
  return found;
}

/// Opens the store as its owner and then to read it, and does everything there is to do.
int try_everything(const fs::path& directory) {
  int found = 0;
  {
    World world([&](ActorSystem system, std::shared_ptr<Clock> clock) {
      auto store = LmdbProvider::open_read_only(
          directory, LmdbOptions().log_sink({}).clock(clock).actor_system(system));
      if (!store) {
        found = store.error().kind == Kind::corrupt ? 1 : 2;
        return MemoryProvider::create(MemoryOptions().clock(clock).actor_system(system));
      }
      return std::move(*store);
    });
    if (found == 0) {
      found = read_all(world);
    }
    world.close();
  }
  System system;
  auto store = LmdbProvider::open(directory, quiet(system));
  if (!store) {
    const bool named = store.error().message.find("data.mdb") != std::string::npos;
    return store.error().kind == Kind::corrupt && named ? std::max(found, 1) : 2;
  }
  return found;
}

}  // namespace

TEST_CASE("a page that is zeroed or garbled never ends the process", "[pages]") {
  TempDir temp;
  const fs::path directory = temp.path() / "store";
  make_paged_store(directory);
  const auto data = directory / "data.mdb";
  const auto whole = contents(directory).at("data.mdb");
  REQUIRE(in_child([&] { return try_everything(directory); }) == 0);
  write_file(data, whole);
  const auto garble = GENERATE(0, 1, 2, 3);
  std::size_t told = 0;
  for (std::size_t page = 0; page < whole.size() / page_bytes; ++page) {
    CAPTURE(page, garble);
    auto bytes = whole;
    const std::size_t at = page * page_bytes;
    switch (garble) {
      case 0:
        bytes.replace(at, page_bytes, page_bytes, '\0');
        break;
      case 1:
        bytes.replace(at, page_bytes, page_bytes, '\xff');
        break;
      case 2:  // the bounds and what leads to its nodes
        bytes.replace(at + 12, 40, 40, '\x7f');
        break;
      default:  // all but the header
        for (std::size_t i = 16; i < page_bytes; i += 3) {
          bytes[at + i] = static_cast<char>(bytes[at + i] ^ 0x55);
        }
    }
    write_file(data, bytes);
    const int result = in_child([&] { return try_everything(directory); });
    CHECK((result == 0 || result == 1));
    told += result == 1 ? 1U : 0U;
  }
  CHECK(told >= 10);
}

TEST_CASE("a file that is cut off anywhere never ends the process", "[pages]") {
  TempDir temp;
  const fs::path directory = temp.path() / "store";
  make_paged_store(directory);
  const auto data = directory / "data.mdb";
  const auto whole = contents(directory).at("data.mdb");
  for (std::size_t page = 0; page < whole.size() / page_bytes; ++page) {
    CAPTURE(page);
    write_file(data, whole.substr(0, page * page_bytes));
    const int result = in_child([&] { return try_everything(directory); });
    CHECK((result == 0 || result == 1));
    write_file(data, whole.substr(0, page * page_bytes + 100));
    const int cut_in_page = in_child([&] { return try_everything(directory); });
    CHECK((cut_in_page == 0 || cut_in_page == 1));
  }
}

TEST_CASE("a damaged store is refused with file and page, and undamaged instances are exported",
          "[pages]") {
  TempDir temp;
  const fs::path directory = temp.path() / "store";
  make_paged_store(directory);
  const auto pages = large_pages(contents(directory).at("data.mdb"));
  for (const std::size_t page : pages) {
    overwrite(directory / "data.mdb", page * page_bytes, std::string(64, '\0'));
  }
  const auto before = contents(directory);
  System system;
  const auto opened = LmdbProvider::open(directory, quiet(system));
  REQUIRE_FALSE(opened);
  CAPTURE(opened.error().message);
  CHECK(opened.error().kind == Kind::corrupt);
  CHECK(names_one(opened.error().message, pages));
  CHECK(opened.error().message.find("data.mdb") != std::string::npos);
  CHECK(opened.error().message.find("restore a backup") != std::string::npos);
  CHECK(contents(directory) == before);

  const auto world = open_to_read(directory);
  CHECK(world->manage<Answer<InstanceExport>>(management::ExportInstance{"busy"}));
  const auto damaged = world->manage<Answer<InstanceExport>>(management::ExportInstance{"large"});
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().kind == Kind::corrupt);
  CHECK(names_one(damaged.error().message, pages));
  const auto status = world->ask<Answer<OrchestrationStatus>>(*world->client, GetStatus{"large"});
  REQUIRE_FALSE(status);
  CHECK(status.error().kind == Kind::corrupt);
  CHECK(names_one(status.error().message, pages));
  const auto backup = world->manage<management::BackupStore::Response>(
      management::BackupStore{temp.path() / "backup", {}});
  REQUIRE_FALSE(backup);
  CHECK(backup.error().kind == Kind::corrupt);
  const std::string found = describe(verify(*world));
  CAPTURE(found);
  for (const std::size_t page : pages) {
    CHECK(names_one(found, {page}));
  }
}

TEST_CASE("an export of what is damaged is an error while the engine runs on", "[pages]") {
  TempDir temp;
  const fs::path directory = temp.path() / "store";
  make_paged_store(directory);
  const int result = in_child([&] {
    const auto world = open_world(directory, std::uint64_t{1} << 26);
    for (const std::size_t page : large_pages(contents(directory).at("data.mdb"))) {
      overwrite(directory / "data.mdb", page * page_bytes, std::string(page_bytes, '\0'));
    }
    const auto exported =
        world->manage<Answer<InstanceExport>>(management::ExportInstance{"large"});
    if (exported || exported.error().kind != Kind::corrupt) {
      return 1;
    }
    world->start("another");
    return world->status("another").is_running() ? 0 : 2;
  });
  CHECK(result == 0);
}

TEST_CASE("an empty file is told of and not taken for a new store", "[pages]") {
  TempDir temp;
  write_file(temp.path() / "data.mdb", "");
  const auto before = contents(temp.path());
  System system;
  const auto opened = LmdbProvider::open(temp.path(), quiet(system));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == Kind::corrupt);
  CHECK(opened.error().message.find("is empty") != std::string::npos);
  CHECK(contents(temp.path()) == before);
  const auto read = LmdbProvider::open_read_only(temp.path(), quiet(system));
  REQUIRE_FALSE(read);
  CHECK(read.error().message.find("is empty") != std::string::npos);
}

}  // namespace duroxide::damaged_pages_test
