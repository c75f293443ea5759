#include "model/flux2/pipeline.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "model/autoencoder/autoencoder.h"
#include "model/component.h"
#include "model/flow/noise.h"
#include "model/flow/schedule.h"
#include "model/flow/walk.h"
#include "model/flux2/latents.h"
#include "model/flux2/transformer.h"
#include "model/text_prompt.h"
#include "model/weights/decode.h"

namespace plantain::model::flux2 {

using tensor::Arena;
using tensor::ConstMap;
using tensor::Map;
using tensor::Matrix;

namespace {

constexpr int kReferencesMax = 10;
constexpr int kDistilledSteps = 4;
constexpr int kBaseSteps = 50;
constexpr float kBaseGuidance = 4.0f;

// torch draws [channels, height, width]; tokens have their channels last.
void draw_noise(uint64_t seed, Map tokens) {
  std::vector<float> values(static_cast<std::size_t>(tokens.pixels() * tokens.channels));
  flow::Generator(seed).normal(values);
  for (int64_t p = 0; p < tokens.pixels(); ++p)
    for (int64_t c = 0; c < tokens.channels; ++c)
      tokens.data[p * tokens.channels + c] =
          values[static_cast<std::size_t>(c * tokens.pixels() + p)];
}

Result<LatentStatistics> read_statistics(const Weights& weights, int channels, double epsilon) {
  LatentStatistics statistics{std::vector<float>(static_cast<std::size_t>(channels)),
                              std::vector<float>(static_cast<std::size_t>(channels))};
  for (const auto& [name, values] : {std::pair{"bn.running_mean", &statistics.mean},
                                     {"bn.running_var", &statistics.deviation}}) {
    Result<const StoredTensor*> stored = weights.get(name, {channels});
    if (!stored.ok()) return stored.error();
    read_f32(**stored, *values);
  }
  for (float& value : statistics.deviation) value = std::sqrt(value + static_cast<float>(epsilon));
  return statistics;
}

class Klein final : public Pipeline {
 public:
  Klein(tensor::Runtime& runtime, PromptEncoder text, Transformer denoiser,
        autoencoder::Autoencoder vae, LatentStatistics statistics, bool distilled, int tile_px)
      : runtime_(runtime),
        text_(std::move(text)),
        denoiser_(std::move(denoiser)),
        vae_(std::move(vae)),
        statistics_(std::move(statistics)),
        distilled_(distilled),
        tile_px_(tile_px) {}

  std::string_view family() const override { return "flux.2-klein"; }
  Defaults defaults() const override {
    return distilled_ ? Defaults{kDistilledSteps, 1.0f, false}
                      : Defaults{kBaseSteps, kBaseGuidance, true};
  }
  int side_multiple() const override { return kPatch * vae_.config().compression(); }
  int references_max() const override { return kReferencesMax; }

  Result<FloatPicture> draw(const PictureOrder& order, Watcher& watcher, Trace* trace) override;

  std::size_t working_bytes(int width, int height, int references) const override {
    const int64_t side = side_multiple();
    const int64_t tokens =
        text_.form().length + (1 + references) * (width / side) * (height / side);
    const int64_t d = denoiser_.config().width();
    // Streams and their norms, queries to values, and the wide rows of a single block.
    const int64_t numbers = tokens * (2 * d + 3 * d + d + denoiser_.config().mlp);
    return static_cast<std::size_t>(numbers) * sizeof(float);
  }

 private:
  struct References {
    std::vector<std::vector<float>> tokens;
    std::vector<TokenGrid> grids;
  };
  // What stays the same over all steps of one picture.
  struct Scene {
    std::shared_ptr<const TextStates> prompt, negative;
    References references;
    tensor::RotaryTable positions;
    float guidance = 1;
  };

  Result<References> encode_references(const PictureOrder& order, Watcher& watcher,
                                       const Named& trace);
  Result<Scene> prepare(const PictureOrder& order, TokenGrid grid, Watcher& watcher, Trace* trace);
  Result<void> velocity(const Scene& scene, ConstMap latents, int step, int steps, float sigma,
                        Map out, Watcher& watcher, Trace* trace);
  Result<FloatPicture> decode(ConstMap tokens, Watcher& watcher, Trace* trace);

  tensor::Runtime& runtime_;
  Arena arena_;
  PromptEncoder text_;
  Transformer denoiser_;
  autoencoder::Autoencoder vae_;
  LatentStatistics statistics_;
  bool distilled_;
  int tile_px_;
};

Result<Klein::References> Klein::encode_references(const PictureOrder& order, Watcher& watcher,
                                                   const Named& trace) {
  References all;
  const int count = static_cast<int>(order.references.size());
  if (count > kReferencesMax)
    return invalid(concat("FLUX.2 takes up to ", kReferencesMax, " references; there are ", count));
  for (int i = 0; i < count; ++i) {
    const FloatPicture& picture = order.references[static_cast<std::size_t>(i)];
    if (picture.width % side_multiple() != 0 || picture.height % side_multiple() != 0)
      return invalid(concat("a reference's sides must be multiples of ", side_multiple()));
    const Arena::Scope scope(arena_);
    const int scale = vae_.config().compression(), channels = vae_.config().latent_channels;
    Map latents = arena_.map(picture.height / scale, picture.width / scale, channels);
    trace.map(picture.map(), "references.", i, ".pixels");
    const Result<void> done = vae_.encode(
        runtime_, arena_, picture.map(), latents,
        [&] { return watcher.keep_going("references", i, count); },
        i == 0 ? trace.under("vae.") : Named(nullptr, ""));
    if (!done.ok()) return done.error();
    const TokenGrid grid{latents.height / kPatch, latents.width / kPatch};
    std::vector<float> tokens(static_cast<std::size_t>(latents.pixels() * channels));
    const Map map(tokens.data(), grid.height, grid.width, kPatch * kPatch * channels);
    tokens_of(latents, statistics_, map);
    trace.map(map, "references.", i, ".latents");
    all.tokens.push_back(std::move(tokens));
    all.grids.push_back(grid);
  }
  return all;
}

Result<Klein::Scene> Klein::prepare(const PictureOrder& order, TokenGrid grid, Watcher& watcher,
                                    Trace* trace) {
  Scene scene;
  const Named named(trace, ""), nobody(nullptr, "");
  const KeepGoing reading = [&] { return watcher.keep_going("text", 0, 1); };
  auto states =
      text_.states(order.prompt, runtime_, arena_, reading, named.under("text.model."), named);
  if (!states.ok()) return states.error();
  scene.prompt = *states;
  named.rows(scene.prompt->rows(), "text.states");
  scene.guidance = distilled_ ? 1.0f : order.guidance;
  if (scene.guidance > 1) {
    states = text_.states(order.negative, runtime_, arena_, reading, nobody, nobody);
    if (!states.ok()) return states.error();
    scene.negative = *states;
    named.rows(scene.negative->rows(), "text.negative_states");
  }
  Result<References> references = encode_references(order, watcher, named);
  if (!references.ok()) return references.error();
  scene.references = *std::move(references);
  scene.positions =
      make_positions(denoiser_.config(), scene.prompt->tokens, grid, scene.references.grids);
  return scene;
}

Result<void> Klein::velocity(const Scene& scene, ConstMap latents, int step, int steps, float sigma,
                             Map out, Watcher& watcher, Trace* trace) {
  const Arena::Scope scope(arena_);
  int64_t rows = latents.pixels();
  for (const TokenGrid& grid : scene.references.grids) rows += int64_t{grid.height} * grid.width;
  Matrix tokens = arena_.matrix(rows, latents.channels);
  float* to = std::copy_n(latents.data, latents.pixels() * latents.channels, tokens.data);
  for (const std::vector<float>& reference : scene.references.tokens)
    to = std::copy(reference.begin(), reference.end(), to);
  const KeepGoing keep_going = [&] { return watcher.keep_going("denoise", step, steps); };
  const Named named(trace, "");
  const int calls = scene.negative ? 2 : 1;
  const auto answer = [&](const TextStates& text, int call, Map to_map) -> Result<void> {
    const Named blocks = step == 0 && call == 0 ? named.under("denoiser.") : Named(nullptr, "");
    const Result<void> done = denoiser_.run(runtime_, arena_, tokens, text.rows(), sigma,
                                            scene.positions, to_map.rows(), keep_going, blocks);
    if (!done.ok()) return done;
    blocks.rows(to_map.rows(), "proj_out");
    named.map(to_map, "calls.", step * calls + call, ".velocity");
    return {};
  };
  Result<void> done = answer(*scene.prompt, 0, out);
  if (!done.ok() || !scene.negative) return done;
  Map away = arena_.map(out.height, out.width, out.channels);
  done = answer(*scene.negative, 1, away);
  if (!done.ok()) return done;
  for (int64_t i = 0; i < out.pixels() * out.channels; ++i)
    out.data[i] = away.data[i] + scene.guidance * (out.data[i] - away.data[i]);
  return {};
}

Result<FloatPicture> Klein::decode(ConstMap tokens, Watcher& watcher, Trace* trace) {
  const Arena::Scope scope(arena_);
  const Named named(trace, "");
  Map latents =
      arena_.map(kPatch * tokens.height, kPatch * tokens.width, vae_.config().latent_channels);
  latents_of(tokens, statistics_, latents);
  named.map(latents, "latents");
  const int scale = vae_.config().compression();
  FloatPicture picture = FloatPicture::of(scale * latents.width, scale * latents.height);
  const Result<void> done = vae_.decode(
      runtime_, arena_, latents, picture.map(), {tile_px_},
      [&] { return watcher.keep_going("decode", 0, 1); }, named.under("vae."));
  if (!done.ok()) return done.error();
  named.map(picture.map(), "pixels");
  return picture;
}

Result<FloatPicture> Klein::draw(const PictureOrder& order, Watcher& watcher, Trace* trace) {
  const int side = side_multiple();
  if (order.width < side || order.height < side || order.width % side != 0 ||
      order.height % side != 0)
    return invalid(concat("width and height must be multiples of ", side));
  if (order.steps < 1) return invalid("steps must be at least 1");
  const TokenGrid grid{order.height / side, order.width / side};
  Result<Scene> scene = prepare(order, grid, watcher, trace);
  if (!scene.ok()) return scene.error();
  const Named named(trace, "");
  const Arena::Scope scope(arena_);
  Map latents = arena_.map(grid.height, grid.width, static_cast<int>(denoiser_.config().channels));
  draw_noise(order.seed, latents);
  named.map(latents, "noise");
  const std::vector<float> sigmas =
      flow::sigmas_moved_by(flow::flux2_mu(latents.pixels(), order.steps), order.steps);
  flow::trace_schedule(sigmas, named);
  const Result<void> done = flow::walk(
      latents, sigmas, arena_,
      [&](ConstMap now, int step, float sigma, Map out) {
        return velocity(*scene, now, step, order.steps, sigma, out, watcher, trace);
      },
      watcher, named);
  if (!done.ok()) return done.error();
  return decode(latents, watcher, trace);
}

}  // namespace

Result<std::unique_ptr<Pipeline>> open(const Path& folder, const Json& index,
                                       tensor::Runtime& runtime, Tokenize tokenize,
                                       const PipelineOptions& options) {
  Result<Component> text = open_component(folder, "text_encoder");
  if (!text.ok()) return text.error();
  Result<qwen3::Config> text_config = qwen3::parse_config(text->config, "text_encoder/config.json");
  if (!text_config.ok()) return text_config.error();
  // A quarter, a half and three quarters of the layers: 9, 18 and 27 of 36.
  const int layers = text_config->layers;
  const std::vector<int> taps =
      options.text_taps.value_or(std::vector<int>{layers / 4, layers / 2, layers * 3 / 4});
  Result<qwen3::Encoder> encoder = qwen3::Encoder::load(
      *text_config, text->weights, precision_of_text(options.precision), taps.back());
  if (!encoder.ok()) return encoder.error();

  Result<Component> transformer = open_component(folder, "transformer");
  if (!transformer.ok()) return transformer.error();
  Result<Config> config = parse_config(transformer->config, "transformer/config.json");
  if (!config.ok()) return config.error();
  Result<std::vector<AppliedLora>> loras =
      read_loras(options.loras, *transformer->weights, LoraNames::kFlux2);
  if (!loras.ok()) return loras.error();
  const bool distilled = options.distilled.value_or(bool_or(index, "is_distilled", false));
  Result<Transformer> denoiser = Transformer::load(
      *config, transformer->weights, precision_of_denoiser(options.precision, !distilled), &*loras);
  if (!denoiser.ok()) return denoiser.error();

  Result<OpenedAutoencoder> vae = open_autoencoder(folder, autoencoder::Autoencoder::Parts::kBoth);
  if (!vae.ok()) return vae.error();
  const autoencoder::Config vae_config = vae->autoencoder.config();
  const int channels = kPatch * kPatch * vae_config.latent_channels;
  Result<LatentStatistics> statistics =
      read_statistics(*vae->weights, channels, vae_config.batch_norm_epsilon);
  if (!statistics.ok()) return statistics.error();

  PromptEncoder prompts(*std::move(encoder), std::move(tokenize),
                        {.closed_thinking = true, .pad = true}, taps);
  if (config->channels != channels || config->text_width != prompts.width())
    return Error{ErrorCode::kCorrupt,
                 "the transformer does not go with this text encoder and autoencoder"};
  return std::unique_ptr<Pipeline>(std::make_unique<Klein>(
      runtime, std::move(prompts), *std::move(denoiser), std::move(vae->autoencoder),
      *std::move(statistics), distilled, options.tile_px));
}

}  // namespace plantain::model::flux2
