#include "model/z_image/pipeline.h"

#include <algorithm>

#include "base/text.h"
#include "model/autoencoder/autoencoder.h"
#include "model/component.h"
#include "model/config.h"
#include "model/flow/noise.h"
#include "model/flow/schedule.h"
#include "model/flow/walk.h"
#include "model/text_prompt.h"
#include "model/z_image/transformer.h"

namespace plantain::model::z_image {

using tensor::Arena;
using tensor::ConstMap;
using tensor::Map;

namespace {

constexpr int kTurboSteps = 8;

// torch draws [channels, height, width]; maps have their channels last.
void draw_noise(uint64_t seed, Map latents) {
  std::vector<float> values(static_cast<std::size_t>(latents.pixels() * latents.channels));
  flow::Generator(seed).normal(values);
  for (int64_t p = 0; p < latents.pixels(); ++p)
    for (int64_t c = 0; c < latents.channels; ++c)
      latents.data[p * latents.channels + c] =
          values[static_cast<std::size_t>(c * latents.pixels() + p)];
}

class ZImage final : public Pipeline {
 public:
  ZImage(tensor::Runtime& runtime, PromptEncoder text, Transformer denoiser,
         autoencoder::Autoencoder vae, double shift, int tile_px)
      : runtime_(runtime),
        text_(std::move(text)),
        denoiser_(std::move(denoiser)),
        vae_(std::move(vae)),
        shift_(shift),
        tile_px_(tile_px) {}

  std::string_view family() const override { return "z-image"; }
  // Nothing in the files tells Turbo from the base model; Turbo's way is the default.
  Defaults defaults() const override { return {kTurboSteps, 0.0f, true}; }
  int side_multiple() const override {
    return denoiser_.config().patch * vae_.config().compression();
  }
  int references_max() const override { return 0; }
  Result<FloatPicture> draw(const PictureOrder& order, Watcher& watcher, Trace* trace) override;

  std::size_t working_bytes(int width, int height, int) const override {
    const int64_t tokens =
        text_.form().length + int64_t{width / side_multiple()} * (height / side_multiple());
    const int64_t d = denoiser_.config().width;
    return static_cast<std::size_t>(tokens * (5 * d + d / 3 * 8 + 8)) * sizeof(float);
  }

 private:
  struct Scene {
    std::shared_ptr<const TextStates> prompt, negative;
    float guidance = 0;
  };

  Result<Scene> prepare(const PictureOrder& order, Watcher& watcher, Trace* trace);
  Result<void> velocity(const Scene& scene, ConstMap latents, int step, int steps, float sigma,
                        Map out, Watcher& watcher, Trace* trace);
  Result<FloatPicture> decode(Map latents, Watcher& watcher, Trace* trace);

  tensor::Runtime& runtime_;
  Arena arena_;
  PromptEncoder text_;
  Transformer denoiser_;
  autoencoder::Autoencoder vae_;
  double shift_;
  int tile_px_;
};

Result<ZImage::Scene> ZImage::prepare(const PictureOrder& order, Watcher& watcher, Trace* trace) {
  Scene scene;
  const Named named(trace, ""), nobody(nullptr, "");
  const KeepGoing reading = [&] { return watcher.keep_going("text", 0, 1); };
  auto states = text_.states(order.prompt, runtime_, arena_, reading, named.under("text."), named);
  if (!states.ok()) return states.error();
  scene.prompt = *states;
  named.rows(scene.prompt->rows(), "text.states");
  scene.guidance = order.guidance;
  if (scene.guidance <= 1) return scene;
  states = text_.states(order.negative, runtime_, arena_, reading, nobody, nobody);
  if (!states.ok()) return states.error();
  scene.negative = *states;
  named.rows(scene.negative->rows(), "text.negative_states");
  return scene;
}

// The model answers with the sign of picture - noise. Guidance comes before the sign is changed,
// and counts from the prompt's answer: pos + g · (pos - neg).
Result<void> ZImage::velocity(const Scene& scene, ConstMap latents, int step, int steps,
                              float sigma, Map out, Watcher& watcher, Trace* trace) {
  const Arena::Scope scope(arena_);
  const KeepGoing keep_going = [&] { return watcher.keep_going("denoise", step, steps); };
  const auto answer = [&](const TextStates& text, int item, Map to) -> Result<void> {
    const Named blocks(step == 0 && item == 0 ? trace : nullptr, "denoiser.");
    const Result<void> done =
        denoiser_.run(runtime_, arena_, latents, text.rows(), sigma, to, keep_going, blocks);
    if (done.ok() && trace != nullptr) trace->map(concat("calls.", step, ".output"), to, item);
    return done;
  };
  const int64_t count = out.pixels() * out.channels;
  Result<void> done = answer(*scene.prompt, 0, out);
  if (!done.ok()) return done;
  if (scene.negative) {
    Map away = arena_.map(out.height, out.width, out.channels);
    done = answer(*scene.negative, 1, away);
    if (!done.ok()) return done;
    for (int64_t i = 0; i < count; ++i)
      out.data[i] += scene.guidance * (out.data[i] - away.data[i]);
  }
  for (int64_t i = 0; i < count; ++i) out.data[i] = -out.data[i];
  return {};
}

Result<FloatPicture> ZImage::decode(Map latents, Watcher& watcher, Trace* trace) {
  const Named named(trace, "");
  named.map(latents, "latents");
  const autoencoder::Config& config = vae_.config();
  for (int64_t i = 0; i < latents.pixels() * latents.channels; ++i)
    latents.data[i] = latents.data[i] / static_cast<float>(config.scaling_factor) +
                      static_cast<float>(config.shift_factor);
  const int scale = config.compression();
  FloatPicture picture = FloatPicture::of(scale * latents.width, scale * latents.height);
  const Result<void> done = vae_.decode(
      runtime_, arena_, latents, picture.map(), {tile_px_},
      [&] { return watcher.keep_going("decode", 0, 1); }, named.under("vae."));
  if (!done.ok()) return done.error();
  named.map(picture.map(), "pixels");
  return picture;
}

Result<FloatPicture> ZImage::draw(const PictureOrder& order, Watcher& watcher, Trace* trace) {
  const int side = side_multiple(), scale = vae_.config().compression();
  if (order.width < side || order.height < side || order.width % side != 0 ||
      order.height % side != 0)
    return invalid(concat("width and height must be multiples of ", side));
  if (order.steps < 1) return invalid("steps must be at least 1");
  if (!order.references.empty()) return invalid("Z-Image does not edit pictures");
  Result<Scene> scene = prepare(order, watcher, trace);
  if (!scene.ok()) return scene.error();
  const Named named(trace, "");
  const Arena::Scope scope(arena_);
  Map latents =
      arena_.map(order.height / scale, order.width / scale, vae_.config().latent_channels);
  draw_noise(order.seed, latents);
  named.map(latents, "noise");
  const std::vector<float> sigmas = flow::sigmas_shifted(shift_, order.steps);
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

Result<std::unique_ptr<Pipeline>> open(const Path& folder, const Json&, tensor::Runtime& runtime,
                                       Tokenize tokenize, const PipelineOptions& options) {
  Result<Component> text = open_component(folder, "text_encoder");
  if (!text.ok()) return text.error();
  Result<qwen3::Config> text_config = qwen3::parse_config(text->config, "text_encoder/config.json");
  if (!text_config.ok()) return text_config.error();
  // All layers but the last, without the final norm.
  const int layers = text_config->layers - 1;
  Result<qwen3::Encoder> encoder = qwen3::Encoder::load(
      *text_config, text->weights, precision_of_text(options.precision), layers);
  if (!encoder.ok()) return encoder.error();

  Result<Component> transformer = open_component(folder, "transformer");
  if (!transformer.ok()) return transformer.error();
  Result<Config> config = parse_config(transformer->config, "transformer/config.json");
  if (!config.ok()) return config.error();
  Result<std::vector<AppliedLora>> loras =
      read_loras(options.loras, *transformer->weights, LoraNames::kZImage);
  if (!loras.ok()) return loras.error();
  const bool guided = !options.distilled.value_or(true);
  Result<Transformer> denoiser = Transformer::load(
      *config, transformer->weights, precision_of_denoiser(options.precision, guided), &*loras);
  if (!denoiser.ok()) return denoiser.error();

  Result<OpenedAutoencoder> vae =
      open_autoencoder(folder, autoencoder::Autoencoder::Parts::kDecoder);
  if (!vae.ok()) return vae.error();
  const autoencoder::Config vae_config = vae->autoencoder.config();

  Result<Json> scheduler = read_json_file(folder / "scheduler" / "scheduler_config.json");
  if (!scheduler.ok()) return scheduler.error();
  ConfigReader read(*scheduler, "scheduler/scheduler_config.json");
  const double shift = read.positive("shift");
  if (!read.status().ok()) return read.status().error();

  PromptEncoder prompts(*std::move(encoder), std::move(tokenize), {}, {layers});
  if (config->latent_channels != vae_config.latent_channels ||
      config->caption_width != prompts.width())
    return Error{ErrorCode::kCorrupt,
                 "the transformer does not go with this text encoder and autoencoder"};
  return std::unique_ptr<Pipeline>(
      std::make_unique<ZImage>(runtime, std::move(prompts), *std::move(denoiser),
                               std::move(vae->autoencoder), shift, options.tile_px));
}

}  // namespace plantain::model::z_image
