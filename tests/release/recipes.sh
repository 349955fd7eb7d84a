#!/usr/bin/env bash
# recipes.sh: what can be said of the recipes for vcpkg and Conan where neither is at hand: that they are read without
# an error, call nothing that does not exist there, name files and options that this tree has, and the version and the
# libraries of today, and that what Conan takes along is enough for Meson. Whether they build is not said.
set -euo pipefail
# shellcheck source=tests/release/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages "${base_packages[@]}" cmake python3
recipes=$root/src/packaging
version=$(sed -n 's/^#define DUROXIDE_VERSION "\(.*\)"$/\1/p' "$root/include/duroxide/version.hpp")

# The port runs with functions of vcpkg's that only say what they were asked.
cat >"$work/vcpkg.cmake" <<'CMAKE'
foreach(name vcpkg_configure_meson vcpkg_install_meson vcpkg_fixup_pkgconfig vcpkg_cmake_config_fixup
    vcpkg_copy_tools vcpkg_install_copyright)
  cmake_language(EVAL CODE "function(${name})
    message(STATUS \"${name} \${ARGV}\")
  endfunction()")
endforeach()
set(CURRENT_PACKAGES_DIR "$ENV{PACKAGES}")
include("$ENV{PORT}/portfile.cmake")
CMAKE
PACKAGES=$work/packages PORT=$recipes/vcpkg cmake -P "$work/vcpkg.cmake" >"$work/said" || fail 'the port cannot be read'
grep -q "vcpkg_configure_meson SOURCE_PATH;$root;" "$work/said" || fail 'the port does not build this tree' "$(cat "$work/said")"
[[ -f $root/LICENSE ]] || fail 'the port installs a file that is not there'

python3 - "$recipes" "$version" "$root" "$work/said" <<'PYTHON'
import ast, json, pathlib, re, sys
recipes, version, root = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
port = json.loads((recipes / "vcpkg/vcpkg.json").read_text())
conan = ast.parse((recipes / "conan/conanfile.py").read_text())
calls = [node for node in ast.walk(conan) if isinstance(node, ast.Call)]
required = {node.args[0].value.split("/")[0] for node in calls if getattr(node.func, "attr", "") == "requires"}
wrong = []
if port["version"] != version:
    wrong.append(f"the port is of version {port['version']}, the library of {version}")
if f"--version {version}" not in (recipes / "README.md").read_text():
    wrong.append(f"README.md makes the Conan package of another version than {version}")
# The same libraries in both, and each with a wrap here, whose name may differ in a stroke.
plain = lambda name: name.replace("-", "").replace("_", "")
ported = {name for name in port["dependencies"] if isinstance(name, str)}
if {plain(name) for name in ported} != {plain(name) for name in required}:
    wrong.append(f"vcpkg needs {sorted(ported)}, Conan {sorted(required)}")
wraps = {plain(wrap.stem) for wrap in (root / "subprojects").glob("*.wrap")}
wrong += [f"{name} is none of our libraries" for name in ported if plain(name) not in wraps]
# Options of ours that they set.
options = set(re.findall(r"^option\('(\w+)'", (root / "meson_options.txt").read_text(), re.M)) | {"default_library"}
asked = set(re.findall(r"-D(\w+)=", pathlib.Path(sys.argv[4]).read_text()))
asked |= set(re.findall(r'project_options\["(\w+)"\]', (recipes / "conan/conanfile.py").read_text()))
wrong += [f"there is no option {name}" for name in asked - options]
sys.exit("\n".join(wrong) or 0)
PYTHON
# Conan builds what it has copied, by these patterns, in which a star goes on over folders.
mkdir "$work/exported"
python3 - "$recipes/conan/conanfile.py" >"$work/patterns" <<'PYTHON'
import ast, pathlib, sys
recipe = ast.parse(pathlib.Path(sys.argv[1]).read_text())
export = next(node for node in ast.walk(recipe) if getattr(node, "name", "") == "export_sources")
patterns = next(node for node in ast.walk(export) if isinstance(node, ast.For))
print("\n".join(ast.literal_eval(patterns.iter)))
PYTHON
while read -r pattern; do
  [[ -e $root/${pattern%/\*} ]] || fail "Conan takes $pattern along, which is not there"
  mkdir -p "$work/exported/$(dirname "$pattern")"
  cp -r "$root/${pattern%/\*}" "$work/exported/$(dirname "${pattern%/\*}")"
done <"$work/patterns"
meson setup -Dtests=false -Dexamples=false "$work/exported/build" "$work/exported" >"$work/said" 2>&1 ||
  { tail "$work/said" >&2; fail 'what Conan takes along is not enough to be built'; }
say 'recipes: both are read, and fit this tree; neither vcpkg nor Conan has built it'
