// Each thing that cannot be true of a page, or of the header of the file, is told with its page. The file
// alone is looked at here, by page, without LMDB.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "provider/damaged_pages.hpp"
#include "storage/lmdb/page_file.hpp"
#include "storage/lmdb/page_layout.hpp"
#include "storage/lmdb/page_walk.hpp"
#include "storage/storage_failure.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::page_damage_test {

using namespace duroxide::testing;
using Catch::Contains;
namespace pages = storage::pages;

namespace {

/// The bytes of a sound store's file, to be changed.
class Image {
 public:
  Image() : bytes_(sound()) {}

  template <class T>
  [[nodiscard]] T get(std::size_t at) const {
    T value{};
    std::memcpy(&value, bytes_.data() + at, sizeof(value));
    return value;
  }
  template <class T>
  void set(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof(value));
  }
  void zero(std::uint64_t page) {
    std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(page * page_bytes), page_bytes, '\0');
  }
  void cut(std::size_t size) { bytes_.resize(size); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

  /// Changes the newest header, or both, as the older must make sense too.
  void change_header(const std::function<void(pages::Meta&)>& change, bool both = false) {
    for (const std::size_t page : {std::size_t{0}, std::size_t{1}}) {
      if (both || page == newest()) {
        auto meta = get<pages::Meta>(page * page_bytes + pages::header_bytes);
        change(meta);
        set(page * page_bytes + pages::header_bytes, meta);
      }
    }
  }
  [[nodiscard]] pages::Meta header() const {
    return get<pages::Meta>(newest() * page_bytes + pages::header_bytes);
  }

  // Of a page of a tree.
  [[nodiscard]] static std::size_t at(std::uint64_t page) { return page * page_bytes; }
  [[nodiscard]] std::size_t nodes(std::uint64_t page) const {
    return (get<std::uint16_t>(at(page) + 12) - pages::header_bytes) / 2;
  }
  /// Where a node begins in the file.
  [[nodiscard]] std::size_t node(std::uint64_t page, std::size_t index) const {
    return at(page) + get<std::uint16_t>(at(page) + pages::header_bytes + 2 * index);
  }
  /// Where its data begin.
  [[nodiscard]] std::size_t data(std::uint64_t page, std::size_t index) const {
    const std::size_t begin = node(page, index);
    return begin + pages::node_header_bytes + get<std::uint16_t>(begin + 6);
  }
  /// The names of the tables stand on one leaf here.
  [[nodiscard]] std::uint64_t names() const { return header().main.root; }
  /// The description of a table with at least so many levels.
  [[nodiscard]] std::size_t table(std::uint16_t depth) const {
    for (std::size_t index = 0; index < nodes(names()); ++index) {
      if (get<pages::Database>(data(names(), index)).depth >= depth) {
        return data(names(), index);
      }
    }
    FAIL("there is no table as deep as that");
    return 0;
  }
  /// The root of such a table.
  [[nodiscard]] std::uint64_t root(std::uint16_t depth) const {
    return get<pages::Database>(table(depth)).root;
  }

 private:
  static const std::string& sound() {
    static const std::string bytes = [] {
      const TempDir temp;
      make_paged_store(temp.path() / "store");
      return contents(temp.path() / "store").at("data.mdb");
    }();
    return bytes;
  }
  [[nodiscard]] std::size_t newest() const {
    const auto transaction = [&](std::size_t page) {
      return get<pages::Meta>(page * page_bytes + pages::header_bytes).transaction;
    };
    return transaction(0) >= transaction(1) ? 0 : 1;
  }

  std::string bytes_;
};

/// What a check says of the file, one problem a line.
std::string found_in(const Image& image) {
  const TempDir temp;
  write_file(temp.path() / "data.mdb", image.bytes());
  const auto problems = storage::check_all_pages(temp.path() / "data.mdb", {});
  std::string found;
  for (const std::string& problem : *problems) {
    found += problem + "\n";
  }
  return found;
}

/// The same after a change.
std::string found_after(const std::function<void(Image&)>& change) {
  Image image;
  change(image);
  return found_in(image);
}

std::string page_text(std::uint64_t page) {
  return "page " + std::to_string(page) + " makes no sense: ";
}

}  // namespace

TEST_CASE("a sound file has no damaged page, and a check of it can be stopped", "[pages]") {
  CHECK(found_in(Image()).empty());
  const TempDir temp;
  write_file(temp.path() / "data.mdb", Image().bytes());
  int looked_at = 0;
  CHECK_FALSE(storage::check_all_pages(temp.path() / "data.mdb", [&] { return ++looked_at < 3; }));
  CHECK(looked_at == 3);
  CHECK_THROWS_AS(storage::check_all_pages(temp.path() / "nothing", {}), storage::StorageFailure);
}

TEST_CASE("a header that cannot be true is told of", "[pages]") {
  for (const std::uint32_t size : {0U, 256U, 1000U, 131072U}) {
    CHECK_THAT(found_after([&](Image& i) {
                 i.change_header([&](pages::Meta& meta) { meta.free.pad = size; }, true);
               }),
               Contains("its header makes no sense"));
  }
  CHECK_THAT(
      found_after([](Image& i) { i.change_header([](auto& meta) { meta.map_size = 0; }, true); }),
      Contains("its header makes no sense"));
  CHECK_THAT(found_after([](Image& i) {
               i.change_header([](auto& meta) { meta.map_size = std::uint64_t{1} << 48; }, true);
             }),
             Contains("its header makes no sense"));
  CHECK_THAT(found_after([](Image& i) { i.set(pages::header_bytes, std::uint32_t{7}); }),
             Contains("it is not an LMDB database, or its first header is damaged"));
  CHECK_THAT(found_after([](Image& i) { i.set(10, std::uint16_t{0}); }),
             Contains("it is not an LMDB database"));
  CHECK_THAT(found_after([](Image& i) {
               i.set(page_bytes + pages::header_bytes + offsetof(pages::Meta, version),
                     std::uint32_t{9});
             }),
             Contains("its header is cut off or damaged"));
  CHECK_THAT(found_after([](Image& i) {
               i.set(page_bytes + pages::header_bytes + offsetof(pages::Meta, free),
                     std::uint32_t{8192});
             }),
             Contains("its header is cut off or damaged"));
  CHECK_THAT(found_after([](Image& i) { i.cut(page_bytes + 40); }),
             Contains("its header is cut off or damaged"));
  CHECK_THAT(found_after([](Image& i) { i.cut(0); }), Contains("is empty"));
}

TEST_CASE("what a header or a name says of a tree is looked at", "[pages]") {
  const auto says = [](const std::function<void(pages::Database&)>& change) {
    const std::string of_main = found_after(
        [&](Image& i) { i.change_header([&](pages::Meta& meta) { change(meta.main); }); });
    CHECK_THAT(of_main, Contains("what it says of a tree makes no sense"));
    const std::string of_table = found_after([&](Image& i) {
      auto table = i.get<pages::Database>(i.table(1));
      change(table);
      i.set(i.table(1), table);
    });
    CHECK_THAT(of_table, Contains(page_text(Image().names()) + "what it says of a tree"));
  };
  says([](pages::Database& tree) { tree.flags |= pages::unused_orders; });
  says([](pages::Database& tree) { tree.flags |= pages::by_number; });
  says([](pages::Database& tree) { tree.depth = pages::deepest + 1; });
  says([](pages::Database& tree) { tree.depth = 0; });
  says([](pages::Database& tree) { tree.root = 1; });
  says([](pages::Database& tree) { tree.root = std::uint64_t{1} << 40; });
  says([](pages::Database& tree) { tree.root = pages::no_page; });
}

TEST_CASE("a tree that has not as much as its description counts is told of", "[pages]") {
  for (const std::size_t count :
       {offsetof(pages::Database, branch_pages), offsetof(pages::Database, leaf_pages),
        offsetof(pages::Database, entries)}) {
    CHECK_THAT(found_after([&](Image& i) {
                 const std::size_t at = i.table(2) + count;
                 i.set(at, i.get<std::uint64_t>(at) + 1);
               }),
               Contains("it counts other pages or entries of a tree than there are"));
  }
}

TEST_CASE("a page that is not what leads to it says is told of", "[pages]") {
  const std::uint64_t branch = Image().root(2);
  const auto says = [&](const char* what, const std::function<void(Image&)>& change) {
    CHECK_THAT(found_after(change), Contains(page_text(branch) + what));
  };
  says("it holds nothing but zeros", [&](Image& i) { i.zero(branch); });
  says("it does not bear its number",
       [&](Image& i) { i.set(Image::at(branch), std::uint64_t{branch + 1}); });
  says("it should be a branch", [&](Image& i) { i.set(Image::at(branch) + 10, pages::leaf); });
  says("its bounds make no sense",
       [&](Image& i) { i.set(Image::at(branch) + 12, std::uint16_t{17}); });
  says("its bounds make no sense",
       [&](Image& i) { i.set(Image::at(branch) + 12, std::uint16_t{8}); });
  says("its bounds make no sense",
       [&](Image& i) { i.set(Image::at(branch) + 14, std::uint16_t{0x7fff}); });
  says("it has too few nodes", [&](Image& i) {
    i.set(Image::at(branch) + 12, static_cast<std::uint16_t>(pages::header_bytes + 2));
  });
  says("node 0 lies outside of it",
       [&](Image& i) { i.set(Image::at(branch) + 16, std::uint16_t{4094}); });
  says("node 1 has a key of 0 bytes",
       [&](Image& i) { i.set(i.node(branch, 1) + 6, std::uint16_t{0}); });
  says("it belongs to two others", [&](Image& i) {
    // A name more that leads to it: the first table's description is that of this one.
    const std::size_t other = i.data(i.names(), 0) == i.table(2) ? 1 : 0;
    i.set(i.data(i.names(), other), i.get<pages::Database>(i.table(2)));
  });
}

TEST_CASE("a leaf whose nodes make no sense is told of", "[pages]") {
  const std::uint64_t leaf = Image().names();
  const auto says = [&](const char* what, const std::function<void(Image&)>& change) {
    CHECK_THAT(found_after(change), Contains(page_text(leaf) + what));
  };
  says("it should be a leaf", [&](Image& i) { i.set(Image::at(leaf) + 10, pages::branch); });
  says("node 0 is of an unknown kind",
       [&](Image& i) { i.set(i.node(leaf, 0) + 4, std::uint16_t{0x40}); });
  says("node 1 does not follow the one before",
       [&](Image& i) { i.set(i.node(leaf, 0) + pages::node_header_bytes, std::uint8_t{0xff}); });
  says("node 0 has data that lie outside of it",
       [&](Image& i) { i.set(i.node(leaf, 0), std::uint16_t{40}); });
  says("node 0 has data that lie outside of it", [&](Image& i) {
    i.set(i.node(leaf, 0) + 4, std::uint16_t{0});
    i.set(i.node(leaf, 0), std::uint16_t{0xfff0});
  });
}

TEST_CASE("a large value whose pages are others is told of", "[pages]") {
  const std::uint64_t large = large_pages(Image().bytes()).front();
  const auto says = [&](const char* what, const std::function<void(Image&)>& change) {
    CHECK_THAT(found_after(change), Contains(page_text(large) + what));
  };
  const char* wrong = "it should be the first of a large value";
  says(wrong, [&](Image& i) { i.set(Image::at(large), std::uint64_t{large + 1}); });
  says(wrong, [&](Image& i) { i.set(Image::at(large) + 10, pages::leaf); });
  says(wrong, [&](Image& i) { i.set(Image::at(large) + 12, std::uint32_t{1}); });
}

TEST_CASE("a list of free pages that cannot be true is told of", "[pages]") {
  const auto lists = Image().header().free.root;
  REQUIRE(lists != pages::no_page);
  const auto says = [&](const char* what, const std::function<void(Image&, std::size_t)>& change) {
    CHECK_THAT(found_after([&](Image& i) { change(i, i.data(lists, 0)); }), Contains(what));
  };
  const char* wrong = "a list of free pages makes no sense";
  says(wrong, [](Image& i, std::size_t list) { i.set(list, std::uint64_t{1'000'000}); });
  says(wrong, [](Image& i, std::size_t list) { i.set(list + 8, std::uint64_t{1}); });
  says(wrong, [](Image& i, std::size_t list) { i.set(list + 8, std::uint64_t{1} << 40); });
  says(wrong, [&](Image& i, std::size_t) {
    i.set(i.node(lists, 0), static_cast<std::uint16_t>(i.get<std::uint16_t>(i.node(lists, 0)) - 1));
  });
  says("node 0 has a key of 7 bytes",
       [&](Image& i, std::size_t) { i.set(i.node(lists, 0) + 6, std::uint16_t{7}); });
  says("it is in use, and said to be free", [](Image& i, std::size_t list) {
    i.set(list, std::uint64_t{1});
    i.set(list + 8, i.names());
  });
}

TEST_CASE("of a file that is damaged all over, a hundred pages are told", "[pages]") {
  const TempDir temp;
  {
    const auto world = open_world(temp.path() / "store", std::uint64_t{1} << 26);
    const std::string id(240, 'x');
    for (int i = 0; i < 3000; ++i) {
      world->start(id + std::to_string(i), "Filler");
    }
    world->close();
  }
  const auto file = temp.path() / "store" / "data.mdb";
  const std::string bytes = contents(temp.path() / "store").at("data.mdb");
  // All leaves but those that the file's own two trees begin with.
  for (std::size_t page = 2; page < bytes.size() / page_bytes; ++page) {
    std::uint16_t flags = 0;
    std::memcpy(&flags, bytes.data() + page * page_bytes + 10, sizeof(flags));
    const bool names = bytes.find("instances", page * page_bytes) < (page + 1) * page_bytes;
    if (flags == pages::leaf && !names) {
      overwrite(file, page * page_bytes + 12, std::string(4, '\x11'));
    }
  }
  const auto problems = storage::check_all_pages(file, {}).value();
  REQUIRE(problems.size() == 100);
  CHECK_THAT(problems.back(), Catch::EndsWith("; there may be more"));
  CHECK_THAT(problems.front(), !Contains("there may be more"));
}

}  // namespace duroxide::page_damage_test
