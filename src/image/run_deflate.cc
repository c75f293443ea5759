#include "image/run_deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace plantain::image {
namespace {

constexpr size_t kBlock = 128 << 10;
constexpr int kSymbols = 286, kEndOfBlock = 256, kFirstLength = 257, kLongestCode = 15;
constexpr int kShortestRun = 4, kLongestRun = 258;

// How deflate writes a run's length: a symbol and some bits beside it.
struct RunCode {
  uint16_t symbol;
  uint8_t extra_bits;
  uint8_t extra;
};

// By length, 3 … 258.
const std::array<RunCode, kLongestRun + 1>& run_codes() {
  static const std::array<RunCode, kLongestRun + 1> codes = [] {
    std::array<RunCode, kLongestRun + 1> all{};
    int length = 3;
    for (int symbol = kFirstLength; symbol < 285; ++symbol) {
      const int extra = symbol < 265 ? 0 : (symbol - 261) / 4;
      for (int k = 0; k < 1 << extra && length < kLongestRun; ++k, ++length)
        all[static_cast<size_t>(length)] = {static_cast<uint16_t>(symbol),
                                            static_cast<uint8_t>(extra), static_cast<uint8_t>(k)};
    }
    all[kLongestRun] = {285, 0, 0};
    return all;
  }();
  return codes;
}

// Codes in the order deflate gives them, first bit lowest.
std::vector<uint16_t> codes_of(const std::vector<uint8_t>& lengths) {
  std::array<uint16_t, kLongestCode + 1> next{};
  std::array<uint16_t, kLongestCode + 1> count{};
  for (const uint8_t length : lengths) ++count[length];
  count[0] = 0;
  uint16_t code = 0;
  for (size_t bits = 1; bits <= kLongestCode; ++bits) {
    code = static_cast<uint16_t>((code + count[bits - 1]) << 1);
    next[bits] = code;
  }
  std::vector<uint16_t> codes(lengths.size());
  for (size_t i = 0; i < lengths.size(); ++i) {
    uint16_t forward = lengths[i] == 0 ? 0 : next[lengths[i]]++, backward = 0;
    for (int bit = 0; bit < lengths[i]; ++bit, forward >>= 1)
      backward = static_cast<uint16_t>(backward << 1 | (forward & 1));
    codes[i] = backward;
  }
  return codes;
}

struct Leaf {
  uint32_t count;
  uint16_t symbol;
};

// How many codes there are of each length, by joining the two rarest again and again; `leaves`
// are sorted, rare ones first.
std::array<uint32_t, 64> depths_of(const std::vector<Leaf>& leaves) {
  const size_t n = leaves.size();
  std::vector<uint64_t> weight(2 * n - 1);
  std::vector<size_t> parent(2 * n - 1);
  for (size_t i = 0; i < n; ++i) weight[i] = leaves[i].count;
  size_t leaf = 0, joint = n;
  for (size_t made = n; made < 2 * n - 1; ++made) {
    for (int k = 0; k < 2; ++k) {
      const bool take_leaf = leaf < n && (joint == made || weight[leaf] <= weight[joint]);
      const size_t taken = take_leaf ? leaf++ : joint++;
      weight[made] += weight[taken];
      parent[taken] = made;
    }
  }
  std::array<uint32_t, 64> depths{};
  std::vector<uint8_t> depth(2 * n - 1);
  for (size_t i = 2 * n - 2; i-- > 0;) {
    depth[i] = static_cast<uint8_t>(depth[parent[i]] + 1);
    if (i < n) ++depths[depth[i]];
  }
  return depths;
}

// Brings codes that are too long down to the longest allowed, and makes room for them by
// lengthening shorter ones.
void limit(std::array<uint32_t, 64>& depths) {
  for (size_t bits = depths.size() - 1; bits > kLongestCode; --bits) {
    depths[kLongestCode] += depths[bits];
    depths[bits] = 0;
  }
  uint32_t used = 0;
  for (size_t bits = 1; bits <= kLongestCode; ++bits) used += depths[bits] << (kLongestCode - bits);
  for (; used > 1u << kLongestCode; --used) {
    size_t bits = kLongestCode - 1;
    while (depths[bits] == 0) --bits;
    --depths[bits];
    depths[bits + 1] += 2;
    --depths[kLongestCode];
  }
}

}  // namespace

std::vector<uint8_t> code_lengths(const std::vector<uint32_t>& counts) {
  std::vector<uint8_t> lengths(counts.size());
  std::vector<Leaf> leaves;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) leaves.push_back({counts[i], static_cast<uint16_t>(i)});
  }
  if (leaves.size() == 1) lengths[leaves[0].symbol] = 1;
  if (leaves.size() < 2) return lengths;
  std::stable_sort(leaves.begin(), leaves.end(),
                   [](const Leaf& a, const Leaf& b) { return a.count < b.count; });
  std::array<uint32_t, 64> depths = depths_of(leaves);
  limit(depths);
  size_t next = 0;
  for (size_t bits = kLongestCode; bits > 0; --bits) {
    for (uint32_t k = 0; k < depths[bits]; ++k)
      lengths[leaves[next++].symbol] = static_cast<uint8_t>(bits);
  }
  return lengths;
}

RunDeflate::RunDeflate()
    : counts_(kSymbols), adler_(static_cast<uint32_t>(adler32(0, nullptr, 0))) {
  block_.reserve(kBlock);
  tokens_.resize(kBlock);
  packed_.resize(3 * kBlock);  // a token has at most 21 bits, and the codes need 200 bytes
}

// Up to 32 bits, the first one lowest.
void RunDeflate::put(uint64_t bits, int count) {
  bits_ |= bits << bit_count_;
  bit_count_ += count;
  if (bit_count_ < 32) return;
  for (int shift = 0; shift < 32; shift += 8) *to_++ = static_cast<uint8_t>(bits_ >> shift);
  bits_ >>= 32;
  bit_count_ -= 32;
}

// Runs are of the byte before them, so that no run begins a block.
void RunDeflate::tokenize() {
  std::array<std::array<uint32_t, 256>, 2> literals{};
  std::array<uint32_t, kLongestRun + 1> runs{};
  const uint8_t* bytes = block_.data();
  const size_t n = block_.size();
  uint16_t* token = tokens_.data();
  for (size_t i = 0; i < n;) {
    uint32_t here = 0;
    if (i > 0 && i + kShortestRun <= n) {
      std::memcpy(&here, bytes + i, sizeof here);
      if (here == bytes[i - 1] * 0x01010101u) {
        size_t length = kShortestRun;
        while (length < kLongestRun && i + length < n && bytes[i + length] == bytes[i - 1])
          ++length;
        ++runs[length];
        *token++ = static_cast<uint16_t>(256 + length);
        i += length;
        continue;
      }
    }
    ++literals[i & 1][bytes[i]];
    *token++ = bytes[i++];
  }
  token_count_ = static_cast<size_t>(token - tokens_.data());
  for (size_t i = 0; i < 256; ++i) counts_[i] = literals[0][i] + literals[1][i];
  std::fill(counts_.begin() + 256, counts_.end(), 0);
  for (size_t length = kShortestRun; length <= kLongestRun; ++length)
    counts_[run_codes()[length].symbol] += runs[length];
  counts_[kEndOfBlock] = 1;
}

// The block's codes: a plain code of 4 bits for each of the lengths 0 … 15 says them all, and runs
// have the one distance 1, whose code is one bit.
void RunDeflate::put_lengths(const std::vector<uint8_t>& lengths) {
  static constexpr uint8_t kOrder[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                       11, 4,  12, 3, 13, 2, 14, 1, 15};
  put(kSymbols - 257, 5);
  put(0, 5);
  put(sizeof kOrder - 4, 4);
  for (const uint8_t length : kOrder) put(length > 15 ? 0 : 4, 3);
  const std::vector<uint16_t> codes = codes_of(std::vector<uint8_t>(16, 4));
  for (const uint8_t length : lengths) put(codes[length], 4);
  put(codes[1], 4);
}

void RunDeflate::write_block(bool last, std::string& out) {
  tokenize();
  to_ = packed_.data();
  const std::vector<uint8_t> lengths = code_lengths(counts_);
  const std::vector<uint16_t> codes = codes_of(lengths);
  put(last ? 1 : 0, 1);
  put(2, 2);
  put_lengths(lengths);
  struct Token {
    uint32_t bits;
    int count;
  };
  std::array<Token, 256 + kLongestRun + 1> written{};
  for (size_t i = 0; i < 256; ++i) written[i] = {codes[i], lengths[i]};
  for (size_t run = kShortestRun; run <= kLongestRun; ++run) {
    const RunCode& code = run_codes()[run];
    const int own = lengths[code.symbol];
    written[256 + run] = {codes[code.symbol] | static_cast<uint32_t>(code.extra) << own,
                          own + code.extra_bits + 1};
  }
  for (size_t i = 0; i < token_count_; ++i)
    put(written[tokens_[i]].bits, written[tokens_[i]].count);
  put(codes[kEndOfBlock], lengths[kEndOfBlock]);
  out.append(reinterpret_cast<const char*>(packed_.data()),
             static_cast<size_t>(to_ - packed_.data()));
  block_.clear();
}

// Says: deflate with a window of 32 KiB, made in haste.
void RunDeflate::begin(std::string& out) {
  if (!begun_) out.append("\x78\x01", 2);
  begun_ = true;
}

void RunDeflate::add(const uint8_t* bytes, size_t count, std::string& out) {
  begin(out);
  adler_ = static_cast<uint32_t>(adler32(adler_, bytes, static_cast<uInt>(count)));
  while (count > 0) {
    const size_t taken = std::min(count, kBlock - block_.size());
    block_.insert(block_.end(), bytes, bytes + taken);
    bytes += taken;
    count -= taken;
    if (block_.size() == kBlock) write_block(false, out);
  }
}

void RunDeflate::finish(std::string& out) {
  begin(out);
  write_block(true, out);
  for (; bit_count_ > 0; bit_count_ -= 8, bits_ >>= 8)
    out.push_back(static_cast<char>(bits_ & 255));
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(adler_ >> shift & 255));
}

}  // namespace plantain::image
