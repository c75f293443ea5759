#include "engine/sketch/scene_expectation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "engine/sketch/scene_names.h"

namespace plantain::engine::sketch {
namespace {

using Texts = std::vector<std::string>;

bool has(const Texts& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// What the drawing or the person is called.
bool is_called(const Actor& actor, std::string_view name) {
  if (actor.person) return actor.person->noun == name || actor.person->trade == name;
  return actor.part == name || actor.part == concat(name, "-face");
}

// Everything that can be said of an actor by one word.
Texts attributes_of(const Actor& actor) {
  Texts out{actor.colour_word, actor.pose, std::string(name_of(actor.relation))};
  if (!actor.person) return out;
  const Person& person = *actor.person;
  out.insert(out.end(), {person.sex, person.noun, person.age, person.tone, person.hair,
                         concat("top=", person.top_word), concat("bottom=", person.bottom_word)});
  if (person.beard) out.push_back("beard");
  if (person.glasses) out.push_back("glasses");
  return out;
}

template <class Value>
Texts named(const std::vector<Value>& list) {
  Texts out;
  for (const Value value : list) out.emplace_back(name_of(value));
  return out;
}

// The fields of a scene as texts: key -> everything said.
std::map<std::string, Texts> fields_of(const Scene& scene) {
  std::map<std::string, Texts> out;
  out["place"] = {std::string(name_of(scene.place))};
  out["also"] = named(scene.other_places);
  out["name"] = {scene.place_name};
  out["time"] = {std::string(name_of(scene.time))};
  out["season"] = {std::string(name_of(scene.season))};
  out["shot"] = {std::string(name_of(scene.shot))};
  out["style"] = {std::string(name_of(scene.style))};
  out["weather"] = named(scene.weather);
  out["light"] = named(scene.lights);
  out["sign"] = scene.lettering;
  out["without"] = scene.without;
  out["focus"] = {scene.shallow_focus ? "yes" : ""};
  out["wet"] = {scene.wet_ground ? "yes" : ""};
  for (auto& [key, texts] : out) std::erase(texts, "");
  return out;
}

// What may be in a scene unasked because something else was asked.
struct Follows {
  const char* fact;
  const char* from;
};
constexpr Follows kFollows[] = {
    {"time=night", "light=neon"},        {"time=night", "light=moon"},
    {"time=night", "light=candle"},      {"time=night", "place=space"},
    {"time=sunset", "light=golden"},     {"light=sunset", "time=sunset"},
    {"season=winter", "weather=snow"},   {"season=winter", "place=snowfield"},
    {"weather=snow", "place=snowfield"}, {"wet=yes", "weather=rain"},
    {"wet=yes", "weather=storm"},        {"time=day", "weather=clear"},
    {"weather=clear", "time=day"},       {"season=winter", "also=snowfield"},
};

class Judge {
 public:
  explicit Judge(const Scene& scene) : scene_(scene), fields_(fields_of(scene)) {}

  Texts judge(std::string_view expectation) {
    for (const std::string& piece : split(expectation, ';'))
      judge_piece(std::string(trim_ascii(piece)));
    for (size_t i = 0; i < scene_.actors.size(); ++i) {
      if (!asked_for_[static_cast<int>(i)]) fault(concat("there is also ", scene_.actors[i].part));
    }
    judge_unasked();
    return faults_;
  }

 private:
  void fault(std::string text) { faults_.push_back(std::move(text)); }

  void judge_piece(const std::string& piece) {
    const size_t paren = piece.find('(');
    const std::string head(trim_ascii(std::string_view(piece).substr(0, paren)));
    const Texts words = split(head, ' ');
    if (head.find('=') != std::string::npos) {
      for (const std::string& fact : words) judge_fact(fact);
    } else if (words.size() == 3 && value_named<Relation>(words[1])) {
      judge_relation(words[0], *value_named<Relation>(words[1]), words[2]);
    } else {
      const std::string inside =
          paren == std::string::npos ? "" : piece.substr(paren + 1, piece.find(')') - paren - 1);
      judge_actor(words, inside);
    }
  }

  void judge_fact(const std::string& fact) {
    const size_t equals = fact.find('=');
    const std::string key = fact.substr(0, equals);
    const std::string value = piece_rest(fact, equals);
    asked_.push_back(fact);
    if (!fields_.contains(key)) return fault(concat("unknown: ", key));
    if (!has(fields_[key], value)) fault(concat("not ", fact, " but ", join(fields_[key], ",")));
  }

  static std::string piece_rest(const std::string& fact, size_t equals) {
    std::string value = fact.substr(equals + 1);
    std::replace(value.begin(), value.end(), '_', ' ');  // "sign=OLD_BOOKS"
    return value;
  }

  void judge_actor(const Texts& words, const std::string& attributes) {
    const std::string& name = words.back();
    const int index = next_called(name);
    if (index < 0) return fault(concat("no ", name));
    asked_for_[index] = true;
    const Actor& actor = scene_.actors[static_cast<size_t>(index)];
    const std::string number = words.size() > 1 ? words.front() : "1";
    const bool count_holds = number == "some" ? actor.count >= 2 : concat(actor.count) == number;
    if (!count_holds) fault(concat(actor.count, " instead of ", number, " ", name));
    for (const std::string& attribute : split(attributes, ',')) {
      const std::string_view wanted = trim_ascii(attribute);
      if (!wanted.empty() && !has(attributes_of(actor), wanted)) {
        fault(concat(name, " is not ", wanted, " but ", join(attributes_of(actor), " ")));
      }
    }
  }

  // The first actor of that name that was not asked for yet.
  int next_called(std::string_view name) {
    for (size_t i = 0; i < scene_.actors.size(); ++i) {
      if (!asked_for_[static_cast<int>(i)] && is_called(scene_.actors[i], name))
        return static_cast<int>(i);
    }
    return -1;
  }

  void judge_relation(const std::string& subject, Relation relation, const std::string& object) {
    const bool either_way = relation == Relation::kBeside;
    if (!stands(subject, relation, object) && !(either_way && stands(object, relation, subject))) {
      fault(concat("not: ", subject, " ", name_of(relation), " ", object));
    }
  }

  bool stands(const std::string& subject, Relation relation, const std::string& object) const {
    for (const Actor& actor : scene_.actors) {
      if (!is_called(actor, subject)) continue;
      std::vector<Tie> ties = actor.ties;
      ties.push_back({actor.relation, actor.relative_to});
      for (const Tie& tie : ties) {
        if (tie.relation == relation && tie.to >= 0 &&
            is_called(scene_.actors[static_cast<size_t>(tie.to)], object))
          return true;
      }
    }
    return false;
  }

  void judge_unasked() {
    for (const char* key : {"place", "also", "name", "time", "season", "shot", "style", "weather",
                            "light", "sign", "focus", "wet"}) {
      for (const std::string& value : fields_[key]) {
        const std::string fact = concat(key, "=", value);
        std::string written = fact;
        std::replace(written.begin(), written.end(), ' ', '_');
        if (!has(asked_, written) && !follows(fact)) fault(concat("unasked: ", fact));
      }
    }
  }

  bool follows(const std::string& fact) const {
    return std::any_of(std::begin(kFollows), std::end(kFollows), [&](const Follows& row) {
      return fact == row.fact && has(asked_, row.from);
    });
  }

  const Scene& scene_;
  std::map<std::string, Texts> fields_;
  std::map<int, bool> asked_for_;
  Texts asked_;
  Texts faults_;
};

}  // namespace

std::vector<std::string> faults_of(const Scene& scene, std::string_view expectation) {
  return Judge(scene).judge(expectation);
}

TEST(SceneExpectation, NamesWhatIsMissingWrongAndTooMuch) {
  Scene scene;
  Actor cat;
  cat.part = "cat";
  cat.count = 2;
  cat.colour_word = "black";
  scene.actors = {cat};
  scene.time = TimeOfDay::kNight;

  EXPECT_TRUE(faults_of(scene, "2 cat (black); time=night").empty());
  EXPECT_TRUE(faults_of(scene, "some cat; time=night").empty());
  EXPECT_FALSE(faults_of(scene, "3 cat; time=night").empty());
  EXPECT_FALSE(faults_of(scene, "2 cat (red); time=night").empty());
  EXPECT_FALSE(faults_of(scene, "2 cat; dog; time=night").empty());
  EXPECT_FALSE(faults_of(scene, "2 cat; cat on cat; time=night").empty());
  EXPECT_FALSE(faults_of(scene, "2 cat; time=day").empty());
  EXPECT_FALSE(faults_of(scene, "2 cat").empty()) << "the night was not asked for";
  EXPECT_FALSE(faults_of(scene, "time=night").empty()) << "the cat was not asked for";
}

}  // namespace plantain::engine::sketch
