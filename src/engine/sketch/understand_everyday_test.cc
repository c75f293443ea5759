// The 150 everyday prompts: each scene holds what its prompt says, and nothing else.
#include <gtest/gtest.h>

#include <map>

#include "base/files.h"
#include "base/text.h"
#include "engine/sketch/scene_expectation.h"

namespace plantain::engine::sketch {
namespace {

struct Row {
  std::string language, prompt, expectation;
};

std::vector<Row> everyday() {
  const Result<std::string> text =
      read_file(Path(PLANTAIN_SOURCE_DIR) / "tests/prompts/everyday.tsv");
  EXPECT_TRUE(text.ok());
  std::vector<Row> rows;
  for (const std::string& line : split(text.ok() ? *text : "", '\n')) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::vector<std::string> cells = split(line, '\t');
    EXPECT_EQ(cells.size(), 3u) << line;
    if (cells.size() == 3) rows.push_back({cells[0], cells[1], cells[2]});
  }
  return rows;
}

TEST(EverydayPrompts, AreAHundredAndFiftyInSevenLanguages) {
  std::map<std::string, int> counts;
  for (const Row& row : everyday()) ++counts[row.language];

  EXPECT_EQ(counts, (std::map<std::string, int>{{"en", 100},
                                                {"zh_Hant", 25},
                                                {"zh_Hans", 5},
                                                {"ja", 5},
                                                {"es", 5},
                                                {"de", 5},
                                                {"fr", 5}}));
}

TEST(EverydayPrompts, EachSceneHoldsWhatItsPromptSaysAndNothingElse) {
  for (const Row& row : everyday()) {
    const Scene scene = understand(row.prompt);
    EXPECT_EQ(join(faults_of(scene, row.expectation), "; "), "")
        << row.prompt << "\n  ignored: " << join(scene.ignored, ", ");
  }
}

// What was said of a scene lands in it; "realistic" and its like have no effect and are listed as
// such.
TEST(EverydayPrompts, AtLeastNineOfTenWordsAreUnderstood) {
  size_t understood = 0, ignored = 0;
  for (const Row& row : everyday()) {
    const Scene scene = understand(row.prompt);
    understood += scene.understood.size();
    ignored += scene.ignored.size();
  }

  EXPECT_GE(understood, 9 * ignored);
}

}  // namespace
}  // namespace plantain::engine::sketch
