// A body is JSON that reads back the same, or refused; an input is judged without harm.
#include "base/check.h"
#include "base/json.h"
#include "catalog/catalog.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const auto catalog = plantain::catalog::Catalog::builtin();
  CHECK(catalog.ok());
  const auto body = plantain::parse_json(text_of(data, size));
  if (!body.ok()) return 0;
  const std::string text = plantain::write_json(*body);
  const auto again = plantain::parse_json(text);
  CHECK(again.ok() && plantain::write_json(*again) == text);
  for (const plantain::catalog::Model& model : catalog->all()) {
    const auto checked = plantain::catalog::check_input(model, *body);
    if (!checked.faults.empty()) continue;
    static_cast<void>(plantain::catalog::file_values(model, checked.completed));
    CHECK(plantain::catalog::price_of(model, checked.completed) >= 0);
  }
  return 0;
}

std::vector<std::string> examples() {
  return {
      R"({"prompt":"a fox","num_images":2,"seed":-1,"aspect_ratio":"16:9"})",
      R"({"prompt":"\u00e9\ud83e\udd8a","image_urls":["data:,x","https://a/b"],"number_of_images":1})",
      R"({"a":[1.5e300,-0,true,null,{"b":[]}],"seed":9007199254740993})"};
}
