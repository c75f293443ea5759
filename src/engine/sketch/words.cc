#include "engine/sketch/words.h"

#include <charconv>

#include "base/check.h"
#include "base/text.h"
#include "engine/sketch/pack_file.h"

namespace plantain::engine::sketch {
namespace {

struct KindName {
  std::string_view name;
  Kind kind;
};
constexpr KindName kKinds[] = {
    {"person", Kind::kPerson},       {"animal", Kind::kAnimal},     {"bird", Kind::kBird},   {"fish", Kind::kFish},
    {"insect", Kind::kInsect},       {"plant", Kind::kPlant},       {"tree", Kind::kTree},   {"flower", Kind::kFlower},
    {"food", Kind::kFood},           {"vehicle", Kind::kVehicle},   {"boat", Kind::kBoat},   {"aircraft", Kind::kAircraft},
    {"building", Kind::kBuilding},   {"furniture", Kind::kFurniture}, {"object", Kind::kObject}, {"sky", Kind::kSky},
    {"symbol", Kind::kSymbol},
};

Kind kind_named(std::string_view name) {
  for (const KindName& row : kKinds) {
    if (row.name == name) return row.kind;
  }
  CHECK(false);
}

uint32_t line_count() { return entry_at<uint32_t>(pack_section(Section::kWords), 0); }

std::string_view line_at(uint32_t index) {
  const std::string_view section = pack_section(Section::kWords);
  const size_t text_at = (size_t{line_count()} + 1) * sizeof(uint32_t);
  const std::string_view text = section.substr(text_at + entry_at<uint32_t>(section, size_t{index} + 1));
  return text.substr(0, text.find('\n'));
}

std::string_view phrase_of(std::string_view line) { return line.substr(0, line.find('\t')); }

// The first line whose phrase is not less than `phrase`.
uint32_t lower_bound(std::string_view phrase) {
  uint32_t low = 0;
  uint32_t high = line_count();
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (phrase_of(line_at(middle)) < phrase) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// Takes the text up to `separator` off the front of `rest`.
std::string_view take(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return taken;
}

}  // namespace

std::vector<Sense> senses_of(std::string_view phrase) {
  std::vector<Sense> senses;
  for (uint32_t i = lower_bound(phrase); i < line_count(); ++i) {
    std::string_view line = line_at(i);
    if (take(line, '\t') != phrase) break;
    std::string_view languages = take(line, '\t');
    const std::string_view kind = take(line, '\t');
    while (!languages.empty()) senses.push_back({take(languages, ','), kind, line});
  }
  return senses;
}

bool any_begins_with(std::string_view prefix) {
  const uint32_t first = lower_bound(prefix);
  return first < line_count() && line_at(first).starts_with(prefix);
}

std::optional<PartFacts> facts_of(std::string_view part) {
  const std::vector<Sense> senses = senses_of(concat("=", part));
  if (senses.empty()) return std::nullopt;
  std::string_view rest = senses.front().value;
  PartFacts facts;
  facts.kind = kind_named(take(rest, ' '));
  const std::string_view height = take(rest, ' ');
  CHECK(std::from_chars(height.data(), height.data() + height.size(), facts.height_m).ec == std::errc());
  while (!rest.empty()) {
    const std::string_view flag = take(rest, ' ');
    if (flag == "bust") facts.bust = true;
    if (flag == "ground") facts.ground = true;
    if (flag == "worn") facts.worn = true;
    if (flag.starts_with("face=")) facts.face = flag.substr(5);
    if (flag == "holds=in") facts.holds = Relation::kIn;
    if (flag == "holds=on") facts.holds = Relation::kOn;
  }
  return facts;
}

}  // namespace plantain::engine::sketch
