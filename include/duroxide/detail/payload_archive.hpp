#pragma once

// The two archives of payloads. They write and read what cereal's own JSON archives do, and do it
// with them, but out of sight: the JSON library behind those is large, and every file that includes
// this library would have to compile it. What a type's `serialize` may call is there under the names
// that cereal gives it.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>

#include <duroxide/detail/api.hpp>
#include <duroxide/detail/cereal.hpp>
#include <duroxide/strict_payload.hpp>

/// What the compiler says of a type that cereal can neither write nor read.
#define DUROXIDE_NO_PAYLOAD                                                                  \
  "this type cannot be a payload, or a part of one: give it `template <class Archive> void " \
  "serialize(Archive& archive) { archive(CEREAL_NVP(member), CEREAL_NVP(another)); }`, or "  \
  "include "                                                                                 \
  "what cereal has for it, <cereal/types/...>"

namespace duroxide::DUROXIDE_ABI::detail {

/// A type as its author writes it: `Order`, `std::vector<std::string>`.
[[nodiscard]] DUROXIDE_API std::string type_name(const std::type_info& type);

// NOLINTBEGIN(readability-identifier-naming): the names are cereal's

/// Writes one value as JSON on one line. Give it the value as `cereal::make_nvp("v", value)`, then
/// take the text.
class DUROXIDE_API PayloadWriter : public cereal::OutputArchive<PayloadWriter>,
                                   public cereal::traits::TextArchive {
 public:
  PayloadWriter();
  PayloadWriter(const PayloadWriter&) = delete;
  PayloadWriter& operator=(const PayloadWriter&) = delete;
  ~PayloadWriter() override;

  /// Ends the document and gives the value that was written. Once only.
  [[nodiscard]] std::string text();

  void startNode();
  void finishNode();
  void setNextName(const char* name);
  void writeName();
  void makeArray();
  void saveBinaryValue(const void* data, std::size_t size, const char* name = nullptr);

  void saveValue(bool value);
  void saveValue(int value);
  void saveValue(unsigned value);
  void saveValue(long value);
  void saveValue(unsigned long value);
  /// Numbers of these three types are written as texts.
  void saveValue(long long value);
  void saveValue(unsigned long long value);
  void saveValue(long double value);
  void saveValue(double value);
  void saveValue(const std::string& value);
  void saveValue(const char* value);
  void saveValue(std::nullptr_t);

  /// Whether an object of that type stands in the text already. cereal writes the version of a type into
  /// the first alone.
  [[nodiscard]] bool has_written(const std::type_info& type);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whose JSON object is read, and what it may leave out.
struct PayloadNode {
  enum class Members : std::uint8_t {
    needed,  ///< of a type of the standard library or cereal's: what it asks for must be there
    usual,   ///< of a user's type: an absent member keeps its default
    exact,   ///< of a user's strict type: all that it asks for, and nothing else
  };

  Members members = Members::needed;
  const std::type_info* type = nullptr;  ///< of the user's
  // The storage of the object.
  const void* begin = nullptr;
  const void* end = nullptr;
};

/// Reads one value: after `begin`, give it the place for the value as `cereal::make_nvp("v", value)`.
/// What cannot be read is thrown as a `std::exception`.
class DUROXIDE_API PayloadReader : public cereal::InputArchive<PayloadReader>,
                                   public cereal::traits::TextArchive {
 public:
  /// `text` must live as long as the reader.
  explicit PayloadReader(const std::string& text);
  PayloadReader(const PayloadReader&) = delete;
  PayloadReader& operator=(const PayloadReader&) = delete;
  ~PayloadReader() override;

  /// Reads the whole text, which throws if it is no JSON. `frame` is that of the function which decodes:
  /// the variables of all that it calls lie below.
  void begin(const void* frame = nullptr);
  /// Says that the text is no `type`, and why. `error` is what `begin`, or reading a value, has thrown.
  [[nodiscard]] std::string problem(const std::type_info& type, const std::exception& error) const;
  /// When the value has been read: refuses a text in which the version of a type stood somewhere else.
  void check_versions() const;
  /// The object that is open has a type with versions.
  void note_version(const std::type_info& type);

  void startNode();
  void startNode(const PayloadNode& node);
  /// For a base class, which has no name: one that is absent keeps the values that it has.
  void startBase(const PayloadNode& node);
  void finishNode();
  /// Whether what begins now is an element of a container, or a part of another thing of the standard
  /// library's, which may have been made without a value.
  [[nodiscard]] bool makesAnew() const;
  /// Whether to read the member: it is there, or has to be.
  [[nodiscard]] bool hasMember(const char* name);
  /// Whether that is a variable of a function that reads: it lies on the stack of the decoding, and not
  /// in the object which is read.
  [[nodiscard]] bool isVariable(const void* place) const;
  /// The name of the member that comes next; null if it has none. Who asks takes that one, whatever its
  /// name is; what is read without a name is otherwise the member `value0`, the next `value1`.
  [[nodiscard]] const char* getNodeName() const;
  void setNextName(const char* name);
  void loadSize(cereal::size_type& size);
  void loadBinaryValue(void* data, std::size_t size, const char* name = nullptr);

  void loadValue(bool& value);
  void loadValue(long& value);
  void loadValue(unsigned long& value);
  void loadValue(long long& value);
  void loadValue(unsigned long long& value);
  void loadValue(float& value);
  void loadValue(double& value);
  void loadValue(long double& value);
  void loadValue(std::string& value);
  void loadValue(std::nullptr_t& value);
  /// The smaller integers.
  template <class T>
  requires(std::is_integral_v<T> && sizeof(T) < sizeof(std::int64_t)) void loadValue(T& value) {
    if constexpr (std::is_signed_v<T>) {
      value = static_cast<T>(load_int());
    } else {
      value = static_cast<T>(load_unsigned());
    }
  }

 private:
  [[nodiscard]] int load_int();
  [[nodiscard]] unsigned load_unsigned();

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// NOLINTEND(readability-identifier-naming)

// --- what cereal does before and after each thing, and for what has no parts -----------------------

/// What a thing is in JSON.
enum class PayloadPart {
  mark,    ///< nothing of its own: the name of what follows, say
  size,    ///< says that what it stands in is a list
  simple,  ///< a number, a text, true, false, null
  node,    ///< an object or a list
};

template <class T>
inline constexpr PayloadPart wrapper_part = PayloadPart::node;
template <class T>
inline constexpr PayloadPart wrapper_part<cereal::NameValuePair<T>> = PayloadPart::mark;
template <class T>
inline constexpr PayloadPart wrapper_part<cereal::DeferredData<T>> = PayloadPart::mark;
template <class T>
inline constexpr PayloadPart wrapper_part<cereal::SizeTag<T>> = PayloadPart::size;
template <class Char, class Traits, class Alloc>
inline constexpr PayloadPart wrapper_part<std::basic_string<Char, Traits, Alloc>> =
    PayloadPart::simple;
template <>
inline constexpr PayloadPart wrapper_part<std::nullptr_t> = PayloadPart::simple;

/// A type whose `save_minimal` makes a simple thing of it is a mark too.
template <class T, class Archive, template <class, class> class HasMinimal>
constexpr PayloadPart payload_part() {
  if constexpr (std::is_arithmetic_v<T>) {
    return PayloadPart::simple;
  } else if constexpr (wrapper_part<T> != PayloadPart::node) {
    return wrapper_part<T>;
  } else if constexpr (cereal::traits::has_minimal_base_class_serialization<T, HasMinimal,
                                                                            Archive>::value ||
                       HasMinimal<T, Archive>::value) {
    return PayloadPart::mark;
  } else {
    return PayloadPart::node;
  }
}

/// A class whose namespace is that of the standard library or of cereal, by the name that the compiler
/// gives it.
template <class T>
constexpr bool is_library_type() {
  constexpr std::string_view mark = "T = ";
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find(mark) + mark.size());
  return name.starts_with("std::") || name.starts_with("cereal::");
}

/// The name that cereal gives the version of an object's type.
inline constexpr const char* version_name = "cereal_class_version";

/// Whether cereal writes, or reads, the type with its version.
template <class T>
inline constexpr bool is_written_with_version =
    cereal::traits::has_member_versioned_serialize<T, PayloadWriter>::value ||
    cereal::traits::has_non_member_versioned_serialize<T, PayloadWriter>::value ||
    cereal::traits::has_member_versioned_save<T, PayloadWriter>::value ||
    cereal::traits::has_non_member_versioned_save<T, PayloadWriter>::value;
template <class T>
inline constexpr bool is_read_with_version =
    cereal::traits::has_member_versioned_serialize<T, PayloadReader>::value ||
    cereal::traits::has_non_member_versioned_serialize<T, PayloadReader>::value ||
    cereal::traits::has_member_versioned_load<T, PayloadReader>::value ||
    cereal::traits::has_non_member_versioned_load<T, PayloadReader>::value;

/// Each object has the version of its type, so that one can be read when those before it are gone.
template <class T>
void write_version(PayloadWriter& writer, const T&) {
  if constexpr (std::is_class_v<T> && !is_library_type<T>()) {
    if constexpr (is_written_with_version<T>) {
      if (writer.has_written(typeid(T))) {
        const std::uint32_t version = cereal::detail::Version<T>::version;
        writer(cereal::make_nvp(version_name, version));
      }
    }
  }
}
template <class T>
void write_version(PayloadWriter& writer, const cereal::base_class<T>& base) {
  write_version(writer, *base.base_ptr);
}
template <class T>
void write_version(PayloadWriter& writer, const cereal::virtual_base_class<T>& base) {
  write_version(writer, *base.base_ptr);
}

template <class T>
void prologue(PayloadWriter& writer, const T& value) {
  static_assert(is_library_type<T>() || !std::is_class_v<T> ||
                    cereal::traits::is_output_serializable<T, PayloadWriter>::value,
                DUROXIDE_NO_PAYLOAD);
  constexpr auto part =
      payload_part<T, PayloadWriter, cereal::traits::has_minimal_output_serialization>();
  if constexpr (part == PayloadPart::node) {
    writer.startNode();
    write_version(writer, value);
  } else if constexpr (part == PayloadPart::size) {
    writer.makeArray();
  } else if constexpr (part == PayloadPart::simple) {
    writer.writeName();
  }
}
template <class T>
void epilogue(PayloadWriter& writer, const T&) {
  if constexpr (payload_part<T, PayloadWriter,
                             cereal::traits::has_minimal_output_serialization>() ==
                PayloadPart::node) {
    writer.finishNode();
  }
}
template <class T>
PayloadNode payload_node(const T& object) {
  if constexpr (std::is_class_v<T> && !is_library_type<T>()) {
    return {strict_payload<T> ? PayloadNode::Members::exact : PayloadNode::Members::usual,
            &typeid(T), &object, &object + 1};
  } else {
    return {};
  }
}
template <class T>
void note_version(PayloadReader& reader) {
  if constexpr (std::is_class_v<T> && !is_library_type<T>()) {
    if constexpr (is_read_with_version<T>) {
      reader.note_version(typeid(T));
    }
  }
}
template <class T>
void start_node(PayloadReader& reader, const T& object) {
  reader.startNode(payload_node(object));
  note_version<T>(reader);
}
/// A base class is read as a member of its own.
template <class T>
void start_node(PayloadReader& reader, const cereal::base_class<T>& base) {
  reader.startBase(payload_node(*base.base_ptr));
  note_version<T>(reader);
}
template <class T>
void start_node(PayloadReader& reader, const cereal::virtual_base_class<T>& base) {
  reader.startBase(payload_node(*base.base_ptr));
  note_version<T>(reader);
}

template <class T>
concept MadeAnew = std::is_class_v<T> && !is_library_type<T>() &&
                   std::is_default_constructible_v<T> && std::is_move_assignable_v<T>;

template <class T>
void prologue(PayloadReader& reader, const T& value) {
  static_assert(is_library_type<T>() || !std::is_class_v<T> ||
                    cereal::traits::is_input_serializable<T, PayloadReader>::value,
                DUROXIDE_NO_PAYLOAD);
  if constexpr (payload_part<T, PayloadReader, cereal::traits::has_minimal_input_serialization>() ==
                PayloadPart::node) {
    start_node(reader, value);
  }
}
/// A container may read into an element without a value, or into one that was there before: an absent
/// member of it has its default all the same.
template <class T>
requires(!std::is_const_v<T> && MadeAnew<T>) void prologue(PayloadReader& reader, T& value) {
  static_assert(is_library_type<T>() || !std::is_class_v<T> ||
                    cereal::traits::is_input_serializable<T, PayloadReader>::value,
                DUROXIDE_NO_PAYLOAD);
  if constexpr (payload_part<T, PayloadReader, cereal::traits::has_minimal_input_serialization>() ==
                PayloadPart::node) {
    if (reader.makesAnew()) {
      value = T{};
    }
    start_node(reader, value);
  }
}
template <class T>
void epilogue(PayloadReader& reader, const T&) {
  if constexpr (payload_part<T, PayloadReader, cereal::traits::has_minimal_input_serialization>() ==
                PayloadPart::node) {
    reader.finishNode();
  }
}

/// Most classes of the standard library have a value as soon as they are declared.
template <class T>
inline constexpr bool has_value_at_once = is_library_type<T>() &&
                                          !std::is_trivially_default_constructible_v<T>;
/// What may have none then, and can be given one.
template <class T>
inline constexpr bool may_be_without_value =
    !has_value_at_once<T> && std::is_default_constructible_v<T> && std::is_move_assignable_v<T>;

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(PayloadWriter& writer, const cereal::NameValuePair<T>& pair) {
  writer.setNextName(pair.name);
  writer(pair.value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(PayloadReader& reader, cereal::NameValuePair<T>& pair) {
  if (reader.hasMember(pair.name)) {
    reader.setNextName(pair.name);
    reader(pair.value);
    return;
  }
  // A number that is a variable of `load` may have no value yet.
  if constexpr (may_be_without_value<std::remove_cvref_t<T>>) {
    if (pair.name == std::string_view(version_name) ||
        reader.isVariable(std::addressof(pair.value))) {
      pair.value = std::remove_cvref_t<T>{};
    }
  }
}

/// The size of a list is not written: it is counted.
template <class T>
void CEREAL_SAVE_FUNCTION_NAME(PayloadWriter&, const cereal::SizeTag<T>&) {}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(PayloadReader& reader, cereal::SizeTag<T>& tag) {
  reader.loadSize(tag.size);
}

template <class T>
requires std::is_arithmetic_v<T>
void CEREAL_SAVE_FUNCTION_NAME(PayloadWriter& writer, const T& value) {
  writer.saveValue(value);
}
template <class T>
requires std::is_arithmetic_v<T>
void CEREAL_LOAD_FUNCTION_NAME(PayloadReader& reader, T& value) {
  reader.loadValue(value);
}

template <class Char, class Traits, class Alloc>
void CEREAL_SAVE_FUNCTION_NAME(PayloadWriter& writer,
                               const std::basic_string<Char, Traits, Alloc>& value) {
  writer.saveValue(value);
}
template <class Char, class Traits, class Alloc>
void CEREAL_LOAD_FUNCTION_NAME(PayloadReader& reader,
                               std::basic_string<Char, Traits, Alloc>& value) {
  reader.loadValue(value);
}

inline void CEREAL_SAVE_FUNCTION_NAME(PayloadWriter& writer, const std::nullptr_t& value) {
  writer.saveValue(value);
}
inline void CEREAL_LOAD_FUNCTION_NAME(PayloadReader& reader, std::nullptr_t& value) {
  reader.loadValue(value);
}

}  // namespace duroxide::DUROXIDE_ABI::detail

CEREAL_REGISTER_ARCHIVE(duroxide::detail::PayloadReader)
CEREAL_REGISTER_ARCHIVE(duroxide::detail::PayloadWriter)
CEREAL_SETUP_ARCHIVE_TRAITS(duroxide::detail::PayloadReader, duroxide::detail::PayloadWriter)
