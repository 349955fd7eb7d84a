# An overlay port: `vcpkg install duroxide --overlay-ports=src/packaging/vcpkg` builds the library from this tree.
# CAF 0.17 is no port any more: the wrap's is built, and kept inside; so the library is a shared one.
set(VCPKG_LIBRARY_LINKAGE dynamic)
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

vcpkg_configure_meson(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    -Dtests=false
    -Dexamples=false
    -Dcaf=hidden
    -Dhttp=disabled
    # Ports come without a network, but for this one source; these are ports of their own.
    --wrap-mode=default
    --force-fallback-for=caf)
vcpkg_install_meson()
vcpkg_fixup_pkgconfig()
vcpkg_cmake_config_fixup(PACKAGE_NAME duroxide CONFIG_PATH lib/cmake/duroxide)
vcpkg_copy_tools(TOOL_NAMES duroxide AUTO_CLEAN)
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
