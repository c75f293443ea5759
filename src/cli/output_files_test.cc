#include "cli/output_files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/crypto.h"
#include "base/text.h"

namespace plantain::cli {
namespace {

using Names = std::vector<Path>;

TEST(OutputNames, OnePictureHasTheNameThatWasAskedFor) {
  EXPECT_EQ(output_names({"a/b.png", false}, 1, "stem", "png"), Names{"a/b.png"});
  EXPECT_EQ(output_names({"b.JPG", false}, 1, "stem", "jpg"), Names{"b.JPG"});
  EXPECT_EQ(output_names({"b", false}, 1, "stem", "webp"), Names{"b.webp"});
}

TEST(OutputNames, SeveralAreNumberedBeforeTheEnding) {
  EXPECT_EQ(output_names({"a.b/c.png", false}, 3, "stem", "png"),
            (Names{"a.b/c-1.png", "a.b/c-2.png", "a.b/c-3.png"}));
  EXPECT_EQ(output_names({"dir", true}, 2, "0193", "jpg"),
            (Names{"dir/0193-1.jpg", "dir/0193-2.jpg"}));
}

TEST(OutputPlaceTest, AFolderEndsInASlashOrIsOne) {
  EXPECT_TRUE(OutputPlace::parse("new/").is_folder);
  EXPECT_TRUE(OutputPlace::parse("/").is_folder);
  EXPECT_TRUE(OutputPlace::parse(".").is_folder);
  EXPECT_FALSE(OutputPlace::parse("new").is_folder);
}

TEST(OutputFormat, FollowsFromTheName) {
  EXPECT_EQ(format_of_name("x.JPEG"), "jpeg");
  EXPECT_EQ(format_of_name("x.jpg"), "jpeg");
  EXPECT_EQ(format_of_name("x.webp"), "webp");
  EXPECT_EQ(format_of_name("x.gif"), "");
  EXPECT_EQ(extension_of("image/jpeg"), "jpg");
  EXPECT_EQ(extension_of("png"), "png");
  EXPECT_EQ(extension_of("text/html"), "bin");
}

TEST(SaveOutput, MakesFoldersAndOverwritesNothingUnlessForced) {
  const Path folder =
      std::filesystem::temp_directory_path() / ("output-" + to_hex(random_bytes(6)));
  const Path name = folder / "deep/a.png";

  ASSERT_TRUE(save_output(name, "first", false).ok());
  const Result<void> second = save_output(name, "second", false);
  EXPECT_EQ(*read_file(name), "first");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_EQ(second.error().message,
            name.string() + " exists already; --force replaces what is there");
  EXPECT_FALSE(check_free({folder / "free.png", name}).ok());
  EXPECT_TRUE(check_free({folder / "free.png"}).ok());

  ASSERT_TRUE(save_output(name, "third", true).ok());
  EXPECT_EQ(*read_file(name), "third");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace plantain::cli
