#include <cstdint>
#include <string>

#include "model/archive.hpp"
#include "model/random.hpp"
#include "tracing/span.hpp"

namespace duroxide::tracing {

namespace {

constexpr unsigned digits_of_number = 16;

void append_hexadecimal(std::string& text, std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (unsigned i = digits_of_number; i > 0; --i) {
    text.push_back(digits[(number >> (4U * (i - 1))) & 0xFU]);
  }
}

}  // namespace

std::string span_id_of(std::string_view trace_id, const SpanPlace& place) {
  std::string bytes(trace_id);
  bytes.push_back('\0');
  bytes.append(place.instance);
  for (const std::uint64_t number :
       {place.execution_id, place.event_id, std::uint64_t{place.attempt}, place.incarnation}) {
    bytes.push_back('\0');
    bytes += std::to_string(number);
  }
  const std::uint64_t number = model::checksum(bytes);
  std::string id;
  append_hexadecimal(id, number == 0 ? 1 : number);  // all zeros is no id
  return id;
}

std::string new_trace_id() {
  const std::uint64_t first = model::random_number();
  std::string id;
  append_hexadecimal(id, first == 0 ? 1 : first);
  append_hexadecimal(id, model::random_number());
  return id;
}

}  // namespace duroxide::tracing
