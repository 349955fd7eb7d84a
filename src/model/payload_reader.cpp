#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>
#include <vector>

#include <duroxide/detail/payload_archive.hpp>

// The JSON library as cereal sets it up: what is written with NaN and infinities is read with them.
#include <cereal/archives/json.hpp>

#include <duroxide/errors.hpp>

#include "model/payload_problem.hpp"
#include "model/payload_text.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

namespace {

#ifdef CEREAL_RAPIDJSON_NAMESPACE
namespace rapid = CEREAL_RAPIDJSON_NAMESPACE;  // cereal's own copy
#else
namespace rapid = RAPIDJSON_NAMESPACE;  // the system's
#endif

std::string_view text_of(const rapid::Value& text) {
  return {text.GetString(), text.GetStringLength()};
}

/// An object or a list that is being read.
struct OpenNode {
  const rapid::Value* value = nullptr;
  PayloadNode of;
  bool is_absent = false;        ///< a base class that the payload does not have
  rapid::SizeType next = 0;      ///< the member or element that is read next
  std::size_t unnamed = 0;       ///< members that were read without a name
  bool is_next_known = false;    ///< by its name, to the code that reads
  std::vector<bool> known = {};  ///< of an exact object: which members were asked for

  [[nodiscard]] bool has_names() const { return value->IsObject(); }
  [[nodiscard]] rapid::SizeType size() const {
    return has_names() ? value->MemberCount() : value->Size();
  }
  [[nodiscard]] std::string_view name_of(rapid::SizeType place) const {
    return text_of((value->MemberBegin() + place)->name);
  }
  [[nodiscard]] const rapid::Value& at(rapid::SizeType place) const {
    return has_names() ? (value->MemberBegin() + place)->value : (*value)[place];
  }
  /// Where that member stands; mostly it is the next.
  [[nodiscard]] std::optional<rapid::SizeType> find(std::string_view name) const {
    if (next < size() && name_of(next) == name) {
      return next;
    }
    for (rapid::SizeType place = 0; place < size(); ++place) {
      if (name_of(place) == name) {
        return place;
      }
    }
    return std::nullopt;
  }
  /// The name under which the next member without one was written.
  [[nodiscard]] std::string name_of_unnamed() const { return "value" + std::to_string(unnamed); }
  void note_known(rapid::SizeType place) {
    if (of.members == PayloadNode::Members::exact && has_names()) {
      known.resize(size());
      known[place] = true;
    }
  }
};

}  // namespace

struct PayloadReader::Impl {
  explicit Impl(const std::string& given)
      : text(given),
        room(small_room.data(), small_room.size(),
             std::clamp<std::size_t>(2 * given.size(), 1'024, 65'536)) {}

  /// `items[2]`: the way to the object or list that is open, without the member that wraps the whole;
  /// with `next` to what it reads next.
  [[nodiscard]] std::string path(bool next) const {
    std::string way;
    const std::size_t count = open.empty() ? 0 : open.size() - (next ? 0 : 1);
    for (std::size_t i = 1; i < count; ++i) {
      add_step(way, open[i]);
    }
    return way;
  }
  static void add_step(std::string& way, const OpenNode& node) {
    if (node.has_names()) {
      way += way.empty() ? "" : ".";
      way += node.next < node.size() ? node.name_of(node.next) : "?";
    } else {
      way += "[" + std::to_string(node.next) + "]";
    }
  }

  void go_to(OpenNode& node, const std::string& name) const {
    const auto found = node.find(name);
    if (!found) {
      throw PayloadMismatch(PayloadMismatch::Kind::missing, path(false), name);
    }
    node.next = *found;
  }
  /// Goes to the member that was asked for, or to the next element, and gives it.
  const rapid::Value& look() {
    OpenNode& node = open.back();
    const bool is_next_known = std::exchange(node.is_next_known, false);
    if (const char* const name = std::exchange(next_name, nullptr)) {
      if (!node.has_names()) {
        throw PayloadMismatch(path(false), "an object");
      }
      go_to(node, name);
    } else if (node.has_names() && !is_next_known) {
      // Whatever else stands next is somebody else's.
      go_to(node, node.name_of_unnamed());
      ++node.unnamed;
    }
    if (node.next >= node.size()) {
      throw PayloadMismatch(PayloadMismatch::Kind::too_short, path(false), {});
    }
    node.note_known(node.next);
    return node.at(node.next);
  }
  /// Takes what `look` would give, if it is of the kind that is wanted.
  const rapid::Value& take(bool (rapid::Value::*is_wanted)() const, std::string_view wanted) {
    const rapid::Value& value = look();
    if (!(value.*is_wanted)()) {
      throw PayloadMismatch(path(true), wanted);
    }
    ++open.back().next;
    return value;
  }
  std::string take_text() { return std::string(text_of(take(&rapid::Value::IsString, "a text"))); }
  /// A number that is written as a text.
  template <class T>
  void take_number_text(T& value, T (*parse)(const std::string&, std::size_t*)) {
    const std::string digits = take_text();
    try {
      std::size_t end = 0;
      value = parse(digits, &end);
      if (end == digits.size()) {
        return;
      }
    } catch (const std::exception&) {
      // no number at all, or one that is too large
    }
    --open.back().next;
    throw PayloadMismatch(path(true), "a number in quotes");
  }

  /// Whether some object at or below the value has a version that nobody has asked for.
  [[nodiscard]] bool has_other_version(const rapid::Value& value) const {
    if (value.IsArray()) {
      return std::any_of(value.Begin(), value.End(), [this](const rapid::Value& element) {
        return has_other_version(element);
      });
    }
    if (!value.IsObject()) {
      return false;
    }
    if (value.HasMember(version_name) && with_known_version.count(&value) == 0) {
      return true;
    }
    return std::any_of(value.MemberBegin(), value.MemberEnd(),
                       [this](const auto& member) { return has_other_version(member.value); });
  }

  const std::string& text;
  bool is_refused = false;  ///< before the JSON library has seen it
  bool is_read = false;     ///< the text is JSON
  // Most payloads are small, and find room here; the library would begin with 64 KiB.
  alignas(std::max_align_t) std::array<char, 1'024> small_room{};
  rapid::MemoryPoolAllocator<> room;
  rapid::Document document{&room};
  std::vector<OpenNode> open;
  const char* next_name = nullptr;
  // Of types with versions: what the first object of each has, none for one that has none.
  std::map<std::type_index, std::optional<std::uint32_t>> versions;
  std::set<const rapid::Value*> with_known_version;  ///< objects
  const std::type_info* without_version = nullptr;   ///< the first object of this type has none
  const void* frame = nullptr;                       ///< of the function that decodes
};

PayloadReader::PayloadReader(const std::string& text)
    : InputArchive(this), impl_(std::make_unique<Impl>(text)) {}
PayloadReader::~PayloadReader() = default;

void PayloadReader::begin(const void* frame) {
  impl_->frame = frame;
  if (const auto sound = check_json(impl_->text); !sound) {
    impl_->is_refused = true;
    throw std::runtime_error(sound.error().what);
  }
  const std::string wrapped = wrap_json(impl_->text);
  impl_->document.Parse(wrapped.data(), wrapped.size());
  if (impl_->document.HasParseError()) {
    throw std::runtime_error("it is not JSON");
  }
  impl_->is_read = true;
  impl_->open.push_back({&impl_->document, {}});
}

std::string PayloadReader::problem(const std::type_info& type, const std::exception& error) const {
  if (impl_->is_refused) {
    return undecodable(impl_->text, type, words_of(error));
  }
  if (!impl_->is_read) {
    return not_json(impl_->text, type);
  }
  if (const auto* mismatch = dynamic_cast<const PayloadMismatch*>(&error)) {
    return undecodable(impl_->text, type, *mismatch);
  }
  return undecodable(
      impl_->text, type,
      PayloadMismatch(PayloadMismatch::Kind::own_words, impl_->path(false), words_of(error)));
}

void PayloadReader::startNode() {
  startNode(PayloadNode());
}
void PayloadReader::startNode(const PayloadNode& node) {
  const rapid::Value& value = impl_->look();
  if (!value.IsObject() && !value.IsArray()) {
    throw PayloadMismatch(impl_->path(true), "an object or a list");
  }
  impl_->open.push_back({&value, node});
}
void PayloadReader::startBase(const PayloadNode& node) {
  OpenNode& of = impl_->open.back();
  const bool may_be_absent = impl_->next_name == nullptr && of.has_names() && !of.is_next_known &&
                             of.of.members == PayloadNode::Members::usual;
  if (!may_be_absent || of.find(of.name_of_unnamed())) {
    startNode(node);
    return;
  }
  ++of.unnamed;
  static const rapid::Value nothing(rapid::kObjectType);
  impl_->open.push_back({&nothing, node, true});
}
void PayloadReader::finishNode() {
  const OpenNode& node = impl_->open.back();
  if (node.of.members == PayloadNode::Members::exact && node.has_names()) {
    for (rapid::SizeType place = 0; place < node.size(); ++place) {
      if (place >= node.known.size() || !node.known[place]) {
        throw PayloadMismatch(PayloadMismatch::Kind::unknown, impl_->path(false),
                              std::string(node.name_of(place)), node.of.type);
      }
    }
  }
  const bool was_there = !node.is_absent;
  impl_->open.pop_back();
  impl_->open.back().next += was_there ? 1 : 0;
}
// cereal reads the version of a type from the first object of it alone, and keeps it for all.
void PayloadReader::note_version(const std::type_info& type) {
  OpenNode& node = impl_->open.back();
  if (!node.has_names()) {
    return;
  }
  std::optional<std::uint32_t> version;
  if (const auto place = node.find(version_name)) {
    node.note_known(*place);
    impl_->with_known_version.insert(node.value);
    version = node.at(*place).IsUint() ? std::optional(node.at(*place).GetUint()) : std::nullopt;
  }
  const auto [first, is_first] = impl_->versions.emplace(type, version);
  if (is_first && !version && !node.is_absent) {
    impl_->without_version = &type;
  }
  if (version && version != first->second) {
    throw std::runtime_error("one object of `" + type_name(type) + "` has version " +
                             std::to_string(*version) + ", and one before it " +
                             (first->second ? std::to_string(*first->second) : "none"));
  }
}
void PayloadReader::check_versions() const {
  if (impl_->without_version != nullptr && impl_->has_other_version(impl_->document)) {
    throw std::runtime_error("an object of `" + type_name(*impl_->without_version) +
                             "` has no version, and an object that is not read has one: it may be "
                             "the version of both");
  }
}
bool PayloadReader::makesAnew() const {
  return impl_->open.size() > 1 && impl_->open.back().of.members == PayloadNode::Members::needed;
}
bool PayloadReader::hasMember(const char* name) {
  const OpenNode& node = impl_->open.back();
  if (node.of.members != PayloadNode::Members::usual || !node.has_names()) {
    return true;  // or `look` says that it is not
  }
  return node.find(name).has_value();
}
bool PayloadReader::isVariable(const void* place) const {
  const std::less<> less;
  const PayloadNode& of = impl_->open.back().of;
  const bool is_part = !less(place, of.begin) && less(place, of.end);
  return !is_part && less(__builtin_frame_address(0), place) && less(place, impl_->frame);
}
const char* PayloadReader::getNodeName() const {
  OpenNode& node = impl_->open.back();
  node.is_next_known = node.has_names() && node.next < node.size();
  return node.is_next_known ? node.name_of(node.next).data() : nullptr;
}
void PayloadReader::setNextName(const char* name) {
  impl_->next_name = name;
}
void PayloadReader::loadSize(cereal::size_type& size) {
  const OpenNode& node = impl_->open.back();
  if (node.has_names()) {
    throw PayloadMismatch(impl_->path(false), "a list");
  }
  size = node.size();
}
void PayloadReader::loadBinaryValue(void* data, std::size_t size, const char* name) {
  if (name != nullptr && !hasMember(name)) {
    return;
  }
  impl_->next_name = name;
  const std::string bytes = cereal::base64::decode(impl_->take_text());
  if (bytes.size() != size) {
    throw std::runtime_error("a size of " + std::to_string(bytes.size()) +
                             " bytes does not match the " + std::to_string(size) + " wanted");
  }
  std::memcpy(data, bytes.data(), size);
}

void PayloadReader::loadValue(bool& value) {
  value = impl_->take(&rapid::Value::IsBool, "true or false").GetBool();
}
void PayloadReader::loadValue(long& value) {
  value = impl_->take(&rapid::Value::IsInt64, "a whole number").GetInt64();
}
void PayloadReader::loadValue(unsigned long& value) {
  value = impl_->take(&rapid::Value::IsUint64, "a whole number that is not negative").GetUint64();
}
void PayloadReader::loadValue(long long& value) {
  impl_->take_number_text<long long>(
      value, [](const std::string& text, std::size_t* end) { return std::stoll(text, end); });
}
void PayloadReader::loadValue(unsigned long long& value) {
  impl_->take_number_text<unsigned long long>(
      value, [](const std::string& text, std::size_t* end) { return std::stoull(text, end); });
}
void PayloadReader::loadValue(float& value) {
  value = static_cast<float>(impl_->take(&rapid::Value::IsNumber, "a number").GetDouble());
}
void PayloadReader::loadValue(double& value) {
  value = impl_->take(&rapid::Value::IsNumber, "a number").GetDouble();
}
void PayloadReader::loadValue(long double& value) {
  impl_->take_number_text<long double>(
      value, [](const std::string& text, std::size_t* end) { return std::stold(text, end); });
}
void PayloadReader::loadValue(std::string& value) {
  value = impl_->take_text();
}
void PayloadReader::loadValue(std::nullptr_t&) {
  impl_->take(&rapid::Value::IsNull, "null");
}
int PayloadReader::load_int() {
  return impl_->take(&rapid::Value::IsInt, "a whole number of 32 bits").GetInt();
}
unsigned PayloadReader::load_unsigned() {
  return impl_->take(&rapid::Value::IsUint, "a whole number of 32 bits that is not negative")
      .GetUint();
}

}  // namespace duroxide::DUROXIDE_ABI::detail
