// The protocol of Hugging Face's model hub and of mirrors that speak it: what is in a model's
// repository, and where each file is.
// Threads: one call at a time.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "net/download.h"

namespace plantain::net {

inline constexpr std::string_view kDefaultHub = "https://huggingface.co";

struct HubFile {
  std::string path;  // below the repository, with slashes; safe to join to a folder
  uint64_t size = 0;
  std::string sha256;    // of large files
  std::string git_sha1;  // of the others
};

struct HubModel {
  std::string repository;  // "black-forest-labs/FLUX.2-klein-4B"
  std::string revision;    // the commit's hash: files are fetched from this one
  std::string licence;     // "apache-2.0", "other"; empty: not said
  std::string licence_name;
  std::string licence_link;
  bool gated = false;  // its terms must be accepted at the hub, under an account
  std::vector<HubFile> files;
};

class Hub {
 public:
  // `address` without a slash at its end; `token` may be empty.
  Hub(std::string address, std::string token);

  // kInvalidInput: no "owner/NAME". kNotFound; kPermissionDenied; kUnavailable; kCorrupt: an answer
  // that is not what the protocol says, a path that leads out of its folder above all.
  Result<HubModel> model(const std::string& repository, const std::string& revision,
                         const std::atomic<bool>* abort) const;

  // How to fetch `file` into `folder`.
  Download download_of(const HubModel& model, const HubFile& file, const Path& folder) const;

 private:
  std::vector<std::pair<std::string, std::string>> headers() const;

  std::string address_;
  std::string token_;
};

// "owner/NAME" of letters, digits, dots, dashes and underscores.
bool is_repository_name(std::string_view name);

}  // namespace plantain::net
