# The web console (console/): built by npm, or taken as it is from a folder, or left out. Whatever it is, it
# becomes the embedded set "console", which is empty when it is left out.
set(PLANTAIN_CONSOLE build CACHE STRING "build (needs npm); a folder with a built console; or OFF")
include(${CMAKE_SOURCE_DIR}/cmake/embed.cmake)

# plantain_console(OUT variable): the sources of the set.
function(plantain_console)
  cmake_parse_arguments(C "" "OUT" "" ${ARGN})
  set(stem ${CMAKE_CURRENT_BINARY_DIR}/embedded_console)
  set(${C_OUT} ${stem}.S ${stem}.cc PARENT_SCOPE)
  if(NOT PLANTAIN_CONSOLE)
    plantain_write_embedded(console ${CMAKE_CURRENT_BINARY_DIR} ${stem} "")
    return()
  endif()

  if(PLANTAIN_CONSOLE STREQUAL build)
    plantain_build_console(folder files)
  else()
    get_filename_component(folder ${PLANTAIN_CONSOLE} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
    if(NOT EXISTS ${folder}/index.html)
      message(FATAL_ERROR "PLANTAIN_CONSOLE: there is no index.html in ${folder}")
    endif()
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*)
  endif()
  add_custom_command(OUTPUT ${stem}.S ${stem}.cc
    COMMAND ${CMAKE_COMMAND} -D NAME=console -D ROOT=${folder} -D STEM=${stem} -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    COMMENT "Embedding the console")
endfunction()

# Sets the folder it is built into, and the files that change when it was built anew.
function(plantain_build_console folder_out files_out)
  find_program(NPM npm)
  if(NOT NPM)
    message(FATAL_ERROR "npm is needed to build the console: run script/setup, or set PLANTAIN_CONSOLE to a folder "
                        "with a built console, or to OFF")
  endif()
  set(source ${CMAKE_SOURCE_DIR}/console)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/console)
  set(installed ${source}/node_modules/.package-lock.json)
  add_custom_command(OUTPUT ${installed}
    COMMAND ${CMAKE_COMMAND} -E chdir ${source} ${NPM} ci --ignore-scripts --no-audit --no-fund
    COMMAND ${CMAKE_COMMAND} -E touch ${installed}
    DEPENDS ${source}/package.json ${source}/package-lock.json ${source}/.npmrc
    COMMENT "Fetching the console's packages")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${source}/src/* ${source}/public/* ${source}/build/*)
  add_custom_command(OUTPUT ${folder}/index.html
    COMMAND ${CMAKE_COMMAND} -E chdir ${source} ${NPM} run --silent build -- --outDir ${folder} --emptyOutDir --logLevel warn
    DEPENDS ${installed} ${sources} ${source}/index.html ${source}/vite.config.ts ${source}/svelte.config.js
            ${source}/tsconfig.json
    COMMENT "Building the console")
  set(${folder_out} ${folder} PARENT_SCOPE)
  set(${files_out} ${folder}/index.html PARENT_SCOPE)
endfunction()
