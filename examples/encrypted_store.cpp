// A store whose payloads are encrypted with libsodium, and a change of keys. Nothing of the card number
// below reaches the disk: the program looks for it in every file. Link with -lsodium.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <sodium.h>

#include <duroxide/duroxide.hpp>

#include "expect.hpp"

using namespace duroxide;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr const char* card = "5500-0000-0000-0004";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

/// XChaCha20-Poly1305: each record has a random nonce in front, and belongs to its place and key.
class SodiumCodec final : public PayloadCodec {
 public:
  using Keys = std::map<std::string, std::string, std::less<>>;

  /// Encrypts with the key of that id; decrypts with all of them. Each has `key_bytes`.
  SodiumCodec(Keys keys, std::string current)
      : keys_(std::move(keys)), current_(std::move(current)) {}

  static constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;

  [[nodiscard]] std::string name() const override { return "xchacha20poly1305"; }

  [[nodiscard]] EncodedPayload encode(std::string_view plain,
                                      std::string_view place) const override {
    std::string made(nonce_bytes + plain.size() + tag_bytes, '\0');
    randombytes_buf(made.data(), nonce_bytes);
    const std::string bound = current_ + " " + std::string(place);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes_of(made) + nonce_bytes, nullptr, bytes_of(plain), plain.size(), bytes_of(bound),
        bound.size(), nullptr, bytes_of(made), bytes_of(keys_.at(current_)));
    return {std::move(made), current_};
  }

  [[nodiscard]] Result<std::string, std::string> decode(std::string_view encoded,
                                                        std::string_view key_id,
                                                        std::string_view place) const override {
    const auto key = keys_.find(key_id);
    if (key == keys_.end()) {
      return failure("there is no such key on the key ring");
    }
    if (encoded.size() < nonce_bytes + tag_bytes) {
      return failure("it is cut short");
    }
    std::string plain(encoded.size() - nonce_bytes - tag_bytes, '\0');
    const std::string bound = std::string(key_id) + " " + std::string(place);
    const int refused = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes_of(plain), nullptr, nullptr, bytes_of(encoded) + nonce_bytes,
        encoded.size() - nonce_bytes, bytes_of(bound), bound.size(), bytes_of(encoded),
        bytes_of(key->second));
    if (refused != 0) {
      return failure("it was changed, belongs elsewhere, or the key is another");
    }
    return plain;
  }

 private:
  static constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  static constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

  Keys keys_;
  std::string current_;
};

/// In earnest a key comes from a vault; here each run makes a new store with new keys.
std::string new_key() {
  std::string key(SodiumCodec::key_bytes, '\0');
  crypto_aead_xchacha20poly1305_ietf_keygen(bytes_of(key));
  return key;
}

Task<std::string> pay(OrchestrationContext ctx, std::string number) {
  const std::string receipt = co_await ctx.schedule_activity("Charge", number);
  co_return receipt;
}

Result<Store, ProviderError> open_store(const fs::path& directory,
                                        std::shared_ptr<const PayloadCodec> codec) {
  return LmdbProvider::open(directory, LmdbOptions().payload_codec(std::move(codec)));
}

std::string run_payment(const fs::path& directory, std::shared_ptr<const PayloadCodec> codec,
                        const std::string& instance) {
  const Store store = expect(open_store(directory, std::move(codec)));
  Runtime runtime{store};
  runtime.register_orchestration("Pay", pay)
      .register_activity("Charge",
                         [](const std::string& number) { return "charged to " + number; });
  expect(runtime.start());
  Client client{store};
  expect(client.start_orchestration(instance, "Pay", card));
  return expect(client.wait_for_completion(instance, 30s)).output();
}

/// The first file that holds the text; empty if none does.
std::string file_with(const fs::path& directory, const std::string& text) {
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file),
                              std::istreambuf_iterator<char>()};
    if (content.find(text) != std::string::npos) {
      return entry.path().string();
    }
  }
  return {};
}

int run() {
  const fs::path directory = "./encrypted-store";
  fs::remove_all(directory);
  SodiumCodec::Keys keys{{"2025", new_key()}};
  std::cout << run_payment(directory, std::make_shared<SodiumCodec>(keys, "2025"), "payment-1")
            << '\n';

  // The key is changed: what is new is under the new one, and what is old can still be read.
  keys.emplace("2026", new_key());
  const auto rotated = std::make_shared<SodiumCodec>(keys, "2026");
  std::cout << run_payment(directory, rotated, "payment-2") << '\n';
  {
    const Store store = expect(open_store(directory, rotated));
    std::cout << "payment-1, by the old key: "
              << expect(Client(store).get_orchestration_status("payment-1")).output() << '\n';
  }

  const auto without = open_store(directory, nullptr);
  std::cout << (without ? "opened without a key" : "without a codec: " + without.error().message)
            << '\n';
  const std::string found = file_with(directory, card);
  std::cout << (found.empty() ? "the card number is in no file of the store" : "found in " + found)
            << '\n';
  return found.empty() && !without ? 0 : 1;
}

}  // namespace

int main() {
  if (sodium_init() < 0) {
    std::cerr << "encrypted_store: libsodium cannot be used here\n";
    return 1;
  }
  try {
    return run();
  } catch (const std::exception& failed) {
    std::cerr << "encrypted_store: " << failed.what() << '\n';
    return 1;
  }
}
