// A worker: pulls leases, draws, uploads, finishes. One thread per slot of an engine, each with an
// engine of its own and at most one request at a time.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "engine/upstream_settings.h"
#include "worker/lease.h"

namespace plantain::worker {

struct Options {
  Link link;
  std::string worker_id;                         // for people
  std::vector<std::string> engines;              // names that is_engine_name() knows; at least one
  engine::upstream::AllSettings upstreams = {};  // the engines that the owner configured
  std::vector<std::string> models;               // ids of the models to ask for; at least one
  Path program = "/proc/self/exe";               // what decodes pictures: worker/picture_reader.h
  Path library = {};                             // where installed models are
};

// How a worker is told to end. Set from any thread or a signal handler.
struct Stop {
  std::atomic<bool> no_more = false;    // take no new request; end after those that run
  std::atomic<bool> give_back = false;  // and give those back at once
};

// Works until `stop` says so and what ran has ended. While the server does not answer it asks
// again and again, more and more seldom. An engine that cannot be made, for want of its weights
// above all, is left out and the log says why; when none is left, that is the error. Errors:
// kInvalidInput for an unknown engine;
// kInvalidKey or kPermissionDenied when the server does not want this worker.
Result<void> work(const Options& options, const Stop& stop, Log& log);

}  // namespace plantain::worker
