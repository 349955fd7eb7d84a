#include "options.hpp"

#include <charconv>
#include <string_view>

#include "shop_store.hpp"

using duroxide::failure;
using duroxide::Result;

const char* const usage =
    "usage: order_processing [options]\n"
    "Runs every order of a file to its end. Kill it at any moment and run it again: it goes on.\n"
    "  --input FILE     orders, one JSON object a line (default: the sample that is shipped)\n"
    "  --store STORE    where the engine keeps its state: a directory (default: ./order-store),\n"
    "                   or a database, postgresql://..., on which several processes may work\n"
    "  --lease N        of a database: so many seconds after its last sign of life the work of a\n"
    "                   process goes to the others (default: 15)\n"
    "  --ledger FILE    where activities note their effects (default: in the directory, or\n"
    "                   ./order-ledger)\n"
    "  --results FILE   write what became of each order, one line each\n"
    "  --work-ms N      how long an activity takes (default: 40)\n"
    "  --workers N      how many activities run at once (default: 8)\n";

namespace {

Result<std::size_t, std::string> parse_number(std::string_view name, std::string_view text,
                                              std::size_t least, std::size_t most) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    return failure(std::string(name) + " needs a number from " + std::to_string(least) + " to " +
                   std::to_string(most) + ", not `" + std::string(text) + "`");
  }
  return value;
}

}  // namespace

Result<Options, std::string> parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "-h" || name == "--help") {
      options.help = true;
      return options;
    }
    if (name != "--input" && name != "--store" && name != "--ledger" && name != "--results" &&
        name != "--work-ms" && name != "--workers" && name != "--lease") {
      return failure("unknown argument `" + std::string(name) + "`");
    }
    if (++i == argc) {
      return failure(std::string(name) + " needs a value");
    }
    const std::string_view value = argv[i];
    if (name == "--input") {
      options.input = value;
    } else if (name == "--store") {
      options.store = value;
    } else if (name == "--ledger") {
      options.ledger = value;
    } else if (name == "--results") {
      options.results = value;
    } else {
      const bool is_work = name == "--work-ms";
      auto number = parse_number(name, value, is_work ? 0 : 1, is_work ? 60'000 : 1'000);
      if (!number) {
        return failure(number.error());
      }
      if (is_work) {
        options.work_time = std::chrono::milliseconds(*number);
      } else if (name == "--lease") {
        options.lease = std::chrono::seconds(*number);
      } else {
        options.workers = *number;
      }
    }
  }
  if (options.ledger.empty()) {
    options.ledger = is_database(options.store) ? "order-ledger"
                                                : std::filesystem::path(options.store) / "ledger";
  }
  return options;
}
