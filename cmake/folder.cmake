# plantain_folder(NAME DEPENDS … LIBS … [SOURCES …]) makes the library plantain_NAME from all
# .cc files below src/NAME (or the given SOURCES), and the test program NAME_test from its *_test.cc; EXCLUDE names files
# that belong elsewhere. OWN_FLAGS: it is compiled with other flags than all, and so without the precompiled header.
# A test program may use TEST_DEPENDS beyond what its folder may include.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL REQUIRED)
if(PLANTAIN_TESTS)
  find_package(GTest REQUIRED)
endif()

add_library(plantain_options INTERFACE)
target_include_directories(plantain_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(plantain_options INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror
                       -Wno-missing-field-initializers)  # members left out of a braced list have their defaults
# GCC 12 sees, where it inlines much or adds checks, strings and variants that are not there.
if(PLANTAIN_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL Release)
  target_compile_options(plantain_options INTERFACE
    -Wno-array-bounds -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
endif()
if(PLANTAIN_SANITIZE)
  target_compile_options(plantain_options INTERFACE -fsanitize=${PLANTAIN_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(plantain_options INTERFACE -fsanitize=${PLANTAIN_SANITIZE})
endif()
if(PLANTAIN_SANITIZE MATCHES thread)
  # g++ warns that it does not model atomic_thread_fence, which Asio uses.
  target_compile_options(plantain_options INTERFACE -Wno-error=tsan)
endif()

include(cmake/pch.cmake)

function(plantain_folder name)
  cmake_parse_arguments(F "OWN_FLAGS" "" "DEPENDS;LIBS;SOURCES;TEST_DEPENDS;TEST_LIBS;EXCLUDE" ${ARGN})
  file(GLOB_RECURSE all CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  set(sources ${all})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  foreach(path ${F_EXCLUDE})
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${path})
    list(REMOVE_ITEM tests ${CMAKE_CURRENT_SOURCE_DIR}/${path})
  endforeach()
  set(kind PUBLIC)
  if(sources OR F_SOURCES)
    add_library(plantain_${name} STATIC ${sources} ${F_SOURCES})
    if(NOT F_OWN_FLAGS)
      plantain_precompiled(plantain_${name} plantain_pch)
    endif()
  else()
    add_library(plantain_${name} INTERFACE)  # headers alone
    set(kind INTERFACE)
  endif()
  target_link_libraries(plantain_${name} ${kind} plantain_options Threads::Threads ${F_LIBS})
  foreach(dep ${F_DEPENDS})
    target_link_libraries(plantain_${name} ${kind} plantain_${dep})
  endforeach()
  if(PLANTAIN_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE plantain_${name} GTest::gtest GTest::gtest_main ${F_TEST_LIBS})
    if(NOT F_OWN_FLAGS)
      plantain_precompiled(${name}_test plantain_test_pch)
    endif()
    foreach(dep ${F_TEST_DEPENDS})
      target_link_libraries(${name}_test PRIVATE plantain_${dep})
    endforeach()
    target_compile_definitions(${name}_test PRIVATE PLANTAIN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES TIMEOUT 600)
  endif()
endfunction()
