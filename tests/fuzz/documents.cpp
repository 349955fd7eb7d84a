#include "fuzz/documents.hpp"

#include <duroxide/instance_export.hpp>

#include "provider/filled_world.hpp"
#include "provider/world.hpp"

namespace duroxide::fuzz {

std::vector<std::pair<std::string, std::string>> documents() {
  using namespace duroxide::testing;
  World world(Backend::memory);
  fill(world);
  std::vector<std::pair<std::string, std::string>> found;
  for (const char* id : {"done", "failed", "busy", "again", "waiting", "later"}) {
    const auto exported =
        world.manage<provider::Answer<InstanceExport>>(management::ExportInstance{id});
    found.emplace_back(id, to_json(exported.value()));
  }
  world.close();
  return found;
}

}  // namespace duroxide::fuzz
