#pragma once

// Stores whose file is damaged, and a child of this process to try what might end it.

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "provider/engine_process.hpp"
#include "provider/files.hpp"
#include "provider/filled_world.hpp"
#include "support/kept_counts.hpp"

namespace duroxide::testing {

namespace fs = std::filesystem;

inline constexpr std::size_t page_bytes = 4096;
inline constexpr int crashed = -1;

/// Runs something in a child of this process. Gives what it returns, or `crashed`.
inline int in_child(const std::function<int()>& what) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int end : {SIGABRT, SIGSEGV, SIGBUS}) {
      ::signal(end, SIG_DFL);  // it is not for the test's own handlers to tell of it
    }
    int code = 99;
    try {
      code = what();
    } catch (...) {
      code = 98;
    }
    end_child(code);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : crashed;
}

/// A store that has pages of every kind: full tables, and values larger than a page.
inline void make_paged_store(const fs::path& directory) {
  const auto world = open_world(directory, std::uint64_t{1} << 26);
  fill(*world);
  world->start("large");
  auto item = world->fetch_one();
  while (item.instance != "large") {
    item = world->fetch_one();
  }
  auto ack = complete_of(item, std::string(20'000, 'L'));
  ack.events.push_back(
      Event{2, 0, from_milliseconds(7), event::OrchestrationCompleted{ack.metadata.output}});
  world->ack(ack).value();
  for (int i = 0; i < 60; ++i) {
    world->start("filler-" + std::to_string(i), "Filler");
  }
  world->close();
}

/// Where a text stands in the file: the number of the page.
inline std::vector<std::size_t> pages_with(const std::string& bytes, const std::string& text) {
  std::vector<std::size_t> found;
  for (std::size_t page = 2; page < bytes.size() / page_bytes; ++page) {
    if (bytes.substr(page * page_bytes, page_bytes).find(text) != std::string::npos) {
      found.push_back(page);
    }
  }
  return found;
}

/// Overwrites bytes of a file that may be in use.
inline void overwrite(const fs::path& file, std::size_t at, const std::string& bytes) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(static_cast<std::streamoff>(at));
  out << bytes;
}

/// The first pages of the large values: of a result, and of the last event of its history.
inline std::vector<std::size_t> large_pages(const std::string& bytes) {
  std::vector<std::size_t> found;
  for (const std::size_t page : pages_with(bytes, std::string(1000, 'L'))) {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data() + page * page_bytes, sizeof(number));
    if (number == page && (static_cast<unsigned char>(bytes[page * page_bytes + 10]) & 4) != 0) {
      found.push_back(page);
    }
  }
  REQUIRE_FALSE(found.empty());
  return found;
}

/// Whether a text names one of these pages.
inline bool names_one(const std::string& text, const std::vector<std::size_t>& pages) {
  return std::any_of(pages.begin(), pages.end(), [&](std::size_t page) {
    return text.find("page " + std::to_string(page) + " ") != std::string::npos;
  });
}

}  // namespace duroxide::testing
