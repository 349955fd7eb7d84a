// What goes between a remote store and an engine, as bytes.

#include <catch2/catch.hpp>

#include "gateway/remote/frames.hpp"

namespace duroxide::remote_frames_test {

using namespace duroxide::gateway::remote;
using Catch::Contains;

namespace {

constexpr std::size_t ample = 1'000;

std::string frame(FrameKind kind, std::uint64_t number, std::string_view body) {
  std::string bytes;
  append_frame(bytes, kind, number, body);
  return bytes;
}

std::string flaw_of(const std::string& bytes) {
  FrameReader reader(ample, bytes);
  const auto read = reader.next();
  REQUIRE_FALSE(read);
  return read.error().what;
}

}  // namespace

TEST_CASE("remote frames: they come out as they went in, however they are cut", "[remote]") {
  const std::string bytes =
      frame(FrameKind::request, 7, "one") + frame(FrameKind::stop, 1, "") +
      frame(FrameKind::answer, (std::uint64_t{1} << 48) - 1, std::string("\0\n\xff", 3));
  const std::size_t step = GENERATE(as<std::size_t>{}, 1, 2, 5, 1'000);
  FrameReader reader(ample);
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    reader.add(std::string_view(bytes).substr(i, step));
    while (auto next = reader.next().value()) {
      frames.push_back(*next);
    }
  }
  REQUIRE(frames.size() == 3);
  CHECK(frames[0].kind == FrameKind::request);
  CHECK(frames[0].number == 7);
  CHECK(frames[0].body == "one");
  CHECK(frames[1].kind == FrameKind::stop);
  CHECK(frames[1].body.empty());
  CHECK(frames[2].number == (std::uint64_t{1} << 48) - 1);
  CHECK(frames[2].body == std::string("\0\n\xff", 3));
}

TEST_CASE("remote frames: what is no frame is told", "[remote]") {
  CHECK_THAT(flaw_of(std::string("\0\0\0\0", 4)), Contains("too short"));
  CHECK_THAT(flaw_of(std::string("\x08\0\0\0", 4)), Contains("a frame of 8 bytes is too short"));
  CHECK_THAT(flaw_of("\xff\xff\xff\xff"), Contains("longer than 1000"));
  std::string unknown = frame(FrameKind::progress, 1, "");
  unknown[4] = 5;
  CHECK_THAT(flaw_of(unknown), Contains("no frame of kind 5"));
}

TEST_CASE("remote frames: the first line is one, and names the version", "[remote]") {
  const std::string line = first_line();
  CHECK(line ==
        "\xd5"
        "DXR003");
  CHECK(is_first_line(line));
  CHECK_FALSE(is_first_line("{\"version\":1}"));
  CHECK_FALSE(is_first_line(""));
}

}  // namespace duroxide::remote_frames_test
