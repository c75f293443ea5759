#include "main/bench.h"

#include <cmath>
#include <cstdio>

#include "base/json.h"
#include "base/text.h"
#include "model/bench/engine_bench.h"

namespace plantain {
namespace {

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}
std::string scientific(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1e", value);
  return text;
}

double product_rate(const model::bench::Stage& stage) {
  return stage.product_operations / stage.product_seconds;
}

std::string sentences(const model::bench::Stage& stage) {
  return concat(stage.name, " (", stage.blocks, "): ", fixed(stage.seconds, 3), " s, ",
                fixed(stage.operations / stage.seconds * 1e-9, 1), " GFLOP/s\n  products   ",
                fixed(stage.product_seconds, 3), " s, ", fixed(product_rate(stage) * 1e-9, 1),
                " GFLOP/s, ", fixed(100 * product_rate(stage) / stage.peak, 1),
                " % of the peak\n  attention  ", fixed(stage.attention_seconds, 3),
                " s\n  the rest   ",
                fixed(stage.seconds - stage.product_seconds - stage.attention_seconds, 3),
                " s\n  memory     weights ", fixed(stage.weight_bytes * 1e-6, 0), " MB, working ",
                fixed(stage.working_bytes * 1e-6, 0), " MB; moved at least ",
                fixed(stage.bytes * 1e-6, 0), " MB\n");
}

JsonObject object(const model::bench::Stage& stage) {
  return {{"stage", stage.name},
          {"blocks", stage.blocks},
          {"seconds", stage.seconds},
          {"gflops", stage.operations / stage.seconds * 1e-9},
          {"product_seconds", stage.product_seconds},
          {"product_gflops", product_rate(stage) * 1e-9},
          {"peak_gflops", stage.peak * 1e-9},
          {"share_of_peak", product_rate(stage) / stage.peak},
          {"attention_seconds", stage.attention_seconds},
          {"moved_bytes", stage.bytes},
          {"weight_bytes", stage.weight_bytes},
          {"working_bytes", stage.working_bytes}};
}

}  // namespace

int bench_engine(const cli::BenchArguments& arguments, const cli::World& world) {
  const model::bench::Order order{arguments.shape,   arguments.size_px, arguments.dtype,
                                  arguments.threads, arguments.blocks,  arguments.repeats};
  const auto tell = [&](const model::bench::Stage& stage) {
    world.out(arguments.json ? write_json(object(stage)) + "\n" : sentences(stage));
  };
  const Result<model::bench::Report> report = model::bench::run(order, tell);
  if (!report.ok()) {
    world.err(concat("plantain bench engine: ", report.error().message, "\n"));
    return report.error().code == ErrorCode::kInvalidInput ? cli::kExitUsage : cli::kExitFailed;
  }
  if (arguments.json) {
    world.out(write_json(JsonObject{{"shape", order.shape},
                                    {"size", order.size_px},
                                    {"dtype", order.dtype},
                                    {"kernels", report->kernels},
                                    {"threads", report->threads},
                                    {"peak_f32_gflops", report->peak_f32 * 1e-9},
                                    {"peak_int8_gops", report->peak_int8 * 1e-9},
                                    {"error", report->error},
                                    {"error_blocks", report->error_blocks},
                                    {"memory_peak_bytes", report->memory_peak}}) +
              "\n");
    return cli::kExitOk;
  }
  world.out(concat(order.shape, " at ", order.size_px, "x", order.size_px, " in ", order.dtype,
                   ": kernels ", report->kernels, ", ", report->threads,
                   " threads, which can do at most ", fixed(report->peak_f32 * 1e-9, 1),
                   " GFLOP/s in f32 and ", fixed(report->peak_int8 * 1e-9, 1),
                   " GOP/s in int8 (measured in this run)\nfrom f32   ", scientific(report->error),
                   ", the denoiser's answer, over at most ", report->error_blocks,
                   " blocks of each kind\nmemory     ", fixed(report->memory_peak * 1e-6, 0),
                   " MB at most; the text encoder is freed before the denoiser is loaded\n"));
  return cli::kExitOk;
}

}  // namespace plantain
