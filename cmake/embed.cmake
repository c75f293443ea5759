# plantain_embed(NAME ROOT folder FILES … OUT variable) links files into the program: writes two sources
# (the bytes, and their table) whose names it puts into the variable. See src/base/embedded.h.
function(plantain_embed name)
  cmake_parse_arguments(E "" "ROOT;OUT" "FILES" ${ARGN})
  set(bytes "    .section .rodata\n")
  set(symbols "")
  set(rows "")
  set(index 0)
  foreach(file ${E_FILES})
    file(RELATIVE_PATH path ${E_ROOT} ${file})
    set(symbol plantain_embedded_${name}_${index})
    string(APPEND bytes "    .global ${symbol}_begin\n    .global ${symbol}_end\n"
                        "${symbol}_begin:\n    .incbin \"${file}\"\n${symbol}_end:\n    .byte 0\n")
    string(APPEND symbols "extern \"C\" const char ${symbol}_begin[], ${symbol}_end[];\n")
    string(APPEND rows "      {\"${path}\", {${symbol}_begin, ${symbol}_end}},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  string(APPEND bytes "    .section .note.GNU-stack,\"\",%progbits\n")
  set(stem ${CMAKE_CURRENT_BINARY_DIR}/embedded_${name})
  file(CONFIGURE OUTPUT ${stem}.S CONTENT "${bytes}" @ONLY)
  file(CONFIGURE OUTPUT ${stem}.cc CONTENT "#include \"base/embedded.h\"

#include <span>

${symbols}
namespace plantain::embedded {
std::span<const EmbeddedFile> ${name}() {
  static const EmbeddedFile kFiles[] = {
${rows}  };
  return kFiles;
}
}  // namespace plantain::embedded
" @ONLY)
  set_source_files_properties(${stem}.S PROPERTIES OBJECT_DEPENDS "${E_FILES}")
  set(${E_OUT} ${stem}.S ${stem}.cc PARENT_SCOPE)
endfunction()
