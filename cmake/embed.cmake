# plantain_embed(NAME ROOT folder FILES … OUT variable) links files into the program: writes two sources
# (the bytes, and their table) whose names it puts into the variable. See src/base/embedded.h.
function(plantain_embed name)
  cmake_parse_arguments(E "" "ROOT;OUT" "FILES" ${ARGN})
  set(stem ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name})
  plantain_write_embedded(${name} ${E_ROOT} ${stem} "${E_FILES}")
  set_source_files_properties(${stem}.S PROPERTIES OBJECT_DEPENDS "${E_FILES}")
  set(${E_OUT} ${stem}.S ${stem}.cc PARENT_SCOPE)
endfunction()

# Writes STEM.S and STEM.cc for the files, whose paths are told from the root on.
function(plantain_write_embedded name root stem files)
  set(bytes "    .section .rodata\n")
  set(symbols "")
  set(rows "")
  set(index 0)
  foreach(file ${files})
    file(RELATIVE_PATH path ${root} ${file})
    set(symbol plantain_embedded_${name}_${index})
    string(APPEND bytes "    .global ${symbol}_begin\n    .global ${symbol}_end\n"
                        "${symbol}_begin:\n    .incbin \"${file}\"\n${symbol}_end:\n    .byte 0\n")
    string(APPEND symbols "extern \"C\" const char ${symbol}_begin[], ${symbol}_end[];\n")
    string(APPEND rows "      EmbeddedFile{\"${path}\", {${symbol}_begin, ${symbol}_end}},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  string(APPEND bytes "    .section .note.GNU-stack,\"\",%progbits\n")
  file(CONFIGURE OUTPUT ${stem}.S CONTENT "${bytes}" @ONLY)
  file(CONFIGURE OUTPUT ${stem}.cc CONTENT "#include \"base/embedded.h\"

#include <array>
#include <span>

${symbols}
namespace plantain::embedded {
std::span<const EmbeddedFile> ${name}() {
  static const std::array<EmbeddedFile, ${index}> kFiles = {
${rows}  };
  return kFiles;
}
}  // namespace plantain::embedded
" @ONLY)
endfunction()

# As a script: cmake -D NAME=… -D ROOT=folder -D STEM=… -P embed.cmake embeds all files below a folder whose
# names are only known when it has been built.
if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB_RECURSE files LIST_DIRECTORIES false ${ROOT}/*)
  if(NOT files)
    message(FATAL_ERROR "there are no files below ${ROOT}")
  endif()
  list(SORT files)
  plantain_write_embedded(${NAME} ${ROOT} ${STEM} "${files}")
  file(TOUCH ${STEM}.S ${STEM}.cc)  # the names may be the same, the bytes are not
endif()
