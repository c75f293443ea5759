#include "cli/cli.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>

#include "base/crypto.h"
#include "base/text.h"
#include "cli/api_client.h"
#include "cli/verbs.h"
#include "net/loopback_server.h"

namespace plantain::cli {
namespace {

using Words = std::vector<std::string>;
using net::LoopbackServer;

class CommandTest : public testing::Test {
 protected:
  CommandTest()
      : folder_(std::filesystem::temp_directory_path() / ("cli-" + to_hex(random_bytes(6)))) {
    std::filesystem::create_directories(folder_);
    world_.out = [this](std::string_view text) { out_ += text; };
    world_.err = [this](std::string_view text) { err_ += text; };
    world_.environment["HOME"] = folder_.string();
    world_.system_config = folder_ / "none.toml";
    world_.clock = &clock_;
    world_.sleep = [this](Micros time) { clock_.advance(time); };
    world_.catch_interrupts = [this] { return &interrupted_; };
    hooks_.serve = [this](const Config& config) {
      return called(concat("serve ", config.server.port));
    };
    hooks_.worker = [this](const WorkerArguments& a) {
      return called(concat("worker ", a.server_url, " ", a.socket.string(), " ", a.key, " ",
                           join(a.engines, ",")));
    };
    hooks_.generate = [this](const GenerateArguments& a) {
      return called(
          concat("generate ", a.model, " ", write_json(a.input), " ", a.output.path.string()));
    };
    hooks_.explain = [this](const std::string& prompt) -> Result<std::string> {
      called("explain " + prompt);
      return std::string("{}");
    };
    hooks_.create_local_key = [this](const Config& config, const std::string& name,
                                     const std::string& role) -> Result<std::string> {
      called(concat("key ", config.server.data_dir.string(), " ", name, " ", role));
      return std::string("pt_new");
    };
    hooks_.backup = [this](const Config& config, const Path& destination) {
      return called(concat("backup ", config.server.data_dir.string(), " ", destination.string()));
    };
    hooks_.check_config = [this](const Config&) { return setting_faults_; };
    hooks_.test_engine = [this](const Config&, const std::string& name) -> Result<std::string> {
      called("test " + name);
      if (name == "ill") return Error{ErrorCode::kUpstreamUnavailable, "the key is not accepted"};
      return std::string("well");
    };
    hooks_.bench_engine = [this](const BenchArguments& a, const World&) {
      return called(concat("bench ", a.shape, " ", a.dtype, " ", a.size_px, " ", a.threads, " ",
                           a.blocks, " ", a.repeats, " ", a.json ? "json" : "words"));
    };
    hooks_.pull = [this](const PullArguments& a, const World&) {
      return called(concat("pull ", a.repository, " ", a.revision, " ", join(a.files, ","), " ",
                           a.accepted_licence, " ", a.hub, " ", a.token));
    };
    hooks_.add_model = [this](const AddModelArguments& a, const World&) {
      return called(concat("add ", a.path.string(), " ", a.name));
    };
    hooks_.verify_models = [this](const VerifyModelsArguments& a, const World&) {
      return called("verify " + join(a.names, ","));
    };
    hooks_.version_details = [] { return std::string("built for a test"); };
  }
  ~CommandTest() override { std::filesystem::remove_all(folder_); }

  int run_words(const Words& words) { return run(words, hooks_, world_); }
  int called(std::string what) {
    calls_.push_back(std::move(what));
    return 7;  // whatever a hook returns is the exit code
  }

  const Path folder_;
  ManualClock clock_;
  std::atomic<bool> interrupted_ = false;
  World world_;
  Hooks hooks_;
  std::string out_;
  std::string err_;
  Words calls_;
  std::vector<SettingFault> setting_faults_;
};

TEST_F(CommandTest, ServeGetsTheConfigurationAndItsCodeIsTheCommands) {
  EXPECT_EQ(run_words({"serve", "--port", "9000"}), 7);
  EXPECT_EQ(calls_, Words{"serve 9000"});
}

TEST_F(CommandTest, AWorkerGetsItsServerItsKeyAndItsEngines) {
  std::ofstream(folder_ / "w.key") << "pt_worker\n";

  EXPECT_EQ(run_words({"worker", "--server", "https://x", "--key-file",
                       (folder_ / "w.key").string(), "--engine", "a", "--engine", "b"}),
            7);
  world_.environment["PLANTAIN_KEY"] = "pt_env";
  EXPECT_EQ(run_words({"worker", "--server", "/run/p.sock"}), 7);
  EXPECT_EQ(run_words({"worker"}), kExitUsage);

  EXPECT_EQ(calls_, (Words{"worker https://x  pt_worker a,b",
                           "worker http://localhost /run/p.sock pt_env "}));
}

TEST_F(CommandTest, BenchEngineGetsWhatToMeasure) {
  EXPECT_EQ(run_words({"bench", "engine"}), 7);
  EXPECT_EQ(run_words({"bench", "engine", "--shape", "z-image", "--dtype", "int8", "--size", "512",
                       "--threads", "2", "--blocks", "3", "--repeat", "1", "--json"}),
            7);
  EXPECT_EQ(run_words({"bench", "engine", "--size", "large"}), kExitUsage);

  EXPECT_EQ(calls_,
            (Words{"bench klein-4b bf16 256 0 0 2 words", "bench z-image int8 512 2 3 1 json"}));
}

TEST_F(CommandTest, PullGetsTheHubOfTheFlagElseOfTheEnvironmentElseTheUsualOne) {
  world_.environment["HF_TOKEN"] = "t";
  EXPECT_EQ(run_words({"pull", "a/B", "--accept-licence", "mit", "--file", "x.gguf"}), 7);
  world_.environment["HF_ENDPOINT"] = "https://mirror/";
  EXPECT_EQ(run_words({"pull", "a/B", "--revision", "v1"}), 7);
  EXPECT_EQ(run_words({"pull", "a/B", "--hub", "http://near"}), 7);
  EXPECT_EQ(run_words({"pull", "a/B", "--hub", "ftp://x"}), kExitUsage);
  EXPECT_EQ(run_words({"pull"}), kExitUsage);

  EXPECT_EQ(calls_, (Words{"pull a/B main x.gguf mit https://huggingface.co t",
                           "pull a/B v1   https://mirror t", "pull a/B main   http://near t"}));
}

TEST_F(CommandTest, InstalledModelsAreAddedAndVerifiedByName) {
  EXPECT_EQ(run_words({"models", "add", "w.safetensors", "--name", "mine"}), 7);
  EXPECT_EQ(run_words({"models", "verify"}), 7);
  EXPECT_EQ(run_words({"models", "verify", "a/B", "local/c"}), 7);
  EXPECT_EQ(run_words({"models", "add"}), kExitUsage);

  EXPECT_EQ(calls_, (Words{"add w.safetensors mine", "verify ", "verify a/B,local/c"}));
}

TEST_F(CommandTest, GenerateGetsThePromptAndEveryInput) {
  EXPECT_EQ(run_words({"generate", "a fox", "-o", "fox.webp", "--ratio", "16:9", "--resolution",
                       "2K", "--seed", "-7", "-n", "2", "--safety-tolerance", "1",
                       "--no-limit-generations", "--web-search", "-i", "extra=[1]"}),
            7);

  EXPECT_EQ(
      calls_,
      Words{
          R"(generate google/nano-banana-2/text-to-image {"prompt":"a fox","aspect_ratio":"16:9",)"
          R"("resolution":"2K","num_images":2,"seed":-7,"safety_tolerance":1,"limit_generations":false,)"
          R"("enable_web_search":true,"extra":[1],"output_format":"webp"} fox.webp)"});
}

TEST_F(CommandTest, GenerateWithoutAPlaceOrWithTwoFormatsDrawsNothing) {
  EXPECT_EQ(run_words({"generate", "a fox"}), kExitUsage);
  EXPECT_EQ(run_words({"generate", "a fox", "-o", "fox.png", "--format", "webp"}), kExitUsage);
  EXPECT_EQ(run_words({"generate", "-o", "fox.png"}), kExitUsage);
  EXPECT_EQ(calls_, Words{});
}

TEST_F(CommandTest, ExplainLocalKeysAndVersionNeedNoServer) {
  EXPECT_EQ(run_words({"sketch", "explain", "a fox"}), kExitOk);
  EXPECT_EQ(run_words({"keys", "create", "--local", "--name", "n", "--role", "admin", "-d", "/d"}),
            kExitOk);
  EXPECT_EQ(run_words({"version", "-v"}), kExitOk);

  EXPECT_EQ(calls_, (Words{"explain a fox", "key /d n admin"}));
  EXPECT_TRUE(out_.starts_with("{}\npt_new\nplantain ")) << out_;
  EXPECT_TRUE(out_.ends_with("\nbuilt for a test\n")) << out_;
}

TEST_F(CommandTest, BackupNeedsAPlaceAndTakesTheDataFolder) {
  EXPECT_EQ(run_words({"backup"}), kExitUsage);
  EXPECT_EQ(run_words({"backup", "/copy", "-d", "/data"}), 7);

  EXPECT_EQ(calls_, Words{"backup /data /copy"});
}

TEST_F(CommandTest, ConfigCheckNamesLineAndColumnOfEveryFault) {
  const std::string file = (folder_ / "p.toml").string();
  std::ofstream(file) << "[server]\nport = \"a\"\n  prot = 1\n";

  EXPECT_EQ(run_words({"config", "check", "-c", file}), kExitUsage);

  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_,
            concat(file, ":2:8: server.port must be an integer from 0 to 65535, not text\n", file,
                   ":3:3: there is no setting \"prot\" in server; did you mean \"port\"?\n",
                   "2 faults. `plantain config show` lists every setting.\n"));
}

TEST_F(CommandTest, ConfigCheckSaysWhereTheCatalogueDisagrees) {
  const std::string file = (folder_ / "p.toml").string();
  std::ofstream(file) << "[catalog]\nfolder = \"more\"\n[models.\"a/b\"]\nprice_usd = 1\n";
  setting_faults_ = {{"catalog.folder", "no such folder"}, {"models.a/b", "no such model"}};

  EXPECT_EQ(run_words({"config", "check", "-c", file}), kExitUsage);

  EXPECT_EQ(err_, concat(file, ":2:10: no such folder\n", file, ":4:13: no such model\n",
                         "2 faults. `plantain config show` lists every setting.\n"));
}

TEST_F(CommandTest, AWrongConfigurationKeepsEveryVerbFromRunning) {
  world_.environment["PLANTAIN_SERVER_PORT"] = "many";

  for (const Words& words : {Words{"serve"}, Words{"worker", "-s", "/x"},
                             Words{"generate", "a fox", "-o", "f.png"}, Words{"models"}}) {
    EXPECT_EQ(run_words(words), kExitUsage) << words[0];
  }

  EXPECT_EQ(calls_, Words{});
}

TEST_F(CommandTest, EnginesAreListedAndTried) {
  EXPECT_EQ(run_words({"engines", "list", "--engines.kind", "studio=runcomfy"}), kExitOk);
  EXPECT_NE(out_.find("studio"), std::string::npos);

  EXPECT_EQ(run_words({"engines", "test", "gemini"}), kExitOk);
  EXPECT_NE(out_.find("gemini: well"), std::string::npos);
  EXPECT_EQ(run_words({"engines", "test", "ill"}), kExitFailed);
  EXPECT_NE(err_.find("the key is not accepted"), std::string::npos);
}

TEST_F(CommandTest, AMisspeltVerbOrFlagIsToldTheOneThatWasMeant) {
  EXPECT_EQ(run_words({"genrate", "a fox"}), kExitUsage);
  EXPECT_NE(err_.find("did you mean generate?"), std::string::npos) << err_;
  EXPECT_EQ(run_words({"submit", "a fox", "--resolutoin", "2K"}), kExitUsage);
  EXPECT_NE(err_.find("did you mean --resolution?"), std::string::npos) << err_;
  EXPECT_EQ(out_, "");
}

TEST_F(CommandTest, HelpIsForStandardOutputAndEveryVerbHasOneWithAnExampleOfItself) {
  for (const std::string& verb : verb_names()) {
    out_.clear();
    Words words = split(verb, ' ');
    words.emplace_back("--help");

    EXPECT_EQ(run_words(words), kExitOk) << verb;

    EXPECT_NE(out_.find("Usage: plantain " + verb), std::string::npos) << out_;
    EXPECT_NE(out_.find("\n  plantain " + verb), std::string::npos) << out_;
  }
  EXPECT_EQ(err_, "");
}

// ---- The manual ----

// The words of one line as a shell would split it, up to a redirection.
Words words_of(const std::string& line) {
  Words words;
  std::string word;
  bool inside = false;
  char quote = 0;
  for (const char c : line + " ") {
    if (quote != 0 ? c == quote : c == '"' || c == '\'') {
      quote = quote != 0 ? 0 : c;
      inside = true;
    } else if (quote == 0 && c == ' ') {
      if (word == ">") return words;
      if (inside) words.push_back(word);
      word.clear();
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  return words;
}

TEST(Manual, EveryVerbHasASectionAndEveryExampleIsUnderstoodAsItsVerb) {
  const Result<std::string> manual = read_file(Path(PLANTAIN_SOURCE_DIR) / "docs/cli.md");
  ASSERT_TRUE(manual.ok());
  std::multiset<std::string> sections;
  std::set<std::string> shown;
  for (const std::string& line : split(*manual, '\n')) {
    if (line.starts_with("### `")) sections.insert(line.substr(5, line.size() - 6));
    if (!line.starts_with("plantain ")) continue;
    Words words = words_of(line);
    words.erase(words.begin());
    const auto parsed = parse_command_line(words);
    ASSERT_TRUE(std::holds_alternative<Arguments>(parsed)) << line << "\n"
                                                           << std::get<NoVerb>(parsed).text;
    const std::string& verb = std::get<Arguments>(parsed).verb;
    EXPECT_TRUE(line.starts_with("plantain " + verb)) << line;
    if (!sections.empty()) {
      EXPECT_EQ(sections.count(verb), 1u) << "the example stands before the section: " << line;
    }
    shown.insert(verb);
  }

  const Words names = verb_names();
  EXPECT_EQ(sections, std::multiset<std::string>(names.begin(), names.end()));
  EXPECT_EQ(shown, std::set<std::string>(names.begin(), names.end()));
}

// ---- A server that plays one request ----

class PlayedServer {
 public:
  std::string url() const { return server_.url(); }
  // The calls as they came: "POST /v1/models/… pt_x {…}".
  Words seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  std::string picture = "the bytes of a picture";
  std::string told_sha256 = to_hex(sha256(picture));

 private:
  void play(LoopbackServer::Connection& connection) {
    while (const auto request = connection.read()) {
      const auto key = request->headers.find("authorization");
      {
        const std::lock_guard lock(mutex_);
        seen_.push_back(concat(request->method, " ", request->target, " ",
                               key == request->headers.end() ? "without" : key->second, " ",
                               request->body));
      }
      const auto [status, body] = answer_to(*request);
      connection.answer(status, body, "Content-Type: application/json\r\n");
    }
  }

  std::pair<int, std::string> answer_to(const LoopbackServer::Request& request) {
    if (request.method == "POST") return {200, R"({"request_id":"r1"})"};
    if (request.target == "/v1/requests/r1/events")
      return {200, "event: done\nid: 2\ndata: {}\n\n"};
    if (request.target == "/files/a.png?s=1") return {200, picture};
    return {
        200,
        concat(
            R"({"request_id":"r1","status":"succeeded","output":{"images":[")", url(),
            R"(/files/a.png?s=1"]},"metadata":{"engine":"sketch","images":[{"url":")", url(),
            R"(/files/a.png?s=1","width":8,"height":4,"content_type":"image/png","bytes":22,"sha256":")",
            told_sha256, R"("}]}})")};
  }

  std::mutex mutex_;
  Words seen_;
  LoopbackServer server_{[this](LoopbackServer::Connection& connection) { play(connection); }};
};

TEST_F(CommandTest, SubmitPrintsTheIdAndWaitsForNothing) {
  PlayedServer server;

  EXPECT_EQ(run_words({"submit", "a fox", "-s", server.url(), "--key", "pt_x"}), kExitOk);

  EXPECT_EQ(out_, "r1\n");
  EXPECT_EQ(
      server.seen(),
      Words{
          R"(POST /v1/models/google/nano-banana-2/text-to-image Bearer pt_x {"prompt":"a fox"})"});
}

TEST_F(CommandTest, AccountsAreMadeAndChangedByWhatTheWordsName) {
  PlayedServer server;
  const Words where = {"-s", server.url(), "--key", "pt_x"};
  const auto run_there = [&](Words words) {
    words.insert(words.end(), where.begin(), where.end());
    return run_words(words);
  };

  EXPECT_EQ(run_there({"accounts", "create", "--name", "shop", "--prepaid", "--retention", "2h",
                       "--limit", "running=2", "--limit", "spend_per_day_usd=0.5"}),
            kExitOk);
  EXPECT_EQ(run_there({"accounts", "change", "a1", "--no-prepaid", "--enable", "--quota", "default",
                       "--retention", "forever", "--limit", "queued=none"}),
            kExitOk);
  EXPECT_EQ(run_there({"accounts", "credit", "a1", "--amount", "-0.5", "--reference", "r"}),
            kExitOk);
  EXPECT_EQ(run_there({"keys", "create", "--account", "a1", "--name", "till", "--priority", "low",
                       "--limit", "running=1"}),
            kExitOk);
  EXPECT_EQ(run_there({"usage", "--by", "tag", "--from", "2026-11-01", "--account", "all"}),
            kExitOk);

  EXPECT_EQ(
      server.seen(),
      (Words{
          R"(POST /v1/accounts Bearer pt_x {"name":"shop","prepaid":true,"retention_s":7200,)"
          R"("limits":{"running":2,"spend_per_day_usd":0.5}})",
          R"(PATCH /v1/accounts/a1 Bearer pt_x {"prepaid":false,"disabled":false,"retention_s":-1,)"
          R"("quota_bytes":null,"limits":{"queued":null}})",
          R"(POST /v1/accounts/a1/credits Bearer pt_x {"amount_usd":-0.5,"reference":"r"})",
          R"(POST /v1/accounts/a1/keys Bearer pt_x {"name":"till","role":"user","priority":"low",)"
          R"("limits":{"running":1}})",
          "GET /v1/usage?from=2026-11-01&group_by=tag&account_id=all Bearer pt_x "}));
}

TEST_F(CommandTest, AccountWordsThatMeanNothingAreRefusedBeforeAnyCall) {
  PlayedServer server;
  const Words where = {"-s", server.url(), "--key", "pt_x"};
  for (Words words :
       {Words{"accounts", "create"}, Words{"accounts", "change", "a1"},
        Words{"accounts", "change", "a1", "--limit", "running"},
        Words{"accounts", "change", "a1", "--limit", "running=two"},
        Words{"accounts", "change", "a1", "--retention", "soon"},
        Words{"accounts", "change", "a1", "--quota", "-1"}, Words{"accounts", "credit", "a1"},
        Words{"accounts", "credit", "a1", "--amount", "much"},
        Words{"keys", "create", "--local", "--name", "n", "--account", "a1"},
        Words{"usage", "--csv", "--json"}}) {
    words.insert(words.end(), where.begin(), where.end());
    EXPECT_EQ(run_words(words), kExitUsage) << join(words, " ");
  }
  EXPECT_EQ(server.seen(), Words{});
}

TEST_F(CommandTest, SubmitWithWaitFollowsTheEventsAndPrintsTheAddresses) {
  PlayedServer server;

  EXPECT_EQ(run_words({"submit", "a fox", "--wait", "-s", server.url(), "--key", "pt_x"}), kExitOk);

  EXPECT_EQ(out_, server.url() + "/files/a.png?s=1\n");
  EXPECT_EQ(server.seen().at(1), "GET /v1/requests/r1/events Bearer pt_x ");
  EXPECT_EQ(server.seen().at(2), "GET /v1/requests/r1/result Bearer pt_x ");
}

TEST_F(CommandTest, SubmitWithAPlaceSavesThePictureAndKeepsTheKeyFromItsAddress) {
  PlayedServer server;
  const std::string place = (folder_ / "fox.png").string();

  EXPECT_EQ(run_words({"submit", "a fox", "-o", place, "-s", server.url(), "--key", "pt_x"}),
            kExitOk);

  EXPECT_EQ(*read_file(place), server.picture);
  EXPECT_EQ(out_, place + "  8×4, 1 kB\n");
  EXPECT_EQ(server.seen().back(), "GET /files/a.png?s=1 without ");

  EXPECT_EQ(run_words({"submit", "a fox", "-o", place, "-s", server.url(), "--key", "pt_x"}),
            kExitFailed);
  EXPECT_EQ(server.seen().size(), 4u) << "nothing is submitted when the picture has no place";
}

TEST_F(CommandTest, APictureThatIsNotTheOneOfTheResultIsNotSaved) {
  PlayedServer server;
  server.told_sha256 = to_hex(sha256("another"));
  const std::string place = (folder_ / "fox.png").string();

  EXPECT_EQ(run_words({"submit", "a fox", "-o", place, "-s", server.url(), "--key", "pt_x"}),
            kExitFailed);

  EXPECT_FALSE(std::filesystem::exists(place));
}

TEST_F(CommandTest, TheConfiguredKeyIsReadForAServerOnThisMachineAlone) {
  PlayedServer server;
  std::ofstream(folder_ / "admin.key") << "pt_admin\n";
  world_.environment["PLANTAIN_SERVER_KEY_FILE"] = (folder_ / "admin.key").string();

  EXPECT_EQ(run_words({"submit", "a fox", "-s", server.url()}), kExitOk);

  EXPECT_TRUE(server.seen().at(0).find(" Bearer pt_admin ") != std::string::npos)
      << server.seen().at(0);
  Arguments elsewhere;
  elsewhere.connect.server = "https://pictures.example.org";
  EXPECT_EQ(resolve_connection(world_, elsewhere)->key, "");
}

TEST_F(CommandTest, WithoutAServerTheCommandSaysSo) {
  int port = 0;
  {
    LoopbackServer gone([](LoopbackServer::Connection&) {});
    port = gone.port();
  }

  EXPECT_EQ(run_words({"models", "-s", concat("http://127.0.0.1:", port)}), kExitFailed);

  EXPECT_NE(err_.find("`plantain serve` starts a server"), std::string::npos) << err_;
}

}  // namespace
}  // namespace plantain::cli
