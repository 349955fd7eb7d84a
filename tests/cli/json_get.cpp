// json_get POINTER [EXPECTED]: reads a JSON document from standard input and prints the value at the
// pointer; texts as they are, arrays and objects as their size. It fails if there is none, if the
// input is not JSON, or if the value is not the one expected.
// json_get --lines: one document a line; prints how many.

#include <iostream>
#include <iterator>
#include <string>

#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;

std::string text_of(const json& value) {
  if (value.is_structured()) {
    return std::to_string(value.size());
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

int count_lines() {
  std::size_t count = 0;
  for (std::string line; std::getline(std::cin, line); ++count) {
    if (!json::accept(line)) {
      std::cerr << "no JSON: " << line << '\n';
      return 1;
    }
  }
  std::cout << count << '\n';
  return 0;
}

int get(const std::string& pointer, const char* expected) {
  const std::string input{std::istreambuf_iterator<char>(std::cin),
                          std::istreambuf_iterator<char>()};
  const std::string found = text_of(json::parse(input).at(json::json_pointer(pointer)));
  std::cout << found << '\n';
  if (expected != nullptr && found != expected) {
    std::cerr << pointer << " is not `" << expected << "` but `" << found << "` in " << input;
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string pointer = argc > 1 ? argv[1] : "";
    return pointer == "--lines" ? count_lines() : get(pointer, argc > 2 ? argv[2] : nullptr);
  } catch (const std::exception& error) {
    std::cerr << "json_get: " << error.what() << '\n';
    return 1;
  }
}
