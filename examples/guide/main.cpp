// Runs every snippet of guide.md, and ends at the first that does not do what the guide says.
#include <exception>
#include <iostream>
#include <string_view>
#include <utility>

#include "guide.hpp"

int main(int argc, char** argv) {
  using Chapter = std::pair<const char*, void (*)()>;
  if (argc == 2 && std::string_view(argv[1]) == "crash") {
    guide::crash();
    return 0;
  }
  for (const auto& [name, run] : {
           Chapter("calls", guide::calls),
           Chapter("activities", guide::activities),
           Chapter("waiting", guide::waiting),
           Chapter("composition", guide::composition),
           Chapter("cancellation", guide::cancellation),
           Chapter("state", guide::state),
           Chapter("asking", guide::asking),
           Chapter("versions", guide::versions),
           Chapter("errors", guide::errors),
           Chapter("rules", guide::rules),
           Chapter("testing", guide::testing),
           Chapter("operating", guide::operating),
           Chapter("server", guide::server),
           Chapter("tracing", guide::tracing),
       }) {
    try {
      run();
    } catch (const std::exception& error) {
      std::cerr << "guide: " << name << ": " << error.what() << '\n';
      return 1;
    }
    std::cout << name << ": as the guide says" << std::endl;
  }
  std::cout << "all of it\n";
  return 0;
}
