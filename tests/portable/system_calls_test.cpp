// What is asked of the system in another way on each: these cases run with what Linux has, and with what other
// systems have in its stead.

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/alarm_clock.hpp"
#include "gateway/http/end_watch.hpp"
#include "gateway/socket_path.hpp"
#include "gateway/unix_socket.hpp"
#include "gateway/wire.hpp"
#include "model/background.hpp"
#include "model/held_directory.hpp"
#include "model/wakeup.hpp"
#include "storage/disk_calls.hpp"
#include "support/temp_dir.hpp"

#ifdef DUROXIDE_PORTABLE
// Which the systems have that this stands for.
extern "C" int getpeereid(int peer, uid_t* user, gid_t* group) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (::getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return -1;
  }
  *user = credentials.uid;
  *group = credentials.gid;
  return 0;
}
#endif

namespace duroxide::system_calls_test {

using namespace duroxide::gateway;
using gateway::http::EndWatch;
using model::FileDescriptor;
using model::Links;
using model::Wakeup;
using std::chrono::milliseconds;
using testing::TempDir;

namespace {

namespace fs = std::filesystem;

/// Waits until there is something to read, or looks whether there is now.
bool is_readable(int file, bool waits = false) {
  pollfd entry{file, POLLIN, 0};
  return ::poll(&entry, 1, waits ? -1 : 0) == 1;
}

bool goes_to_other_programs(int file) {
  return (::fcntl(file, F_GETFD) & FD_CLOEXEC) == 0;
}

bool waits(int file) {
  return (::fcntl(file, F_GETFL) & O_NONBLOCK) == 0;
}

const sockaddr* address_of(const SocketPath& path) {
  return reinterpret_cast<const sockaddr*>(&path.address());
}

/// A socket in a directory, and a peer that has connected.
struct Connected {
  Connected() {
    REQUIRE(listening.is_open());
    REQUIRE(::bind(listening.get(), address_of(path), sizeof(path.address())) == 0);
    REQUIRE(::listen(listening.get(), 1) == 0);
    CHECK_FALSE(accept_peer(listening.get()).is_open());
    CHECK(errno == EAGAIN);
    REQUIRE(::connect(client.get(), address_of(path), sizeof(path.address())) == 0);
    server = accept_peer(listening.get());
    REQUIRE(server.is_open());
  }

  TempDir directory;
  SocketPath path{directory.path()};
  FileDescriptor listening = make_unix_socket(false);
  FileDescriptor client = make_unix_socket(true);
  FileDescriptor server;
};

}  // namespace

TEST_CASE("a wakeup is raised until it is taken back", "[portable][threads]") {
  const Wakeup wakeup;
  CHECK_FALSE(goes_to_other_programs(wakeup.file()));
  CHECK_FALSE(is_readable(wakeup.file()));
  CHECK_FALSE(wakeup.take());
  for (int i = 0; i < 100'000; ++i) {
    wakeup.raise();
  }
  CHECK(is_readable(wakeup.file()));
  CHECK(wakeup.take());
  CHECK_FALSE(is_readable(wakeup.file()));
  CHECK_FALSE(wakeup.take());
  std::thread other([&] { wakeup.raise(); });
  CHECK(is_readable(wakeup.file(), true));
  other.join();
}

TEST_CASE("an alarm clock is readable once its time has passed, and may be dropped before",
          "[portable]") {
  const AlarmClock soon(milliseconds(5));
  CHECK(is_readable(soon.file(), true));
  CHECK(soon.has_rung());
  const AlarmClock late(std::chrono::hours(24));
  CHECK_FALSE(is_readable(late.file()));
  CHECK_FALSE(late.has_rung());
}

TEST_CASE("the end of a wait is told by one descriptor, whatever it is that ends it",
          "[portable][stop][waits]") {
  const Wakeup stop;
  const Wakeup alarm;
  Connected connected;
  const EndWatch watch(stop.file(), connected.server.get(), alarm.file());
  CHECK_FALSE(is_readable(watch.file()));
  SECTION("the server is to stop") {
    stop.raise();
  }
  SECTION("its time is up") {
    alarm.raise();
  }
  SECTION("its peer has gone") {
    connected.client.reset();
  }
  CHECK(is_readable(watch.file(), true));
  CHECK(is_readable(watch.file()));
}

TEST_CASE("what watches for the end of a wait may go before there is any",
          "[portable][stop][waits]") {
  const Wakeup stop;
  const Wakeup alarm;
  for (int i = 0; i < 100; ++i) {
    const EndWatch watch(stop.file(), -1, alarm.file());
    CHECK_FALSE(is_readable(watch.file()));
  }
  const EndWatch without_time(stop.file(), -1);
  CHECK_FALSE(is_readable(without_time.file()));
  stop.raise();
  CHECK(is_readable(without_time.file(), true));
}

TEST_CASE(
    "a held directory is looked into wherever it is moved, and a link is refused if it must be",
    "[portable]") {
  const TempDir temp;
  const fs::path there = temp.path() / "there";
  fs::create_directory(there);
  fs::create_directory(there / "inside");
  fs::create_directory_symlink(there, temp.path() / "link");
  CHECK_FALSE(model::hold_directory(temp.path() / "none", Links::followed).is_open());
  CHECK_FALSE(model::hold_directory(temp.path() / "link", Links::refused).is_open());
  CHECK(model::hold_directory(temp.path() / "link", Links::followed).is_open());
  const auto held = model::hold_directory(there, Links::refused);
  REQUIRE(held.is_open());
  CHECK_FALSE(goes_to_other_programs(held.get()));
  fs::rename(there, temp.path() / "elsewhere");
  struct stat info {};
  CHECK(::fstatat(held.get(), "inside", &info, AT_SYMLINK_NOFOLLOW) == 0);
}

TEST_CASE("sockets are not handed on to programs, and know who has connected",
          "[portable][control]") {
  const Connected connected;
  CHECK(waits(connected.client.get()));
  for (const FileDescriptor* socket :
       {&connected.listening, &connected.client, &connected.server}) {
    CHECK_FALSE(goes_to_other_programs(socket->get()));
  }
  CHECK_FALSE(waits(connected.listening.get()));
  CHECK_FALSE(waits(connected.server.get()));
  CHECK(user_of_peer(connected.server.get()) == ::geteuid());
  CHECK_FALSE(user_of_peer(-1).has_value());
  CHECK(send_quietly(connected.client.get(), "hello", 5) == 5);
  CHECK(is_readable(connected.server.get(), true));
}

TEST_CASE("what is sent to a peer that has gone is an error, and no signal",
          "[portable][control]") {
  Connected connected;
  connected.server.reset();
  CHECK(send_quietly(connected.client.get(), "hello", 5) == -1);
  CHECK(errno == EPIPE);
}

TEST_CASE("the path of a socket in a deep directory is an address, or told to be too long",
          "[portable][control]") {
  const TempDir temp;
  const fs::path deep = temp.path() / std::string(200, 'd');
  fs::create_directory(deep);
  errno = 0;
  const SocketPath path(deep);
#ifdef DUROXIDE_PORTABLE
  CHECK_FALSE(path.is_open());
  CHECK(errno == ENAMETOOLONG);
#else
  REQUIRE(path.is_open());
  const FileDescriptor socket = make_unix_socket(false);
  CHECK(::bind(socket.get(), address_of(path), sizeof(path.address())) == 0);
  CHECK(fs::is_socket(deep / socket_file_name));
#endif
  errno = 0;
  const SocketPath none(temp.path() / "none");
  CHECK_FALSE(none.is_open());
  CHECK(errno == ENOENT);
}

TEST_CASE("room is taken on the disk, and what a file holds stays", "[portable]") {
  const TempDir temp;
  const fs::path path = temp.path() / "file";
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(::write(file.get(), "hello", 5) == 5);
  CHECK(storage::take_room(file.get(), 0, 200'000) == 0);
  CHECK(fs::file_size(path) == 200'000);
  struct stat info {};
  REQUIRE(::fstat(file.get(), &info) == 0);
  CHECK(info.st_blocks * 512 >= 200'000);
  char bytes[6] = "";
  CHECK(::pread(file.get(), bytes, 5, 0) == 5);
  CHECK(std::string(bytes) == "hello");
  CHECK(storage::take_room(file.get(), 0, 100) == 0);
  CHECK(fs::file_size(path) == 200'000);
  CHECK(storage::flush_bytes(file.get()) == 0);
  CHECK(storage::flush_bytes(-1) == -1);
  CHECK(storage::take_room(-1, 0, 1) == EBADF);
}

TEST_CASE("what is written past the cache, where that can be had, is read through it",
          "[portable]") {
  const TempDir temp;
  const fs::path path = temp.path() / "file";
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  alignas(4096) std::array<char, 4096> sector{};
  sector.front() = 'h';
  (void)storage::write_past_cache(file.get(), true);
  REQUIRE(::pwrite(file.get(), sector.data(), sector.size(), 0) == 4096);
  CHECK(storage::write_past_cache(file.get(), false));
  CHECK(::pwrite(file.get(), "i", 1, 1) == 1);
  char bytes[3] = "";
  CHECK(::pread(file.get(), bytes, 2, 0) == 2);
  CHECK(std::string(bytes) == "hi");
  CHECK_FALSE(storage::write_past_cache(-1, true));
}

TEST_CASE("a thread that gives way to others goes on", "[portable][threads]") {
  bool went_on = false;
  std::thread([&] {
    give_way_to_others();
    yield_to_others();
    went_on = true;
  }).join();
  CHECK(went_on);
}

}  // namespace duroxide::system_calls_test
