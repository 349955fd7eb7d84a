# Conan 2: `conan create src/packaging/conan --version 0.1.0` builds the library from this tree.
import os

from conan import ConanFile
from conan.tools.files import copy
from conan.tools.layout import basic_layout
from conan.tools.meson import Meson, MesonToolchain
from conan.tools.gnu import PkgConfigDeps


class DuroxideConan(ConanFile):
    name = "duroxide"
    license = "MIT"
    description = "Embeddable durable execution for C++"
    topics = ("workflow", "durable-execution", "coroutines")
    settings = "os", "arch", "compiler", "build_type"
    package_type = "shared-library"

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..", "..")
        for pattern in ("include/*", "src/*", "subprojects/*", "tests/conformance/*",
                        "tests/catch2/*", "meson.build", "meson_options.txt", "LICENSE"):
            copy(self, pattern, root, self.export_sources_folder, excludes="*/packagecache/*")

    def layout(self):
        basic_layout(self)

    def requirements(self):
        # Those that appear in public headers go on to whoever uses the library. CAF 0.17 has no recipe: the
        # wrap's is built, and kept inside.
        self.requires("cereal/1.3.2", transitive_headers=True)
        self.requires("tl-expected/1.1.0", transitive_headers=True)
        self.requires("lmdb/0.9.31")
        self.requires("spdlog/1.14.1")
        self.requires("nlohmann_json/3.11.3")
        self.requires("xxhash/0.8.2")
        self.requires("cli11/2.4.2")

    def build_requirements(self):
        self.tool_requires("meson/[>=1.0.1 <2]")
        self.tool_requires("pkgconf/[>=2 <3]")

    def generate(self):
        toolchain = MesonToolchain(self)
        toolchain.project_options["tests"] = False
        toolchain.project_options["examples"] = False
        toolchain.project_options["caf"] = "hidden"
        toolchain.project_options["http"] = "disabled"
        toolchain.project_options["default_library"] = "shared"
        # Meson looks for these two as headers, wherever a compiler finds them.
        for name in ("cereal", "tl-expected"):
            toolchain.extra_cxxflags += ["-I" + path for path in self.dependencies[name].cpp_info.includedirs]
        toolchain.generate()
        PkgConfigDeps(self).generate()

    def build(self):
        meson = Meson(self)
        meson.configure()
        meson.build()

    def package(self):
        Meson(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.libs = ["duroxide"]
        self.cpp_info.defines = ["CEREAL_THREAD_SAFE=1"]
        self.cpp_info.set_property("cmake_file_name", "duroxide")
        self.cpp_info.set_property("cmake_target_name", "duroxide::duroxide")
        self.cpp_info.set_property("pkg_config_name", "duroxide")
        if self.settings.os == "Linux":
            self.cpp_info.system_libs = ["pthread"]
