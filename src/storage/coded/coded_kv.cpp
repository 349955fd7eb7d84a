#include "storage/coded/coded_kv.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <random>
#include <string>
#include <utility>

#include "storage/batch.hpp"
#include "storage/coded/frame.hpp"
#include "storage/format.hpp"
#include "storage/keys.hpp"

namespace duroxide::storage {

namespace {

using Codec = std::shared_ptr<const PayloadCodec>;

std::string plain_value(const PayloadCodec& codec, Table table, std::string_view key,
                        std::string_view stored) {
  auto plain = decode_value_with(codec, table, key, stored);
  return plain ? std::move(*plain) : undecodable(codec, plain.error(), stored);
}

class CodedCursor final : public Cursor {
 public:
  CodedCursor(std::unique_ptr<Cursor> stored, Table table, const PayloadCodec& codec)
      : stored_(std::move(stored)), table_(table), codec_(codec) {}

  bool seek(std::string_view key) override { return moved(stored_->seek(key)); }
  bool last() override { return moved(stored_->last()); }
  bool next() override { return moved(stored_->next()); }
  bool prev() override { return moved(stored_->prev()); }
  [[nodiscard]] std::string_view key() const override { return stored_->key(); }
  [[nodiscard]] model::BytesView value() const override {
    if (!plain_) {
      const std::string_view stored = stored_->value();
      if (!is_encoded(stored)) {
        return stored;
      }
      plain_ = plain_value(codec_, table_, stored_->key(), stored);
    }
    return *plain_;
  }

 private:
  bool moved(bool more) {
    plain_.reset();
    return more;
  }

  std::unique_ptr<Cursor> stored_;
  Table table_;
  const PayloadCodec& codec_;
  mutable std::optional<std::string> plain_;  ///< of the row where it stands, once it was asked for
};

class CodedView final : public ReadView {
 public:
  CodedView(std::unique_ptr<ReadView> stored, Codec codec)
      : stored_(std::move(stored)), codec_(std::move(codec)) {}

  [[nodiscard]] std::optional<model::BytesView> get(Table table,
                                                    std::string_view key) const override {
    const auto stored = stored_->get(table, key);
    if (!stored || !holds_payloads(table) || !is_encoded(*stored)) {
      return stored;
    }
    return plain_.emplace_back(plain_value(*codec_, table, key, *stored));
  }
  [[nodiscard]] std::unique_ptr<Cursor> cursor(Table table) const override {
    auto cursor = stored_->cursor(table);
    if (!holds_payloads(table)) {
      return cursor;
    }
    return std::make_unique<CodedCursor>(std::move(cursor), table, *codec_);
  }
  [[nodiscard]] std::uint64_t count(Table table) const override { return stored_->count(table); }
  [[nodiscard]] std::uint64_t commits() const override { return stored_->commits(); }

 private:
  std::unique_ptr<ReadView> stored_;
  Codec codec_;
  mutable std::deque<std::string> plain_;  ///< what was asked for, as long as the view lives
};

class CodedKv final : public KvStore {
 public:
  CodedKv(std::shared_ptr<KvStore> store, Codec codec)
      : store_(std::move(store)), codec_(std::move(codec)) {}

  [[nodiscard]] std::unique_ptr<ReadView> writer_view() override {
    return coded(store_->writer_view());
  }
  [[nodiscard]] std::unique_ptr<ReadView> snapshot() override { return coded(store_->snapshot()); }
  [[nodiscard]] std::unique_ptr<ReadView> lasting_snapshot() override {
    return coded(store_->lasting_snapshot());
  }
  [[nodiscard]] std::unique_ptr<ReadView> checked_snapshot() override {
    return coded(store_->checked_snapshot());
  }
  [[nodiscard]] std::unique_ptr<ReadView> stored_snapshot() override {
    return store_->stored_snapshot();
  }
  [[nodiscard]] bool wants_snapshots_back() const override {
    return store_->wants_snapshots_back();
  }
  [[nodiscard]] std::filesystem::path directory() const override { return store_->directory(); }
  void forget_cached() override { store_->forget_cached(); }
  [[nodiscard]] std::size_t growth_of(Table table) const override {
    return holds_payloads(table) ? most_growth_of_value : 0;
  }
  [[nodiscard]] std::uint64_t make_room(std::uint64_t bytes, RoomFor what,
                                        const LetGo& let_go) override {
    return store_->make_room(bytes, what, let_go);
  }
  [[nodiscard]] std::optional<std::uint64_t> room_at_hand(std::uint64_t bytes,
                                                          RoomFor what) override {
    return store_->room_at_hand(bytes, what);
  }
  void commit(Changes&& changes) override {
    for (std::size_t index = 0; index < table_count; ++index) {
      const auto table = static_cast<Table>(index);
      if (holds_payloads(table)) {
        encode_all(table, changes.at(index));
      }
    }
    store_->commit(std::move(changes));
  }
  [[nodiscard]] std::optional<std::string> broken_by() const override {
    return store_->broken_by();
  }
  [[nodiscard]] StoreUse use() override { return store_->use(); }
  void close() override { store_->close(); }

 private:
  [[nodiscard]] std::unique_ptr<ReadView> coded(std::unique_ptr<ReadView> stored) const {
    return std::make_unique<CodedView>(std::move(stored), codec_);
  }

  void encode_all(Table table, TableChanges& rows) const {
    for (auto& [key, change] : rows) {
      if (!change.value || change.value->empty()) {
        continue;
      }
      const std::string_view plain = change.value->bytes();
      if (const auto encoded = encoded_of_undecodable(plain)) {
        change.value = std::string(*encoded);
      } else {
        change.value = encode_value_with(*codec_, table, key, plain);
      }
    }
  }

  std::shared_ptr<KvStore> store_;
  Codec codec_;
};

model::DigestKey random_digest_key() {
  std::random_device device;
  model::DigestKey key{};
  for (char& each : key) {
    each = static_cast<char>(device() & 0xFFU);
  }
  return key;
}

constexpr std::string_view key_magic = "duroxide digest key ";

/// What is sealed to know the codec's key by: a codec that authenticates nothing decodes it with a wrong
/// one too, but to something else.
std::string known_text_of(const model::DigestKey& key) {
  std::string text(key_magic);
  text.append(key.data(), key.size());
  return text.append(make_key(model::keyed_digest(key, key_magic)));
}

/// The key in such a text; none if it is another text.
std::optional<model::DigestKey> key_in(std::string_view text) {
  model::DigestKey key{};
  if (text.size() < key_magic.size() + key.size()) {
    return std::nullopt;
  }
  const auto begin = text.begin() + static_cast<std::ptrdiff_t>(key_magic.size());
  std::copy(begin, begin + static_cast<std::ptrdiff_t>(key.size()), key.begin());
  return known_text_of(key) == text ? std::optional(key) : std::nullopt;
}

[[noreturn]] void refuse(std::string why) {
  throw StorageFailure(ProviderError::Kind::permission_denied, std::move(why));
}

}  // namespace

std::shared_ptr<KvStore> make_coded(std::shared_ptr<KvStore> store, Codec codec) {
  return std::make_shared<CodedKv>(std::move(store), std::move(codec));
}

std::optional<model::DigestKey> require_codec(const ReadView& view, const PayloadCodec* codec) {
  const auto name = view.get(Table::meta, meta_keys::codec);
  if (!name) {
    return std::nullopt;
  }
  if (codec == nullptr) {
    refuse("the payloads of this store are encoded: open it with its codec, `" +
           std::string(*name) +
           "` (LmdbOptions::payload_codec), or ask the engine that has it open");
  }
  if (codec->name() != *name) {
    refuse("the payloads of this store are encoded by the codec `" + std::string(*name) +
           "`, and this one is `" + codec->name() + "`: open it with its own");
  }
  const auto sealed = view.get(Table::meta, meta_keys::codec_key);
  if (!sealed || !is_encoded(*sealed)) {
    throw_corrupt(Table::meta, meta_keys::codec_key,
                  "what tells the codec's key is unreadable; restore a backup");
  }
  const auto plain = decode_value_with(*codec, Table::meta, meta_keys::codec_key, *sealed);
  const auto key = plain ? key_in(*plain) : std::nullopt;
  if (!key) {
    refuse("the codec `" + codec->name() + "` has not the key of this store, `" +
           std::string(key_id_of(*sealed)) +
           "`: " + (plain ? "it decodes to something else" : plain.error()) +
           ". Give it the key with which the store was written last");
  }
  return key;
}

void check_codec(const PayloadCodec& codec) {
  if (codec.name().empty() || codec.name().size() > PayloadCodec::longest_name) {
    throw_invalid("the name of a payload codec has 1 to " +
                  std::to_string(PayloadCodec::longest_name) + " bytes");
  }
  std::string sample = "a record of each byte: ";
  for (unsigned each = 0; each <= 0xFFU; ++each) {
    sample.push_back(static_cast<char>(each));
  }
  const std::string sealed = encode_value_with(codec, Table::meta, meta_keys::codec_key, sample);
  const auto plain = decode_value_with(codec, Table::meta, meta_keys::codec_key, sealed);
  if (!plain || *plain != sample) {
    throw StorageFailure(ProviderError::Kind::storage,
                         "the payload codec `" + codec.name() +
                             "` does not decode what it has encoded with the key `" +
                             std::string(key_id_of(sealed)) +
                             "`: " + (plain ? "it decodes to something else" : plain.error()));
  }
}

model::DigestKey note_codec(KvStore& store, const PayloadCodec& codec,
                            const std::optional<model::DigestKey>& known) {
  const model::DigestKey key = known ? *known : random_digest_key();
  std::string sealed =
      encode_value_with(codec, Table::meta, meta_keys::codec_key, known_text_of(key));
  if (known) {
    const auto view = store.writer_view();
    const auto stored = view->get(Table::meta, meta_keys::codec_key);
    if (stored && key_id_of(*stored) == key_id_of(sealed)) {
      return key;
    }
  }
  Batch batch(store);
  batch.put(Table::meta, std::string(meta_keys::codec), codec.name());
  batch.put(Table::meta, std::string(meta_keys::codec_key), std::move(sealed));
  batch.make_room(0, RoomFor::making_room);
  batch.commit();
  return key;
}

}  // namespace duroxide::storage
