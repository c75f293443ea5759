#include "api/inputs.h"

#include "api/intake.h"
#include "base/exchange_limits.h"
#include "base/limits.h"
#include "base/text.h"
#include "media/data_uri.h"

namespace plantain::api {
namespace {

constexpr std::string_view kPlaceholder = "input:";

// The name of one of our files, when `address` is one: "…/files/NAME?…".
std::optional<std::string> own_name(const Call& call, std::string_view address) {
  const std::string prefix = concat(call.public_base, "/files/");
  if (!address.starts_with(prefix)) return std::nullopt;
  const std::string_view rest = address.substr(prefix.size());
  return percent_decode(rest.substr(0, rest.find_first_of("?#")));
}

bool is_web_address(const Context& context, std::string_view address) {
  const std::string scheme = to_lower_ascii(address.substr(0, 8));
  return scheme == "https://" || (context.settings.fetch_http && scheme.starts_with("http://"));
}

Error here_no_more() {
  return {ErrorCode::kFileUnreachable, "there is no such file here, or no longer"};
}

Result<std::string> read_whole(Context& context, const std::string& blob_id) {
  Result<std::unique_ptr<store::Artifact>> artifact = context.artifacts.open(blob_id);
  if (!artifact.ok()) return here_no_more();
  return (*artifact)->read(0, (*artifact)->size());
}

// Finds one value's file and adds it to `found`.
class Finder {
 public:
  Finder(Context& context, const Call& call, JsonObject& completed, FoundInputs& found)
      : context_(context), call_(call), completed_(completed), found_(found) {}

  Result<void> find(const catalog::FileValue& value, std::vector<catalog::Fault>& faults) {
    if (media::is_data_uri(value.address)) return inside(value);
    if (const auto name = own_name(call_, value.address)) return ours(value, *name);
    if (!is_web_address(context_, value.address)) {
      faults.push_back({value.pointer, "format", nullptr,
                        "must be an https address, a data URI, or the address of a file here"});
    } else if (value.address.size() > limits::kTargetMax_bytes) {
      faults.push_back(
          {value.pointer, "maxLength", limits::kTargetMax_bytes,
           concat("must be an address of at most ", limits::kTargetMax_bytes, " bytes")});
    }
    put({value.medium, value.address, std::nullopt, std::nullopt}, {});
    return {};
  }

 private:
  Result<void> inside(const catalog::FileValue& value) {
    Result<std::string> bytes = media::data_uri_bytes(value.address, limits::kInputFilmMax_bytes);
    if (!bytes.ok()) return bytes.error();
    catalog::set_file_value(completed_, value.pointer, concat(kPlaceholder, found_.inputs.size()));
    return in_hand(value.medium, std::move(*bytes));
  }

  Result<void> ours(const catalog::FileValue& value, const std::string& name) {
    const AccountId& account = call_.caller->key.account;
    if (const auto id = FileId::parse(name.substr(0, 36));
        id && name.substr(36).find('-') == std::string::npos) {
      const Result<store::Upload> upload = context_.files.get(account, *id);
      if (!upload.ok() || upload->name != name) return here_no_more();
      if (!upload->content.content_type.starts_with(value.medium)) {
        return Error{ErrorCode::kFileUnreachable, concat("it must be of kind ", value.medium)};
      }
      note_first(upload->content);
      put({value.medium, {}, *id, std::nullopt}, {});
      return {};
    }
    // A result of this account, as an input of the next request.
    const Result<store::FileRecord> record = context_.requests.find_file(name);
    if (!record.ok() || record->account != account) return here_no_more();
    Result<std::string> bytes = read_whole(context_, record->file.blob_id);
    if (!bytes.ok()) return bytes.error();
    return in_hand(value.medium, std::move(*bytes));
  }

  Result<void> in_hand(const std::string& medium, std::string bytes) {
    Result<FileContent> content = describe_file(bytes, medium);
    if (!content.ok()) return content.error();
    note_first(*content);
    put({medium, {}, std::nullopt, std::move(*content)}, std::move(bytes));
    return {};
  }

  void note_first(const FileContent& content) {
    if (found_.inputs.empty()) found_.first = catalog::Size{content.width, content.height};
  }

  void put(NewInput input, std::string bytes) {
    found_.inputs.push_back(std::move(input));
    found_.bytes.push_back(std::move(bytes));
  }

  Context& context_;
  const Call& call_;
  JsonObject& completed_;
  FoundInputs& found_;
};

}  // namespace

Result<FoundInputs> find_inputs(Context& context, const Call& call, const catalog::Model& model,
                                JsonObject& completed, std::vector<catalog::Fault>& faults) {
  FoundInputs found;
  Finder finder(context, call, completed, found);
  for (const catalog::FileValue& value : catalog::file_values(model, completed)) {
    if (Result<void> done = finder.find(value, faults); !done.ok()) {
      const ErrorCode code = done.error().code;
      const bool of_file = code == ErrorCode::kFileUnreachable || code == ErrorCode::kTooLarge;
      // All that can be wrong with a file is one kind of error to a client (contract, section 3).
      return Error{of_file ? ErrorCode::kFileUnreachable : code,
                   concat(value.pointer.substr(1), ": ", done.error().message)};
    }
  }
  return found;
}

Result<void> stage_inputs(Context& context, FoundInputs& found) {
  for (std::size_t i = 0; i < found.inputs.size(); ++i) {
    if (!found.inputs[i].content) continue;
    const Result<void> staged =
        stage_file(context.files, context.artifacts, *found.inputs[i].content, found.bytes[i]);
    if (!staged.ok()) return staged;
    std::string().swap(found.bytes[i]);
  }
  return {};
}

JsonObject show_inputs(Context& context, const std::string& base, const catalog::Model* model,
                       JsonObject input, const std::vector<store::InputFile>& files,
                       std::optional<WallTime> expires, bool all) {
  if (model == nullptr || model->files.empty()) return input;
  const std::vector<catalog::FileValue> values = catalog::file_values(*model, input);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool placeholder = values[i].address.starts_with(kPlaceholder);
    if (!placeholder && !all) continue;
    const auto file = std::find_if(files.begin(), files.end(), [&](const store::InputFile& each) {
      return each.n == static_cast<int>(i);
    });
    if (file != files.end()) {
      catalog::set_file_value(input, values[i].pointer,
                              base + context.signer.path(file->name, expires));
    } else if (placeholder) {
      catalog::set_file_value(input, values[i].pointer, "");  // its bytes are gone
    }
  }
  return input;
}

}  // namespace plantain::api
