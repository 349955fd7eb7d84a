// Runs a target without libFuzzer: everything in its corpus, and so many inputs that are made of that.
//
//   decoder_fuzz [--inputs=N] CORPUS   DUROXIDE_FUZZ_INPUTS says N as well, DUROXIDE_SEED where to begin
//   decoder_fuzz --only=K CORPUS       the K-th of these inputs alone
//   decoder_fuzz FILE                  one input
//   decoder_fuzz --write-corpus DIRECTORY

#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/culprit.hpp"
#include "fuzz/mutator.hpp"
#include "fuzz/target.hpp"
#include "property/from_environment.hpp"
#include "support/tried.hpp"

namespace {

namespace fs = std::filesystem;
using namespace duroxide::fuzz;

struct Options {
  std::uint64_t seed = 0;
  std::uint64_t inputs = 0;
  std::optional<std::uint64_t> only;
  bool write = false;
  fs::path path;
};

Options options_of(const std::vector<std::string>& words) {
  Options options;
  std::uint64_t inputs = 1000;
  for (const std::string& word : words) {
    if (word.starts_with("--inputs=")) {
      inputs = std::stoull(word.substr(9));
    } else if (word.starts_with("--only=")) {
      options.only = std::stoull(word.substr(7));
    } else if (word == "--write-corpus") {
      options.write = true;
    } else {
      options.path = word;
    }
  }
  options.seed = duroxide::property::from_environment("DUROXIDE_SEED", 1);
  options.inputs = duroxide::property::from_environment("DUROXIDE_FUZZ_INPUTS", inputs);
  if (options.path.empty()) {
    throw std::runtime_error("name a corpus, or the file of an input");
  }
  return options;
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw std::runtime_error(file.string() + " cannot be read");
  }
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_corpus(const fs::path& directory) {
  fs::create_directories(directory);
  for (const Sample& sample : samples()) {
    std::ofstream(directory / sample.name, std::ios::binary) << sample.bytes;
  }
}

void run(std::string_view input, const std::string& how) {
  watch(input, how);
  try {
    try_input(input);
  } catch (const std::exception& thrown) {
    require(false, std::string("an exception has left the target: ") + thrown.what());
  }
  watch({}, "no input is to blame");
}

std::vector<std::string> run_files(const fs::path& path) {
  std::vector<fs::path> files{path};
  if (fs::is_directory(path)) {
    files.assign(fs::directory_iterator(path), fs::directory_iterator());
    std::sort(files.begin(), files.end());  // so that a seed means the same everywhere
  }
  std::vector<std::string> corpus;
  for (const fs::path& file : files) {
    corpus.push_back(read_file(file));
    run(corpus.back(), "failed with " + file.string());
  }
  return corpus;
}

void run_mutations(const Options& options, const std::vector<std::string>& corpus) {
  const std::uint64_t first = options.only.value_or(0);
  const std::uint64_t end = options.only ? first + 1 : options.inputs;
  for (std::uint64_t i = first; i < end; ++i) {
    duroxide::property::Random random(options.seed * 0x9e3779b97f4a7c15U + i);
    const std::string input = mutate(random, corpus);
    run(input, "input " + std::to_string(i) + " of DUROXIDE_SEED=" + std::to_string(options.seed) +
                   " has failed");
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = options_of({argv + 1, argv + argc});
    if (options.write) {
      write_corpus(options.path);
      return 0;
    }
    keep_culprits();
    const auto corpus = run_files(options.path);
    if (fs::is_directory(options.path)) {
      require(!corpus.empty(), "the corpus is empty");
      run_mutations(options, corpus);
      duroxide::testing::tell_tried(
          std::to_string(corpus.size() + (options.only ? 1 : options.inputs)) + " inputs of " +
          target_name);
    }
    return 0;
  } catch (const std::exception& failed) {
    std::cerr << "fuzz " << target_name << ": " << failed.what() << "\n";
    return 1;
  }
}
