#include "power/trace.hpp"

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace duroxide::power {

namespace {

constexpr char separator = '\x1f';

/// In front of each record: what has a fixed size, and the lengths of the rest.
struct Header {
  std::uint64_t op = 0;
  FileNumber file = 0;
  FileNumber other = 0;
  std::uint64_t offset = 0;
  std::uint64_t name = 0;
  std::uint64_t new_name = 0;
  std::uint64_t bytes = 0;
};

}  // namespace

std::string encode(const Record& record) {
  const Header header{static_cast<std::uint64_t>(record.op),
                      record.file,
                      record.other,
                      record.offset,
                      record.name.size(),
                      record.new_name.size(),
                      record.bytes.size()};
  std::string text(sizeof(header), '\0');
  std::memcpy(text.data(), &header, sizeof(header));
  return text + record.name + record.new_name + record.bytes;
}

Trace read_trace(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw std::runtime_error("cannot read the trace " + file.string());
  }
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  Trace trace;
  std::size_t at = 0;
  while (text.size() - at >= sizeof(Header)) {
    Header header;
    std::memcpy(&header, text.data() + at, sizeof(header));
    at += sizeof(header);
    if (text.size() - at < header.name + header.new_name + header.bytes) {
      break;
    }
    const auto take = [&](std::uint64_t length) {
      at += length;
      return text.substr(at - length, length);
    };
    Record record{static_cast<Op>(header.op), header.file, header.other, header.offset, {}, {}, {}};
    record.name = take(header.name);
    record.new_name = take(header.new_name);
    record.bytes = take(header.bytes);
    trace.push_back(std::move(record));
  }
  return trace;
}

std::string join(const std::vector<std::string>& fields) {
  std::string text;
  for (const std::string& field : fields) {
    text.append(&field == fields.data() ? "" : std::string(1, separator)).append(field);
  }
  return text;
}

std::vector<std::string> split(std::string_view mark) {
  std::vector<std::string> fields{std::string()};
  for (const char c : mark) {
    if (c == separator) {
      fields.emplace_back();
    } else {
      fields.back().push_back(c);
    }
  }
  return fields;
}

}  // namespace duroxide::power
