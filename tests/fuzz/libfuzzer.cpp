// What libFuzzer calls. It keeps the inputs and says what has become of them.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include "fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    duroxide::fuzz::try_input({reinterpret_cast<const char*>(data), size});
  } catch (const std::exception& thrown) {
    duroxide::fuzz::require(false,
                            std::string("an exception has left the target: ") + thrown.what());
  }
  return 0;
}
