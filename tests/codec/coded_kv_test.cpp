// A store of bytes as seen through a codec.

#include <limits>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "model/archive.hpp"
#include "model/broken_value.hpp"
#include "storage/batch.hpp"
#include "storage/coded/coded_kv.hpp"
#include "storage/coded/frame.hpp"
#include "storage/format.hpp"
#include "storage/memory/memory_kv.hpp"

#include "codec/keyed_codec.hpp"

namespace duroxide::coded_kv_test {

using namespace duroxide::storage;
using Catch::Contains;
using testing::KeyedCodec;
using Kind = ProviderError::Kind;

namespace {

std::shared_ptr<KeyedCodec> codec_with(KeyedCodec::Keys keys) {
  return std::make_shared<KeyedCodec>(std::move(keys));
}

void put(KvStore& store, Table table, const std::string& key, const std::string& value) {
  Batch batch(store);
  batch.put(table, key, value);
  batch.make_room(0);
  batch.commit();
}

std::string value_in(KvStore& store, Table table, const std::string& key) {
  return std::string(store.snapshot()->get(table, key).value_or("nothing"));
}

ProviderError refusal(KvStore& store, const PayloadCodec* codec) {
  try {
    (void)require_codec(*store.snapshot(), codec);
    return {};
  } catch (const StorageFailure& failed) {
    return failed.error();
  }
}

/// A codec that does what it is told.
class OddCodec final : public PayloadCodec {
 public:
  EncodedPayload made{""};
  bool throws = false;

  [[nodiscard]] std::string name() const override { return "odd"; }
  [[nodiscard]] EncodedPayload encode(std::string_view, std::string_view) const override {
    if (throws) {
      throw std::runtime_error("no entropy");
    }
    return made;
  }
  [[nodiscard]] Result<std::string, std::string> decode(std::string_view, std::string_view,
                                                        std::string_view) const override {
    throw std::runtime_error("no memory");
  }
};

}  // namespace

TEST_CASE("records are encoded below, and plain to whoever reads", "[payloads][codec]") {
  const auto below = std::make_shared<MemoryKv>();
  const auto store = make_coded(below, codec_with({{"1", 7}}));
  put(*store, Table::values, "k", "secret");
  put(*store, Table::values, "empty", "");
  put(*store, Table::by_name, "Pay", "7");
  CHECK(value_in(*store, Table::values, "k") == "secret");
  CHECK(is_encoded(value_in(*below, Table::values, "k")));
  CHECK(key_id_of(value_in(*below, Table::values, "k")) == "1");
  CHECK_THAT(value_in(*below, Table::values, "k"), !Contains("secret"));
  CHECK(value_in(*below, Table::values, "empty").empty());
  CHECK(value_in(*below, Table::by_name, "Pay") == "7");

  const auto view = store->lasting_snapshot();
  const auto cursor = view->cursor(Table::values);
  REQUIRE(cursor->seek("k"));
  CHECK(cursor->value() == "secret");
  CHECK(cursor->value() == "secret");
  REQUIRE(cursor->prev());
  CHECK(cursor->value().empty());
  REQUIRE(cursor->last());
  CHECK(cursor->key() == "k");
  CHECK(view->count(Table::values) == 2);
}

TEST_CASE("what is read from a view stays good as long as the view", "[payloads][codec]") {
  const auto store = make_coded(std::make_shared<MemoryKv>(), codec_with({{"1", 7}}));
  put(*store, Table::values, "a", "first");
  put(*store, Table::values, "b", "second");
  const auto view = store->snapshot();
  const auto first = view->get(Table::values, "a").value();
  for (int time = 0; time < 100; ++time) {
    (void)view->get(Table::values, "b");
  }
  CHECK(first == "first");
}

TEST_CASE("a snapshot of what is stored, as a backup takes, is not decoded", "[payloads][backup]") {
  const auto store = make_coded(std::make_shared<MemoryKv>(), codec_with({{"1", 7}}));
  put(*store, Table::history, "k", "secret");
  CHECK(is_encoded(store->stored_snapshot()->get(Table::history, "k").value()));
}

TEST_CASE("old records stay readable after a change of keys, and without a codec before",
          "[payloads][codec]") {
  const auto below = std::make_shared<MemoryKv>();
  put(*below, Table::values, "plain", "from before");
  put(*make_coded(below, codec_with({{"1", 7}})), Table::values, "old", "under 1");
  const auto store = make_coded(below, codec_with({{"1", 7}, {"2", 8}}));
  put(*store, Table::values, "new", "under 2");
  CHECK(value_in(*store, Table::values, "plain") == "from before");
  CHECK(value_in(*store, Table::values, "old") == "under 1");
  CHECK(value_in(*store, Table::values, "new") == "under 2");
  CHECK(key_id_of(value_in(*below, Table::values, "new")) == "2");
}

TEST_CASE("a record whose key is gone is told as that, and kept as it is", "[payloads][codec]") {
  const auto below = std::make_shared<MemoryKv>();
  put(*make_coded(below, codec_with({{"1", 7}})), Table::inbox, "k", "secret");
  const auto stored = value_in(*below, Table::inbox, "k");
  const auto store = make_coded(below, codec_with({{"2", 8}}));
  const auto shown = value_in(*store, Table::inbox, "k");
  CHECK(model::broken_value_problem(shown) ==
        "the payload codec `keyed` cannot decode it with the key `1`: the key is unknown");
  CHECK(model::check_record(shown).error().what ==
        "the payload codec `keyed` cannot decode it with the key `1`: the key is unknown");
  // Whoever puts it elsewhere, or back, writes the bytes that can be decoded with the key.
  put(*store, Table::inbox, "k", shown);
  CHECK(value_in(*below, Table::inbox, "k") == stored);
}

TEST_CASE("a record in another's place is not taken for it", "[payloads][codec]") {
  const auto below = std::make_shared<MemoryKv>();
  const auto store = make_coded(below, codec_with({{"1", 7}}));
  put(*store, Table::values, "a", "mine");
  put(*below, Table::values, "b", value_in(*below, Table::values, "a"));
  CHECK_THAT(std::string(*model::broken_value_problem(value_in(*store, Table::values, "b"))),
             Contains("the record was changed, or the key is another"));
}

TEST_CASE("a store is opened with its own codec alone", "[payloads][codec]") {
  MemoryKv store;
  const KeyedCodec codec({{"1", 7}});
  CHECK_FALSE(require_codec(*store.snapshot(), nullptr));
  CHECK_FALSE(require_codec(*store.snapshot(), &codec));
  const auto key = note_codec(store, codec, std::nullopt);
  CHECK(require_codec(*store.snapshot(), &codec) == key);

  CHECK(refusal(store, nullptr).kind == Kind::permission_denied);
  CHECK(refusal(store, nullptr).message ==
        "the payloads of this store are encoded: open it with its codec, `keyed` "
        "(LmdbOptions::payload_codec), or ask the engine that has it open");
  const KeyedCodec other({{"1", 7}}, "other");
  CHECK(refusal(store, &other).message ==
        "the payloads of this store are encoded by the codec `keyed`, and this one is `other`: "
        "open it "
        "with its own");
  const KeyedCodec wrong({{"1", 8}});
  CHECK(
      refusal(store, &wrong).message ==
      "the codec `keyed` has not the key of this store, `1`: the record was changed, or the key is "
      "another. Give it the key with which the store was written last");
  const KeyedCodec unknown({{"2", 8}});
  CHECK_THAT(refusal(store, &unknown).message, Contains("the key is unknown"));
}

TEST_CASE("what tells the key of a store goes over to a new key", "[payloads][codec]") {
  MemoryKv store;
  const auto key = note_codec(store, KeyedCodec({{"1", 7}}), std::nullopt);
  const auto commits = store.snapshot()->commits();
  CHECK(note_codec(store, KeyedCodec({{"1", 7}}), key) == key);
  CHECK(store.snapshot()->commits() == commits);
  CHECK(note_codec(store, KeyedCodec({{"1", 7}, {"2", 8}}), key) == key);
  const KeyedCodec next({{"2", 8}});
  CHECK(require_codec(*store.snapshot(), &next) == key);
}

TEST_CASE("a mark of the codec that cannot be read is damage", "[payloads][codec]") {
  MemoryKv store;
  const KeyedCodec codec({{"1", 7}});
  (void)note_codec(store, codec, std::nullopt);
  put(store, Table::meta, std::string(meta_keys::codec_key), "nonsense");
  CHECK(refusal(store, &codec).kind == Kind::corrupt);
  CHECK_THAT(refusal(store, &codec).message, Contains("what tells the codec's key is unreadable"));
}

TEST_CASE("a codec that fails, or makes more than it may, is told by name", "[payloads][codec]") {
  OddCodec codec;
  const auto encoded_by = [&codec]() -> std::string {
    try {
      return encode_value_with(codec, Table::values, "k", "v");
    } catch (const StorageFailure& failed) {
      CHECK(failed.error().kind == Kind::storage);
      return failed.error().message;
    }
  };
  codec.throws = true;
  CHECK(encoded_by() == "the payload codec `odd` could not encode a record: no entropy");
  codec.throws = false;
  codec.made = EncodedPayload(std::string(PayloadCodec::most_growth + 2, 'x'));
  CHECK(encoded_by() == "the payload codec `odd` made 258 bytes of 1; it may add 256");
  codec.made = EncodedPayload("x", std::string(65, 'k'));
  CHECK(encoded_by() == "the payload codec `odd` names a key with 65 bytes; it may have 64");
  codec.made =
      EncodedPayload(std::string(PayloadCodec::most_growth + 1, 'x'), std::string(64, 'k'));
  const auto most = encoded_by();
  CHECK(is_encoded(most));
  CHECK(most.size() <= 1 + most_growth_of_value);
  CHECK(decode_value_with(codec, Table::values, "k", most).error() == "no memory");
}

TEST_CASE("a codec's name has a length", "[payloads][limits]") {
  CHECK_THROWS_WITH(check_codec(KeyedCodec({{"1", 7}}, "")),
                    "the name of a payload codec has 1 to 64 bytes");
  CHECK_THROWS_WITH(check_codec(KeyedCodec({{"1", 7}}, std::string(65, 'n'))),
                    "the name of a payload codec has 1 to 64 bytes");
}

TEST_CASE("a codec that cannot decode what it encodes is refused", "[payloads][codec]") {
  OddCodec codec;
  codec.made = EncodedPayload("x", "k");
  CHECK_THROWS_WITH(
      check_codec(codec),
      "the payload codec `odd` does not decode what it has encoded with the key `k`: no memory");
  CHECK_NOTHROW(check_codec(KeyedCodec({{"1", 7}})));
}

TEST_CASE("a wrong key is refused also if the codec authenticates nothing", "[payloads][codec]") {
  /// Adds a number to each byte.
  class ShiftCodec final : public PayloadCodec {
   public:
    explicit ShiftCodec(int by) : by_(by) {}
    [[nodiscard]] std::string name() const override { return "shift"; }
    [[nodiscard]] EncodedPayload encode(std::string_view plain, std::string_view) const override {
      return EncodedPayload(shifted(plain, by_), "1");
    }
    [[nodiscard]] Result<std::string, std::string> decode(std::string_view encoded,
                                                          std::string_view,
                                                          std::string_view) const override {
      return shifted(encoded, -by_);
    }

   private:
    static std::string shifted(std::string_view text, int by) {
      std::string made(text);
      for (char& each : made) {
        each = static_cast<char>(each + by);
      }
      return made;
    }
    int by_;
  };
  MemoryKv store;
  const auto key = note_codec(store, ShiftCodec(3), std::nullopt);
  const ShiftCodec same(3);
  CHECK(require_codec(*store.snapshot(), &same) == key);
  const ShiftCodec wrong(4);
  CHECK(refusal(store, &wrong).message ==
        "the codec `shift` has not the key of this store, `1`: it decodes to something else. Give "
        "it the key with which the store was written last");
}

TEST_CASE("room is made for what encoding adds", "[payloads][codec]") {
  const auto store = make_coded(std::make_shared<MemoryKv>(), codec_with({{"1", 7}}));
  Batch plain(*store);
  plain.put(Table::by_name, "k", "v");
  Batch coded(*store);
  coded.put(Table::values, "k", "v");
  CHECK(coded.bytes() == plain.bytes() + most_growth_of_value);
  CHECK(store->growth_of(Table::ids) == 0);
}

TEST_CASE("a value that cannot be had says why, whatever is appended to it", "[codec]") {
  const auto value = model::broken_value("because") + "the rest";
  CHECK(model::broken_value_problem(value) == "because");
  CHECK(model::behind_broken_value(value) == "the rest");
  CHECK(model::broken_value_problem(std::string(1, model::broken_seal)) ==
        model::broken_seal_problem);
  CHECK_FALSE(model::broken_value_problem("a record"));
  CHECK_FALSE(model::behind_broken_value(value.substr(0, 9)));
  CHECK(model::broken_value_problem(model::broken_value(std::string(5000, 'x')))->size() == 1000);
}

}  // namespace duroxide::coded_kv_test
