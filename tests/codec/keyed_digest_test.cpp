// The digest by which a store with a codec knows what an instance was started with.

#include <string>

#include <catch2/catch.hpp>

#include "engine/starts.hpp"
#include "model/ids.hpp"
#include "model/keyed_digest.hpp"

using namespace duroxide;

namespace keyed_digest_test {

model::DigestKey counting_key() {
  model::DigestKey key{};
  for (std::size_t each = 0; each < key.size(); ++each) {
    key.at(each) = static_cast<char>(each);
  }
  return key;
}

TEST_CASE("the keyed digest is SipHash-2-4", "[payloads][codec]") {
  // The vectors of its authors: the bytes 0, 1, 2… under the key 0, 1, 2….
  std::string bytes;
  CHECK(model::keyed_digest(counting_key(), bytes) == 0x726fdb47dd0e0e31U);
  bytes.push_back('\0');
  CHECK(model::keyed_digest(counting_key(), bytes) == 0x74f839c593dc67fdU);
  for (char each = 1; each < 15; ++each) {
    bytes.push_back(each);
  }
  CHECK(model::keyed_digest(counting_key(), bytes) == 0xa129ca6149be45e5U);
}

TEST_CASE("with a codec, what an instance keeps of its input depends on a key of the store",
          "[payloads][starts]") {
  work::StartOrchestration start;
  start.orchestration = "Pay";
  start.input = "a guess";
  storage::Opening opening;
  const auto plain = storage::start_digest(opening, start);
  CHECK(plain == model::digest_of_start("Pay", "a guess"));
  opening.digest_key = counting_key();
  const auto keyed = storage::start_digest(opening, start);
  CHECK(keyed != plain);
  start.instance = "another";
  CHECK(storage::start_digest(opening, start) != keyed);
  start.instance.clear();
  CHECK(storage::start_digest(opening, start) == keyed);
  opening.digest_key->at(3) = 'x';
  CHECK(storage::start_digest(opening, start) != keyed);
}

TEST_CASE("a digest from before the store had a codec is still known", "[payloads][starts]") {
  work::StartOrchestration start;
  start.orchestration = "Pay";
  start.input = "100";
  storage::Opening opening;
  const auto plain = storage::start_digest(opening, start);
  opening.digest_key = counting_key();
  CHECK(storage::is_start_digest(opening, start, plain));
  CHECK(storage::is_start_digest(opening, start, storage::start_digest(opening, start)));
  start.input = "101";
  CHECK_FALSE(storage::is_start_digest(opening, start, plain));
}

}  // namespace keyed_digest_test
