#include "net/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "base/limits.h"
#include "base/text.h"

namespace plantain::net {
namespace {

struct CloseFile {
  void operator()(const int* fd) const {
    ::close(*fd);
    delete fd;
  }
};
using OpenFile = std::unique_ptr<const int, CloseFile>;

std::string label_of(const Path& path) { return path.filename().string(); }

Error failed(const Path& path, std::string_view what) {
  const int reason = errno;
  return Error{reason == ENOSPC || reason == EDQUOT ? ErrorCode::kStorageFull
               : reason == ENOENT                   ? ErrorCode::kNotFound
                                                    : ErrorCode::kUnavailable,
               concat(label_of(path), ": cannot ", what, ": ", std::strerror(reason))};
}

Result<OpenFile> open_file(const Path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (fd < 0) return failed(path, "open");
  return OpenFile(new int(fd));
}

bool is_set(const std::atomic<bool>* flag) { return flag && flag->load(std::memory_order_relaxed); }

// A hash that OpenSSL knows by name.
class Hash {
 public:
  explicit Hash(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    CHECK(context_ && EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1);
  }
  void add(std::string_view bytes) {
    CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  std::string finish_hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    CHECK(EVP_DigestFinal_ex(context_.get(), digest, &size) == 1);
    return to_hex({reinterpret_cast<const char*>(digest), size});
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_;
};

// Which pieces of a file are here. The record is only appended to, and a piece's bytes are written
// before its line is: what it says is there, is there, but for what the system lost with its power,
// which the hash finds.
class PieceRecord {
 public:
  static Result<PieceRecord> open(const Path& path, const std::string& head, uint64_t pieces) {
    PieceRecord record;
    Result<std::string> text = read_file(path);
    const std::vector<std::string> lines =
        text.ok() ? split(*text, '\n') : std::vector<std::string>();
    const bool same = !lines.empty() && lines[0] == head;
    for (size_t i = 1; same && i + 1 < lines.size();
         ++i) {  // what follows the last line end is no whole line
      const std::optional<int64_t> piece = parse_int(lines[i]);
      if (piece && *piece >= 0 && static_cast<uint64_t>(*piece) < pieces)
        record.here_.insert(static_cast<uint64_t>(*piece));
    }
    Result<OpenFile> file = open_file(path, O_WRONLY | O_CREAT | O_APPEND | (same ? 0 : O_TRUNC));
    if (!file.ok()) return file.error();
    record.file_ = std::move(*file);
    if (!same && !record.append(head)) return failed(path, "write");
    return record;
  }

  const std::set<uint64_t>& here() const { return here_; }
  bool add(uint64_t piece) { return append(concat(piece)); }

 private:
  bool append(const std::string& line) {
    const std::string text = line + "\n";
    return ::write(*file_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }

  OpenFile file_;
  std::set<uint64_t> here_;
};

struct Piece {
  uint64_t index;
  uint64_t begin;
  uint64_t end;
};

// What the threads of one download share.
struct Shared {
  const Download& file;
  const DownloadOptions& options;
  const int fd;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Piece> waiting;  // the next one last
  PieceRecord record;
  uint64_t bytes = 0;  // that are here
  std::optional<Error> error;
  int running = 0;

  bool ended() {
    const std::lock_guard lock(mutex);
    return error.has_value() || is_set(options.abort);
  }
  void fail(Error reason) {
    const std::lock_guard lock(mutex);
    if (!error) error = std::move(reason);
  }
};

// One answer of the server as it comes.
struct Transfer {
  Shared& shared;
  Piece piece;  // begin moves on as bytes are written
  CURL* handle = nullptr;
  bool checked = false;
  bool whole = false;  // the file is one piece, asked for without a range
  std::string range;   // the answer's Content-Range
  std::optional<Error> error;
};

// Whether the answer is the part that was asked for. Anything else must not reach the file.
std::optional<Error> fault_of_answer(const Transfer& transfer, long status) {
  const std::string label = label_of(transfer.shared.file.to);
  if (transfer.whole && status == 200) return std::nullopt;
  if (status == 200) {
    return Error{ErrorCode::kUnavailable,
                 concat(label, ": the server does not send parts of files")};
  }
  if (status != 206) return Error{ErrorCode::kInternal, ""};  // judged by its number later
  const std::string expected =
      concat("bytes ", transfer.piece.begin, "-", transfer.piece.end - 1, "/");
  const std::string size = concat(transfer.shared.file.size);
  if (transfer.range != expected + size && transfer.range != expected + "*") {
    return Error{ErrorCode::kCorrupt,
                 concat(label, ": the server sent another part than was asked for")};
  }
  return std::nullopt;
}

std::size_t take_bytes(char* bytes, std::size_t, std::size_t count, void* opaque) {
  Transfer& transfer = *static_cast<Transfer*>(opaque);
  if (!transfer.checked) {
    long status = 0;
    curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
    transfer.checked = true;
    transfer.error = fault_of_answer(transfer, status);
  }
  if (transfer.error) return CURL_WRITEFUNC_ERROR;
  if (count > transfer.piece.end - transfer.piece.begin) {
    transfer.error = Error{
        ErrorCode::kCorrupt,
        concat(label_of(transfer.shared.file.to), ": the server sent more than was asked for")};
    return CURL_WRITEFUNC_ERROR;
  }
  for (std::size_t done = 0; done < count;) {
    const ssize_t wrote = ::pwrite(transfer.shared.fd, bytes + done, count - done,
                                   static_cast<off_t>(transfer.piece.begin));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      transfer.error = failed(transfer.shared.file.to, "write");
      return CURL_WRITEFUNC_ERROR;
    }
    done += static_cast<std::size_t>(wrote);
    transfer.piece.begin += static_cast<uint64_t>(wrote);
  }
  const std::lock_guard lock(transfer.shared.mutex);
  transfer.shared.bytes += count;
  return count;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* opaque) {
  Transfer& transfer = *static_cast<Transfer*>(opaque);
  const std::string_view line = trim_ascii({bytes, count});
  if (line.starts_with("HTTP/")) transfer.range.clear();  // of the answer before, a redirect
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && to_lower_ascii(line.substr(0, colon)) == "content-range") {
    transfer.range = trim_ascii(line.substr(colon + 1));
  }
  return count;
}

int look_for_end(void* opaque, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(opaque)->shared.ended() ? 1 : 0;
}

// Whether a later try can do better, and if not, why.
std::optional<Error> final_error(const Transfer& transfer, long status) {
  const std::string label = label_of(transfer.shared.file.to);
  if (transfer.error && transfer.error->code != ErrorCode::kInternal) return transfer.error;
  switch (status) {
    case 401:
    case 403:
      return Error{ErrorCode::kPermissionDenied,
                   concat(label, ": the server refuses it (", status,
                          "); it may need a token, or its terms accepted there first")};
    case 404:
    case 410:
      return Error{ErrorCode::kNotFound, concat(label, ": the server has no such file")};
    case 416:
      return Error{ErrorCode::kCorrupt,
                   concat(label, ": the server's file is shorter than was said")};
    default:
      return std::nullopt;
  }
}

class Fetcher {
 public:
  explicit Fetcher(Shared& shared) : shared_(shared), handle_(curl_easy_init(), curl_easy_cleanup) {
    CHECK(handle_ != nullptr);
    for (const auto& [name, value] : shared.file.headers) {
      curl_slist* longer = curl_slist_append(headers_.get(), concat(name, ": ", value).c_str());
      CHECK(longer != nullptr);
      static_cast<void>(headers_.release());
      headers_.reset(longer);
    }
  }

  // Fetches pieces until none is left or the download has ended.
  void run() {
    while (std::optional<Piece> piece = next()) {
      if (!fetch(*piece)) return;
    }
  }

 private:
  std::optional<Piece> next() {
    const std::lock_guard lock(shared_.mutex);
    if (shared_.waiting.empty() || shared_.error || is_set(shared_.options.abort))
      return std::nullopt;
    const Piece piece = shared_.waiting.back();
    shared_.waiting.pop_back();
    return piece;
  }

  // False: the download has ended.
  bool fetch(const Piece& piece) {
    Transfer transfer{.shared = shared_, .piece = piece, .range = {}, .error = {}};
    for (int tries = 1; !shared_.ended(); ++tries) {
      const uint64_t before = transfer.piece.begin;
      const long status = attempt(transfer);
      if (transfer.piece.begin == transfer.piece.end && !transfer.error) return finish(piece);
      if (std::optional<Error> error = final_error(transfer, status)) {
        shared_.fail(std::move(*error));
        return false;
      }
      if (transfer.piece.begin > before) tries = 0;
      if (tries >= limits::kDownloadTries) {
        shared_.fail({ErrorCode::kUnavailable,
                      concat(label_of(shared_.file.to), ": no answer in ", tries, " tries",
                             status ? concat("; the last was ", status) : "")});
        return false;
      }
      if (tries > 0) pause(shared_.options.pause * (1 << std::min(tries - 1, 8)));
    }
    return false;
  }

  bool finish(const Piece& piece) {
    const std::lock_guard lock(shared_.mutex);
    if (shared_.record.add(piece.index)) return true;
    if (!shared_.error) shared_.error = failed(shared_.file.to, "write");
    return false;
  }

  // The status, or 0 when no answer came.
  long attempt(Transfer& transfer) {
    CURL* const handle = handle_.get();
    curl_easy_reset(handle);
    transfer.handle = handle;
    transfer.checked = false;
    transfer.error.reset();
    transfer.range.clear();
    transfer.whole = transfer.piece.begin == 0 && transfer.piece.end == shared_.file.size;
    const std::string range = concat(transfer.piece.begin, "-", transfer.piece.end - 1);
    const bool secure = to_lower_ascii(shared_.file.url).starts_with("https:");
    curl_easy_setopt(handle, CURLOPT_URL, shared_.file.url.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_.get());
    if (!transfer.whole) curl_easy_setopt(handle, CURLOPT_RANGE, range.c_str());
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");  // also against a proxy named by the environment
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    // The library leaves our headers behind when it goes to another host.
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXREDIRS, static_cast<long>(limits::kDownloadRedirectsMax));
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "plantain");
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT,
                     static_cast<long>(limits::kConnectMax.count()));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME,
                     static_cast<long>(limits::kDownloadSilence.count()));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, look_for_end);
    curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    static_cast<void>(curl_easy_perform(handle));  // what counts is which bytes came
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  void pause(std::chrono::milliseconds length) {
    std::unique_lock lock(shared_.mutex);
    const auto until = std::chrono::steady_clock::now() + length;
    while (!shared_.error && !is_set(shared_.options.abort) &&
           std::chrono::steady_clock::now() < until) {
      shared_.changed.wait_for(
          lock, std::min<std::chrono::steady_clock::duration>(
                    until - std::chrono::steady_clock::now(), std::chrono::milliseconds(100)));
    }
  }

  Shared& shared_;
  std::unique_ptr<CURL, void (*)(CURL*)> handle_;
  std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers_{nullptr, curl_slist_free_all};
};

// Runs the threads; tells of progress meanwhile.
Result<void> fetch_all(Shared& shared) {
  std::vector<std::thread> threads;
  const int count = static_cast<int>(
      std::min<size_t>(static_cast<size_t>(shared.options.connections), shared.waiting.size()));
  shared.running = count;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&shared] {
      Fetcher(shared).run();
      const std::lock_guard lock(shared.mutex);
      --shared.running;
      shared.changed.notify_all();
    });
  }
  std::unique_lock lock(shared.mutex);
  while (shared.running > 0) {
    shared.changed.wait_for(lock, std::chrono::milliseconds(100));
    const uint64_t bytes = shared.bytes;
    lock.unlock();
    if (shared.options.on_progress) shared.options.on_progress(bytes);
    lock.lock();
  }
  lock.unlock();
  for (std::thread& thread : threads) thread.join();
  if (is_set(shared.options.abort))
    return Error{ErrorCode::kCancelled, "interrupted; what is here is kept"};
  if (shared.error) return *shared.error;
  return {};
}

std::vector<Piece> pieces_of(uint64_t size, uint64_t piece_bytes, const std::set<uint64_t>& here) {
  std::vector<Piece> pieces;
  for (uint64_t index = 0, begin = 0; begin < size; ++index, begin += piece_bytes) {
    if (!here.contains(index))
      pieces.push_back({index, begin, std::min(size, begin + piece_bytes)});
  }
  std::reverse(pieces.begin(), pieces.end());  // the first is taken first, from the back
  return pieces;
}

Result<void> fetch_part(const Download& file, const DownloadOptions& options, const Path& part,
                        const Path& pieces) {
  Result<OpenFile> opened = open_file(part, O_RDWR | O_CREAT);
  if (!opened.ok()) return opened.error();
  const std::string head = concat("plantain-pieces 1 ", file.size, " ", options.piece_bytes, " ",
                                  file.sha256, file.git_sha1);
  const uint64_t count = (file.size + options.piece_bytes - 1) / options.piece_bytes;
  Result<PieceRecord> record = PieceRecord::open(pieces, head, count);
  if (!record.ok()) return record.error();
  if (::ftruncate(**opened, static_cast<off_t>(file.size)) != 0)
    return failed(part, "make room for");
  std::vector<Piece> missing = pieces_of(file.size, options.piece_bytes, record->here());
  uint64_t bytes = file.size;
  for (const Piece& piece : missing) bytes -= piece.end - piece.begin;
  Shared shared{.file = file,
                .options = options,
                .fd = **opened,
                .mutex = {},
                .changed = {},
                .waiting = std::move(missing),
                .record = std::move(*record),
                .bytes = bytes,
                .error = {}};
  if (Result<void> fetched = fetch_all(shared); !fetched.ok()) return fetched;
  if (::fsync(**opened) != 0) return failed(part, "write");
  return {};
}

}  // namespace

Result<bool> has_contents(const Path& path, const Download& expected,
                          const std::atomic<bool>* abort) {
  Result<OpenFile> file = open_file(path, O_RDONLY);
  if (!file.ok()) return file.error();
  const bool by_sha256 = !expected.sha256.empty();
  Hash hash(by_sha256 ? EVP_sha256() : EVP_sha1());
  if (!by_sha256) hash.add(std::string_view(concat("blob ", expected.size, '\0')));
  uint64_t size = 0;
  std::string block(size_t{1} << 20, '\0');
  while (true) {
    if (is_set(abort)) return Error{ErrorCode::kCancelled, "interrupted"};
    const ssize_t got = ::read(**file, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, "read");
    if (got == 0) break;
    size += static_cast<uint64_t>(got);
    hash.add({block.data(), static_cast<size_t>(got)});
  }
  if (size != expected.size) return false;
  if (expected.sha256.empty() && expected.git_sha1.empty()) return true;
  return hash.finish_hex() == (by_sha256 ? expected.sha256 : expected.git_sha1);
}

Result<void> download(const Download& file, const DownloadOptions& options) {
  CHECK(options.connections > 0 && options.piece_bytes > 0);
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  CHECK(started);
  Result<bool> here = has_contents(file.to, file, options.abort);
  if (here.ok() && *here) {
    if (options.on_progress) options.on_progress(file.size);
    return {};
  }
  if (!here.ok() && here.error().code != ErrorCode::kNotFound) return here.error();
  const Path part = file.to.string() + ".part";
  const Path pieces = file.to.string() + ".part.pieces";
  if (Result<void> fetched = fetch_part(file, options, part, pieces); !fetched.ok()) return fetched;
  Result<bool> right = has_contents(part, file, options.abort);
  if (!right.ok()) return right.error();
  if (!*right) {
    ::unlink(part.c_str());
    ::unlink(pieces.c_str());
    return Error{ErrorCode::kCorrupt,
                 concat(label_of(file.to),
                        ": what came has another hash than it should; it was deleted, "
                        "try again")};
  }
  if (::rename(part.c_str(), file.to.c_str()) != 0) return failed(file.to, "rename");
  ::unlink(pieces.c_str());
  return {};
}

}  // namespace plantain::net
