// A compressor for filtered pictures: zlib streams of runs and Huffman codes, without matches.
// What a PNG filter leaves of a picture is small numbers without repetition; looking for matches
// costs time and finds none. The same bytes come out on every machine and with every zlib.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace plantain::image {

// Threads: used by one at a time.
class RunDeflate {
 public:
  RunDeflate();

  // Takes the next bytes. Whole bytes of the stream that are ready are added to `out`.
  void add(const uint8_t* bytes, size_t count, std::string& out);
  // Ends the stream, which may be empty. Nothing may be added afterwards.
  void finish(std::string& out);

 private:
  void begin(std::string& out);
  void write_block(bool last, std::string& out);
  void tokenize();
  void put(uint64_t bits, int count);
  void put_lengths(const std::vector<uint8_t>& lengths);

  std::vector<uint8_t> block_;    // what waits to be compressed
  std::vector<uint16_t> tokens_;  // literals, and 256 + length for runs of the byte before
  std::vector<uint32_t> counts_;  // how often each of deflate's symbols is used
  std::vector<uint8_t> packed_;   // room for a compressed block
  uint8_t* to_ = nullptr;         // where its next byte goes
  size_t token_count_ = 0;
  uint64_t bits_ = 0;
  int bit_count_ = 0;
  uint32_t adler_;
  bool begun_ = false;
};

// The lengths in bits, 1 … 15, of a Huffman code for symbols used so often; 0 for unused ones.
// One symbol alone gets 1 bit.
std::vector<uint8_t> code_lengths(const std::vector<uint32_t>& counts);

}  // namespace plantain::image
