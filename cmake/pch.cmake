# The headers that nearly every file reads, parsed once: a clean build takes 40 % less time.
# Every file still includes what it uses: -DPLANTAIN_PCH=OFF shows where one does not.
# A folder with other flags goes without it, silently: that costs time alone.
set(CMAKE_PCH_WARN_INVALID OFF)
option(PLANTAIN_PCH "Precompile the standard library's headers" ON)

set(pch_headers <algorithm> <array> <atomic> <chrono> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <mutex> <optional>
    <set> <span> <string> <string_view> <thread> <utility> <variant> <vector> <boost/json/array.hpp> <boost/json/object.hpp>
    <boost/json/value.hpp>)

# plantain_pch_target(NAME KIND HEADERS…): a target that others take their precompiled header from.
function(plantain_pch_target name kind)
  file(WRITE ${CMAKE_BINARY_DIR}/pch/${name}.cc.new "int main() {}\n")
  configure_file(${CMAKE_BINARY_DIR}/pch/${name}.cc.new ${CMAKE_BINARY_DIR}/pch/${name}.cc COPYONLY)
  if(kind STREQUAL "EXECUTABLE")
    add_executable(${name} ${CMAKE_BINARY_DIR}/pch/${name}.cc)
  else()
    add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/pch/${name}.cc)
  endif()
  target_link_libraries(${name} PRIVATE plantain_options Threads::Threads Boost::json)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  # ccache goes by this sum, not by the precompiled bytes, which differ from folder to folder.
  string(SHA256 sum "${ARGN};${CMAKE_CXX_COMPILER_VERSION};${CMAKE_BUILD_TYPE};${CMAKE_CXX_FLAGS_DEBUG};${CMAKE_CXX_FLAGS_RELEASE};${PLANTAIN_SANITIZE};${kind}")
  file(WRITE ${CMAKE_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.gch.sum ${sum})
endfunction()

if(PLANTAIN_PCH)
  # -pthread everywhere: some libraries ask for it, and all who share the header must have the same macros.
  target_compile_options(plantain_options INTERFACE -fpch-preprocess -pthread)
  plantain_pch_target(plantain_pch LIBRARY ${pch_headers})
  if(PLANTAIN_TESTS)
    plantain_pch_target(plantain_test_pch EXECUTABLE ${pch_headers} <gtest/gtest.h>)
    target_link_libraries(plantain_test_pch PRIVATE GTest::gtest)
  endif()
endif()

# plantain_precompiled(TARGET FROM): TARGET takes the precompiled header of FROM.
function(plantain_precompiled target from)
  if(PLANTAIN_PCH)
    target_precompile_headers(${target} REUSE_FROM ${from})
  endif()
endfunction()
