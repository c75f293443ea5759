#include "api/multipart.h"

#include <gtest/gtest.h>

namespace plantain::api {
namespace {

constexpr std::string_view kType = "multipart/form-data; boundary=\"b;1\"";

std::string part(const std::string& head, const std::string& content) {
  return "--b;1\r\n" + head + "\r\n\r\n" + content + "\r\n";
}
const std::string kFileHead =
    "Content-Disposition: form-data; name=\"x\"; filename=\"a.png\"\r\nContent-Type: image/png";
const std::string kTextHead = "content-disposition: form-data; name=purpose";

TEST(Multipart, TheFileOfAFormIsFoundAmongOtherParts) {
  const std::string bytes("\r\n--b;2 \0 --b;", 14);
  const std::string form =
      "preamble\r\n" + part(kTextHead, "edit") + part(kFileHead, bytes) + "--b;1--\r\nepilogue";
  EXPECT_EQ(*file_of_form(kType, form), bytes);
  EXPECT_EQ(
      *file_of_form(kType, part("Content-Disposition: form-data; name=\"file\"", "x") + "--b;1--"),
      "x");
  EXPECT_EQ(*file_of_form(kType, part(kFileHead, "") + "--b;1--"), "");
}

TEST(Multipart, AFormHasExactlyOneFile) {
  EXPECT_FALSE(file_of_form(kType, part(kTextHead, "edit") + "--b;1--").ok());
  EXPECT_FALSE(file_of_form(kType, part(kFileHead, "a") + part(kFileHead, "b") + "--b;1--").ok());
}

TEST(Multipart, ABrokenFormIsRefusedWhereverItIsCut) {
  const std::string form = part(kTextHead, "edit") + part(kFileHead, "bytes") + "--b;1--";
  for (std::size_t length = 0; length < form.size(); ++length) {
    const auto file = file_of_form(kType, std::string_view(form).substr(0, length));
    ASSERT_FALSE(file.ok()) << length;
    EXPECT_EQ(file.error().code, ErrorCode::kInvalidInput);
  }
}

TEST(Multipart, ABoundaryMustBeNamedAndBeShort) {
  EXPECT_FALSE(file_of_form("multipart/form-data", "x").ok());
  EXPECT_FALSE(file_of_form("multipart/form-data; boundary=\"open", "x").ok());
  EXPECT_FALSE(file_of_form("multipart/form-data; boundary=" + std::string(71, 'b'), "x").ok());
}

TEST(Multipart, PartsWithoutADispositionAndHeadsThatAreNoneAreRefused) {
  EXPECT_FALSE(file_of_form(kType, part("Content-Type: image/png", "x") + "--b;1--").ok());
  EXPECT_FALSE(file_of_form(kType, part("no field at all", "x") + "--b;1--").ok());
  EXPECT_FALSE(file_of_form(kType, "--b;1junk\r\n\r\n\r\nx\r\n--b;1--").ok());
}

TEST(Multipart, OnlyItsTypeMakesAForm) {
  EXPECT_TRUE(is_multipart(" Multipart/Form-Data ; boundary=x"));
  EXPECT_FALSE(is_multipart("image/png"));
  EXPECT_FALSE(is_multipart("multipart/form-datax"));
}

}  // namespace
}  // namespace plantain::api
