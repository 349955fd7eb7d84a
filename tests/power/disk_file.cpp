#include "power/disk_file.hpp"

#include <algorithm>

namespace duroxide::power {

std::string DiskFile::sure(std::uint64_t sector) const {
  const std::uint64_t begin = sector * sector_bytes;
  std::string bytes = begin < sure_.size() ? sure_.substr(begin, sector_bytes) : std::string();
  bytes.resize(sector_bytes, '\0');
  return bytes;
}

std::string DiskFile::current(std::uint64_t sector) const {
  const auto found = written_.find(sector);
  return found == written_.end() ? sure(sector) : found->second.back().bytes;
}

void DiskFile::make_sure(std::uint64_t sector, const std::string& bytes) {
  const std::uint64_t begin = sector * sector_bytes;
  if (sure_.size() < begin + sector_bytes) {
    sure_.resize(begin + sector_bytes, '\0');
  }
  sure_.replace(begin, sector_bytes, bytes);
}

std::uint64_t DiskFile::current_size() const {
  return lengths_.empty() ? sure_size_ : lengths_.back().size;
}

void DiskFile::write(Position position, std::uint64_t offset, std::string_view bytes) {
  const std::uint64_t end = offset + bytes.size();
  for (std::uint64_t sector = offset / sector_bytes; sector * sector_bytes < end; ++sector) {
    const std::uint64_t begin = sector * sector_bytes;
    const std::uint64_t from = std::max(begin, offset);
    const std::uint64_t to = std::min(begin + sector_bytes, end);
    std::string version = current(sector);
    version.replace(from - begin, to - from, bytes.substr(from - offset, to - from));
    written_[sector].push_back({position, std::move(version), false});
  }
  extents_[position] = {offset, end};
  if (end > current_size()) {
    lengths_.push_back({position, end});
  }
}

void DiskFile::resize(Position position, std::uint64_t size) {
  const std::uint64_t before = current_size();
  // What is cut off is zero when the file grows again.
  for (std::uint64_t sector = size / sector_bytes; sector * sector_bytes < before; ++sector) {
    std::string version = current(sector);
    const std::uint64_t begin = sector * sector_bytes;
    const std::uint64_t from = size > begin ? size - begin : 0;
    std::fill(version.begin() + static_cast<std::ptrdiff_t>(from), version.end(), '\0');
    written_[sector].push_back({position, std::move(version), true});
  }
  lengths_.push_back({position, size});
}

void DiskFile::make_length_sure(Position before) {
  const auto end = std::find_if(lengths_.begin(), lengths_.end(),
                                [&](const Length& length) { return length.position >= before; });
  if (end != lengths_.begin()) {
    sure_size_ = std::prev(end)->size;
    lengths_.erase(lengths_.begin(), end);
  }
}

void DiskFile::flush(Position before) {
  for (auto sector = written_.begin(); sector != written_.end();) {
    auto& versions = sector->second;
    const auto end = std::find_if(versions.begin(), versions.end(), [&](const Version& version) {
      return version.position >= before;
    });
    if (end != versions.begin()) {
      make_sure(sector->first, std::prev(end)->bytes);
      versions.erase(versions.begin(), end);
    }
    sector = versions.empty() ? written_.erase(sector) : std::next(sector);
  }
  make_length_sure(before);
  extents_.erase(extents_.begin(), extents_.lower_bound(before));
}

void DiskFile::write_through(Position position) {
  const auto extent = extents_.find(position);
  if (extent == extents_.end()) {
    return;  // a flush has been quicker
  }
  const auto [offset, end] = extent->second;
  for (std::uint64_t sector = offset / sector_bytes; sector * sector_bytes < end; ++sector) {
    const auto found = written_.find(sector);
    if (found == written_.end()) {
      continue;
    }
    auto& versions = found->second;
    const auto own = std::find_if(versions.begin(), versions.end(), [&](const Version& version) {
      return version.position == position;
    });
    if (own != versions.end()) {
      make_sure(sector, own->bytes);
      versions.erase(versions.begin(), std::next(own));
    }
    if (versions.empty()) {
      written_.erase(found);
    }
  }
  if (end > sure_size_) {
    make_length_sure(position + 1);
  }
  extents_.erase(extent);
}

std::string DiskFile::left(const Fate& fate) const {
  std::uint64_t size = sure_size_;
  for (const Length& length : lengths_) {
    size = fate.keeps(length.position, Fate::whole) ? length.size : size;
  }
  std::string bytes = sure_.substr(0, size);
  bytes.resize(size, '\0');
  for (const auto& [sector, versions] : written_) {
    const std::uint64_t begin = sector * sector_bytes;
    if (begin >= size) {
      break;
    }
    const std::size_t length = std::min(sector_bytes, size - begin);
    for (const Version& version : versions) {
      if (fate.keeps(version.position, version.by_length ? Fate::whole : sector)) {
        bytes.replace(begin, length, version.bytes, 0, length);
      }
    }
  }
  return bytes;
}

void DiskFile::pending(std::set<Position>& positions) const {
  for (const auto& [sector, versions] : written_) {
    for (const Version& version : versions) {
      positions.insert(version.position);
    }
  }
  for (const Length& length : lengths_) {
    positions.insert(length.position);
  }
}

}  // namespace duroxide::power
