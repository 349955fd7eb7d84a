// Records whose checksum is right, and whose contents nobody can have written.

#include "model/record_reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>

#include "model/archive.hpp"
#include "model/encoding.hpp"

namespace duroxide::record_reader_test {

using Catch::Contains;

namespace {

constexpr std::size_t mark = model::record_header_bytes;
/// Of a message: behind the mark, the number of its kind and the version of its layout.
constexpr std::size_t first_field = mark + 1 + 4 + 4;

/// `record` with other bytes from `place` on, and the checksum that fits them.
std::string with(std::string record, std::size_t place, std::string_view bytes) {
  record.replace(place, bytes.size(), bytes);
  model::seal_record(record);
  return record;
}

std::string length(std::uint64_t number) {
  std::string bytes;
  for (unsigned i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<char>((number >> (8U * i)) & 0xFFU));
  }
  return bytes;
}

}  // namespace

TEST_CASE("no room is made for more than a record can hold", "[records][corruption]") {
  const std::string events = model::encode_events({});
  CHECK_THAT(
      model::decode_events(with(events, mark + 1, length(std::uint64_t{1} << 32U))).error().what,
      Contains("a length of 4294967296 is given where 0 bytes are left"));
  const std::string message = model::encode_work_item(work::ExternalRaised{"i", "E", "data"});
  const auto size = length(message.size() - first_field - 8 + 1);  // one more than is left
  CHECK_THAT(model::decode_work_item(with(message, first_field, size)).error().what,
             Contains("a length of"));
  CHECK_THAT(
      model::decode_work_item(with(message, first_field, length(~std::uint64_t{0}))).error().what,
      Contains("a length of 18446744073709551615"));
}

TEST_CASE("the lengths of a record may take all that is left of it", "[records]") {
  const WorkItem item = work::ExternalRaised{"i", "", ""};
  CHECK(model::decode_work_item(model::encode_work_item(item)).value() == item);
  CHECK(model::decode<std::string>(model::encode(std::string("text"))).value() == "text");
  CHECK(model::decode<std::vector<bool>>(model::encode(std::vector<bool>{true, false})).value() ==
        std::vector<bool>{true, false});
}

TEST_CASE("a flag of a record is 0 or 1", "[records][corruption]") {
  CHECK(model::decode<bool>(with(model::encode(false), mark + 1, "\x01")).value());
  CHECK_THAT(model::decode<bool>(with(model::encode(true), mark + 1, "\x02")).error().what,
             Contains("a flag has the value 2"));
  // That there is something, too.
  const std::string some = model::encode(std::optional<std::string>("text"));
  CHECK(model::decode<std::optional<std::string>>(some).value() == "text");
  CHECK_THAT(model::decode<std::optional<std::string>>(with(some, mark + 1, "\xff")).error().what,
             Contains("a flag has the value 255"));
}

TEST_CASE("an error of a kind that this release does not know is refused", "[records][errors]") {
  // Behind the mark: the version of the layout, the category, the kind.
  const std::string record = model::encode_error(application_error(ErrorKind::cancelled, "stop"));
  const std::size_t category = mark + 1 + 4;
  const auto last = static_cast<char>(ErrorKind::cancellation_ignored);
  CHECK(model::decode_error(with(record, category + 1, std::string(1, last))));
  const std::string next(1, static_cast<char>(last + 1));
  CHECK_THAT(model::decode_error(with(record, category + 1, next)).error().what,
             Contains("kind of an error number 16 is not known to this release"));
  CHECK_THAT(model::decode_error(with(record, category, "\x09")).error().what,
             Contains("category of an error number 9"));
}

TEST_CASE("what a later release has written with more fields is refused", "[records][upgrade]") {
  const std::string error = model::encode_error(application_error(ErrorKind::cancelled, "stop"));
  CHECK_THAT(model::decode_error(with(error, mark + 1, "\x03")).error().what,
             Contains("layout version 3, this release knows versions up to 2"));
  const std::string message = model::encode_work_item(work::ExternalRaised{"i", "E", "data"});
  CHECK_THAT(model::decode_work_item(with(message, mark + 1 + 4, "\x63")).error().what,
             Contains("layout version 99, this release knows versions up to 1"));
  // Where nothing tells the version, by what stands behind.
  CHECK_THAT(
      model::decode<std::uint32_t>(with(model::encode(1U) + "more", mark, "\x01")).error().what,
      Contains("4 bytes are left over"));
}

TEST_CASE("numbers of a record are little endian", "[records][corruption]") {
  const std::string record = model::encode(std::uint32_t{0x01020304});
  CHECK(record.substr(mark) == "\x01\x04\x03\x02\x01");
  CHECK(model::decode<std::uint32_t>(record).value() == 0x01020304U);
  CHECK_THAT(
      model::decode<std::uint32_t>(with(record, mark, std::string_view("\0", 1))).error().what,
      Contains("little-endian"));
}

}  // namespace duroxide::record_reader_test
