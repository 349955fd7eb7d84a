#include "storage/coded/frame.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "model/broken_value.hpp"

namespace duroxide::storage {

namespace {

/// No record begins so: records begin with the number of their format, or with `model::broken_seal`.
constexpr std::string_view mark = "\xc0\xde\x63\x01";
constexpr std::size_t header_bytes = mark.size() + 1;  // and the id of the key

std::string place_of(Table table, std::string_view key) {
  std::string place(to_string(table));
  place.append("/").append(key);
  return place;
}

[[noreturn]] void throw_misfit(const PayloadCodec& codec, const std::string& what) {
  throw StorageFailure(ProviderError::Kind::storage,
                       "the payload codec `" + codec.name() + "` " + what);
}

EncodedPayload encode_safely(const PayloadCodec& codec, std::string_view value,
                             std::string_view place) {
  try {
    return codec.encode(value, place);
  } catch (const std::exception& failed) {
    throw_misfit(codec, std::string("could not encode a record: ") + failed.what());
  } catch (...) {
    throw_misfit(codec, "could not encode a record: it threw what is no std::exception");
  }
}

}  // namespace

bool holds_payloads(Table table) {
  constexpr std::array tables{Table::results,       Table::history,  Table::inbox,
                              Table::work,          Table::timers,   Table::values,
                              Table::custom_status, Table::progress, Table::quarantine,
                              Table::set_aside,     Table::kept};
  return std::find(tables.begin(), tables.end(), table) != tables.end();
}

std::string encode_value_with(const PayloadCodec& codec, Table table, std::string_view key,
                              std::string_view value) {
  const EncodedPayload made = encode_safely(codec, value, place_of(table, key));
  if (made.key_id.size() > PayloadCodec::longest_key_id) {
    throw_misfit(codec, "names a key with " + std::to_string(made.key_id.size()) +
                            " bytes; it may have " + std::to_string(PayloadCodec::longest_key_id));
  }
  if (made.bytes.size() > value.size() + PayloadCodec::most_growth) {
    throw_misfit(codec, "made " + std::to_string(made.bytes.size()) + " bytes of " +
                            std::to_string(value.size()) + "; it may add " +
                            std::to_string(PayloadCodec::most_growth));
  }
  std::string encoded(mark);
  encoded.reserve(header_bytes + made.key_id.size() + made.bytes.size());
  encoded.push_back(static_cast<char>(made.key_id.size()));
  return encoded.append(made.key_id).append(made.bytes);
}

bool is_encoded(std::string_view stored) {
  return stored.starts_with(mark) && stored.size() >= header_bytes &&
         stored.size() - header_bytes >= static_cast<unsigned char>(stored[mark.size()]);
}

std::string_view key_id_of(std::string_view encoded) {
  return encoded.substr(header_bytes, static_cast<unsigned char>(encoded[mark.size()]));
}

Result<std::string, std::string> decode_value_with(const PayloadCodec& codec, Table table,
                                                   std::string_view key, std::string_view encoded) {
  const std::string_view key_id = key_id_of(encoded);
  try {
    return codec.decode(encoded.substr(header_bytes + key_id.size()), key_id, place_of(table, key));
  } catch (const std::exception& failed) {
    return failure(std::string(failed.what()));
  } catch (...) {
    return failure(std::string("it threw what is no std::exception"));
  }
}

std::string undecodable(const PayloadCodec& codec, std::string_view why, std::string_view encoded) {
  std::string problem = "the payload codec `" + codec.name() + "` cannot decode it with the key `";
  problem.append(key_id_of(encoded)).append("`: ").append(why);
  return model::broken_value(problem).append(encoded);
}

std::optional<std::string_view> encoded_of_undecodable(std::string_view value) {
  const auto rest = model::behind_broken_value(value);
  return rest && is_encoded(*rest) ? rest : std::nullopt;
}

}  // namespace duroxide::storage
