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
    {"person", Kind::kPerson},     {"animal", Kind::kAnimal},       {"bird", Kind::kBird},
    {"fish", Kind::kFish},         {"insect", Kind::kInsect},       {"plant", Kind::kPlant},
    {"tree", Kind::kTree},         {"flower", Kind::kFlower},       {"food", Kind::kFood},
    {"vehicle", Kind::kVehicle},   {"boat", Kind::kBoat},           {"aircraft", Kind::kAircraft},
    {"building", Kind::kBuilding}, {"furniture", Kind::kFurniture}, {"object", Kind::kObject},
    {"sky", Kind::kSky},           {"symbol", Kind::kSymbol},
};

Kind kind_named(std::string_view name) {
  for (const KindName& row : kKinds) {
    if (row.name == name) return row.kind;
  }
  CHECK(false);
}

// The section: how many lines, where each starts, the lines.
struct Table {
  uint32_t lines = 0;
  std::string_view starts;
  std::string_view text;

  std::string_view from(uint32_t index) const {
    return text.substr(entry_at<uint32_t>(starts, index));
  }
  std::string_view line(uint32_t index) const {
    const std::string_view rest = from(index);
    return rest.substr(0, rest.find('\n'));
  }
  std::string_view phrase(uint32_t index) const {
    const std::string_view rest = from(index);
    return rest.substr(0, rest.find('\t'));
  }
};

Table open_table() {
  const std::string_view section = pack_section(Section::kWords);
  Table table;
  table.lines = entry_at<uint32_t>(section, 0);
  table.starts = section.substr(sizeof(uint32_t));
  table.text = section.substr((size_t{table.lines} + 1) * sizeof(uint32_t));
  return table;
}

// Read for every word of a prompt, several times.
const Table& the_table() {
  static const Table table = open_table();
  return table;
}

// The first line whose phrase is not less than `phrase`.
uint32_t lower_bound(const Table& table, std::string_view phrase) {
  uint32_t low = 0;
  uint32_t high = table.lines;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (table.phrase(middle) < phrase) {
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
  const Table& table = the_table();
  std::vector<Sense> senses;
  for (uint32_t i = lower_bound(table, phrase); i < table.lines; ++i) {
    std::string_view line = table.line(i);
    if (take(line, '\t') != phrase) break;
    std::string_view languages = take(line, '\t');
    const std::string_view kind = take(line, '\t');
    while (!languages.empty()) senses.push_back({take(languages, ','), kind, line});
  }
  return senses;
}

bool any_begins_with(std::string_view prefix) {
  const Table& table = the_table();
  const uint32_t first = lower_bound(table, prefix);
  return first < table.lines && table.phrase(first).starts_with(prefix);
}

std::optional<PartFacts> facts_of(std::string_view part) {
  const std::vector<Sense> senses = senses_of(concat("=", part));
  if (senses.empty()) return std::nullopt;
  std::string_view rest = senses.front().value;
  PartFacts facts;
  facts.kind = kind_named(take(rest, ' '));
  const std::string_view height = take(rest, ' ');
  CHECK(std::from_chars(height.data(), height.data() + height.size(), facts.height_m).ec ==
        std::errc());
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
