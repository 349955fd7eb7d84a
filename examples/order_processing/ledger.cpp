#include "ledger.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

Ledger::Ledger(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
  if (file_ < 0) {
    throw std::system_error(errno, std::generic_category(),
                            "cannot open the ledger " + path.string());
  }
}

Ledger::~Ledger() {
  ::close(file_);
}

void Ledger::append(const std::string& order, const std::string& step) {
  const std::string line = order + ' ' + step + '\n';
  const ssize_t written = ::write(file_, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size())) {
    throw std::system_error(written < 0 ? errno : ENOSPC, std::generic_category(),
                            "cannot write to the ledger");
  }
}
