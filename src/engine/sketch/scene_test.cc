#include "engine/sketch/scene.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/sketch/scene_names.h"

namespace plantain::engine::sketch {
namespace {

TEST(SceneAsJson, SaysEverythingThatTheSceneHolds) {
  Scene scene;
  Actor woman;
  woman.part = "woman-standing";
  woman.words = "old woman";
  woman.kind = Kind::kPerson;
  woman.height_m = 1.58f;
  woman.relation = Relation::kHolding;
  woman.relative_to = 1;
  woman.ties = {{Relation::kUnder, 2}};
  woman.pose = "standing";
  woman.person = Person{};
  woman.person->noun = "old-woman";
  woman.person->age = "old";
  woman.person->tone = "dark";
  woman.person->hair = "white-hair";
  woman.person->glasses = true;
  woman.person->top_word = "red";
  Actor cat;
  cat.part = "cat-face";
  cat.words = "two black cats";
  cat.kind = Kind::kAnimal;
  cat.count = 2;
  cat.height_m = 0.35f;
  cat.colour_word = "black";
  cat.bust = true;
  scene.actors = {woman, cat};
  scene.place = Place::kLake;
  scene.other_places = {Place::kMountains};
  scene.place_name = "venice";
  scene.time = TimeOfDay::kNight;
  scene.weather = {Weather::kRain, Weather::kFog};
  scene.season = Season::kAutumn;
  scene.shot = Shot::kCloseUp;
  scene.lights = {Light::kNeon};
  scene.style = Style::kPaperCut;
  scene.shallow_focus = true;
  scene.wet_ground = true;
  scene.lettering = {"營業中"};
  scene.without = {"person"};
  scene.understood = {"old", "woman"};
  scene.ignored = {"gnu"};

  EXPECT_EQ(
      write_json(to_json(scene)),
      R"({"actors":[{"part":"woman-standing","words":"old woman","kind":"person","count":1,"height_m":1.58,)"
      R"("relation":"holding","relative_to":1,"ties":[{"relation":"under","relative_to":2}],"pose":"standing",)"
      R"("person":{"noun":"old-woman","age":"old","tone":"dark","hair":"white-hair","glasses":true,"top":"red"}},)"
      R"({"part":"cat-face","words":"two black cats","kind":"animal","count":2,"height_m":0.35,"colour":"black","bust":true}],)"
      R"("place":"lake","other_places":["mountains"],"place_name":"venice","time":"night","weather":["rain","fog"],)"
      R"("season":"autumn","shot":"close-up","lights":["neon"],"style":"paper-cut","shallow_focus":true,"wet_ground":true,)"
      R"("lettering":["營業中"],"without":["person"],"understood":["old","woman"],"ignored":["gnu"]})");
}

TEST(SceneAsJson, LeavesOutWhatIsUnsaid) {
  const JsonObject json = to_json(Scene{});

  for (const char* key : {"place", "place_name", "time", "season", "shot", "style"})
    EXPECT_FALSE(json.contains(key)) << key;
  EXPECT_TRUE(json.at("actors").as_array().empty());
  EXPECT_TRUE(json.at("ignored").as_array().empty());
}

TEST(SceneAsJson, IsTheSameForTheSamePrompt) {
  for (const char* prompt : {"three cats on a red sofa at night", "一隻橘貓睡在紅色沙發上",
                             "犬と猫がソファの上で寝ている", ""}) {
    EXPECT_EQ(write_json(to_json(understand(prompt))), write_json(to_json(understand(prompt))))
        << prompt;
  }
}

template <class Value>
void expect_round_trip() {
  std::set<std::string_view> seen;
  for (const Named<Value>& row : names(Value{})) {
    EXPECT_EQ(name_of(row.value), row.name);
    EXPECT_EQ(value_named<Value>(row.name), row.value);
    EXPECT_TRUE(seen.insert(row.name).second) << row.name;
  }
  EXPECT_FALSE(value_named<Value>("no such name").has_value());
}

TEST(SceneNames, EachValueHasOneNameAndIsFoundByIt) {
  expect_round_trip<Place>();
  expect_round_trip<TimeOfDay>();
  expect_round_trip<Weather>();
  expect_round_trip<Season>();
  expect_round_trip<Shot>();
  expect_round_trip<Light>();
  expect_round_trip<Style>();
  expect_round_trip<Kind>();
  expect_round_trip<Relation>();
}

TEST(SceneNames, NothingSaidHasNoName) {
  EXPECT_EQ(name_of(Place::kUnsaid), "");
  EXPECT_EQ(name_of(Relation::kNone), "");
}

}  // namespace
}  // namespace plantain::engine::sketch
