#include <duroxide/detail/payload_archive.hpp>

#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <typeindex>

#include <cereal/archives/json.hpp>

#include "model/payload_text.hpp"

namespace duroxide::DUROXIDE_ABI::detail {

struct PayloadWriter::Impl {
  std::ostringstream out;
  // The last brace of the document is written when it is destroyed.
  std::optional<cereal::JSONOutputArchive> archive;
  std::set<std::type_index> written;
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

bool PayloadWriter::has_written(const std::type_info& type) {
  return !impl_->written.insert(type).second;
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

}  // namespace duroxide::DUROXIDE_ABI::detail
