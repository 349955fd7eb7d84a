// The replayer for documents and files, and as a program.

#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <duroxide/testing/replay.hpp>

#include "testing/documents.hpp"

namespace duroxide::DUROXIDE_ABI::testkit {

namespace {

std::vector<InstanceExport> exports_in(std::string_view json) {
  std::vector<InstanceExport> exports;
  for (const std::string_view document : documents_in(json)) {
    auto read = instance_from_json(document);
    if (!read) {
      throw std::runtime_error(read.error().message);
    }
    exports.push_back(std::move(*read));
  }
  return exports;
}

std::string contents_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in || in.bad()) {
    throw std::runtime_error("the file `" + file.string() + "` cannot be read");
  }
  return text;
}

constexpr const char* usage =
    " FILE...\n"
    "Replays instances that `duroxide export` has written against the code of this program, and\n"
    "tells where they part. `-` is standard input. Exits with 0 if the code does what they say, 1 "
    "if\n"
    "it parts from one, 2 if one cannot be read.\n";

/// What the process exits with on account of this file.
int replay_one(const Registrations& registrations, const std::string& file,
               const RuntimeOptions& options) {
  try {
    const ReplayReport report =
        file == "-" ? replay_json(registrations,
                                  std::string(std::istreambuf_iterator<char>(std::cin),
                                              std::istreambuf_iterator<char>()),
                                  options)
                    : replay_file(registrations, file, options);
    std::cout << file << ": " << report << "\n";
    return report ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << file << ": " << error.what() << "\n";
    return 2;
  }
}

}  // namespace

ReplayReport replay_json(const Registrations& registrations, std::string_view json,
                         const RuntimeOptions& options) {
  return replay(registrations, exports_in(json), options);
}

ReplayReport replay_file(const Registrations& registrations, const std::filesystem::path& file,
                         const RuntimeOptions& options) {
  return replay_json(registrations, contents_of(file), options);
}

int replay_main(const Registrations& registrations, int argc, const char* const* argv,
                const RuntimeOptions& options) {
  const std::string program = argc > 0 ? argv[0] : "replay";
  int worst = argc < 2 ? 2 : 0;
  if (argc < 2) {
    std::cerr << "usage: " << program << usage;
  }
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      std::cout << "usage: " << program << usage;
      return 0;
    }
    worst = std::max(worst, replay_one(registrations, argument, options));
  }
  std::cout.flush();
  return worst;
}

}  // namespace duroxide::DUROXIDE_ABI::testkit
