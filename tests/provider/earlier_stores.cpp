#include "provider/earlier_stores.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "provider/stores/packed.hpp"

namespace duroxide::earlier_stores {

const std::vector<EarlierStore>& all_earlier_stores() {
  static const std::vector<EarlierStore> all{
      {"format1", 1, false},       {"format1_killed", 1, true}, {"format2", 2, false},
      {"format2_killed", 2, true}, {"format3", 3, false},       {"format3_killed", 3, true},
      {"format4", 4, false},       {"format4_killed", 4, true}, {"format5", 5, false},
      {"format5_killed", 5, true}, {"format6", 6, false},       {"format6_killed", 6, true},
      {"format7", 7, false},       {"format7_killed", 7, true}};
  return all;
}

namespace {

std::string read_packed(const std::string& name) {
  std::ifstream in(std::filesystem::path(DUROXIDE_EARLIER_STORES) / (name + ".packed"),
                   std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

void unpack_store(const EarlierStore& store, const std::filesystem::path& directory) {
  const std::string packed = read_packed(store.file);
  if (packed.empty()) {
    throw std::runtime_error("there is no " + store.file + ".packed");
  }
  std::ofstream(directory / "data.mdb", std::ios::binary) << unpacked(packed);
  if (const std::string log = read_packed(store.file + ".log"); !log.empty()) {
    std::ofstream(directory / "duroxide.log.1", std::ios::binary) << unpacked(log);
  }
}

}  // namespace duroxide::earlier_stores
