// What a prompt means, topic by topic: each row is a prompt and what its scene must hold (see
// tests/prompts/everyday.tsv for the form).
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "engine/sketch/scene_expectation.h"

namespace plantain::engine::sketch {
namespace {

struct Case {
  const char* prompt;
  const char* expectation;
};

template <size_t n>
void expect_scenes(const Case (&cases)[n]) {
  for (const Case& row : cases) {
    const Scene scene = understand(row.prompt);
    EXPECT_EQ(join(faults_of(scene, row.expectation), "; "), "") << row.prompt << "\n"
                                                                 << write_json(to_json(scene));
  }
}

bool lists(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

TEST(Understanding, OfThingsAndHowMany) {
  constexpr Case kCases[] = {
      {"a dog", "dog"},
      {"dogs", "some dog"},
      {"2 dogs", "2 dog"},
      {"seven dogs", "7 dog"},
      {"a dozen eggs", "12 egg"},
      {"a pair of swans", "2 swan"},
      {"a couple of wolves", "2 wolf"},
      {"a flock of geese", "7 goose"},
      {"a herd of zebras", "6 zebra"},
      {"a school of fish", "8 fish"},
      {"several mice", "4 mouse"},
      {"many butterflies", "8 butterfly"},
      {"a hundred penguins", "60 penguin"},
      {"a sheep", "ewe"},
      {"sheep", "some ewe"},
      {"wild geese", "some goose"},
      {"a cat, a dog and two birds", "cat; dog; 2 bird"},
      {"a sunflower field", "some sunflower; place=field"},
      {"a 1967 car", "automobile"},
      {"a lemon tree", "deciduous-tree"},
      {"a dog house", "hut"},
      {"a dog's face", "dog"},
      {"a dog's house", "house"},
      {"a dog. The dog is sleeping on a bed.", "dog (sleeping); bed; dog on bed"},
      {"a blue bird and a red bird", "bird (blue); bird (red)"},
      {"兩隻貓", "2 cat"},
      {"三匹馬", "3 horse"},
      {"一群羊", "7 ewe"},
      {"五朵玫瑰", "5 rose"},
      {"十二顆蘋果", "12 red-apple"},
      {"一對天鵝", "2 swan"},
      {"三只狗和一条鱼", "3 dog; fish"},
      {"猫三匹", "cat"},
      {"三匹の猫", "3 cat"},
      {"tres gatos", "3 cat"},
      {"trois chevaux", "3 horse"},
      {"fünf Häuser", "5 house"},
      {"due gatti", "2 cat"},
      {"dois cachorros", "2 dog"},
      {"고양이", "cat"},
      {"고양이가", "cat"},
  };
  expect_scenes(kCases);
}

TEST(Understanding, OfColoursAndMaterials) {
  constexpr Case kCases[] = {
      {"a red car", "automobile (red)"},
      {"a dark green car", "automobile (dark green)"},
      {"a light blue door", "door (light blue)"},
      {"a golden crown", "crown (golden)"},
      {"a wooden chair", "chair (wooden)"},
      {"a table made of wood", "table"},
      {"a rainbow-coloured balloon", "balloon (rainbow)"},
      {"an orange cat and an orange", "cat (orange); tangerine"},
      {"a red and white striped lighthouse", "lighthouse (red)"},
      {"a cat with blue eyes", "cat"},
      {"a gray wolf", "wolf (grey)"},
      {"a small white fence", "fence (white)"},
      {"a pink house with a blue door", "house (pink)"},
      {"a small red house beside a big blue house",
       "house (red); house (blue); house beside house"},
      {"a black and white cat", "cat"},
      {"紅色的車", "automobile (red)"},
      {"一隻黑狗", "dog (black)"},
      {"木製的椅子", "chair (wooden)"},
      {"五顏六色的氣球", "balloon (rainbow)"},
      {"un coche rojo", "automobile (red)"},
      {"dos casas blancas", "2 house (white)"},
      {"une maison verte", "house (green)"},
      {"ein blaues Auto", "automobile (blue)"},
      {"赤い車", "automobile (red)"},
      {"gatti neri", "some cat (black)"},
  };
  expect_scenes(kCases);
}

TEST(Understanding, OfPeople) {
  constexpr Case kCases[] = {
      {"a woman", "woman"},
      {"three men in black suits", "3 man (top=black)"},
      {"a young man", "man (young)"},
      {"an old woman", "old-woman (old)"},
      {"an elderly couple", "2 older-person"},
      {"a family", "4 person"},
      {"a baby", "baby"},
      {"an astronaut", "astronaut"},
      {"a female astronaut", "astronaut (woman)"},
      {"a nurse", "health-worker (woman)"},
      {"a blacksmith", "person"},
      {"a dark-skinned girl", "girl (dark)"},
      {"a black man", "man (dark)"},
      {"an African woman", "woman (medium-dark)"},
      {"a blonde woman", "woman (blond-hair)"},
      {"a woman with long red hair", "woman (red-hair)"},
      {"a girl with short blue hair", "girl (blue-hair)"},
      {"a bald man", "man (bald)"},
      {"a man with no hair", "man (bald)"},
      {"a man with curly hair", "man (curly-hair)"},
      {"a bearded man", "man (beard)"},
      {"a man with a grey beard", "man (beard, white-hair)"},
      {"a man with glasses", "man (glasses)"},
      {"a woman wearing sunglasses and a red dress", "woman (glasses, top=red)"},
      {"a boy in a green jacket and blue jeans", "boy (top=green, bottom=blue)"},
      {"a woman in red", "woman (top=red)"},
      {"a baby elephant", "elephant"},
      {"a cowboy hat", "top-hat"},
      {"a cat in sunglasses", "cat; sunglasses"},
      {"戴眼鏡的老師", "teacher (glasses)"},
      {"穿紅色外套的女孩", "girl (top=red)"},
      {"金髮女子", "woman (blond-hair)"},
      {"大鬍子的男人", "man (beard)"},
      {"年老的漁夫", "old-man"},
      {"戴著墨鏡的狗", "dog; sunglasses; sunglasses on dog"},
      {"una mujer joven con gafas", "woman (young, glasses)"},
      {"un hombre con barba blanca", "man (beard, white-hair)"},
      {"eine Frau mit roten Haaren", "woman (red-hair)"},
      {"une femme aux cheveux blonds", "woman (blond-hair)"},
      {"眼鏡をかけた老人", "old-man (glasses)"},
      {"赤いコートを着た女性", "woman (top=red)"},
  };
  expect_scenes(kCases);
}

TEST(Understanding, OfWhatIsDone) {
  constexpr Case kCases[] = {
      {"a sleeping cat", "cat (sleeping)"},
      {"a cat sleeping", "cat (sleeping)"},
      {"a man and his dog running", "man; dog (running)"},
      {"children playing", "some child (playing)"},
      {"a woman dancing", "woman (dancing)"},
      {"a girl reading", "girl (reading)"},
      {"a bird flying", "bird (flying, above)"},
      {"a rocket flying past a planet", "rocket (flying, above); ringed-planet"},
      {"a boy flying a kite", "boy; kite; boy holding kite"},
      {"a car driving down the road", "automobile (moving); place=street"},
      {"a man riding a bicycle", "man (biking)"},
      {"a robot riding a bicycle", "robot; bicycle; robot riding bicycle"},
      {"a cat on a sofa, sleeping", "cat (sleeping); couch-and-lamp; cat on couch-and-lamp"},
      {"奔跑的狗", "dog (running)"},
      {"狗在奔跑", "dog (running)"},
      {"一個男人騎自行車", "man (biking)"},
      {"un perro corriendo", "dog (running)"},
      {"ein schlafender Hund", "dog (sleeping)"},
      {"un chat qui dort", "cat (sleeping)"},
      {"眠っている犬", "dog (sleeping)"},
      {"犬が走っている", "dog (running)"},
  };
  expect_scenes(kCases);
}

TEST(Understanding, OfHowThingsStandToEachOther) {
  constexpr Case kCases[] = {
      {"a cat on a chair", "cat; chair; cat on chair"},
      {"a cat under a table", "cat; table; cat under table"},
      {"a dog beside a bicycle", "dog; bicycle; dog beside bicycle"},
      {"a boy behind a tree", "boy; deciduous-tree; boy behind deciduous-tree"},
      {"a car in front of a house", "automobile; house; automobile in-front-of house"},
      {"a bird above a house", "bird; house; bird above house"},
      {"a girl holding a rose", "girl; rose; girl holding rose"},
      {"a knight riding a horse", "man (horse-racing)"},
      {"a knight riding a white horse", "man; horse (white); man riding horse"},
      {"a fish in a jar", "fish; jar; fish in jar"},
      {"a girl holding a rose and a candle",
       "girl; rose; candle; girl holding rose; girl holding candle"},
      {"a man holding a book, a pen and a cup",
       "man; closed-book; fountain-pen; hot-beverage; man holding hot-beverage"},
      {"a man with a dog under a tree",
       "man; dog; deciduous-tree; man under deciduous-tree; dog under deciduous-tree"},
      {"a cat and a dog on a bed", "cat; dog; bed; cat on bed; dog on bed"},
      {"a cat under the table and a dog beside the table",
       "cat; table; dog; cat under table; dog beside table"},
      {"a basket of apples", "basket; some red-apple; red-apple in basket"},
      {"a table with bread, cheese and wine",
       "table; bread; cheese-wedge; wine-glass; bread on table; wine-glass on table"},
      {"a vase of tulips on a table",
       "amphora; some tulip; table; tulip in amphora; amphora on table"},
      {"a woman with a hat", "woman; top-hat; top-hat on woman"},
      {"a woman with an umbrella", "woman; umbrella; woman holding umbrella"},
      {"a pirate with a parrot on his shoulder", "man; parrot; parrot on man"},
      {"a girl with a candle in her hand", "girl; candle; girl holding candle"},
      {"a table and a lamp on it", "table; floor-lamp; floor-lamp on table"},
      {"under a tree, an old man", "old-man; deciduous-tree; old-man under deciduous-tree"},
      {"on the table there is a cup", "hot-beverage; table; hot-beverage on table"},
      {"a woman holding a baby in a chair",
       "woman; baby; chair; woman holding baby; woman in chair"},
      {"a boy playing football", "boy (playing); soccer-ball; boy beside soccer-ball"},
      {"a bridge over a river", "bridge; place=lake; name=river"},
      {"桌子上的貓", "cat; table; cat on table"},
      {"貓在桌子上", "cat; table; cat on table"},
      {"坐在椅子上的女孩", "girl (sitting); chair; girl on chair"},
      {"樹下的男孩", "boy; deciduous-tree; boy under deciduous-tree"},
      {"房子前面有一輛車", "automobile; house; automobile in-front-of house"},
      {"兩個撐著紅傘的女孩", "2 girl; umbrella (red); girl holding umbrella"},
      {"騎著馬的武士", "man (horse-racing)"},
      {"騎著白馬的武士", "man; horse (white); man riding horse"},
      {"一個農夫,旁邊有一頭牛", "farmer; cow; cow beside farmer"},
      {"un gato sobre la mesa", "cat; table; cat on table"},
      {"un perro debajo de un árbol", "dog; deciduous-tree; dog under deciduous-tree"},
      {"un chat derrière une voiture", "cat; automobile; cat behind automobile"},
      {"ein Mann neben einem Pferd", "man; horse; man beside horse"},
      {"木の下の犬", "dog; deciduous-tree; dog under deciduous-tree"},
      {"犬と猫がソファの上で寝ている",
       "dog (sleeping); cat (sleeping); couch-and-lamp; dog on couch-and-lamp; cat on "
       "couch-and-lamp"},
      {"傘を持っている男性", "man; umbrella; man holding umbrella"},
      {"馬に乗っている侍", "man (horse-racing)"},
  };
  expect_scenes(kCases);
}

TEST(Understanding, OfPlaces) {
  constexpr Case kCases[] = {
      {"in the city", "place=city"},
      {"a street", "place=street"},
      {"on the beach", "place=beach"},
      {"the ocean", "place=sea"},
      {"under the sea", "place=underwater"},
      {"by the river", "place=lake; name=river"},
      {"deep in the woods", "place=forest"},
      {"a meadow", "place=field"},
      {"in the park", "place=garden"},
      {"in the mountains", "place=mountains"},
      {"the desert", "place=desert"},
      {"in the arctic", "place=snowfield"},
      {"in a kitchen", "place=room"},
      {"above the clouds", "place=sky"},
      {"in outer space", "place=space"},
      {"a brook", "place=lake"},
      {"a lake with mountains", "place=lake also=mountains"},
      {"Tokyo", "place=city name=tokyo"},
      {"a street in Paris", "place=street name=paris"},
      {"Vienna", "place=city name=vienna"},
      {"on Mars", "place=desert name=mars"},
      {"a bar", "place=room"},
      {"in front of a bar", "place=street"},
      {"a cat under a starry sky", "cat; time=night"},
      {"birds in the sky", "some bird; place=sky"},
      {"a bright blue sky", "place=sky weather=clear time=day"},
      {"海邊", "place=beach"},
      {"竹林裡", "place=forest"},
      {"台北街頭", "place=street name=taipei"},
      {"en la playa", "place=beach"},
      {"im Wald", "place=forest"},
      {"dans la forêt", "place=forest"},
      {"海辺", "place=beach"},
      {"na praia", "place=beach"},
  };
  expect_scenes(kCases);
}

TEST(Understanding, OfTimeWeatherAndSeason) {
  constexpr Case kCases[] = {
      {"at dawn", "time=dawn"},
      {"in the afternoon", "time=day"},
      {"sunset", "time=sunset light=sunset"},
      {"at midnight", "time=night"},
      {"a full moon", "time=night light=moon"},
      {"a sunny day", "time=day weather=clear"},
      {"cloudless", "weather=clear"},
      {"an overcast day", "weather=cloudy time=day"},
      {"in the rain", "weather=rain wet=yes"},
      {"a thunderstorm", "weather=storm wet=yes"},
      {"snowing", "weather=snow"},
      {"snow and fog", "weather=snow; weather=fog"},
      {"thick fog", "weather=fog"},
      {"windy", "weather=wind"},
      {"wet streets", "place=street wet=yes"},
      {"spring", "season=spring"},
      {"summer", "season=summer"},
      {"autumn leaves", "season=autumn"},
      {"winter", "season=winter"},
      {"清晨", "time=dawn"},
      {"下雨的夜晚", "time=night weather=rain"},
      {"秋天", "season=autumn"},
      {"de noche bajo la lluvia", "time=night weather=rain"},
      {"im Winter bei Nebel", "season=winter weather=fog"},
      {"au printemps", "season=spring"},
      {"夏の夕暮れ", "season=summer time=sunset"},
  };
  expect_scenes(kCases);
}

TEST(Understanding, OfShotLightAndStyle) {
  constexpr Case kCases[] = {
      {"close-up of a rose", "rose; shot=close-up"},
      {"portrait of a woman", "woman; shot=portrait"},
      {"full body shot", "shot=wide"},
      {"a wide shot", "shot=wide"},
      {"aerial view", "shot=from-above"},
      {"macro photography", "shot=macro"},
      {"waist up", "shot=medium"},
      {"neon lights", "light=neon"},
      {"by candlelight", "light=candle"},
      {"golden hour", "light=golden"},
      {"studio lighting", "light=studio"},
      {"moonlight", "light=moon"},
      {"cinematic", "style=cinematic"},
      {"watercolour painting", "style=watercolour"},
      {"ink drawing", "style=ink"},
      {"oil on canvas", "style=oil"},
      {"in the style of Van Gogh", "style=oil"},
      {"pixel art", "style=pixel-art"},
      {"a blueprint", "style=blueprint"},
      {"paper cut", "style=paper-cut"},
      {"flat vector illustration", "style=flat"},
      {"black and white photo", "style=black-and-white"},
      {"vintage travel poster", "style=retro-poster"},
      {"bokeh", "focus=yes"},
      {"shallow depth of field", "focus=yes"},
      {"特寫", "shot=close-up"},
      {"霓虹燈", "light=neon"},
      {"水彩畫", "style=watercolour"},
      {"黑白照片", "style=black-and-white"},
      {"淺景深", "focus=yes"},
      {"primer plano", "shot=close-up"},
      {"acuarela", "style=watercolour"},
      {"Ölgemälde", "style=oil"},
      {"aquarelle", "style=watercolour"},
      {"en noir et blanc", "style=black-and-white"},
      {"水墨画", "style=ink"},
  };
  expect_scenes(kCases);
}

TEST(Understanding, SetsQuotedWordsAsLettering) {
  constexpr Case kCases[] = {
      {"a sign that says \"OPEN\"", "sign=OPEN"},
      {"“Café Luna” and 'Bar'", "sign=Café_Luna; sign=Bar"},
      {"a neon sign saying OPEN 24H", "sign=OPEN_24H light=neon"},
      {"寫著「歡迎光臨」的招牌", "sign=歡迎光臨"},
      {"un letrero que dice «Hola»", "sign=Hola"},
      {"ein Schild „Offen“", "sign=Offen"},
      {"the cat's house", "house"},
  };
  expect_scenes(kCases);
}

TEST(Understanding, LeavesOutWhatIsNotWanted) {
  constexpr Case kCases[] = {
      {"a beach, no people", "place=beach without=person"},
      {"a street without cars", "place=street without=automobile"},
      {"a lake without boats or people", "place=lake without=sailboat without=person"},
      {"no people and a dog", "dog; without=person"},
      {"a blue lake without clouds", "place=lake without=cloudy"},
      {"nobody on the beach", "place=beach without=person"},
      {"a park, no text, no watermark", "place=garden without=text"},
      {"a man without glasses", "man"},
      {"沒有人的街道", "place=street without=person"},
      {"海灘,不要船", "place=beach without=sailboat"},
      {"una playa sin gente", "place=beach without=person"},
      {"ein Strand ohne Menschen", "place=beach without=person"},
      {"une plage sans personne", "place=beach without=person"},
  };
  expect_scenes(kCases);
}

TEST(Understanding, ListsTheWordsItDidNotUnderstand) {
  const Scene scene = understand("a red flumph and a cat, ultra-detailed");

  EXPECT_TRUE(lists(scene.ignored, "flumph"));
  EXPECT_TRUE(lists(scene.ignored, "red")) << "the colour of the unknown thing is not the cat's";
  EXPECT_TRUE(lists(scene.ignored, "ultra-detailed"));
  EXPECT_TRUE(lists(scene.understood, "cat"));
  EXPECT_FALSE(lists(scene.ignored, "cat"));
  EXPECT_FALSE(lists(scene.ignored, "and")) << "small words say nothing by themselves";
  ASSERT_EQ(scene.actors.size(), 1u);
  EXPECT_TRUE(scene.actors[0].colour_word.empty());
}

TEST(Understanding, ListsUnknownChineseCharactersAsOneWord) {
  const Scene scene = understand("一隻貓與齉齾");

  EXPECT_TRUE(lists(scene.ignored, "齉齾"));
  EXPECT_EQ(scene.actors.size(), 1u);
}

TEST(Understanding, NamesTheFaceInAPortraitOfABeast) {
  const Scene scene = understand("close-up of a cat");

  ASSERT_EQ(scene.actors.size(), 1u);
  EXPECT_EQ(scene.actors[0].part, "cat-face");
  EXPECT_TRUE(scene.actors[0].bust);
}

TEST(Understanding, DrawsAPersonAsDescribed) {
  EXPECT_EQ(understand("a dark-skinned woman in a red dress, wide shot").actors[0].part,
            "woman-standing-dark-skin-tone+top=d32f2f");
  EXPECT_EQ(understand("portrait of a blonde light-skinned woman").actors[0].part,
            "woman-light-skin-tone-blond-hair");
  EXPECT_EQ(understand("portrait of an old man with a beard and glasses").actors[0].part,
            "old-man-medium-light-skin-tone+beard=1+glasses=1");
  EXPECT_EQ(understand("a woman running").actors[0].part, "woman-running-medium-light-skin-tone");
  EXPECT_EQ(understand("a female firefighter").actors[0].part,
            "woman-firefighter-medium-light-skin-tone");
}

TEST(Understanding, GivesAnEmptyStageForAnEmptyPrompt) {
  for (const char* prompt : {"", "   ", "...", ",,,", "\"", "的的的", "and with on"}) {
    const Scene scene = understand(prompt);
    EXPECT_TRUE(scene.actors.empty()) << prompt;
    EXPECT_EQ(scene.place, Place::kUnsaid) << prompt;
  }
}

TEST(Understanding, SurvivesAnyOrderOfWords) {
  const std::vector<std::string> words = {"holding", "a",   "cat",  "with",    "on",       "the",
                                          "red",     "and", "no",   "wearing", "glasses",  ",",
                                          "under",   "it",  "hair", "of",      "in",       "戴著",
                                          "的",      "上",  "有",   "女孩",    "を持った", "犬"};
  uint32_t state = 1;
  for (int round = 0; round < 3000; ++round) {
    std::string prompt;
    for (int i = 0; i < 9; ++i) {
      state = state * 1664525u + 1013904223u;
      prompt += words[(state >> 16) % words.size()] + " ";
    }
    const Scene scene = understand(prompt);
    for (const Actor& actor : scene.actors) {
      ASSERT_LT(actor.relative_to, static_cast<int>(scene.actors.size())) << prompt;
      ASSERT_GE(actor.count, 1) << prompt;
      ASSERT_LE(actor.count, 60) << prompt;
    }
  }
}

// Everybody waits for it. The best of ten, so that a busy machine does not count.
TEST(Understanding, TakesLessThanFiveMilliseconds) {
  const std::string prompt =
      "A cinematic close-up portrait of an American woman standing under neon lights in rainy "
      "Tokyo, shallow depth of "
      "field, reflective wet streets, ultra-detailed, realistic skin texture";
  auto best = std::chrono::steady_clock::duration::max();

  for (int i = 0; i < 10; ++i) {
    const auto start = std::chrono::steady_clock::now();
    understand(prompt);
    best = std::min(best, std::chrono::steady_clock::now() - start);
  }

  EXPECT_LT(best, std::chrono::milliseconds(5));
}

}  // namespace
}  // namespace plantain::engine::sketch
