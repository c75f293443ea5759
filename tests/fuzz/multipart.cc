// The file of a form lies inside its body, or the form is refused.
#include "api/multipart.h"
#include "base/check.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string_view all = text_of(data, size);
  const std::size_t line = all.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string_view body = all.substr(line + 1);
  static_cast<void>(plantain::api::is_multipart(all.substr(0, line)));
  const auto file = plantain::api::file_of_form(all.substr(0, line), body);
  if (file.ok())
    CHECK(file->data() >= body.data() && file->data() + file->size() <= body.data() + body.size());
  return 0;
}

std::vector<std::string> examples() {
  return {
      "multipart/form-data; boundary=b\n--b\r\nContent-Disposition: form-data; "
      "name=\"file\"\r\n\r\nbytes\r\n--b--",
      "multipart/form-data; a=\"\\\"\"; boundary=\"x y\"\nbefore\r\n--x y\r\nContent-Disposition: "
      "form-data; name=a\r\n\r\n"
      "1\r\n--x y\r\nContent-Disposition: form-data; name=b; filename=\"c\"\r\nContent-Type: "
      "image/png\r\n\r\n2\r\n--x y--\r\n"};
}
