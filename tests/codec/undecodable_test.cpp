// What the engine does with rows that the codec of its store cannot decode.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "codec/keyed_codec.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::undecodable_test {

using namespace std::chrono_literals;
using testing::KeyedCodec;

namespace {

constexpr auto ample = 300s;

/// Throws as long as it is told so.
class ForgetfulCodec final : public PayloadCodec {
 public:
  std::atomic<bool> forgets{false};

  [[nodiscard]] std::string name() const override { return "keyed"; }
  [[nodiscard]] EncodedPayload encode(std::string_view plain,
                                      std::string_view place) const override {
    return inner_.encode(plain, place);
  }
  [[nodiscard]] Result<std::string, std::string> decode(std::string_view encoded,
                                                        std::string_view key_id,
                                                        std::string_view place) const override {
    if (forgets) {
      throw 7;
    }
    return inner_.decode(encoded, key_id, place);
  }

 private:
  KeyedCodec inner_{{{"1", 7}}};
};

Result<Store, ProviderError> open_with(const std::filesystem::path& directory,
                                       std::shared_ptr<const PayloadCodec> codec, LogSink log) {
  return LmdbProvider::open(directory, LmdbOptions()
                                           .durability(Durability::none)
                                           .map_size(std::uint64_t{64} << 20)
                                           .payload_codec(std::move(codec))
                                           .log_sink(std::move(log)));
}

Task<std::string> waits(OrchestrationContext ctx, std::string input) {
  const std::string go = co_await ctx.wait_for_external_event<std::string>("Go");
  co_return input + go;
}

}  // namespace

TEST_CASE("what a codec cannot decode for a while is taken up when the store is opened again",
          "[payloads][codec]") {
  const testing::TempDir temp;
  const auto codec = std::make_shared<ForgetfulCodec>();
  {
    const auto told = std::make_shared<std::promise<void>>();
    const auto listen = [told, once = std::make_shared<bool>(false)](const LogRecord& record) {
      if (!*once && record.message.find("cannot be decoded now") != std::string::npos) {
        *once = true;
        told->set_value();
      }
    };
    auto store = open_with(temp.path() / "store", codec, listen).value();
    Client client{store};
    REQUIRE(client.start_orchestration("i", "Waits", "input "));
    REQUIRE(client.raise_event("i", "Go", "event"));
    codec->forgets = true;
    Runtime runtime(store, RuntimeOptions().log_sink([](const LogRecord&) {}));
    runtime.register_orchestration("Waits", waits);
    REQUIRE(runtime.start());
    told->get_future().wait();
    runtime.stop();
    codec->forgets = false;
  }
  auto store = open_with(temp.path() / "store", codec, {}).value();
  Runtime runtime(store, RuntimeOptions().log_sink([](const LogRecord&) {}));
  runtime.register_orchestration("Waits", waits);
  REQUIRE(runtime.start());
  const Client client{store};
  const auto ended = client.wait_for_completion("i", ample).value();
  REQUIRE(ended.is_completed());
  CHECK(ended.output() == "input event");
  runtime.stop();
}

}  // namespace duroxide::undecodable_test
