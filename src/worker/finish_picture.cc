#include "worker/finish_picture.h"

#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "base/text.h"
#include "image/marks.h"
#include "image/resize.h"

namespace plantain::worker {
namespace {

constexpr double kSameShape = 0.02;

Result<MadeFile> file_of(const image::Pixels& pixels, image::Format format,
                         const image::Provenance& provenance) {
  Result<std::string> bytes = image::encode(pixels, format, provenance);
  if (!bytes.ok()) return bytes.error();
  return MadeFile{0,
                  false,
                  std::move(*bytes),
                  std::string(image::content_type(format)),
                  pixels.width,
                  pixels.height};
}

catalog::Size target_of(const image::Pixels& pixels, WishedSize wish) {
  catalog::Size own{pixels.width, pixels.height};
  if (wish.halve) own = {std::max(1, own.width / 2), std::max(1, own.height / 2)};
  if (wish.size.width == 0) return own;
  const double shape = static_cast<double>(own.width) / own.height;
  const double wished = static_cast<double>(wish.size.width) / wish.size.height;
  return std::fabs(shape / wished - 1) <= kSameShape ? wish.size : own;
}

// What a file that came says of itself, and what remains of it in ours.
JsonObject described(const image::Marks& marks, bool untouched) {
  return JsonObject{{"untouched", untouched},
                    {"c2pa_received", marks.c2pa},
                    {"c2pa", marks.c2pa && untouched},
                    {"xmp", !untouched || marks.xmp}};
}

Result<Finished> with_thumbnail(Finished finished, const image::Pixels& pixels,
                                const image::Provenance& provenance) {
  Result<MadeFile> thumbnail = file_of(image::fit_within(pixels, limits::kThumbnailSide_px),
                                       image::Format::kJpeg, provenance);
  if (!thumbnail.ok()) return thumbnail.error();
  finished.thumbnail = std::move(*thumbnail);
  finished.thumbnail.thumbnail = true;
  return finished;
}

Result<Finished> finish_file(const engine::EncodedPicture& file, WishedSize wish,
                             image::Format format, image::Provenance provenance) {
  const image::Marks marks = image::marks_of(file.bytes);
  if (!marks.digital_source_type.empty())
    provenance.digital_source_type = marks.digital_source_type;
  Result<image::Pixels> pixels = image::decode(file.bytes);
  if (!pixels.ok()) {
    return Error{ErrorCode::kEngineFailed,
                 concat("the engine's picture cannot be read: ", pixels.error().message)};
  }
  const catalog::Size own{pixels->width, pixels->height};
  const catalog::Size target = target_of(*pixels, wish);
  Finished finished;
  const bool untouched = target == own && file.format == format;
  if (target != own) {
    finished.native = {own.width, own.height};
    *pixels = image::resize(*pixels, target.width, target.height);
  }
  if (untouched) {
    finished.picture = MadeFile{
        0, false, file.bytes, std::string(image::content_type(format)), own.width, own.height};
  } else {
    Result<MadeFile> picture = file_of(*pixels, format, provenance);
    if (!picture.ok()) return picture.error();
    finished.picture = std::move(*picture);
  }
  finished.provenance = described(marks, untouched);
  return with_thumbnail(std::move(finished), *pixels, provenance);
}

}  // namespace

Result<Finished> finish_picture(const engine::Made& made, WishedSize wish, image::Format format,
                                image::Provenance provenance) {
  if (const auto* file = std::get_if<engine::EncodedPicture>(&made))
    return finish_file(*file, wish, format, std::move(provenance));
  const auto& pixels = std::get<image::Pixels>(made);
  Result<MadeFile> picture = file_of(pixels, format, provenance);
  if (!picture.ok()) return picture.error();
  Finished finished;
  finished.picture = std::move(*picture);
  return with_thumbnail(std::move(finished), pixels, provenance);
}

}  // namespace plantain::worker
