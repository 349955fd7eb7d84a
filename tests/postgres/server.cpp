#include "postgres/server.hpp"

#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libpq-fe.h>

namespace duroxide::postgres_test {

namespace {

void check(bool is_well, const char* what) {
  if (!is_well) {
    throw std::system_error(errno, std::generic_category(), what);
  }
}

/// A pipe that no program of another keeps open.
std::array<int, 2> make_pipe() {
  std::array<int, 2> ends{};
  check(::pipe2(ends.data(), O_CLOEXEC) == 0, "pipe2");
  return ends;
}

std::string_view word_of(Ending ending) {
  return ending == Ending::fast ? "fast" : "immediate";
}

}  // namespace

PostgresServer::PostgresServer(const std::vector<std::string>& options) : owner_(::getpid()) {
  std::vector<std::string> words{DUROXIDE_POSTGRES_SERVER};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  const auto in = make_pipe();
  const auto out = make_pipe();
  script_ = ::fork();
  check(script_ >= 0, "fork");
  if (script_ == 0) {
    // Whoever kills the group of the test must leave this to end the server.
    ::setsid();
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  to_ = in[1];
  from_ = out[0];
  address_ = answer();
}

PostgresServer::~PostgresServer() {
  ::close(to_);
  ::close(from_);
  if (owner_ == ::getpid()) {
    ::waitpid(script_, nullptr, 0);
  }
}

void PostgresServer::stop(Ending ending) {
  order("stop " + std::string(word_of(ending)));
}

void PostgresServer::start() {
  order("start");
}

void PostgresServer::restart(Ending ending) {
  order("restart " + std::string(word_of(ending)));
}

void PostgresServer::order(const std::string& line) {
  const std::string whole = line + "\n";
  check(::write(to_, whole.data(), whole.size()) == static_cast<ssize_t>(whole.size()), "write");
  if (answer() != "done") {
    throw std::runtime_error("the server did not " + line);
  }
}

std::string PostgresServer::answer() {
  std::string line;
  char sign = 0;
  while (true) {
    const ssize_t size = ::read(from_, &sign, 1);
    if (size == 1 && sign == '\n') {
      return line;
    }
    if (size == 1) {
      line += sign;
    } else if (size == 0) {
      throw std::runtime_error("there is no PostgreSQL for the tests: " DUROXIDE_POSTGRES_SERVER
                               " has ended; standard error says why");
    } else {
      check(errno == EINTR, "read");
    }
  }
}

const std::string& server_address() {
  static const char* const given = std::getenv("DUROXIDE_TEST_POSTGRES");  // NOLINT: nobody sets it
  if (given != nullptr) {
    static const std::string address = given;
    return address;
  }
  static const PostgresServer server;
  return server.address();
}

std::string query(const std::string& address, const std::string& statements) {
  const std::unique_ptr<PGconn, decltype(&::PQfinish)> connection(::PQconnectdb(address.c_str()),
                                                                  ::PQfinish);
  const std::unique_ptr<PGresult, decltype(&::PQclear)> result(
      ::PQexec(connection.get(), statements.c_str()), ::PQclear);
  const auto status = ::PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(statements + ": " + ::PQerrorMessage(connection.get()));
  }
  return ::PQntuples(result.get()) > 0 ? ::PQgetvalue(result.get(), 0, 0) : "";
}

std::string schema_of(const std::filesystem::path& directory) {
  std::string name = "s";
  for (const char sign : directory.filename().string()) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(sign)) != 0;
    name += is_plain ? sign : '_';
  }
  return name;
}

std::string fresh_schema_of(const std::string& address, const std::filesystem::path& directory) {
  static std::map<std::filesystem::path, std::string> known;
  std::string dropped;
  for (auto entry = known.begin(); entry != known.end();) {
    if (std::filesystem::exists(entry->first)) {
      ++entry;
    } else {
      dropped += "drop schema if exists \"" + entry->second + "\" cascade;";
      entry = known.erase(entry);
    }
  }
  if (!dropped.empty()) {
    query(address, "set client_min_messages = warning;" + dropped);
  }
  return known.emplace(directory, schema_of(directory)).first->second;
}

}  // namespace duroxide::postgres_test
