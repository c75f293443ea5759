#include "engine/sketch/scene_names.h"

namespace plantain::engine::sketch {

std::span<const Named<Place>> names(Place) {
  static constexpr Named<Place> kNames[] = {
      {Place::kCity, "city"},
      {Place::kStreet, "street"},
      {Place::kBeach, "beach"},
      {Place::kSea, "sea"},
      {Place::kUnderwater, "underwater"},
      {Place::kLake, "lake"},
      {Place::kForest, "forest"},
      {Place::kField, "field"},
      {Place::kGarden, "garden"},
      {Place::kMountains, "mountains"},
      {Place::kDesert, "desert"},
      {Place::kSnowfield, "snowfield"},
      {Place::kRoom, "room"},
      {Place::kSky, "sky"},
      {Place::kSpace, "space"},
  };
  return kNames;
}

std::span<const Named<TimeOfDay>> names(TimeOfDay) {
  static constexpr Named<TimeOfDay> kNames[] = {{TimeOfDay::kDawn, "dawn"},
                                                {TimeOfDay::kDay, "day"},
                                                {TimeOfDay::kSunset, "sunset"},
                                                {TimeOfDay::kNight, "night"}};
  return kNames;
}

std::span<const Named<Weather>> names(Weather) {
  static constexpr Named<Weather> kNames[] = {
      {Weather::kClear, "clear"}, {Weather::kCloudy, "cloudy"}, {Weather::kRain, "rain"},
      {Weather::kStorm, "storm"}, {Weather::kSnow, "snow"},     {Weather::kFog, "fog"},
      {Weather::kWind, "wind"}};
  return kNames;
}

std::span<const Named<Season>> names(Season) {
  static constexpr Named<Season> kNames[] = {{Season::kSpring, "spring"},
                                             {Season::kSummer, "summer"},
                                             {Season::kAutumn, "autumn"},
                                             {Season::kWinter, "winter"}};
  return kNames;
}

std::span<const Named<Shot>> names(Shot) {
  static constexpr Named<Shot> kNames[] = {
      {Shot::kCloseUp, "close-up"}, {Shot::kPortrait, "portrait"},    {Shot::kMedium, "medium"},
      {Shot::kWide, "wide"},        {Shot::kFromAbove, "from-above"}, {Shot::kMacro, "macro"}};
  return kNames;
}

std::span<const Named<Light>> names(Light) {
  static constexpr Named<Light> kNames[] = {{Light::kNeon, "neon"},     {Light::kSunset, "sunset"},
                                            {Light::kCandle, "candle"}, {Light::kMoon, "moon"},
                                            {Light::kStudio, "studio"}, {Light::kGolden, "golden"}};
  return kNames;
}

std::span<const Named<Style>> names(Style) {
  static constexpr Named<Style> kNames[] = {{Style::kCinematic, "cinematic"},
                                            {Style::kWatercolour, "watercolour"},
                                            {Style::kInk, "ink"},
                                            {Style::kOil, "oil"},
                                            {Style::kPixelArt, "pixel-art"},
                                            {Style::kBlueprint, "blueprint"},
                                            {Style::kPaperCut, "paper-cut"},
                                            {Style::kFlat, "flat"},
                                            {Style::kBlackAndWhite, "black-and-white"},
                                            {Style::kRetroPoster, "retro-poster"}};
  return kNames;
}

std::span<const Named<Kind>> names(Kind) {
  static constexpr Named<Kind> kNames[] = {
      {Kind::kPerson, "person"},     {Kind::kFace, "face"},         {Kind::kAnimal, "animal"},
      {Kind::kBird, "bird"},         {Kind::kFish, "fish"},         {Kind::kInsect, "insect"},
      {Kind::kPlant, "plant"},       {Kind::kTree, "tree"},         {Kind::kFlower, "flower"},
      {Kind::kFood, "food"},         {Kind::kVehicle, "vehicle"},   {Kind::kBoat, "boat"},
      {Kind::kAircraft, "aircraft"}, {Kind::kBuilding, "building"}, {Kind::kFurniture, "furniture"},
      {Kind::kObject, "object"},     {Kind::kSky, "sky"},           {Kind::kSymbol, "symbol"}};
  return kNames;
}

std::span<const Named<Relation>> names(Relation) {
  static constexpr Named<Relation> kNames[] = {{Relation::kOn, "on"},
                                               {Relation::kUnder, "under"},
                                               {Relation::kBeside, "beside"},
                                               {Relation::kBehind, "behind"},
                                               {Relation::kInFrontOf, "in-front-of"},
                                               {Relation::kHolding, "holding"},
                                               {Relation::kRiding, "riding"},
                                               {Relation::kIn, "in"},
                                               {Relation::kAbove, "above"}};
  return kNames;
}

}  // namespace plantain::engine::sketch
