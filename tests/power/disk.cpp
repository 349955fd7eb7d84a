#include "power/disk.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace duroxide::power {

namespace fs = std::filesystem;

bool is_followed(const fs::path& path) {
  return path.filename() != "lock.mdb" && path.extension() != ".sock";
}

Tree read_tree(const fs::path& directory) {
  Tree tree;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const std::string path = entry.path().lexically_relative(directory).string();
    if (entry.is_directory()) {
      tree.directories.insert(path);
    } else if (is_followed(entry.path())) {
      std::ifstream in(entry.path(), std::ios::binary);
      tree.files[path] = {std::istreambuf_iterator<char>(in), {}};
    }
  }
  return tree;
}

void write_tree(const Tree& tree, const fs::path& directory) {
  for (const std::string& path : tree.directories) {
    fs::create_directories(directory / path);
    fs::permissions(directory / path, fs::perms::owner_all);
  }
  for (const auto& [path, bytes] : tree.files) {
    std::ofstream file(directory / path, std::ios::binary);
    file << bytes;
    if (!file.flush()) {
      throw std::runtime_error("there is no room for an image of the disk");
    }
    fs::permissions(directory / path, fs::perms::owner_read | fs::perms::owner_write);
  }
}

std::string difference(const Tree& expected, const Tree& found) {
  if (expected.directories != found.directories) {
    return "the directories differ";
  }
  for (const auto& [path, bytes] : expected.files) {
    const auto other = found.files.find(path);
    if (other == found.files.end()) {
      return path + " is missing";
    }
    if (other->second != bytes) {
      return path + " differs (" + std::to_string(bytes.size()) + " bytes, and " +
             std::to_string(other->second.size()) + ")";
    }
  }
  for (const auto& [path, bytes] : found.files) {
    if (expected.files.count(path) == 0) {
      return path + " should not be there";
    }
  }
  return {};
}

Disk::Disk(Flushes flushes) : flushes_(flushes) {
  directories_[root_directory];
}

void Disk::apply(const Record& record) {
  const Position position = position_++;
  switch (record.op) {
    case Op::make_file:
      files_[record.other];
      directories_.at(record.file).changes.push_back({position, record});
      break;
    case Op::make_directory:
      directories_[record.other];
      directories_.at(record.file).changes.push_back({position, record});
      break;
    case Op::link:
    case Op::rename:
    case Op::remove:
      directories_.at(record.file).changes.push_back({position, record});
      break;
    case Op::write:
      files_.at(record.file).write(position, record.offset, record.bytes);
      break;
    case Op::resize:
      files_.at(record.file).resize(position, record.offset);
      break;
    case Op::flush_returns:
      if (flushes_ == Flushes::work) {
        flush(record.file, record.offset);
      }
      break;
    case Op::written_through:
      if (flushes_ == Flushes::work) {
        files_.at(record.file).write_through(record.offset);
      }
      break;
    case Op::flush_begins:
    case Op::mark:
      break;
    case Op::unsupported:
      throw std::runtime_error("the trace cannot tell what " + record.bytes + " did");
  }
}

void Disk::flush(FileNumber number, Position before) {
  const auto file = files_.find(number);
  if (file != files_.end()) {
    file->second.flush(before);
    return;
  }
  Directory& directory = directories_.at(number);
  auto change = directory.changes.begin();
  while (change != directory.changes.end() && change->position < before) {
    Disk::change(directory.sure, change->record);
    change = directory.changes.erase(change);
  }
}

void Disk::change(Names& names, const Record& record) {
  switch (record.op) {
    case Op::remove:
      names.erase(record.name);
      break;
    case Op::rename:
      // Whether or not the old name has ever reached the disk.
      names.erase(record.name);
      names[record.new_name] = record.other;
      break;
    default:
      names[record.name] = record.other;
      break;
  }
}

std::vector<Position> Disk::pending() const {
  std::set<Position> positions;
  for (const auto& [number, file] : files_) {
    file.pending(positions);
  }
  for (const auto& [number, directory] : directories_) {
    for (const NameChange& change : directory.changes) {
      positions.insert(change.position);
    }
  }
  return {positions.begin(), positions.end()};
}

void Disk::visit(FileNumber number, const std::string& prefix, const Fate& fate, Tree& tree,
                 std::map<std::string, FileNumber>* numbers) const {
  const Directory& directory = directories_.at(number);
  Names names = directory.sure;
  for (const NameChange& change : directory.changes) {
    if (fate.keeps(change.position, Fate::whole)) {
      Disk::change(names, change.record);
    }
  }
  for (const auto& [name, child] : names) {
    const std::string path = prefix + name;
    if (numbers != nullptr) {
      numbers->emplace(path, child);
    }
    const auto file = files_.find(child);
    if (file == files_.end()) {
      tree.directories.insert(path);
      visit(child, path + "/", fate, tree, numbers);
    } else if (numbers == nullptr) {
      tree.files[path] = file->second.left(fate);
    }
  }
}

Tree Disk::left(const Fate& fate) const {
  Tree tree;
  visit(root_directory, {}, fate, tree, nullptr);
  return tree;
}

std::map<std::string, FileNumber> Disk::numbers() const {
  std::map<std::string, FileNumber> numbers;
  Tree ignored;
  visit(root_directory, {}, Fate(Loss::none, 0, {}), ignored, &numbers);
  return numbers;
}

}  // namespace duroxide::power
