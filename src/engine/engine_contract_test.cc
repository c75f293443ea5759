#include "engine/engine_contract.h"

#include "engine/engines.h"
#include "engine/gemini/google_server.h"

namespace plantain::engine {
namespace {

EngineUnderTest named(std::string name, std::string engine) {
  return {std::move(name), [engine] { return make_engine(engine); }};
}

INSTANTIATE_TEST_SUITE_P(Sketch, EngineContract, testing::Values(named("sketch", "sketch")),
                         engine_under_test_name);
INSTANTIATE_TEST_SUITE_P(
    Diffusion, EngineContract,
    testing::Values(named("klein", "diffusion:" PLANTAIN_SOURCE_DIR "/tests/golden/klein/model"),
                    named("klein_int8",
                          "diffusion:" PLANTAIN_SOURCE_DIR "/tests/golden/klein/model?dtype=int8"),
                    named("z_image",
                          "diffusion:" PLANTAIN_SOURCE_DIR "/tests/golden/z-image/model")),
    engine_under_test_name);
INSTANTIATE_TEST_SUITE_P(Null, EngineContract, testing::Values(named("null", "null")),
                         engine_under_test_name);

const gemini::Google& google() {
  static const gemini::Google google({gemini::kDraws});
  return google;
}

INSTANTIATE_TEST_SUITE_P(Gemini, EngineContract,
                         testing::Values(EngineUnderTest{
                             "gemini",
                             [] { return Result<std::unique_ptr<Engine>>(google().engine()); }}),
                         engine_under_test_name);

TEST(Engines, ADtypeThatThereIsNotIsRefusedWithThoseThereAre) {
  const auto made =
      make_engine("diffusion:" PLANTAIN_SOURCE_DIR "/tests/golden/klein/model?dtype=int4");

  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(made.error().message.find("f32, bf16 and int8"), std::string::npos);
}

TEST(Engines, NamesThatMakeNoEngineAreRefusedInWords) {
  for (const char* name :
       {"", "sketchy", "null:", "null:-1", "null:x", "null:86400001", "SKETCH"}) {
    EXPECT_FALSE(is_engine_name(name)) << name;
    const auto made = make_engine(name);
    ASSERT_FALSE(made.ok()) << name;
    EXPECT_EQ(made.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(made.error().message.find("sketch"), std::string::npos);
  }
}

TEST(Engines, AModelThatIsNotInstalledIsNotFoundAndSaysHowToGetIt) {
  const Path nowhere = "/nowhere";
  for (const Result<void>& found :
       {find_weights("diffusion:maker/Model", nowhere),
        Result<void>(make_engine("diffusion:maker/Model", {}, nowhere).error())}) {
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, ErrorCode::kNotFound);
    EXPECT_NE(found.error().message.find("plantain pull maker/Model"), std::string::npos);
    EXPECT_EQ(found.error().message.find("nowhere"), std::string::npos);
  }
  EXPECT_TRUE(find_weights("sketch", nowhere).ok());
  EXPECT_FALSE(find_weights("diffusion:../etc", nowhere).ok() &&
               make_engine("diffusion:../etc", {}, nowhere).ok());
}

TEST(Engines, TheNullEngineTakesTheTimeItIsNamedWith) {
  const auto engine = make_engine("null:60");
  ASSERT_TRUE(engine.ok());
  Order order;
  order.prompt = "nothing";
  order.width = order.height = 64;
  Listener listener;

  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE((*engine)->draw(order, listener).ok());

  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(60));
  EXPECT_EQ((*engine)->name(), "null:60");
}

}  // namespace
}  // namespace plantain::engine
