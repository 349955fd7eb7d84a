#include <duroxide/input.hpp>

namespace duroxide::DUROXIDE_ABI::detail {

void refuse_number(const std::string& number) {
  throw PayloadError("the input: " + number + " does not fit the member it is given for");
}

}  // namespace duroxide::DUROXIDE_ABI::detail
