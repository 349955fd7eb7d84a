#include "lint/names.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

namespace duroxide::lint {

namespace {

constexpr std::string_view random_advice =
    "is something else when the history is replayed: use ctx.new_guid(), or make it in "
    "ctx.side_effect(), which records it";
constexpr std::string_view environment_advice =
    "belongs to the process, and the next one may have another: read it before the instance is "
    "started and pass it as input, or read it in ctx.side_effect() or an activity";
constexpr std::string_view thread_advice =
    "holds up the engine, or goes on beside it, and a replay does it again: wait with "
    "ctx.schedule_timer(), run things at once with when_all(), and leave the rest to activities";
constexpr std::string_view io_advice =
    "reaches outside of the history, and a replay does it again: do it in an activity";

std::vector<NamedRule> make_rules() {
  const auto all = [](Form form, std::initializer_list<std::string_view> names,
                      std::vector<Name>& into) {
    for (const std::string_view name : names) {
      into.push_back({name, form});
    }
  };
  NamedRule clock{"clock", clock_advice, {}};
  all(Form::call,
      {"time", "clock", "gettimeofday", "clock_gettime", "timespec_get", "ftime", "times"},
      clock.names);
  NamedRule random{"random", random_advice, {}};
  all(Form::call,
      {"rand", "srand", "rand_r", "random", "srandom", "drand48", "lrand48", "mrand48",
       "arc4random", "arc4random_uniform", "getrandom", "getentropy", "uuid_generate",
       "uuid_generate_random", "random_shuffle"},
      random.names);
  all(Form::anywhere, {"random_device"}, random.names);
  NamedRule environment{"environment", environment_advice, {}};
  all(Form::call,
      {"getenv", "secure_getenv", "setenv", "putenv", "unsetenv", "gethostname", "getpid",
       "getppid", "getuid", "getcwd"},
      environment.names);
  all(Form::anywhere, {"environ"}, environment.names);
  NamedRule thread{"thread", thread_advice, {}};
  all(Form::standard,
      {"thread",
       "jthread",
       "async",
       "mutex",
       "recursive_mutex",
       "shared_mutex",
       "timed_mutex",
       "condition_variable",
       "condition_variable_any",
       "promise",
       "future",
       "shared_future",
       "packaged_task",
       "lock_guard",
       "unique_lock",
       "scoped_lock",
       "shared_lock",
       "latch",
       "barrier",
       "counting_semaphore",
       "binary_semaphore",
       "call_once"},
      thread.names);
  all(Form::member_of, {"this_thread"}, thread.names);
  all(Form::call,
      {"sleep", "usleep", "nanosleep", "sleep_for", "sleep_until", "fork", "vfork",
       "pthread_create", "pthread_mutex_lock"},
      thread.names);
  NamedRule io{"io", io_advice, {}};
  all(Form::anywhere,
      {"ifstream", "ofstream", "fstream", "wifstream", "wofstream", "directory_iterator",
       "recursive_directory_iterator"},
      io.names);
  all(Form::standard, {"cin", "wcin"}, io.names);
  all(Form::files, {"filesystem", "fs"}, io.names);
  all(Form::call,
      {"fopen", "freopen", "fdopen", "popen", "tmpfile", "mkstemp", "opendir", "scanf", "fscanf",
       "getchar", "system", "socket", "getaddrinfo", "gethostbyname", "mmap", "unlink", "mkdir",
       "rmdir"},
      io.names);
  all(Form::of_system,
      {"open", "openat", "close", "read", "write", "send", "sendto", "recv", "recvfrom", "connect",
       "bind", "listen", "accept", "poll", "select", "access", "stat", "rename", "remove"},
      io.names);
  return {std::move(clock), std::move(random), std::move(environment), std::move(thread),
          std::move(io)};
}

bool is_member(const Source& source, std::size_t index) {
  return index > 0 && (source.is(index - 1, ".") || source.is(index - 1, "->"));
}

/// Whether a call of a free function stands there, as far as the word before it tells.
bool is_free_call(const Source& source, std::size_t index) {
  if (!source.is(index + 1, "(") || is_member(source, index)) {
    return false;
  }
  if (index == 0) {
    return true;
  }
  const std::size_t before = index - 1;
  if (source.is(before, "::")) {
    return before == 0 || !source.is_word(before - 1) || source.is(before - 1, "std") ||
           source.is(before - 1, "return") || source.is(before - 1, "co_return");
  }
  if (!source.is_word(before)) {
    return !source.is(before, "~");
  }
  // Behind another name it is one that is declared.
  constexpr std::array<std::string_view, 8> keywords{"return", "co_return", "co_yield", "co_await",
                                                     "else",   "throw",     "case",     "not"};
  return std::any_of(keywords.begin(), keywords.end(),
                     [&](std::string_view each) { return source.is(before, each); });
}

}  // namespace

const std::vector<NamedRule>& named_rules() {
  static const std::vector<NamedRule> all = make_rules();
  return all;
}

bool stands_as(const Source& source, std::size_t index, const Name& name) {
  if (!source.is(index, name.text)) {
    return false;
  }
  switch (name.form) {
    case Form::anywhere:
      return !is_member(source, index);
    case Form::standard:
      return index > 1 && source.is(index - 1, "::") && source.is(index - 2, "std");
    case Form::call:
      return is_free_call(source, index);
    case Form::of_system:
      return index > 0 && source.is(index - 1, "::") && is_free_call(source, index) &&
             !(index > 1 && source.is(index - 2, "std"));
    case Form::member_of:
      return source.is(index + 1, "::");
    case Form::files:
      return source.is(index + 1, "::") && source.is_word(index + 2) && source.is(index + 3, "(") &&
             !source.is(index + 2, "path");
  }
  return false;
}

}  // namespace duroxide::lint
