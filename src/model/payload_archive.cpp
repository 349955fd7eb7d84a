#include <duroxide/detail/payload_archive.hpp>

#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>

#include <cereal/archives/json.hpp>

#include <duroxide/errors.hpp>

#include "model/payload_text.hpp"

namespace duroxide::detail {

struct PayloadWriter::Impl {
  std::ostringstream out;
  // The last brace of the document is written when it is destroyed.
  std::optional<cereal::JSONOutputArchive> archive;
};

PayloadWriter::PayloadWriter() : OutputArchive(this), impl_(std::make_unique<Impl>()) {
  impl_->archive.emplace(impl_->out, cereal::JSONOutputArchive::Options::NoIndent());
}
PayloadWriter::~PayloadWriter() = default;

std::string PayloadWriter::text() {
  impl_->archive.reset();
  return unwrap_json(impl_->out.str());
}

void PayloadWriter::startNode() {
  impl_->archive->startNode();
}
void PayloadWriter::finishNode() {
  impl_->archive->finishNode();
}
void PayloadWriter::setNextName(const char* name) {
  impl_->archive->setNextName(name);
}
void PayloadWriter::writeName() {
  impl_->archive->writeName();
}
void PayloadWriter::makeArray() {
  impl_->archive->makeArray();
}
void PayloadWriter::saveBinaryValue(const void* data, std::size_t size, const char* name) {
  impl_->archive->saveBinaryValue(data, size, name);
}

void PayloadWriter::saveValue(bool value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(int value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(unsigned value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(long value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(unsigned long value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(long long value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(unsigned long long value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(long double value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(double value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(const std::string& value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(const char* value) {
  impl_->archive->saveValue(value);
}
void PayloadWriter::saveValue(std::nullptr_t value) {
  impl_->archive->saveValue(value);
}

struct PayloadReader::Impl {
  explicit Impl(const std::string& given) : text(given) {}

  template <class T>
  T load() {
    T value{};
    archive->loadValue(value);
    return value;
  }

  const std::string& text;
  bool is_refused = false;  ///< before the JSON reader has seen it
  std::istringstream in;
  std::optional<cereal::JSONInputArchive> archive;  ///< none: the text is no JSON
};

PayloadReader::PayloadReader(const std::string& text)
    : InputArchive(this), impl_(std::make_unique<Impl>(text)) {}
PayloadReader::~PayloadReader() = default;

void PayloadReader::begin() {
  if (const auto sound = check_json(impl_->text); !sound) {
    impl_->is_refused = true;
    throw std::runtime_error(sound.error().what);
  }
  impl_->in.str(wrap_json(impl_->text));
  impl_->archive.emplace(impl_->in);
}

std::string PayloadReader::problem(const std::type_info& type, const std::exception& error) const {
  if (impl_->is_refused) {
    return undecodable(impl_->text, type, words_of(error));
  }
  return undecodable(impl_->text, type, words_of(error),
                     impl_->archive ? impl_->archive->getNodeName() : nullptr);
}

void PayloadReader::startNode() {
  impl_->archive->startNode();
}
void PayloadReader::finishNode() {
  impl_->archive->finishNode();
}
const char* PayloadReader::getNodeName() const {
  return impl_->archive->getNodeName();
}
void PayloadReader::setNextName(const char* name) {
  impl_->archive->setNextName(name);
}
void PayloadReader::loadSize(cereal::size_type& size) {
  impl_->archive->loadSize(size);
}
void PayloadReader::loadBinaryValue(void* data, std::size_t size, const char* name) {
  impl_->archive->loadBinaryValue(data, size, name);
}

void PayloadReader::loadValue(bool& value) {
  impl_->archive->loadValue(value);
}
void PayloadReader::loadValue(long& value) {
  impl_->archive->loadValue(value);
}
void PayloadReader::loadValue(unsigned long& value) {
  impl_->archive->loadValue(value);
}
void PayloadReader::loadValue(long long& value) {
  impl_->archive->loadValue(value);
}
void PayloadReader::loadValue(unsigned long long& value) {
  impl_->archive->loadValue(value);
}
void PayloadReader::loadValue(float& value) {
  impl_->archive->loadValue(value);
}
void PayloadReader::loadValue(double& value) {
  impl_->archive->loadValue(value);
}
void PayloadReader::loadValue(long double& value) {
  impl_->archive->loadValue(value);
}
void PayloadReader::loadValue(std::string& value) {
  impl_->archive->loadValue(value);
}
void PayloadReader::loadValue(std::nullptr_t& value) {
  impl_->archive->loadValue(value);
}
int PayloadReader::load_int() {
  return impl_->load<int>();
}
unsigned PayloadReader::load_unsigned() {
  return impl_->load<unsigned>();
}

}  // namespace duroxide::detail
