// What a loss of power leaves, on traces small enough to be looked at.

#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "power/disk.hpp"

namespace duroxide::disk_test {

using namespace duroxide::power;

namespace {

constexpr FileNumber file = 2;

Record make_file(const std::string& name, FileNumber number = file) {
  return {Op::make_file, root_directory, number, 0, name, {}, {}};
}
Record write(std::uint64_t offset, const std::string& bytes, FileNumber number = file) {
  return {Op::write, number, 0, offset, {}, {}, bytes};
}
Record resize(std::uint64_t size) {
  return {Op::resize, file, 0, size, {}, {}, {}};
}
Record rename(const std::string& from, const std::string& to, FileNumber number = file) {
  return {Op::rename, root_directory, number, 0, from, to, {}};
}
Record flush_begins(FileNumber number = file) {
  return {Op::flush_begins, number, 0, 0, {}, {}, {}};
}
Record flush_returns(Position begin, FileNumber number = file) {
  return {Op::flush_returns, number, 0, begin, {}, {}, {}};
}
Record written_through(Position position) {
  return {Op::written_through, file, 0, position, {}, {}, {}};
}

/// Behind these, the file `f` is there, empty, and so is its name.
Trace with_file(const Trace& more) {
  Trace trace{make_file("f"), flush_begins(root_directory), flush_returns(1, root_directory)};
  trace.insert(trace.end(), more.begin(), more.end());
  return trace;
}
/// Where the first of `more` stands.
constexpr Position first = 3;

Disk disk_of(const Trace& trace, Disk::Flushes flushes = Disk::Flushes::work) {
  Disk disk(flushes);
  for (const Record& record : trace) {
    disk.apply(record);
  }
  return disk;
}

/// Everything that a loss may leave, as the bytes of `f`, each of a few letters.
std::set<std::string> left_of(const Disk& disk, const std::string& name = "f") {
  std::set<std::string> all;
  for (int loss = 0; loss < loss_count; ++loss) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
      const Tree tree = disk.left(Fate(static_cast<Loss>(loss), seed, disk.pending()));
      const auto found = tree.files.find(name);
      std::string letters = found == tree.files.end() ? "gone" : "";
      for (std::size_t at = 0; found != tree.files.end() && at < found->second.size();
           at += sector_bytes) {
        const char letter = found->second.at(at);
        letters.push_back(letter == '\0' ? '0' : letter);
      }
      all.insert(letters);
    }
  }
  return all;
}

using Set = std::set<std::string>;

std::string sectors(const std::string& letters) {
  std::string bytes;
  for (const char letter : letters) {
    bytes.append(sector_bytes, letter);
  }
  return bytes;
}

}  // namespace

TEST_CASE("what was not flushed is lost, kept or torn by sectors", "[power]") {
  // The length may be there without the bytes, and the bytes are nothing without the length.
  CHECK(left_of(disk_of(with_file({write(0, sectors("ab"))}))) == Set{"", "00", "a0", "0b", "ab"});
}

TEST_CASE("what was flushed stays", "[power]") {
  const Trace flushed{write(0, sectors("ab")), flush_begins(), flush_returns(first + 1)};
  CHECK(left_of(disk_of(with_file(flushed))) == Set{"ab"});
  Trace more = flushed;
  more.push_back(write(0, sectors("cd")));
  CHECK(left_of(disk_of(with_file(more))) == Set{"ab", "cb", "ad", "cd"});
  CHECK(left_of(disk_of(with_file(more), Disk::Flushes::are_ignored)).count("gone") == 1);
}

TEST_CASE("a flush that has not returned, or failed, has done nothing yet", "[power]") {
  CHECK(left_of(disk_of(with_file({write(0, sectors("a")), flush_begins()}))) == Set{"", "0", "a"});
}

TEST_CASE("a flush does not reach what is written after it has begun", "[power]") {
  const Trace trace{write(0, sectors("a")), flush_begins(), write(0, sectors("b")),
                    flush_returns(first + 1)};
  CHECK(left_of(disk_of(with_file(trace))) == Set{"a", "b"});
}

TEST_CASE("a flush reaches its own file only", "[power]") {
  const Trace trace{make_file("g", 7), write(0, sectors("a")), write(0, sectors("b"), 7),
                    flush_begins(7), flush_returns(first + 3, 7)};
  CHECK(left_of(disk_of(with_file(trace))) == Set{"", "0", "a"});
}

TEST_CASE("of several writes to a sector any may be the last that was kept", "[power]") {
  const Trace trace{write(0, sectors("a")), write(0, sectors("b")), write(0, sectors("c"))};
  CHECK(left_of(disk_of(with_file(trace))) == Set{"", "0", "a", "b", "c"});
}

TEST_CASE("a part of a sector is written with what stands around it", "[power]") {
  const Disk disk = disk_of(with_file(
      {write(0, sectors("a")), flush_begins(), flush_returns(first + 1), write(10, "bc")}));
  const Tree tree = disk.left(Fate(Loss::none, 0, disk.pending()));
  CHECK(tree.files.at("f") == std::string(10, 'a') + "bc" + std::string(sector_bytes - 12, 'a'));
}

TEST_CASE("a write through a descriptor with O_DSYNC is there when it has returned, alone",
          "[power]") {
  const Trace trace{write(0, sectors("a")), write(sector_bytes, sectors("b")),
                    written_through(first + 1)};
  CHECK(left_of(disk_of(with_file(trace))) == Set{"0b", "ab"});
  const Trace over{write(0, sectors("a")), write(0, sectors("b")), written_through(first + 1)};
  CHECK(left_of(disk_of(with_file(over))) == Set{"b"});
}

TEST_CASE("a write that was overtaken by a flush is not written through again", "[power]") {
  const Trace trace{write(0, sectors("a")), flush_begins(), flush_returns(first + 1),
                    write(0, sectors("b")), flush_begins(), flush_returns(first + 4),
                    written_through(first)};
  CHECK(left_of(disk_of(with_file(trace))) == Set{"b"});
}

TEST_CASE("a file is cut off whole or not at all, and is zero where it grows again", "[power]") {
  const Trace cut{write(0, sectors("ab")), flush_begins(), flush_returns(first + 1),
                  resize(sector_bytes)};
  CHECK(left_of(disk_of(with_file(cut))) == Set{"ab", "a"});
  Trace grown = cut;
  grown.push_back(resize(2 * sector_bytes));
  grown.push_back(flush_begins());
  grown.push_back(flush_returns(first + 5));
  CHECK(left_of(disk_of(with_file(grown))) == Set{"a0"});
}

TEST_CASE("a new name is there once its directory was flushed", "[power]") {
  const Trace made{make_file("f"), write(0, sectors("a")), flush_begins(), flush_returns(2)};
  CHECK(left_of(disk_of(made)) == Set{"gone", "a"});
  CHECK(left_of(disk_of(with_file({}))) == Set{""});
}

TEST_CASE("a directory whose own name is lost takes all in it along", "[power]") {
  const FileNumber inner = 9;
  const Trace trace{{Op::make_directory, root_directory, inner, 0, "d", {}, {}},
                    {Op::make_file, inner, file, 0, "f", {}, {}},
                    flush_begins(inner),
                    flush_returns(2, inner)};
  const Disk disk = disk_of(trace);
  CHECK(disk.left(Fate(Loss::all, 0, disk.pending())) == Tree{});
  CHECK(disk.left(Fate(Loss::none, 0, disk.pending())) == Tree{{{"d/f", ""}}, {"d"}});
  CHECK(left_of(disk, "d/f") == Set{"gone", ""});
}

TEST_CASE("a rename is there whole or not at all", "[power]") {
  const Trace trace{make_file("g", 7), write(0, sectors("n"), 7), flush_begins(7),
                    flush_returns(first + 2, 7), rename("g", "f", 7)};
  const Disk disk = disk_of(with_file(trace));
  CHECK(left_of(disk) == Set{"", "n"});
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Tree tree = disk.left(Fate(Loss::writes, seed, disk.pending()));
    // The new file has one of its names or, if neither has reached the disk, none.
    CHECK((tree.files.at("f").empty() || tree.files.count("g") == 0));
  }
}

TEST_CASE("what a trace cannot tell of is refused", "[power]") {
  CHECK_THROWS(disk_of({{Op::unsupported, 0, 0, 0, {}, {}, "a map"}}));
}

}  // namespace duroxide::disk_test
