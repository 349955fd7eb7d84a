#include <duroxide/input.hpp>

namespace duroxide::detail {

void refuse_number(const std::string& number) {
  throw PayloadError("the input: " + number + " does not fit the member it is given for");
}

}  // namespace duroxide::detail
