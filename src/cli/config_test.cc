#include "cli/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/crypto.h"
#include "base/text.h"
#include "cli/settings.h"

namespace plantain::cli {
namespace {

class ConfigTest : public testing::Test {
 protected:
  ConfigTest()
      : folder_(std::filesystem::temp_directory_path() / ("config-" + to_hex(random_bytes(6)))) {
    std::filesystem::create_directories(folder_);
    world_.environment["HOME"] = "/home/ada";
    world_.system_config = folder_ / "none.toml";
  }
  ~ConfigTest() override { std::filesystem::remove_all(folder_); }

  LoadedConfig load(std::string_view text, const std::vector<FlagValue>& flags = {}) {
    file_ = folder_ / "p.toml";
    std::ofstream(file_) << text;
    return load_config(world_, file_, flags);
  }
  // The faults, the file's name left out: "2:1: there is …".
  std::vector<std::string> faults(std::string_view text, const std::vector<FlagValue>& flags = {}) {
    std::vector<std::string> lines;
    for (const ConfigFault& fault : load(text, flags).faults) {
      std::string line = concat(fault.where, ": ", fault.message);
      const std::string prefix = file_.string() + ":";
      if (line.starts_with(prefix)) line.erase(0, prefix.size());
      lines.push_back(line);
    }
    return lines;
  }

  const Path folder_;
  Path file_;
  World world_;
};

using Lines = std::vector<std::string>;

TEST_F(ConfigTest, WithoutAnythingEverySettingHasItsDefault) {
  const LoadedConfig loaded = load("");

  EXPECT_TRUE(loaded.faults.empty()) << describe_faults(loaded.faults);
  EXPECT_EQ(loaded.config.server.host, "127.0.0.1");
  EXPECT_EQ(loaded.config.server.port, 8080);
  EXPECT_EQ(loaded.config.server.data_dir, "/home/ada/.local/share/plantain");
  EXPECT_EQ(loaded.config.server.key_file, "/home/ada/.local/share/plantain/admin.key");
  EXPECT_EQ(loaded.config.retention, std::chrono::seconds(604'800));
  EXPECT_FALSE(loaded.config.server.public_catalog);
  EXPECT_TRUE(loaded.origins.empty());
}

TEST_F(ConfigTest, TheTableNamesTheDefaultsThatTheStructHas) {
  const Config config;
  for (const Setting& setting : settings()) {
    if (setting.type == SettingType::kPath || setting.is_owned()) continue;
    const Json value = setting.get(config, "");
    if (value.is_null()) continue;  // nothing is set; the text says in words what holds then
    EXPECT_EQ(value.is_string() ? std::string(view(value.as_string())) : write_json(value),
              setting.default_text)
        << setting.full_name();
  }
}

TEST_F(ConfigTest, TheDataFolderFollowsTheUser) {
  world_.environment["XDG_DATA_HOME"] = "/data";
  EXPECT_EQ(load("").config.server.data_dir, "/data/plantain");

  world_.root = true;
  EXPECT_EQ(load("").config.server.data_dir, "/var/lib/plantain");

  world_ = World{};
  EXPECT_EQ(faults(""), Lines{"server.data_dir: there is no $HOME to put it below; set it"});
}

TEST_F(ConfigTest, AFlagBeatsTheEnvironmentWhichBeatsTheFileWhichBeatsTheDefault) {
  const std::string file = "[server]\nport = 1\ndrain_timeout_s = 1\nlog_level = \"debug\"\n";
  world_.environment["PLANTAIN_SERVER_PORT"] = "2";
  world_.environment["PLANTAIN_SERVER_DRAIN_TIMEOUT_S"] = "2";

  const LoadedConfig loaded = load(file, {{"server.port", "3"}});

  ASSERT_TRUE(loaded.faults.empty()) << describe_faults(loaded.faults);
  EXPECT_EQ(loaded.config.server.port, 3);
  EXPECT_EQ(loaded.config.server.drain_timeout, std::chrono::seconds(2));
  EXPECT_EQ(loaded.config.server.log_level, LogLevel::kDebug);
  EXPECT_EQ(loaded.config.worker_count, 1);
  EXPECT_EQ(loaded.origins.at("server.port"), "--server.port");
  EXPECT_EQ(loaded.origins.at("server.drain_timeout_s"), "$PLANTAIN_SERVER_DRAIN_TIMEOUT_S");
  EXPECT_EQ(loaded.origins.at("server.log_level"), file_.string() + ":4:13");
}

TEST_F(ConfigTest, EverySettingCanBeSetInTheFileByTheEnvironmentAndByAFlag) {
  for (const Setting& setting : settings()) {
    const bool of_engine = setting.section == "engines";
    const std::string text = setting.type == SettingType::kInteger   ? "7"
                             : setting.type == SettingType::kBoolean ? "true"
                             : setting.full_name() == "engines.kind" ? "fal"
                             : setting.name == "cost_usd"            ? "0.5"
                             : setting.name == "base_url"            ? "http://x"
                             : setting.type == SettingType::kChoice  ? "error"
                             : setting.type == SettingType::kMoney   ? "0.5"
                             : setting.name == "public_url"          ? "http://x"
                             : setting.name == "host"                ? "::1"
                                                                     : "/x";
    const bool quoted = setting.type != SettingType::kInteger &&
                        setting.type != SettingType::kBoolean &&
                        setting.type != SettingType::kMoney;
    std::string literal = quoted ? concat("\"", text, "\"") : text;
    if (setting.type == SettingType::kTextList) literal = concat("[", literal, "]");
    const std::string model = of_engine ? "gemini" : setting.is_owned() ? "a/b" : "";
    const std::string prefix = setting.is_owned() ? model + "=" : "";
    const Json before = setting.get(load("").config, model);

    const LoadedConfig by_file =
        load(concat("[", setting.section, setting.is_owned() ? concat(".\"", model, "\"") : "",
                    "]\n", setting.name, " = ", literal));
    const LoadedConfig by_flag = load("", {{setting.full_name(), prefix + text}});
    world_.environment[setting.environment()] = prefix + text;
    const LoadedConfig by_environment = load("");
    world_.environment.erase(setting.environment());

    for (const LoadedConfig* loaded : {&by_file, &by_flag, &by_environment}) {
      EXPECT_TRUE(loaded->faults.empty()) << describe_faults(loaded->faults);
      EXPECT_NE(setting.get(loaded->config, model), before) << setting.full_name();
      EXPECT_EQ(setting.get(loaded->config, model), setting.get(by_file.config, model));
    }
  }
}

TEST_F(ConfigTest, AnEngineIsOfTheKindItIsNamedAfterUnlessItSaysOtherwise) {
  const LoadedConfig loaded = load(
      "[engines.gemini]\nslots = 2\n[engines.studio]\nkind = \"gemini\"\nbase_url = "
      "\"http://127.0.0.1:1/\"\n");

  EXPECT_TRUE(loaded.faults.empty()) << describe_faults(loaded.faults);
  EXPECT_EQ(loaded.config.engines.at("gemini").kind, "gemini");
  EXPECT_EQ(loaded.config.engines.at("gemini").slots, 2);
  EXPECT_EQ(loaded.config.engines.at("studio").base_url, "http://127.0.0.1:1");
  EXPECT_EQ(faults("[engines.studio]\nslots = 2\n"),
            Lines{"2:9: engines.studio.kind is missing: whose API does it speak?"});
  EXPECT_EQ(faults("[engines.sketch]\nkind = \"fal\"\n").size(), 1u);
  EXPECT_EQ(faults("[engines.fal]\ncost_usd = [\"1K=cheap\"]\n").size(), 1u);
}

TEST_F(ConfigTest, AWorkerIsToldEveryEngineByFlags) {
  const LoadedConfig told =
      load("[engines.g]\nkind = \"gemini\"\ncost_usd = [\"1K=0.1\", \"0.2\"]\n");
  const std::vector<std::string> flags = engine_flags(told.config);
  std::vector<FlagValue> given;
  for (std::size_t i = 0; i < flags.size(); i += 2)
    given.push_back({flags[i].substr(2), flags[i + 1]});

  const LoadedConfig heard = load("", given);

  EXPECT_TRUE(heard.faults.empty()) << describe_faults(heard.faults);
  EXPECT_EQ(engine_flags(heard.config), flags);
  EXPECT_EQ(heard.config.engines.at("g").cost_usd, (std::vector<std::string>{"1K=0.1", "0.2"}));
}

TEST_F(ConfigTest, EveryFaultOfAFileIsListedWithLineAndColumn) {
  const Lines found = faults(
      "[server]\n"
      "port = \"8080\"\n"
      "  prot = 1\n"
      "drain_timeout_s = -1\n"
      "public_catalog = 1\n"
      "log_level = \"inof\"\n"
      "[wrokers]\n"
      "count = 1\n"
      "[retention]\n"
      "default_s = 1.5\n");

  EXPECT_EQ(found,
            (Lines{
                "2:8: server.port must be an integer from 0 to 65535, not text",
                "3:3: there is no setting \"prot\" in server; did you mean \"port\"?",
                "4:19: server.drain_timeout_s must be an integer from 0 to 86400; it is -1",
                "5:18: server.public_catalog must be true or false, not an integer",
                "6:13: server.log_level must be one of debug, info, warning, error; it is \"inof\" "
                "(did you mean \"info\"?)",
                "7:2: there is no section \"wrokers\"; did you mean \"workers\"?",
                "10:13: retention.default_s must be an integer from -1 to 3153600000, not a number",
            }));
}

TEST_F(ConfigTest, ASettingInTheWrongSectionIsToldItsHome) {
  EXPECT_EQ(faults("[workers]\nport = 1\n"),
            Lines{"2:1: there is no setting \"port\" in workers; it belongs into [server]"});
  EXPECT_EQ(faults("port = 1\n"),
            Lines{"1:1: there is no setting \"port\"; it belongs into [server]"});
  EXPECT_EQ(faults("server = 1\n"),
            Lines{"1:1: server must be a section: write [server] above its settings"});
}

TEST_F(ConfigTest, WhatIsNotTomlIsOneFaultWithItsPlace) {
  const Lines found = faults("[server]\nport = \n");

  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("2:")) << found[0];
}

TEST_F(ConfigTest, ADateIsNotTakenForText) {
  EXPECT_EQ(faults("[server]\nhost = 2026-01-01\n"),
            Lines{"2:8: server.host must be text, not a date or time"});
}

TEST_F(ConfigTest, WrongVariablesAndFlagsAreFaultsThatNameThem) {
  world_.environment["PLANTAIN_SERVER_PROT"] = "1";
  world_.environment["PLANTAIN_WORKERS_COUNT"] = "many";
  world_.environment["PLANTAIN_KEY"] = "pt_x";

  EXPECT_EQ(
      faults("", {{"server.port", "70000"}, {"models.engines", "sketch"}}),
      (Lines{
          "$PLANTAIN_SERVER_PROT: there is no such setting; did you mean $PLANTAIN_SERVER_PORT?",
          "$PLANTAIN_WORKERS_COUNT: workers.count must be an integer from 0 to 64; it is \"many\"",
          "--server.port: server.port must be an integer from 0 to 65535; it is 70000",
          "--models.engines: write models.engines as MODEL=VALUE, e.g. "
          "google/nano-banana-2/text-to-image=gemini,sketch",
      }));
}

TEST_F(ConfigTest, ModelsHaveEnginesAndAPrice) {
  const LoadedConfig loaded = load(
      "[models.\"google/nano-banana-2/text-to-image\"]\n"
      "engines = [\"gemini\", \"sketch\"]\n"
      "price_usd = 0.039\n"
      "[models.\"a/b\"]\nengines = [\"x\"]\n");

  ASSERT_TRUE(loaded.faults.empty()) << describe_faults(loaded.faults);
  const ModelConfig& model = loaded.config.models.at("google/nano-banana-2/text-to-image");
  EXPECT_EQ(model.engines, (std::vector<std::string>{"gemini", "sketch"}));
  EXPECT_EQ(model.price_microdollars, 39'000);
  EXPECT_FALSE(loaded.config.models.at("a/b").price_microdollars.has_value());
}

TEST_F(ConfigTest, FaultsOfModelsAreFaultsToo) {
  EXPECT_EQ(
      faults(
          "[models]\n\"a/b\" = 1\n[models.\"c/d\"]\nengines = [1]\nprice_usd = -1\nprize_usd = 1\n"
          "[models.\"e/f\"]\nprice_usd = 0.0000001\n"),
      (Lines{
          "2:1: models.\"a/b\" must be a table: write [models.\"a/b\"] above its settings",
          "4:11: models.engines must be a list of at least one name, not a list with something "
          "else in it",
          "5:13: models.price_usd must be a number from 0 to 10000 with at most six decimals; it "
          "is -1",
          "6:1: there is no setting \"prize_usd\" in models; did you mean \"price_usd\"?",
          "8:13: models.price_usd must be a number from 0 to 10000 with at most six decimals; it "
          "is 1e-07",
      }));
}

TEST_F(ConfigTest, AnotherAddressThanLoopbackNeedsAPublicUrlAndASecureWay) {
  const std::string open = "[server]\nhost = \"0.0.0.0\"\n";

  const Lines found = faults(open);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("2:8: server.host is \"0.0.0.0\"")) << found[0];
  const std::string named = open + "public_url = \"https://x/\"\n";
  ASSERT_EQ(faults(named).size(), 1u);
  EXPECT_NE(faults(named)[0].find("keys would travel for all to read"), std::string::npos);
  EXPECT_EQ(faults(named + "trusted_proxies = [\"10.0.0.0/8\"]\n"), Lines{});
  EXPECT_EQ(faults(named + "tls_certificate = \"c.pem\"\ntls_key = \"k.pem\"\n"), Lines{});
  EXPECT_EQ(load(named).config.server.public_url, "https://x");
  EXPECT_EQ(faults("[server]\npublic_url = \"pictures.example.org\"\n").size(), 1u);
}

TEST_F(ConfigTest, RetentionIsForEverOrAtLeastAnHour) {
  EXPECT_EQ(load("[retention]\ndefault_s = -1\n").config.retention, std::nullopt);
  EXPECT_EQ(load("[retention]\ndefault_s = 0\n").config.retention, std::chrono::seconds(3600));
  EXPECT_EQ(load("[retention]\ndefault_s = 7200\n").config.retention, std::chrono::seconds(7200));
}

TEST_F(ConfigTest, RelativePathsInAFileBeginAtItsFolder) {
  const LoadedConfig loaded = load("[catalog]\nfolder = \"models\"\n[server]\ndata_dir = \"/d\"\n");

  EXPECT_EQ(loaded.config.catalog_folder, folder_ / "models");
  EXPECT_EQ(loaded.config.server.key_file, "/d/admin.key");
}

TEST_F(ConfigTest, TheFirstFileThatExistsIsReadAndANamedOneMustExist) {
  std::filesystem::create_directories(folder_ / "home/.config/plantain");
  std::ofstream(folder_ / "home/.config/plantain/config.toml") << "[server]\nport = 1\n";
  std::ofstream(folder_ / "system.toml") << "[server]\nport = 2\n";
  std::ofstream(folder_ / "named.toml") << "[server]\nport = 3\n";
  world_.system_config = folder_ / "system.toml";

  EXPECT_EQ(load_config(world_, std::nullopt, {}).config.server.port, 2);
  world_.environment["HOME"] = (folder_ / "home").string();
  EXPECT_EQ(load_config(world_, std::nullopt, {}).config.server.port, 1);
  world_.environment["PLANTAIN_CONFIG"] = (folder_ / "named.toml").string();
  EXPECT_EQ(load_config(world_, std::nullopt, {}).config.server.port, 3);
  EXPECT_EQ(load_config(world_, folder_ / "absent.toml", {}).faults.size(), 1u);
}

TEST_F(ConfigTest, WhatIsShownCanBeReadBackAndSaysWhereItCameFrom) {
  const LoadedConfig loaded = load(
      "[server]\npublic_url = \"https://a \\\"b\"\nport = 9\n[models.\"a/b\"]\nengines = [\"x\", "
      "\"y\"]\n");
  const std::string shown = show_config(loaded);

  EXPECT_NE(shown.find("port = 9"), std::string::npos);
  EXPECT_NE(shown.find(concat("# ", file_.string(), ":3:8")), std::string::npos) << shown;
  EXPECT_NE(shown.find("# default"), std::string::npos);
  EXPECT_EQ(load(shown).config.models.at("a/b").engines, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(load(shown).config.server.port, 9);
}

std::string in_code(std::string_view text) { return text.empty() ? "" : concat("`", text, "`"); }

// The line of the manual's tables that tells of a setting.
std::string manual_row(const Setting& setting) {
  std::vector<std::string> flags{in_code("--" + setting.full_name())};
  if (!setting.flags.empty()) {
    for (const std::string& flag : split(setting.flags, ',')) flags.push_back(in_code(flag));
  }
  const std::string name = setting.section == "models"    ? concat("models.\"<id>\".", setting.name)
                           : setting.section == "engines" ? concat("engines.<name>.", setting.name)
                                                          : setting.full_name();
  const std::vector<std::string> cells{in_code(name),
                                       describe_type(setting),
                                       in_code(setting.default_text),
                                       in_code(setting.environment()),
                                       join(flags, ", "),
                                       std::string(setting.help)};
  return concat("| ", join(cells, " | "), " |");
}

TEST(Settings, TheManualListsEverySettingWithItsDefaultItsVariableAndItsFlags) {
  const Result<std::string> manual = read_file(Path(PLANTAIN_SOURCE_DIR) / "docs/configuration.md");
  ASSERT_TRUE(manual.ok());
  std::vector<std::string> listed;
  for (const std::string& line : split(*manual, '\n')) {
    if (line.starts_with("| `") && line.find(" | `PLANTAIN_") != std::string::npos)
      listed.push_back(line);
  }

  std::vector<std::string> rows;
  for (const Setting& setting : settings()) rows.push_back(manual_row(setting));

  EXPECT_EQ(listed, rows);
}

}  // namespace
}  // namespace plantain::cli
