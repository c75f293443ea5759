#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/settings.h"

namespace plantain::cli {
namespace {

constexpr std::size_t kHelpColumns = 100;
constexpr std::size_t kHelpIndent = 34;

constexpr const char* kExitCodes =
    "Exit codes: 0 done; 1 it failed; 2 the words or the configuration are wrong; 130 interrupted.";

// `text` broken at spaces, each line after the first indented.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  for (const std::string& word : split(text, ' ')) {
    if (column > indent && column + 1 + word.size() > kHelpColumns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += count_code_points(word);
  }
  return out;
}

// Names to the left, sentences to the right.
std::string help_row(const std::string& names, const std::string& sentence) {
  std::string line = "  " + names;
  if (line.size() + 2 > kHelpIndent) {
    line += "\n" + std::string(kHelpIndent, ' ');
  } else {
    line.resize(kHelpIndent, ' ');
  }
  return concat(line, wrapped(sentence, kHelpIndent), "\n");
}

class HelpFormatter final : public CLI::Formatter {
 public:
  void set_usage(const CLI::App* app, std::string usage) { usages_[app] = std::move(usage); }

  std::string make_usage(const CLI::App* app, std::string) const override {
    return concat("\nUsage: plantain ", usages_.at(app), "\n");
  }
  std::string make_description(const CLI::App* app) const override {
    return wrapped(app->get_description(), 0) + "\n";
  }
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    if (is_positional) return help_row(option->get_name(true), option->get_description());
    const bool takes_value = option->get_type_size() != 0;
    return help_row(
        concat(option->get_name(false, true), takes_value ? " " + option->get_type_name() : ""),
        option->get_description());
  }
  std::string make_subcommand(const CLI::App* sub) const override {
    return help_row(sub->get_name(), sub->get_description());
  }

 private:
  std::map<const CLI::App*, std::string> usages_;
};

// Builds the parser: one function per verb, and one per group of flags that several share.
class Grammar {
 public:
  explicit Grammar(Arguments& arguments) : arguments_(arguments) {
    root_.formatter(formatter_);
    formatter_->label("Positionals", "Arguments");
    formatter_->set_usage(&root_, "VERB …");
    root_.set_help_flag("-h,--help", "Show this help.");
    root_.require_subcommand(0, 1);  // the text after a verb is never another verb
    root_.allow_extras();            // judged by us, who can say what was meant
    root_.footer(concat("`plantain VERB --help` tells more, with examples.\n", kExitCodes));
    root_.add_flag_callback(
        "--version", [this] { arguments_.verb = "version"; }, "Show the version.");
    add_pictures();
    add_server();
    add_requests();
    add_accounts();
    add_keys();
    add_backup();
    add_reports();
    add_files();
    add_webhooks();
    add_rest();
  }

  std::variant<Arguments, NoVerb> parse(std::vector<std::string> words) {
    if (!words.empty() && words[0] == "help") {
      words.erase(words.begin());
      words.emplace_back("--help");
    }
    std::reverse(words.begin(), words.end());  // as the library wants them
    try {
      root_.parse(words);
    } catch (const CLI::CallForHelp&) {
      return NoVerb{kExitOk, root_.help()};
    } catch (const CLI::ParseError& error) {
      return usage(error.what());
    }
    return judge();
  }

 private:
  struct Needed {
    const CLI::Option* option;
    std::string sentence;
  };

  CLI::App* add_verb(CLI::App& above, const std::string& path, const std::string& usage,
                     const std::string& description, const std::string& footer) {
    const auto space = path.rfind(' ');
    CLI::App* const verb = above.add_subcommand(
        space == std::string::npos ? path : path.substr(space + 1), description);
    formatter_->set_usage(verb, path + (usage.empty() ? "" : " " + usage));
    verb->footer(footer);
    verbs_.emplace_back(verb, path);
    return verb;
  }

  CLI::App* add_family(const std::string& name, const std::string& group,
                       const std::string& description) {
    CLI::App* const family = add_verb(root_, name, "VERB …", description,
                                      concat("`plantain ", name, " VERB --help` tells more."));
    family->group(group);
    families_.push_back(family);
    return family;
  }

  void text(CLI::App* verb, const std::string& names, const char* type, std::string& into,
            const std::string& help, const char* group) {
    verb->add_option(names, into, help)->type_name(type)->group(group);
  }

  void add_connection(CLI::App* verb) {
    ConnectOptions& connect = arguments_.connect;
    constexpr const char* kGroup = "Server";
    text(verb, "-s,--server", "URL", connect.server,
         "The server. Default: $PLANTAIN_SERVER, else the configured port on this machine.",
         kGroup);
    text(verb, "--key-file", "FILE", connect.key_file,
         "File that holds the key. Default: $PLANTAIN_KEY, else the configured server.key_file.",
         kGroup);
    text(verb, "--key", "KEY", connect.key,
         "The key itself. Others on this machine can see it: prefer the file or $PLANTAIN_KEY.",
         kGroup);
    add_config_file(verb);
  }

  void add_config_file(CLI::App* verb) {
    verb->add_option_function<std::string>(
            "-c,--config", [this](const std::string& path) { arguments_.config_file = path; },
            "The configuration file. Default: $PLANTAIN_CONFIG, ./plantain.toml, the user's, the "
            "system's.")
        ->type_name("FILE")
        ->group("Configuration");
  }

  void add_json(CLI::App* verb) {
    verb->add_flag("--json", arguments_.json, "Print the API's JSON.");
  }

  // A flag for each setting, or for those of one section or name.
  void add_settings(CLI::App* verb, const std::function<bool(const Setting&)>& wanted) {
    add_config_file(verb);
    for (const Setting& setting : settings()) {
      if (!wanted(setting)) continue;
      const std::string name = setting.full_name();
      const std::string names = concat("--", name, setting.flags.empty() ? "" : ",", setting.flags);
      const std::string type = concat(owner_name(setting.section), value_name(setting.type));
      verb->add_option_function<std::vector<std::string>>(
              names,
              [this, name](const std::vector<std::string>& values) {
                for (const std::string& value : values)
                  arguments_.settings.push_back({name, value});
              },
              std::string(setting.help))
          ->type_name(type)
          ->allow_extra_args(false)
          ->group("Settings");
    }
  }

  static std::string_view owner_name(std::string_view section) {
    if (section == "models") return "MODEL=";
    return section == "engines" ? "ENGINE=" : "";
  }

  static const char* value_name(SettingType type) {
    switch (type) {
      case SettingType::kPath:
        return "PATH";
      case SettingType::kInteger:
        return "N";
      case SettingType::kBoolean:
        return "true|false";
      case SettingType::kTextList:
        return "NAME,…";
      case SettingType::kMoney:
        return "USD";
      default:
        return "TEXT";
    }
  }

  // The nine inputs of the picture models, and a way to name any other.
  void add_inputs(CLI::App* verb) {
    constexpr const char* kGroup = "Picture";
    add_prompt(verb);
    text_input(verb, "-r,--ratio,--aspect-ratio", "W:H", "aspect_ratio",
               "Its shape, e.g. 16:9, or auto.");
    text_input(verb, "--resolution", "SIZE", "resolution", "0.5K, 1K, 2K or 4K.");
    integer_input(verb, "-n,--num-images", "num_images",
                  "How many pictures, each with the next seed.");
    integer_input(verb, "--seed", "seed",
                  "The same seed gives the same picture; a negative one is drawn anew.");
    text_input(verb, "-f,--format,--output-format", "KIND", "output_format",
               "png, jpeg or webp. Default: what the name of -o says.");
    integer_input(verb, "--safety-tolerance", "safety_tolerance", "1 refuses most, 6 least.");
    flag_input(verb, "--limit-generations,!--no-limit-generations", "limit_generations",
               "One picture per round, whatever the prompt says about numbers.");
    flag_input(verb, "--web-search,--enable-web-search,!--no-web-search", "enable_web_search",
               "Look facts up on the web before drawing.");
    verb->add_option("-m,--model", arguments_.model,
                     "The model. Default: google/nano-banana-2/text-to-image.")
        ->type_name("ID")
        ->group(kGroup);
    verb->add_option_function<std::vector<std::string>>(
            "-i,--input", [this](const std::vector<std::string>& pairs) { take_inputs(pairs); },
            "Any other input, as JSON or as text, e.g. -i image_urls='[\"https://…\"]'.")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false)
        ->group(kGroup);
  }

  void add_prompt(CLI::App* verb) {
    const CLI::Option* const prompt = verb->add_option_function<std::string>(
        "PROMPT", [this](const std::string& words) { arguments_.input["prompt"] = words; },
        "What is to be seen, in quotation marks.");
    needed_[verb].push_back({prompt, "say what is to be seen, in quotation marks"});
  }

  void take_inputs(const std::vector<std::string>& pairs) {
    for (const std::string& pair : pairs) {
      const auto equals = pair.find('=');
      if (equals == std::string::npos || equals == 0) {
        throw CLI::ValidationError("--input", concat("write NAME=VALUE, not \"", pair, "\""));
      }
      const std::string value = pair.substr(equals + 1);
      const Result<Json> parsed = parse_json(value);
      arguments_.input[pair.substr(0, equals)] = parsed.ok() ? *parsed : Json(JsonString(value));
    }
  }

  void text_input(CLI::App* verb, const std::string& names, const char* type, const char* input,
                  const char* help) {
    verb->add_option_function<std::string>(
            names, [this, input](const std::string& value) { arguments_.input[input] = value; },
            help)
        ->type_name(type)
        ->group("Picture");
  }
  void integer_input(CLI::App* verb, const std::string& names, const char* input,
                     const char* help) {
    verb->add_option_function<int64_t>(
            names, [this, input](const int64_t& value) { arguments_.input[input] = value; }, help)
        ->type_name("N")
        ->group("Picture");
  }
  void flag_input(CLI::App* verb, const std::string& names, const char* input, const char* help) {
    verb->add_flag_function(
            names, [this, input](int64_t count) { arguments_.input[input] = count > 0; }, help)
        ->group("Picture");
  }

  void add_output(CLI::App* verb, const std::string& help) {
    text(verb, "-o,--output", "FILE|DIR/", arguments_.output, help, "Output");
    verb->add_flag("--force", arguments_.force, "Replace files that exist.")->group("Output");
  }

  void add_ids(CLI::App* verb, const std::string& help) {
    const CLI::Option* const ids = verb->add_option("ID", arguments_.ids, help);
    needed_[verb].push_back({ids, "name at least one id"});
  }
  void add_page(CLI::App* verb) {
    verb->add_option("--limit", arguments_.limit, "At most this many.")
        ->type_name("N")
        ->group("Filter");
    text(verb, "--cursor", "TEXT", arguments_.cursor, "Go on where a list before ended.", "Filter");
  }
  void add_id(CLI::App* verb, const std::string& help) {
    const CLI::Option* const id = verb->add_option("ID", arguments_.id, help);
    needed_[verb].push_back({id, "name the id"});
  }

  void add_pictures();
  void add_installing(CLI::App& models);
  void add_server();
  void add_requests();
  void add_limits(CLI::App* verb, const char* group);
  void add_account(CLI::App* verb, const char* help);
  void add_accounts();
  void add_account_settings(CLI::App* verb);
  void add_keys();
  void add_backup();
  void add_reports();
  void add_files();
  void add_webhooks();
  void add_rest();

  std::variant<Arguments, NoVerb> judge();
  const CLI::App* deepest() const;
  std::string path_of(const CLI::App* app) const;
  NoVerb usage(const std::string& message) const;
  std::optional<std::string> unknown_word(const CLI::App& verb) const;

  Arguments& arguments_;
  std::shared_ptr<HelpFormatter> formatter_ = std::make_shared<HelpFormatter>();
  CLI::App root_{"Plantain: pictures from words, by a Model API of your own."};
  std::vector<std::pair<const CLI::App*, std::string>> verbs_;
  std::vector<const CLI::App*> families_;  // have verbs of their own and do nothing without
  std::map<const CLI::App*, std::vector<Needed>> needed_;
};

void Grammar::add_pictures() {
  CLI::App* const generate =
      add_verb(root_, "generate", "PROMPT -o FILE [options]",
               "Make a picture here and now, without a server.",
               "Examples:\n"
               "  plantain generate \"two red foxes in the snow\" -o foxes.png\n"
               "  plantain generate \"a lighthouse at dusk\" -o dusk.webp --ratio 16:9 "
               "--resolution 2K --seed 7\n"
               "  plantain generate \"a cat\" -n 4 -o cats/");
  generate->group("Pictures");
  add_inputs(generate);
  add_output(generate, "Where the picture goes; several get -1, -2, … before the ending.");
  add_json(generate);
  add_settings(generate, [](const Setting& setting) {
    return setting.section == "catalog" || setting.section == "engines" ||
           setting.name == "data_dir";
  });

  CLI::App* const submit =
      add_verb(root_, "submit", "PROMPT [options]", "Submit a request to a server.",
               "Examples:\n"
               "  plantain submit \"two red foxes in the snow\" -o foxes.png\n"
               "  plantain submit \"a lighthouse\" --wait --json\n"
               "  id=$(plantain submit \"a cat\"); plantain requests show $id\n\n"
               "Ctrl-C while it waits ends the waiting, not the request.");
  submit->group("Pictures");
  add_inputs(submit);
  submit->add_flag("-w,--wait", arguments_.wait, "Wait for the end and show the way there.")
      ->group("Output");
  add_output(submit, "Wait, and save the pictures there; several get -1, -2, … before the ending.");
  add_json(submit);
  add_connection(submit);

  CLI::App* const models = add_verb(
      root_, "models", "[ID] [options]", "List the models, or show one with its inputs.",
      "Examples:\n  plantain models\n  plantain models google/nano-banana-2/text-to-image");
  models->group("Pictures");
  models->add_option("ID", arguments_.id, "A model.");
  text(models, "--search", "TEXT", arguments_.search,
       "Only those with this in id, name or description.", "Filter");
  text(models, "--category", "NAME", arguments_.category, "Only those of this category.", "Filter");
  text(models, "--kind", "NAME", arguments_.kind, "Only those of this kind.", "Filter");
  add_json(models);
  add_connection(models);

  add_installing(*models);

  CLI::App* const sketch =
      add_family("sketch", "Pictures", "Look into the built-in engine `sketch`.");
  CLI::App* const explain =
      add_verb(*sketch, "sketch explain", "PROMPT", "Show how `sketch` reads a prompt, as JSON.",
               "Example:\n  plantain sketch explain \"two red foxes in the snow\"");
  add_prompt(explain);
}

void Grammar::add_installing(CLI::App& models) {
  const auto place = [](const Setting& setting) { return setting.name == "data_dir"; };
  CLI::App* const pull = add_verb(
      root_, "pull", "OWNER/NAME [options]", "Fetch a model's weights from the hub.",
      "Examples:\n  plantain pull black-forest-labs/FLUX.2-klein-4B --accept-licence apache-2.0\n"
      "  plantain pull unsloth/Qwen3-4B-GGUF --file Qwen3-4B-Q8_0.gguf --accept-licence "
      "apache-2.0\n\n"
      "Without --accept-licence it shows the licence and fetches nothing. What a cut or Ctrl-C "
      "leaves "
      "behind is gone on with. $HF_TOKEN holds a token where one is needed.");
  pull->group("Pictures");
  const CLI::Option* const name =
      pull->add_option("OWNER/NAME", arguments_.id, "A model's repository.");
  needed_[pull].push_back({name, "name the model, like black-forest-labs/FLUX.2-klein-4B"});
  text(pull, "--accept-licence,--accept-license", "NAME", arguments_.accepted_licence,
       "The licence you have read and accept.", "Hub");
  pull->add_option("--file", arguments_.files, "Only this file of weights; may be repeated.")
      ->type_name("PATH")
      ->allow_extra_args(false)
      ->group("Hub");
  text(pull, "--revision", "NAME", arguments_.revision,
       "A branch, a tag or a commit. Default: main.", "Hub");
  text(pull, "--hub", "URL", arguments_.hub,
       "The hub or a mirror of it. Default: $PLANTAIN_HUB, $HF_ENDPOINT, https://huggingface.co.",
       "Hub");
  add_settings(pull, place);

  CLI::App* const add = add_verb(models, "models add", "PATH [options]",
                                 "Use weights that are on this machine, where they are.",
                                 "Examples:\n  plantain models add ~/models/FLUX.2-klein-4B\n  "
                                 "plantain models add style.safetensors --name style");
  const CLI::Option* const path =
      add->add_option("PATH", arguments_.id, "A weight file or a diffusers folder.");
  needed_[add].push_back({path, "name the file or the folder"});
  text(add, "--name", "NAME", arguments_.name, "What it is called. Default: as the file or folder.",
       "Model");
  add_settings(add, place);

  CLI::App* const verify = add_verb(models, "models verify", "[NAME …] [options]",
                                    "Read all weights again and compare their SHA-256.",
                                    "Examples:\n  plantain models verify\n  plantain models verify "
                                    "black-forest-labs/FLUX.2-klein-4B");
  verify->add_option("NAME", arguments_.ids, "Installed models. Default: all.");
  add_settings(verify, place);
}

void Grammar::add_server() {
  const auto all = [](const Setting&) { return true; };
  CLI::App* const serve = add_verb(
      root_, "serve", "[options]", "Run the server and its workers.",
      "Examples:\n  plantain serve\n  plantain serve --port 9000 --data-dir /srv/plantain\n\n"
      "Ctrl-C takes no more requests, lets running ones end and stops.");
  serve->group("Server");
  add_settings(serve, all);

  CLI::App* const worker = add_verb(
      root_, "worker", "--server URL|SOCKET [options]", "Run a worker for a server elsewhere.",
      "Example:\n  plantain worker --server https://pictures.example.org --key-file worker.key "
      "--engine sketch");
  worker->group("Server");
  text(worker, "-s,--server", "URL|SOCKET", arguments_.connect.server,
       "The server, or the path of its socket. Default: $PLANTAIN_SERVER.", "Server");
  text(worker, "--key-file", "FILE", arguments_.connect.key_file,
       "File that holds a key of role worker. Default: $PLANTAIN_KEY.", "Server");
  text(worker, "--token-fd", "N", arguments_.token_fd,
       "An inherited descriptor to read a token from.", "Server");
  text(worker, "--id", "NAME", arguments_.worker_id,
       "What the worker is called. Default: made at its start.", "Worker");
  worker
      ->add_option("--engine", arguments_.engines,
                   "An engine to run; may be repeated. Default: all there are.")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->group("Worker");
  add_settings(worker, [](const Setting& setting) {
    return setting.section == "catalog" || setting.section == "engines" ||
           setting.name == "log_level" || setting.name == "data_dir";
  });

  const auto of_engines = [](const Setting& setting) { return setting.section == "engines"; };
  CLI::App* const engines = add_family("engines", "Server", "List and try the configured engines.");
  CLI::App* const engines_list =
      add_verb(*engines, "engines list", "[options]", "List the engines that can be used.",
               "Example:\n  plantain engines list");
  add_settings(engines_list, of_engines);
  CLI::App* const engines_test = add_verb(*engines, "engines test", "NAME [options]",
                                          "Try an engine without paying, and say what is wrong.",
                                          "Example:\n  plantain engines test gemini");
  add_id(engines_test, "An engine.");
  add_settings(engines_test, of_engines);

  CLI::App* const config = add_family("config", "Server", "Check and show the configuration.");
  CLI::App* const check = add_verb(
      *config, "config check", "[options]", "Say everything that is wrong, with line and column.",
      "Examples:\n  plantain config check\n  plantain config check --config new.toml");
  add_settings(check, all);
  CLI::App* const show =
      add_verb(*config, "config show", "[options]",
               "Show every setting and where its value comes from, as a TOML file.",
               "Example:\n  plantain config show > plantain.toml");
  add_settings(show, all);
}

void Grammar::add_requests() {
  CLI::App* const family =
      add_family("requests", "Administration", "List, show, cancel and delete requests.");
  CLI::App* const list =
      add_verb(*family, "requests list", "[options]", "List requests, the newest first.",
               "Examples:\n  plantain requests list --status in_queue\n  plantain requests list "
               "--limit 100 --json");
  text(list, "--status", "NAME", arguments_.status,
       "in_queue, in_progress, completed or cancelled.", "Filter");
  text(list, "--model", "ID", arguments_.id, "Only those of this model.", "Filter");
  add_page(list);
  CLI::App* const show =
      add_verb(*family, "requests show", "ID", "Show a request: its input, its state, its result.",
               "Example:\n  plantain requests show 019ab3c4-… --json");
  add_id(show, "A request.");
  CLI::App* const cancel = add_verb(*family, "requests cancel", "ID… [--running]",
                                    "Cancel requests that wait, or running ones, too.",
                                    "Example:\n  plantain requests cancel 019ab3c4-… --running");
  add_ids(cancel, "Requests.");
  cancel->add_flag("--running", arguments_.running, "Stop it also when it runs already.");
  CLI::App* const remove =
      add_verb(*family, "requests delete", "ID…", "Delete requests and their pictures for good.",
               "Example:\n  plantain requests delete 019ab3c4-…");
  add_ids(remove, "Requests.");
  CLI::App* const events =
      add_verb(*family, "requests events", "ID", "Print the events of a request as they come.",
               "Example:\n  plantain requests events 019ab3c4-…");
  add_id(events, "A request.");
  for (CLI::App* verb : {list, show, cancel, remove}) add_json(verb);
  for (CLI::App* verb : {list, show, cancel, remove, events}) add_connection(verb);
}

void Grammar::add_limits(CLI::App* verb, const char* group) {
  verb->add_option("--limit", arguments_.limits,
                   "submits_per_minute, reads_per_minute, queued, running, spend_per_day_usd or "
                   "spend_per_month_usd; none takes it away; may be repeated.")
      ->type_name("NAME=N")
      ->allow_extra_args(false)
      ->group(group);
}

void Grammar::add_account(CLI::App* verb, const char* help) {
  text(verb, "--account", "ID", arguments_.account, help, "Account");
}

void Grammar::add_account_settings(CLI::App* verb) {
  constexpr const char* kGroup = "Account";
  text(verb, "--name", "NAME", arguments_.name, "What people call it.", kGroup);
  verb->add_flag_function(
          "--prepaid,!--no-prepaid", [this](int64_t count) { arguments_.prepaid = count > 0; },
          "The balance must cover each price.")
      ->group(kGroup);
  text(verb, "--retention", "TIME", arguments_.retention,
       "How long results are kept, e.g. 12h or 30d; default is the server's, or forever.", kGroup);
  text(verb, "--quota", "BYTES", arguments_.quota,
       "How much its files may have; default is the server's.", kGroup);
  add_limits(verb, kGroup);
}

void Grammar::add_accounts() {
  CLI::App* const family = add_family("accounts", "Administration",
                                      "List, make, change and credit accounts; for admins.");
  CLI::App* const list = add_verb(*family, "accounts list", "[options]", "List all accounts.",
                                  "Example:\n  plantain accounts list");
  CLI::App* const show = add_verb(*family, "accounts show", "[ID]",
                                  "Show an account, or the key's own with what is in force.",
                                  "Examples:\n  plantain accounts show\n  plantain accounts show "
                                  "019ab3c4-…");
  show->add_option("ID", arguments_.id, "An account.");
  CLI::App* const create =
      add_verb(*family, "accounts create", "--name NAME [options]", "Make an account.",
               "Example:\n  plantain accounts create --name shop --prepaid --limit running=2");
  add_account_settings(create);
  needed_[create].push_back({create->get_option("--name"), "say what it is called: --name NAME"});
  CLI::App* const change =
      add_verb(*family, "accounts change", "ID [options]", "Change an account.",
               "Examples:\n  plantain accounts change 019ab3c4-… --limit queued=50\n  plantain "
               "accounts change 019ab3c4-… --disable");
  add_id(change, "An account.");
  add_account_settings(change);
  change
      ->add_flag_function(
          "--disable,!--enable", [this](int64_t count) { arguments_.disabled = count > 0; },
          "Its keys open nothing, and nothing of it is run, until it is enabled.")
      ->group("Account");
  CLI::App* const credit =
      add_verb(*family, "accounts credit", "ID --amount USD [options]", "Add to a balance.",
               "Example:\n  plantain accounts credit 019ab3c4-… --amount 25 --reference "
               "invoice-17");
  add_id(credit, "An account.");
  text(credit, "--amount", "USD", arguments_.amount, "Dollars; less than 0 corrects.", "Credit");
  text(credit, "--note", "TEXT", arguments_.note, "For people.", "Credit");
  text(credit, "--reference", "TEXT", arguments_.reference,
       "The payer's; an account is credited once for each.", "Credit");
  needed_[credit].push_back({credit->get_option("--amount"), "say how much: --amount USD"});
  for (CLI::App* verb : {list, show, create, change, credit}) add_json(verb);
  for (CLI::App* verb : {list, show, create, change, credit}) add_connection(verb);
}

void Grammar::add_reports() {
  CLI::App* const usage =
      add_verb(root_, "usage", "[options]", "Show what was used and what it cost.",
               "Examples:\n  plantain usage\n  plantain usage --by tag --from 2026-11-01 --csv > "
               "november.csv");
  usage->group("Administration");
  text(usage, "--from", "DAY", arguments_.from, "First day, UTC. Default: 30 days back.", "Filter");
  text(usage, "--to", "DAY", arguments_.to, "Last day, UTC. Default: today.", "Filter");
  text(usage, "--by", "WHAT", arguments_.by, "day, model, key or tag. Default: day.", "Filter");
  add_account(usage, "Another account's, or all; for admins.");
  usage->add_flag("--csv", arguments_.csv, "Print a table for other programs.");
  CLI::App* const audit =
      add_verb(root_, "audit", "[options]",
               "Show who changed keys, accounts and limits, and who was refused; for admins.",
               "Example:\n  plantain audit --action key.created");
  audit->group("Administration");
  text(audit, "--action", "NAME", arguments_.action,
       "Only these: key.created, key.revoked, account.created, account.changed, account.credited "
       "or refused.",
       "Filter");
  add_account(audit, "Only of this account.");
  audit->add_option("--limit", arguments_.limit, "At most this many.")
      ->type_name("N")
      ->group("Filter");
  text(audit, "--cursor", "TEXT", arguments_.cursor, "Go on where a list before ended.", "Filter");
  for (CLI::App* verb : {usage, audit}) add_json(verb);
  for (CLI::App* verb : {usage, audit}) add_connection(verb);
}

void Grammar::add_keys() {
  CLI::App* const family = add_family("keys", "Administration", "List, create and revoke keys.");
  CLI::App* const list =
      add_verb(*family, "keys list", "[options]", "List the keys of the account.",
               "Example:\n  plantain keys list");
  CLI::App* const create =
      add_verb(*family, "keys create", "--name NAME [options]", "Create a key and print it, once.",
               "Examples:\n"
               "  plantain keys create --name laptop --expires 30d > laptop.key\n"
               "  plantain keys create --local --name recovery --role admin");
  const CLI::Option* const name =
      create->add_option("--name", arguments_.name, "What the key is for.")
          ->type_name("NAME")
          ->group("Key");
  text(create, "--role", "ROLE", arguments_.role, "user, admin or worker. Default: user.", "Key");
  text(create, "--priority", "NAME", arguments_.priority,
       "The highest that its requests may have: low, normal or high.", "Key");
  add_limits(create, "Key");
  text(create, "--expires", "TIME", arguments_.expires, "How long it is valid, e.g. 12h, 30d, 8w.",
       "Key");
  create
      ->add_flag("--local", arguments_.local,
                 "Write it into the data folder of this machine; needs no key.")
      ->group("Key");
  create
      ->add_option_function<std::string>(
          "-d,--data-dir",
          [this](const std::string& path) {
            arguments_.settings.push_back({"server.data_dir", path});
          },
          "The data folder for --local.")
      ->type_name("PATH")
      ->group("Key");
  CLI::App* const revoke = add_verb(*family, "keys revoke", "ID…", "Revoke keys at once.",
                                    "Example:\n  plantain keys revoke 019ab3c4-…");
  add_ids(revoke, "Ids of keys, as `plantain keys list` shows them.");
  for (CLI::App* verb : {list, create, revoke}) add_account(verb, "Another account; for admins.");
  for (CLI::App* verb : {list, create, revoke}) add_connection(verb);
  for (CLI::App* verb : {list, create, revoke}) add_json(verb);
  needed_[create].push_back({name, "say what the key is for: --name NAME"});
  CLI::App* const sign_in =
      add_verb(root_, "sign-in", "[options]",
               "Print an address that signs a browser in, once, within ten minutes.",
               "Examples:\n  plantain sign-in\n  xdg-open \"$(plantain sign-in)\"");
  sign_in->group("Administration");
  add_json(sign_in);
  add_connection(sign_in);
}

void Grammar::add_backup() {
  CLI::App* const verb = add_verb(
      root_, "backup", "FOLDER [options]", "Copy all that a server keeps, while it may be running.",
      "The copy is a data folder itself: `plantain serve -d FOLDER` goes on from it.\n"
      "Example:\n  plantain backup /mnt/backup/2026-11-25");
  verb->group("Administration");
  const CLI::Option* const folder =
      verb->add_option("folder", arguments_.output, "A folder that is made, or is empty.")
          ->type_name("FOLDER")
          ->group("Backup");
  verb->add_option_function<std::string>(
          "-d,--data-dir",
          [this](const std::string& path) {
            arguments_.settings.push_back({"server.data_dir", path});
          },
          "The data folder to copy; the configured one when left out.")
      ->type_name("PATH")
      ->group("Backup");
  add_config_file(verb);
  needed_[verb].push_back({folder, "say where the copy goes: plantain backup FOLDER"});
}

void Grammar::add_files() {
  CLI::App* const family = add_family("files", "Administration", "Upload, list and delete files.");
  CLI::App* const upload =
      add_verb(*family, "files upload", "FILE…", "Upload files and print their addresses.",
               "Example:\n  plantain files upload cat.jpg");
  const CLI::Option* const names = upload->add_option("FILE", arguments_.ids, "Files to upload.");
  needed_[upload].push_back({names, "name at least one file"});
  CLI::App* const list =
      add_verb(*family, "files list", "[options]", "List the uploads, the newest first.",
               "Example:\n  plantain files list --limit 100");
  add_page(list);
  CLI::App* const remove = add_verb(*family, "files delete", "ID…", "Delete uploads for good.",
                                    "Example:\n  plantain files delete 019ab3c4-…");
  add_ids(remove, "Ids of files, as `plantain files list` shows them.");
  for (CLI::App* verb : {upload, list, remove}) add_json(verb);
  for (CLI::App* verb : {upload, list, remove}) add_connection(verb);
}

void Grammar::add_webhooks() {
  CLI::App* const family =
      add_family("webhooks", "Administration", "See what was told to webhooks, tell it again.");
  CLI::App* const list =
      add_verb(*family, "webhooks list", "[options]", "List deliveries, the newest first.",
               "Example:\n  plantain webhooks list --limit 100");
  add_page(list);
  CLI::App* const again =
      add_verb(*family, "webhooks redeliver", "ID…", "Send deliveries once more.",
               "Example:\n  plantain webhooks redeliver 019ab3c4-…_completed");
  add_ids(again, "Ids of deliveries, as `plantain webhooks list` shows them.");
  CLI::App* const secret = add_verb(*family, "webhooks secret", "[--rotate]",
                                    "Print the secret that signs the account's webhooks.",
                                    "Example:\n  plantain webhooks secret --rotate");
  secret->add_flag("--rotate", arguments_.rotate,
                   "Make a new one; the old one signs too for 24 hours.");
  for (CLI::App* verb : {list, again, secret}) add_json(verb);
  for (CLI::App* verb : {list, again, secret}) add_connection(verb);
}

void Grammar::add_rest() {
  CLI::App* const bench = add_family("bench", "Other", "Measure this machine.");
  CLI::App* const engine = add_verb(
      *bench, "bench engine", "[options]",
      "Measure how fast diffusion models are here. Weights are made up in memory: none are needed.",
      "Examples:\n  plantain bench engine\n  plantain bench engine --dtype int8 --size 512\n"
      "  plantain bench engine --shape z-image --blocks 4   where memory is short\n\n"
      "Tells the time of the text encoder, of one denoising step and of the decoder; how much of\n"
      "what the processor could do at most, measured in the same run, the products reach; memory;\n"
      "and how far the answer is from the same model in f32.");
  BenchArguments& words = arguments_.bench;
  text(engine, "--shape", "NAME", words.shape, "klein-4b, klein-9b or z-image. Default: klein-4b.",
       "What");
  text(engine, "--dtype", "NAME", words.dtype, "Of the weights: f32, bf16 or int8. Default: bf16.",
       "What");
  const auto number = [&](const char* name, int& into, const char* help) {
    engine->add_option(name, into, help)->type_name("N")->group("What");
  };
  number("--size", words.size_px, "Side of the picture in pixels, a multiple of 16. Default: 256.");
  number("--blocks", words.blocks, "Run at most so many blocks of each kind. Default: all.");
  number("--threads", words.threads, "Default: one a processor.");
  number("--repeat", words.repeats, "Run each stage so often; the fastest counts. Default: 2.");
  engine->add_flag("--json", arguments_.json, "Print a line of JSON a stage.");

  CLI::App* const version = add_verb(root_, "version", "[--verbose]", "Show the version.",
                                     "Example:\n  plantain version --verbose");
  version->group("Other");
  version->add_flag("-v,--verbose", arguments_.verbose, "And what it was built with.");
}

const CLI::App* Grammar::deepest() const {
  const CLI::App* at = &root_;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return at;
}

std::string Grammar::path_of(const CLI::App* app) const {
  for (const auto& [verb, path] : verbs_) {
    if (verb == app) return path;
  }
  return {};
}

NoVerb Grammar::usage(const std::string& message) const {
  const std::string path = path_of(deepest());
  const std::string command = path.empty() ? "plantain" : "plantain " + path;
  return {kExitUsage, concat(command, ": ", message, "\nSee `", command, " --help`.\n")};
}

// The first word that nothing here knows, with what was probably meant: a flag before a value that
// is there only because the flag was not known.
std::optional<std::string> Grammar::unknown_word(const CLI::App& verb) const {
  const std::vector<std::string> words = verb.remaining();
  if (words.empty()) return std::nullopt;
  std::string word = words.front();
  for (const std::string& each : words) {
    if (each.size() > 1 && each.starts_with('-')) {
      word = each.substr(0, each.find('='));
      break;
    }
  }
  std::vector<std::string> known;
  const bool is_flag = word.size() > 1 && word.starts_with('-');
  if (is_flag) {
    for (const CLI::Option* option : verb.get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
  } else {
    for (const CLI::App* sub : verb.get_subcommands({})) known.push_back(sub->get_name());
  }
  std::string message =
      is_flag ? concat("there is no flag ", word)
      : known.empty()
          ? concat("\"", word, "\" is one word too many; text with spaces needs quotation marks")
          : concat("there is no verb \"", word, "\"");
  if (const auto meant = did_you_mean(word, known))
    message += concat("; did you mean ", *meant, "?");
  return message;
}

std::variant<Arguments, NoVerb> Grammar::judge() {
  const CLI::App* const verb = deepest();
  for (const CLI::App* at = verb; at != nullptr; at = at->get_parent()) {
    if (const auto message = unknown_word(*at)) return usage(*message);
  }
  const bool is_family = std::count(families_.begin(), families_.end(), verb) > 0;
  if ((verb == &root_ && arguments_.verb.empty()) || is_family)
    return NoVerb{kExitUsage, root_.help()};
  for (const Needed& needed : needed_[verb]) {
    if (needed.option->count() == 0) return usage(needed.sentence);
  }
  if (verb != &root_) arguments_.verb = path_of(verb);
  if (arguments_.model.empty()) arguments_.model = kDefaultModel;
  return arguments_;
}

}  // namespace

std::variant<Arguments, NoVerb> parse_command_line(const std::vector<std::string>& words) {
  Arguments arguments;
  return Grammar(arguments).parse(words);
}

}  // namespace plantain::cli
