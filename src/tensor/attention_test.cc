#include "tensor/attention.h"

#include "tensor/test_numbers.h"

namespace plantain::tensor {
namespace {

constexpr double kNear = 2e-6;  // exponentials to 2 units in the last place, sums in float32

class Attention : public OnEachPath {};
ON_EACH_PATH(Attention);

// The definition, with a whole row of scores at a time.
std::vector<double> plain_attention(const Numbers& q, const Numbers& k, const Numbers& v,
                                    const AttentionShape& s, int64_t queries, int64_t keys) {
  const int64_t width = int64_t{s.heads} * s.head_size,
                key_width = int64_t{s.key_heads} * s.head_size;
  std::vector<double> y(static_cast<std::size_t>(queries * width));
  for (int64_t i = 0; i < queries; ++i)
    for (int h = 0; h < s.heads; ++h) {
      const int64_t key_head = h / (s.heads / s.key_heads);
      std::vector<double> e;
      double total = 0;
      for (int64_t j = 0; j < keys; ++j) {
        if ((s.causal && j > i) || (s.keys_used >= 0 && j >= s.keys_used)) break;
        double score = 0;
        for (int d = 0; d < s.head_size; ++d)
          score +=
              static_cast<double>(q[static_cast<std::size_t>(i * width + h * s.head_size + d)]) *
              k[static_cast<std::size_t>(j * key_width + key_head * s.head_size + d)];
        e.push_back(std::exp(s.scale * score));
        total += e.back();
      }
      for (std::size_t j = 0; j < e.size(); ++j)
        for (int d = 0; d < s.head_size; ++d)
          y[static_cast<std::size_t>(i * width + h * s.head_size + d)] +=
              e[j] / total *
              v[j * static_cast<std::size_t>(key_width) +
                static_cast<std::size_t>(key_head * s.head_size + d)];
    }
  return y;
}

void expect_as_defined(Runtime& runtime, const AttentionShape& s, int64_t queries, int64_t keys) {
  const int64_t width = int64_t{s.heads} * s.head_size,
                key_width = int64_t{s.key_heads} * s.head_size;
  const Numbers q = random_numbers(queries * width, 1), k = random_numbers(keys * key_width, 2),
                v = random_numbers(keys * key_width, 3);
  Numbers y = q;  // in place

  attention(runtime, {y.data(), queries, width}, {k.data(), keys, key_width},
            {v.data(), keys, key_width}, s, {y.data(), queries, width});

  EXPECT_LT(difference(y, plain_attention(q, k, v, s, queries, keys)), kNear)
      << queries << " queries, " << keys << " keys, head " << s.head_size;
}

TEST_P(Attention, OverAllKeysIsTheSoftmaxOfItsDefinition) {
  for (const int head_size : {5, 32, 40, 128})
    for (const auto& [queries, keys] : {std::pair<int64_t, int64_t>{1, 1}, {7, 300}, {100, 257}})
      expect_as_defined(runtime_, {2, 2, head_size, 0.2f, false, -1}, queries, keys);
}

TEST_P(Attention, CausalQueriesSeeNothingLaterAndNoPadding) {
  expect_as_defined(runtime_, {4, 2, 32, 0.18f, true, -1}, 300, 300);
  expect_as_defined(runtime_, {4, 2, 32, 0.18f, true, 37}, 300, 300);
  expect_as_defined(runtime_, {4, 1, 16, 0.25f, true, 270}, 300, 300);
}

TEST_P(Attention, ScoresFarApartDoNotOverflow) {
  expect_as_defined(runtime_, {1, 1, 16, 5.0f, false, -1}, 20, 600);
}

}  // namespace
}  // namespace plantain::tensor
