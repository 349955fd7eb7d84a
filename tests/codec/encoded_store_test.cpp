// A whole store whose payloads go through a codec: what lies in its files, and who may open it.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <catch2/catch.hpp>

#include <duroxide/duroxide.hpp>

#include "codec/keyed_codec.hpp"
#include "support/temp_dir.hpp"

namespace duroxide::encoded_store_test {

using namespace std::chrono_literals;
using Catch::Contains;
using Kind = ProviderError::Kind;
using testing::KeyedCodec;
namespace fs = std::filesystem;

namespace {

constexpr auto ample = 300s;
constexpr const char* marker = "PLAINTEXT-MARKER";

using CodecPointer = std::shared_ptr<const PayloadCodec>;

CodecPointer codec_of(KeyedCodec::Keys keys, std::string name = "keyed") {
  return std::make_shared<KeyedCodec>(std::move(keys), std::move(name));
}

std::string marked(const std::string& what) {
  return std::string(marker) + " " + what;
}

/// Takes a marked text through everything that keeps one.
Task<std::string> everything(OrchestrationContext ctx, std::string input) {
  ctx.set_custom_status(input + " status");
  ctx.set_value("key", input + " value");
  const auto note = [&input] { return input + " side effect"; };
  (void)ctx.side_effect("noted", note);
  const std::string result = co_await ctx.schedule_activity("Work", input);
  const auto failed = co_await ctx.schedule_activity<std::string>("Fail", input).as_result();
  const std::string event = co_await ctx.wait_for_external_event<std::string>("Go");
  const std::string taken = co_await ctx.dequeue_event<std::string>("Queue");
  const std::string child = co_await ctx.schedule_sub_orchestration("Child", input);
  co_return result + event + taken + child + (failed ? "" : failed.error().message);
}

/// Fails without having taken what was sent to it.
Task<std::string> fails(OrchestrationContext ctx, std::string input) {
  const std::string go = co_await ctx.wait_for_external_event<std::string>("Go");
  throw std::runtime_error(input + go);
}

void register_all(Runtime& runtime) {
  runtime.register_orchestration("Everything", everything)
      .register_orchestration("Fails", fails)
      .register_orchestration("Child",
                              [](OrchestrationContext, std::string input) -> Task<std::string> {
                                co_return input + " child";
                              })
      .register_activity("Work",
                         [](ActivityContext& context, std::string input) {
                           context.heartbeat(input + " progress");
                           return input + " output";
                         })
      .register_activity("Fail", [](std::string input) -> std::string {
        throw std::runtime_error(input + " error");
      });
}

LmdbOptions options_with(const CodecPointer& codec) {
  return LmdbOptions()
      .durability(Durability::none)
      .map_size(std::uint64_t{64} << 20)
      .payload_codec(codec)
      .log_sink({});
}

/// Has all kinds of records written, some of which still wait, and closes the store.
void fill(const fs::path& directory, const CodecPointer& codec, const std::string& instance) {
  auto store = LmdbProvider::open(directory, options_with(codec)).value();
  Runtime runtime(store, RuntimeOptions().log_sink([](const LogRecord&) {}));
  register_all(runtime);
  REQUIRE(runtime.start());
  Client client{store};
  REQUIRE(client.start_orchestration(instance, "Everything", marked("input")));
  REQUIRE(client.raise_event(instance, "Go", marked("event")));
  REQUIRE(client.enqueue_event(instance, "Queue", marked("message")));
  CHECK(client.wait_for_completion(instance, ample).value().is_completed());
  REQUIRE(client.start_orchestration(instance + "-failing", "Fails", marked("input")));
  REQUIRE(client.enqueue_event(instance + "-failing", "Queue", marked("untaken")));
  REQUIRE(client.raise_event(instance + "-failing", "Go", marked("event")));
  CHECK(client.wait_for_completion(instance + "-failing", ample).value().is_failed());
  REQUIRE(client.start_orchestration(instance + "-waiting", "Fails", marked("waits")));
  REQUIRE(client.start_orchestration(instance + "-later", "Fails", marked("later"),
                                     StartOptions().delay(1h)));
  runtime.stop();
}

/// The names of the files in which a text stands, in whole.
std::string files_with(const fs::path& directory, const std::string& text) {
  std::string found;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (bytes.find(text) != std::string::npos) {
      found.append(entry.path().filename().string()).append(" ");
    }
  }
  return found;
}

Result<Store, ProviderError> open_with(const fs::path& directory, const CodecPointer& codec) {
  return LmdbProvider::open(directory, options_with(codec));
}

}  // namespace

TEST_CASE("with a codec, no plain text of a payload reaches a file of the store",
          "[payloads][codec]") {
  const testing::TempDir temp;
  // That the search finds what there is.
  fill(temp.path() / "plain", nullptr, "a");
  CHECK_FALSE(files_with(temp.path() / "plain", marker).empty());

  const auto codec = codec_of({{"1", 7}});
  fill(temp.path() / "store", codec, "a");
  CHECK(files_with(temp.path() / "store", marker).empty());
  // Ids and names stay readable.
  CHECK_FALSE(files_with(temp.path() / "store", "Everything").empty());

  auto store = open_with(temp.path() / "store", codec).value();
  const ManagementClient management{store};
  REQUIRE(management.backup(temp.path() / "copy"));
  CHECK(files_with(temp.path() / "copy", marker).empty());
  CHECK(files_with(temp.path() / "store", marker).empty());
}

TEST_CASE("runtime, client and management notice nothing of a codec", "[payloads][codec]") {
  const testing::TempDir temp;
  const auto codec = codec_of({{"1", 7}});
  fill(temp.path() / "store", codec, "a");
  auto store = open_with(temp.path() / "store", codec).value();
  Client client{store};
  const ManagementClient management{store};
  CHECK_THAT(client.get_orchestration_status("a").value().to_string(),
             Contains(marked("input output")));
  CHECK(client.get_value("a", "key").value()->value == marked("input value"));
  CHECK_THAT(management.export_instance("a").value(), Contains(marked("input side effect")));
  CHECK(management.verify().value().is_clean());

  // It goes on where it stood.
  Runtime runtime(store, RuntimeOptions().log_sink([](const LogRecord&) {}));
  register_all(runtime);
  REQUIRE(runtime.start());
  REQUIRE(client.raise_event("a-waiting", "Go", marked("now")));
  const auto status = client.wait_for_completion("a-waiting", ample).value();
  CHECK_THAT(status.to_string(), Contains(marked("waits") + marked("now")));
  runtime.stop();
}

TEST_CASE("a store with a codec is refused without it, with another, and without the key",
          "[payloads][codec]") {
  const testing::TempDir temp;
  const auto directory = temp.path() / "store";
  fill(directory, codec_of({{"1", 7}}), "a");
  const auto codec = GENERATE_COPY(CodecPointer(), codec_of({{"1", 7}}, "other"),
                                   codec_of({{"1", 8}}), codec_of({{"2", 7}}));
  const auto opened = open_with(directory, codec);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == Kind::permission_denied);
  CHECK(opened.error().operation == "open");
  CHECK_THAT(opened.error().message, Contains("codec"));
  const auto looked_at = LmdbProvider::open_read_only(directory, options_with(codec));
  REQUIRE_FALSE(looked_at);
  CHECK(looked_at.error().kind == Kind::permission_denied);
  // It is as it was.
  CHECK(open_with(directory, codec_of({{"1", 7}})));
}

TEST_CASE("a store that nobody has open is read with its codec", "[payloads][codec][read-only]") {
  const testing::TempDir temp;
  fill(temp.path() / "store", codec_of({{"1", 7}}), "a");
  auto store =
      LmdbProvider::open_read_only(temp.path() / "store", options_with(codec_of({{"1", 7}})))
          .value();
  CHECK(Client{store}.get_value("a", "key").value()->value == marked("input value"));
}

TEST_CASE("keys are rotated: new records under the new key, old ones under theirs",
          "[payloads][codec]") {
  const testing::TempDir temp;
  const auto directory = temp.path() / "store";
  fill(directory, codec_of({{"1", 7}}), "old");
  fill(directory, codec_of({{"1", 7}, {"2", 8}}), "new");
  {
    auto store = open_with(directory, codec_of({{"1", 7}, {"2", 8}})).value();
    const Client client{store};
    CHECK(client.get_value("old", "key").value()->value == marked("input value"));
    CHECK(client.get_value("new", "key").value()->value == marked("input value"));
    CHECK(ManagementClient{store}.verify().value().is_clean());
  }
  // Without the old key, what it takes is told by name, and the rest can be had.
  auto store = open_with(directory, codec_of({{"2", 8}})).value();
  const Client client{store};
  CHECK(client.get_value("new", "key").value()->value == marked("input value"));
  const auto lost = client.get_value("old", "key");
  REQUIRE_FALSE(lost);
  CHECK_THAT(lost.error().to_string(),
             Contains("cannot decode it with the key `1`: the key is unknown"));
}

TEST_CASE("a store without a codec goes on with one", "[payloads][codec]") {
  const testing::TempDir temp;
  const auto directory = temp.path() / "store";
  fill(directory, nullptr, "old");
  const auto codec = codec_of({{"1", 7}});
  {
    auto store = open_with(directory, codec).value();
    Client client{store};
    CHECK(client.get_value("old", "key").value()->value == marked("input value"));
    const auto same = StartOptions().reuse(ReusePolicy::use_existing_same_input);
    CHECK(client.start_orchestration("old", "Everything", marked("input"), same));
    CHECK_FALSE(client.start_orchestration("old", "Everything", marked("other"), same));
    REQUIRE(client.start_orchestration("new", "Everything", "SECOND-MARKER"));
    CHECK(client.start_orchestration("new", "Everything", "SECOND-MARKER", same));
    CHECK_FALSE(client.start_orchestration("new", "Everything", "third", same));
  }
  CHECK(files_with(directory, "SECOND-MARKER").empty());
  CHECK_FALSE(open_with(directory, nullptr));
}

TEST_CASE("a codec that fails to encode stops the store, and what was written before is there",
          "[payloads][commit_failure]") {
  /// Fails once it is told to.
  class FailingCodec final : public PayloadCodec {
   public:
    std::atomic<bool> fails{false};

    [[nodiscard]] std::string name() const override { return "keyed"; }
    [[nodiscard]] EncodedPayload encode(std::string_view plain,
                                        std::string_view place) const override {
      if (fails) {
        throw std::runtime_error("the vault is closed");
      }
      return inner_.encode(plain, place);
    }
    [[nodiscard]] Result<std::string, std::string> decode(std::string_view encoded,
                                                          std::string_view key_id,
                                                          std::string_view place) const override {
      return inner_.decode(encoded, key_id, place);
    }

   private:
    KeyedCodec inner_{{{"1", 7}}};
  };
  const testing::TempDir temp;
  const auto codec = std::make_shared<FailingCodec>();
  {
    auto store = open_with(temp.path() / "store", codec).value();
    Client client{store};
    REQUIRE(client.start_orchestration("before", "Fails", marked("input")));
    codec->fails = true;
    const auto begun = client.start_orchestration("after", "Fails", marked("input"));
    REQUIRE_FALSE(begun);
    CHECK_THAT(
        begun.error().to_string(),
        Contains("the payload codec `keyed` could not encode a record: the vault is closed"));
  }
  codec->fails = false;
  auto store = open_with(temp.path() / "store", codec).value();
  const Client client{store};
  CHECK(client.get_orchestration_status("before").value().is_running());
  CHECK_FALSE(client.get_orchestration_status("after").value().is_running());
}

TEST_CASE("a store is not opened with a codec that has no name", "[payloads][codec]") {
  const testing::TempDir temp;
  const auto opened = open_with(temp.path() / "store", codec_of({{"1", 7}}, ""));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == Kind::invalid_input);
}

}  // namespace duroxide::encoded_store_test
