#include "provider/earlier_stores.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "provider/stores/packed.hpp"

namespace duroxide::earlier_stores {

const std::vector<EarlierStore>& all_earlier_stores() {
  static const std::vector<EarlierStore> all{{"format1", 1, false}, {"format1_killed", 1, true},
                                             {"format2", 2, false}, {"format2_killed", 2, true},
                                             {"format3", 3, false}, {"format3_killed", 3, true}};
  return all;
}

void unpack_store(const EarlierStore& store, const std::filesystem::path& directory) {
  const auto file = std::filesystem::path(DUROXIDE_EARLIER_STORES) / (store.file + ".packed");
  std::ifstream in(file, std::ios::binary);
  const std::string packed{std::istreambuf_iterator<char>(in), {}};
  if (packed.empty()) {
    throw std::runtime_error("there is no " + file.string());
  }
  std::ofstream(directory / "data.mdb", std::ios::binary) << unpacked(packed);
}

}  // namespace duroxide::earlier_stores
